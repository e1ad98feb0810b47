/** Where a worker answers whether it polls: a socket in its state directory. Imports only what starts in milliseconds. */
import { join } from 'node:path';

/** A path of a socket has 107 bytes on Linux; a state directory whose own path is longer has no such answer. */
export const healthSocket = (stateDirectory: string): string => join(stateDirectory, 'worker.sock');

export interface HealthAnswer {
  polls: boolean;
  /** What it does, or why it does not poll: one line. */
  says: string;
}
