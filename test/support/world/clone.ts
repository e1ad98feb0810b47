/** Clones that push and are deployed from, through ssh with a key of the repository. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from './sample-stack.js';
import { output } from './programs.js';

export interface Remote {
  url: string;
  /** Path of the private key that it is reached with. */
  key: string;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'A developer',
  GIT_AUTHOR_EMAIL: 'developer@example.org',
  GIT_COMMITTER_NAME: 'A developer',
  GIT_COMMITTER_EMAIL: 'developer@example.org',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** A work tree of a developer, or of the host at its making. */
export class Clone {
  private readonly env: Record<string, string>;
  private readonly ssh: string;

  constructor(
    readonly dir: string,
    private readonly remote: Remote,
    env: Record<string, string>,
  ) {
    this.ssh = `ssh -i ${remote.key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;
    this.env = { ...env, ...IDENTITY, GIT_SSH_COMMAND: this.ssh };
  }

  /** The first work tree of an empty remote: branch main, one commit, pushed. */
  async found(files: Files): Promise<string> {
    await mkdir(this.dir, { recursive: true });
    await this.git('init', '--quiet', '--initial-branch=main');
    await this.git('remote', 'add', 'origin', this.remote.url);
    // Whoever looks around in here can commit and push without further ado.
    await this.git('config', 'core.sshCommand', this.ssh);
    await this.git('config', 'user.name', IDENTITY.GIT_AUTHOR_NAME);
    await this.git('config', 'user.email', IDENTITY.GIT_AUTHOR_EMAIL);
    return this.push(files, 'Begin');
  }

  async clone(): Promise<void> {
    await mkdir(dirname(this.dir), { recursive: true });
    await output('git', ['clone', '--quiet', this.remote.url, this.dir], { env: this.env });
  }

  /** Writes the files (null removes one), commits and pushes. Returns the commit. */
  async push(files: Readonly<Record<string, string | null>>, message: string): Promise<string> {
    for (const [path, text] of Object.entries(files)) await this.write(path, text);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    await this.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    return this.head();
  }

  head(): Promise<string> {
    return this.git('rev-parse', 'HEAD');
  }

  git(...args: string[]): Promise<string> {
    return output('git', args, { env: this.env, cwd: this.dir });
  }

  private async write(path: string, text: string | null): Promise<void> {
    const target = join(this.dir, path);
    if (text === null) return rm(target);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    if (text.startsWith('#!')) await chmod(target, 0o755);
  }
}
