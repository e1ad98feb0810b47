/** Whether a worker polls, asked of itself on the socket of its state directory. Loads next to nothing: health checks ask. */
import { request } from 'node:http';
import { join } from 'node:path';

export interface WorkerAnswer {
  polls: boolean;
  /** What it does, or why it does not poll: one line. */
  says: string;
}

/** A path of a socket has 107 bytes on Linux; a state directory whose own path is longer has no such answer. */
export const healthSocket = (stateDirectory: string): string => join(stateDirectory, 'worker.sock');

/** The worker itself answers within 4 s. */
const LIMIT_MS = 4_500;

/** Never throws: whoever does not answer does not poll. */
export function askWorker(stateDirectory: string): Promise<WorkerAnswer> {
  const socketPath = healthSocket(stateDirectory);
  return new Promise((resolve) => {
    const silent = (why: string) => resolve({ polls: false, says: `no worker answers at ${socketPath}: ${why}` });
    const asked = request({ socketPath, path: '/', timeout: LIMIT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', (error) => silent(error.message));
      response.on('end', () => resolve({ polls: response.statusCode === 200, says: saidIn(text) }));
    });
    asked.on('timeout', () => asked.destroy(new Error(`nothing within ${LIMIT_MS / 1_000} s`)));
    asked.on('error', (error) => silent(error.message));
    asked.end();
  });
}

function saidIn(text: string): string {
  try {
    const { says } = JSON.parse(text) as { says?: unknown };
    return typeof says === 'string' ? says : text.trim();
  } catch {
    return text.trim();
  }
}
