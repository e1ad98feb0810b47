/** A job of stack `birds` in a directory of its own, what its runs have handed on, and its containers. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRunEngine } from '../../../../activities/docker/run-engine.js';
import type { Job } from '../../../../activities/jobs/model.js';
import { parseJobs } from '../../../../activities/jobs/parse.js';
import { runJob, type RunRequest, type RunResult } from '../../../../activities/jobs/run-job.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import type { Images } from '../../../support/images.js';

const run = promisify(execFile);
export const docker = async (...args: string[]): Promise<string> => (await run('docker', args)).stdout.trim();

export class JobWorld {
  readonly name = `bk-test-job-${randomBytes(4).toString('hex')}`;
  readonly lines: string[] = [];
  readonly told: string[] = [];

  private constructor(
    readonly root: string,
    private readonly images: Images,
  ) {}

  static async create(images: Images): Promise<JobWorld> {
    return new JobWorld(await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-jobs-'))), images);
  }

  async remove(): Promise<void> {
    const left = await docker('ps', '-aq', '--filter', `label=birdkeeper.job=birds/${this.name}`);
    if (left !== '') await docker('rm', '-f', ...left.split('\n'));
    await rm(this.root, { recursive: true, force: true });
  }

  /** `fields`: lines of YAML below the job's name and schedule. */
  job(fields: string): Job {
    const text = `- name: ${this.name}\n  schedule: '@daily'\n  ${fields}\n`;
    const { jobs, problems } = parseJobs([{ file: 'x', text }]);
    const [job] = jobs;
    if (job === undefined || problems.length > 0) throw new Error(`no job: ${JSON.stringify(problems)}`);
    return job;
  }

  inImage(fields: string, image = this.images.base): Job {
    return this.job(`image: ${image}\n  ${fields}`);
  }

  request(fields: Partial<RunRequest> & Pick<RunRequest, 'job'>): RunRequest {
    return {
      stack: 'birds',
      run: 'run-1',
      folder: join(this.root, 'runs'),
      environment: { PATH: process.env['PATH'] ?? '', HOME: this.root, GREETING: 'hello  world' },
      timeoutSeconds: 60,
      engine: createRunEngine(process.env['DOCKER_HOST']),
      onLines: (some) => this.lines.push(...some),
      ...fields,
    };
  }

  step(changes: Partial<Step> = {}): Step {
    const tell = (text: string) => void this.told.push(text);
    return localStep({ log: { output: () => undefined, info: tell, warn: tell }, ...changes });
  }

  run(job: Job, fields: Partial<RunRequest> = {}, step: Partial<Step> = {}): Promise<RunResult> {
    return runJob(this.request({ job, ...fields }), this.step(step));
  }

  /** Names, also of those that do not run. */
  containers(): Promise<string> {
    return docker('ps', '-a', '--filter', `label=birdkeeper.job=birds/${this.name}`, '--format', '{{.Names}}');
  }
}
