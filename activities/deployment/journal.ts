import type { Outcome, Phase, Trigger } from '../../workflows/contract.js';

/** Log files that people and log watchers read; `worker/` writes them. */
export interface Journal {
  /** Opens the frame of a deployment in `autodeploy.log`. Twice: the second time nothing is written. */
  openDeployment(entry: { stack: string; logDir: string; number: number; startedAt: string; trigger: Trigger; reason: string }): Promise<void>;
  /** One line of a deployment. */
  line(entry: { stack: string; logDir: string; number: number; phase: Phase; message: string }): Promise<void>;
  /** Closes the frame. Twice: the second time nothing is written. */
  closeDeployment(entry: { stack: string; logDir: string; number: number; startedAt: string; outcome: Outcome; message: string }): Promise<void>;
  /** A look of the schedule: one line, no frame. */
  look(entry: { stack: string; logDir: string; message: string }): Promise<void>;
}
