/** Placeholder shape until the schema stands; see the stack helper. */
export interface StackSettings {
  platformFrequency: string;
  notebookFrequency: string;
  backupFrequency: string;
  healthTimeoutSeconds: number;
}
