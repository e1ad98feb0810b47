import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { KeySettings } from '../../../../activities/git/keys.js';
import { observeCheckout, type ObserveRequest } from '../../../../activities/git/observe.js';
import type { CheckoutObservation } from '../../../../workflows/model.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { startGitServer, type GitServer, type ServedRepository } from '../../../support/ssh-git.js';

/** A checkout of a repository that a real sshd serves, made afresh before each test. */
export class ServedCheckout {
  scratch = '';
  author = '';
  dir = '';
  keys: KeySettings = { ownKnownHosts: '' };

  private constructor(
    readonly server: GitServer,
    private readonly root: string,
    public served: ServedRepository,
    private readonly count: number,
  ) {}

  static async make(server: GitServer, root: string, count: number): Promise<ServedCheckout> {
    const made = new ServedCheckout(server, root, await server.addRepository(`stack-${count}`), count);
    await made.prepare();
    return made;
  }

  private async prepare(): Promise<void> {
    this.scratch = join(this.root, `case-${this.count}`);
    await mkdir(join(this.scratch, 'keys'), { recursive: true });
    // Made by the path of the remote: only what is looked at goes over ssh, which takes its time on a busy machine.
    this.author = join(this.scratch, 'author');
    await git(this.scratch, ['clone', '--quiet', this.served.path, this.author]);
    await commit(this.author, { 'a.txt': 'one\n', 'sub/b.txt': 'two\n', '.gitignore': 'ignored\n' }, 'first');
    await git(this.author, ['push', '--quiet', 'origin', 'HEAD:main']);
    this.dir = join(this.scratch, 'platform');
    await git(this.scratch, ['clone', '--quiet', this.served.path, this.dir]);
    await git(this.dir, ['remote', 'set-url', 'origin', this.served.url]);
    await writeFile(join(this.scratch, 'keys', 'platform_deploy_key'), await readFile(this.served.deployKeyPath), {
      mode: 0o600,
    });
    this.keys = { keyDirectory: join(this.scratch, 'keys'), ownKnownHosts: join(this.scratch, 'known_hosts') };
  }

  async release(files: Record<string, string | null>, message: string, branch = 'main'): Promise<string> {
    const made = await commit(this.author, files, message);
    await git(this.author, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    return made;
  }

  look(overrides: Partial<ObserveRequest> = {}): Promise<CheckoutObservation> {
    return observeCheckout({
      checkout: { name: 'platform', dir: this.dir },
      fetch: true,
      keys: this.keys,
      rendered: [],
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      ...overrides,
    });
  }
}

/** Registers the hooks of a suite; the answer gives the checkout of the test that runs. */
export function useServedCheckout(name: string): () => ServedCheckout {
  let root = '';
  let server: GitServer | undefined;
  let current: ServedCheckout | undefined;
  let count = 0;
  beforeAll(async () => {
    root = await makeScratch(name);
    server = await startGitServer({ dir: join(root, 'server') });
  });
  afterAll(async () => {
    await server?.stop();
    await removeScratch(root);
  });
  beforeEach(async () => {
    if (server) current = await ServedCheckout.make(server, root, (count += 1));
  });
  return () => {
    if (!current) throw new Error('no test runs');
    return current;
  };
}
