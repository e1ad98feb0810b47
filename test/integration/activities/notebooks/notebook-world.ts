/** Sources of notebooks (git repositories, an http server) and the directory that they are deployed to. */
import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createSourceGit } from '../../../../activities/git/source.js';
import type { NotebookRequest } from '../../../../activities/notebooks/index.js';

const run = promisify(execFile);
const PATH = process.env['PATH'] ?? '';

export const notebook = (text: string): string =>
  JSON.stringify({ cells: [{ cell_type: 'markdown', source: text }], metadata: {}, nbformat: 4, nbformat_minor: 5 });

export class NotebookWorld {
  private server: Server | undefined;

  private constructor(readonly root: string) {}

  static async make(): Promise<NotebookWorld> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-notebooks-')));
    await mkdir(join(root, 'hub', 'alice'), { recursive: true });
    await writeFile(join(root, 'hub', 'alice', 'mine.ipynb'), notebook('mine'));
    return new NotebookWorld(root);
  }

  async remove(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    await rm(this.root, { recursive: true, force: true });
  }

  at = (...path: string[]): string => join(this.root, ...path);
  target = this.at.bind(this, 'hub', 'tutorials');
  work = this.at.bind(this, 'hub', '.tutorials.birdkeeper');

  readonly gitSettings = () => ({
    keys: { ownKnownHosts: this.at('known_hosts') },
    timeoutMs: 20_000,
    environment: { PATH },
  });

  request(changes: Partial<NotebookRequest> = {}): NotebookRequest {
    return {
      target: this.target(),
      stateDir: this.at('state'),
      git: createSourceGit(this.gitSettings()),
      environment: { PATH },
      ...changes,
    };
  }

  async git(repository: string, ...args: string[]): Promise<string> {
    const cwd = this.at(repository);
    const author = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    return (await run('git', args, { cwd, env: { PATH, HOME: this.root, ...author } })).stdout.trim();
  }

  /** Makes the repository when it is not there; returns the commit. */
  async push(files: Record<string, string>, repository = 'source', branch = 'main'): Promise<string> {
    await mkdir(this.at(repository), { recursive: true });
    await this.git(repository, 'init', '--quiet', '--initial-branch', branch, '.');
    const heads = await this.git(repository, 'branch', '--format=%(refname:short)');
    const isNew = !heads.split('\n').includes(branch);
    if (heads !== '') await this.git(repository, 'checkout', '--quiet', ...(isNew ? ['-b'] : []), branch);
    await this.write(repository, files);
    await this.git(repository, 'add', '--all');
    await this.git(repository, 'commit', '--quiet', '--allow-empty', '--message', 'change');
    return this.git(repository, 'rev-parse', 'HEAD');
  }

  async write(directory: string, files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(this.at(directory, path)), { recursive: true });
      await writeFile(this.at(directory, path), text);
    }
  }

  /** Of a directory and what is in it, by the real tar. */
  async tar(file: string, directory: string, ...options: string[]): Promise<void> {
    await run('tar', [...options, '--create', '--gzip', '--file', this.at(file), '--directory', this.root, directory]);
  }

  /** Returns the address of a server on this machine. */
  async serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    this.server?.closeAllConnections();
    this.server?.close();
    const server = createServer(answer);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async list(text: string): Promise<{ listFile: string }> {
    await writeFile(this.at('list.yml'), text);
    return { listFile: this.at('list.yml') };
  }

  read = (...path: string[]): Promise<string> => readFile(this.target(...path), 'utf8');

  /** Paths of the files that users see, in order. */
  async deployed(): Promise<string[]> {
    const found = await readdir(this.target(), { recursive: true, withFileTypes: true });
    const root = this.target();
    return found
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
  }

  beside = async (): Promise<string[]> => (await readdir(this.at('hub'))).sort();
  kept = async (): Promise<number> => (await readdir(this.work('trees'))).length;
}
