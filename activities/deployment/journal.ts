/** The log files that people and log watchers read; `worker/` writes them. Nothing here fails a step. */
export interface Journal {
  /** Opens the frame of a deployment in `autodeploy.log`. Twice: the second time nothing is written; gives the start that stands there. */
  openDeployment(entry: { stack: string; number: number; startedAt: string; about: string }): string;
  /** Closes the frame. Twice: the second time nothing is written. */
  closeDeployment(entry: { stack: string; number: number; startedAt: string; about: string }): void;
  /** A look of the schedule: one line, no frame. */
  look(entry: { stack: string; message: string }): void;
  /**
   * The frame of a job around its work, in the job's own file. `startedAt`: of a run that another worker began, whose frame goes
   * on; `goesOn`: whether a failure is one after which it does. `said`: the last line; `label`: of
   * the frame, when it is not the file's.
   */
  job<T>(
    entry: {
      stack: string;
      file: string;
      about: string;
      label?: string;
      startedAt?: Date;
      goesOn?: (error: unknown) => boolean;
    },
    work: () => Promise<T>,
    said?: (result: T) => string,
  ): Promise<T>;
}
