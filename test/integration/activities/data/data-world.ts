/** A data job with real repositories, git and rsync, in one scratch directory. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deployData, type DataRequest, type DataResult } from '../../../../activities/data/index.js';
import { createDataGit } from '../../../../activities/git/data-clone.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';

export class DataWorld {
  readonly output: string[] = [];
  readonly warnings: string[] = [];

  private constructor(readonly root: string) {}

  static async make(): Promise<DataWorld> {
    const world = new DataWorld(await makeScratch('data'));
    await Promise.all(['state', 'places', 'job'].map((name) => mkdir(world.at(name))));
    return world;
  }

  remove = (): Promise<void> => removeScratch(this.root);
  at = (...parts: string[]): string => join(this.root, ...parts);
  place = (...parts: string[]): string => this.at('places', ...parts);
  clone = (name: string): string => this.at('cache', name);
  url = (name: string): string => this.at(`${name}.git`);

  /** Commits to the author's copy of a repository, made at the first call, and pushes. */
  async push(name: string, files: Record<string, string | null>, branch = 'main'): Promise<string> {
    const author = this.at(`author-${name}`);
    if (!(await readdir(this.root)).includes(`author-${name}`)) {
      await git(this.root, ['init', '--quiet', '--initial-branch=main', author]);
      await git(this.root, ['init', '--quiet', '--bare', '--initial-branch=main', this.url(name)]);
    }
    const head = await commit(author, files);
    await git(author, ['push', '--quiet', '--force', this.url(name), `HEAD:refs/heads/${branch}`]);
    return head;
  }

  /** One run. `deploy` is the list of the YAML file: YAML is a superset of JSON. */
  async run(deploy: unknown, changes: Partial<DataRequest> = {}, step: Partial<Step> = {}): Promise<DataResult> {
    const text = typeof deploy === 'string' ? deploy : JSON.stringify({ deploy });
    await writeFile(this.at('job', 'job.yml'), text);
    const log: Step['log'] = {
      output: (line) => void this.output.push(line),
      info: () => undefined,
      warn: (message, fields) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    };
    return deployData(this.request(changes), localStep({ log, ...step }));
  }

  request({ environment, ...changes }: Partial<DataRequest>): DataRequest {
    const path = process.env['PATH'] ?? '';
    return {
      job: 'test',
      configFile: this.at('job', 'job.yml'),
      environment: { PATH: path, DEPLOY_DATA_CHECKOUT_CACHE: this.at('cache'), ...environment },
      stateDir: this.at('state'),
      git: createDataGit({
        keys: { ownKnownHosts: this.at('known_hosts') },
        timeoutMs: 20_000,
        transferSeconds: 60,
        lockWaitSeconds: 2,
        environment: { PATH: path },
      }),
      ...changes,
    };
  }

  /** An entry of the list, with what a test does not speak of. */
  entry(name: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
    return { repo_url: this.url(name), checkout_name: name, branch: 'origin/main', ...rest };
  }

  read = (...parts: string[]): Promise<string> => readFile(this.at(...parts), 'utf8');

  /** Paths below a directory, sorted. */
  async tree(dir: string): Promise<string[]> {
    return (await readdir(dir, { recursive: true })).sort();
  }
}
