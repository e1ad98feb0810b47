/** The worker, as far as it is asked: which version it is. The real one is asked through a broker, this one directly. */
import { request } from 'node:http';
import { jsonAnswer, serve, type Served, type ServeOptions } from '../http.js';

export const startWorker = (version: string, options: ServeOptions = {}): Promise<Served> =>
  serve(() => jsonAnswer(200, version), options);

/** As long as the real one is waited for. */
const WAIT_MS = 2_000;

/** null: it says nothing. */
export const versionAt = (url: string): Promise<string | null> =>
  new Promise((resolve) => {
    const silent = (): void => resolve(null);
    const asked = request(url, { agent: false, timeout: WAIT_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => resolve(answer.statusCode === 200 ? (JSON.parse(text) as string) : null));
      answer.once('error', silent);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', silent);
    asked.end();
  });
