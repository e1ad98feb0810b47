/** A headless chromium, spoken to over its DevTools pipe: messages of JSON, each ended by a NUL. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { browserArguments } from './plan.js';

const LIMIT_MS = 30_000;
const NUL = '\0';
const Message = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.infer<typeof Message>;

export class Browser {
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly ended: Promise<unknown>;
  private last = 0;
  private received = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly commands: Writable,
    answers: Readable,
  ) {
    this.ended = once(process, 'exit');
    answers.setEncoding('utf8').on('data', (text: string) => this.receive(text));
    // A browser that is gone is told by the command that gets no answer.
    commands.on('error', () => undefined);
  }

  /** `program` is an absolute path, `profile` a directory that may be filled. */
  static start(program: string, profile: string): Browser {
    const child = spawn(program, browserArguments(profile, process.getuid?.() === 0), {
      env: { PATH: process.env.PATH, HOME: profile, TZ: 'UTC', LANG: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const [, , , commands, answers] = child.stdio;
    if (!(commands instanceof Writable) || !(answers instanceof Readable)) throw new Error('no pipes to the browser');
    return new Browser(child, commands, answers);
  }

  /** Result of a command of the DevTools protocol, in a page when its session is given. */
  async ask<T>(answer: z.ZodType<T>, method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = (this.last += 1);
    const answered = new Promise<Message>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the browser does not answer ${method}`)), LIMIT_MS);
      this.waiting.set(id, (message) => {
        clearTimeout(late);
        resolve(message);
      });
    });
    this.commands.write(`${JSON.stringify({ id, method, params, sessionId })}${NUL}`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`the browser refuses ${method}: ${error.message}`);
    return answer.parse(result);
  }

  /** Waits until it is gone, so that its profile can be removed. */
  async close(): Promise<void> {
    this.process.kill();
    await this.ended;
  }

  private receive(text: string): void {
    const parts = (this.received + text).split(NUL);
    this.received = parts.pop() ?? '';
    for (const part of parts) {
      const message = Message.parse(JSON.parse(part));
      if (message.id === undefined) continue;
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    }
  }
}
