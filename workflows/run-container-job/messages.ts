/** What a scheduled run of a job starts with: names only, the text is looked up on the host. */
export interface RunContainerJobInput {
  v: 1;
  host: string;
  stack: string;
  name: string;
  /** Of the text that was scheduled. */
  hash: string;
}
