/** The folder of one run: what a worker that takes the run up needs to know of it. */
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Job } from './model.js';
import { JobRecord } from './recorded.js';
import { readIfThere, readJson, writeAtomically, writeJson } from '../shared/files.js';

export const RunResult = z.object({
  outcome: z.enum(['done', 'failed', 'timed out', 'cut off']),
  /** Null when it was not seen to end. */
  exitStatus: z.int().nullable(),
  startedAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  lastLines: z.array(z.string()),
});
export type RunResult = z.infer<typeof RunResult>;

const KEPT_DAYS = 7;

export class RunFolder {
  private constructor(readonly path: string) {}

  /** Made when it is not there; a file that says when is made with it. */
  static async open(path: string): Promise<RunFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const folder = new RunFolder(path);
    if ((await folder.read('started')) === undefined) await folder.write('started', new Date().toISOString());
    await writeFile(folder.output, '', { flag: 'a', mode: 0o600 });
    // Of a script that has come to its end the notes are its last word.
    if ((await folder.status()) !== undefined) return folder;
    for (const former of ['lost', 'leave', 'cut-off']) await rm(folder.file(former), { force: true });
    return folder;
  }

  get script(): string {
    return this.file('script');
  }
  get lock(): string {
    return this.file('lock');
  }
  get output(): string {
    return this.file('output');
  }

  async startedAt(): Promise<Date> {
    return new Date(((await this.read('started')) ?? '').trim());
  }

  /** Exit status of the script, when it has come to its end. */
  async status(): Promise<number | undefined> {
    const text = await this.read('status');
    return text === undefined ? undefined : Number.parseInt(text, 10);
  }

  async has(note: 'lost' | 'cut-off' | 'script'): Promise<boolean> {
    return (await this.read(note)) !== undefined;
  }

  /** A step that cannot be found again runs, or was cut off. */
  async isInTheMiddle(): Promise<boolean> {
    const names = new Set(await readdir(this.path));
    return [...names].some((name) => name.endsWith('.begun') && !names.has(name.replace(/\.begun$/, '.status')));
  }

  write(note: 'started' | 'leave' | 'script', text: string): Promise<void> {
    return writeAtomically(this.file(note), text);
  }

  /** A run whose job is taken out of the configuration goes on as it was begun. */
  async keepJob(job: Job): Promise<void> {
    await writeJson(this.file('job.json'), job);
  }

  /** Of a run that was begun; undefined when there is none. */
  static async jobIn(path: string): Promise<Job | undefined> {
    return readJson(join(path, 'job.json'), JobRecord);
  }

  result(): Promise<RunResult | undefined> {
    return readJson(this.file('result.json'), RunResult);
  }

  /** When all of the output was handed on, and nothing writes to it any more: it is not kept twice. */
  async conclude(result: RunResult): Promise<void> {
    await writeJson(this.file('result.json'), result);
    await truncate(this.output);
  }

  async lastLines(count: number): Promise<string[]> {
    const text = (await readFile(this.output)).subarray(-16 * 1024).toString('utf8');
    return text
      .trimEnd()
      .split('\n')
      .slice(-count)
      .filter((line) => line !== '');
  }

  private read(name: string): Promise<string | undefined> {
    return readIfThere(this.file(name));
  }

  private file(name: string): string {
    return join(this.path, name);
  }
}

/** Runs that ended long ago. `parent`: the folder of a job's runs. Nothing fails when there is none. */
export async function removeOldRuns(parent: string, now: Date): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const changed = await stat(join(parent, name, 'result.json')).catch(() => undefined);
    if (changed && now.getTime() - changed.mtimeMs > KEPT_DAYS * 86_400_000)
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
