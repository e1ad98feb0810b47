import type { Phase } from '../../workflows/contract.js';
import type { Engine } from '../docker/types.js';
import type { Schedules } from '../schedules/index.js';
import type { Redact } from '../shared/redact.js';
import type { StateDirectory } from '../state/index.js';
import type { WorkResult } from '../../workflows/request-work/messages.js';
import type { Journal } from './journal.js';

/** What the activities of a deployment stand on; made once by `worker/`. */
export interface Dependencies {
  /** Name of this host in workflow ids. */
  host: string;
  state: StateDirectory;
  engine: Engine;
  /** The whole environment of child processes; the stack's variables are put on top for compose. */
  environment: Readonly<Record<string, string>>;
  journal: Journal;
  /** Where the logs of a stack are written when this is what it says: another place when that cannot be written to. */
  logDirectory(configured: string): Promise<string>;
  /** Absent in a process without a Temporal server (`birdkeeper plan`). */
  schedules?: Schedules;
  /** Whether the workflow of a deployment runs now. Absent without a server. */
  isDeploymentOpen?(stack: string, number: number): Promise<boolean>;
  /** Of the deployment that runs; undefined: none does. Absent without a server. */
  deploymentPhase?(stack: string): Promise<Phase | undefined>;
  /** unknown: the server has none of that id. Absent without a server. */
  workflowState?(workflowId: string): Promise<WorkResult | 'running' | 'unknown'>;
  /** These keepers, by id, begin nothing more until somebody takes over. Absent without a server. */
  drain?(keepers: readonly string[]): Promise<void>;
  /** What was read of a stack's configuration decides from then on what is taken out of its messages, and where its logs go. */
  remember(stack: string, read: { redact: Redact; logDir: string }): Promise<void>;
}
