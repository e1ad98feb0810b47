/**
 * A real sshd on loopback that serves bare git repositories, each to its own keys only, and files by sftp. Works as root and
 * as an ordinary user; whoever starts it is the user of the addresses.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ServedRepository {
  name: string;
  /** `ssh://user@127.0.0.1:port/path` */
  url: string;
  /** Path of the bare repository. */
  path: string;
  /** Private key that may read this repository and nothing else. */
  deployKeyPath: string;
  /** Private key that may read and write this repository and nothing else. */
  pushKeyPath: string;
  /** GIT_SSH_COMMAND with the push key, trusting this server whatever its host key. */
  pushSshCommand: string;
}

export interface GitServer {
  host: string;
  port: number;
  user: string;
  /** `ssh-ed25519 AAAA…` */
  hostKeyPublic(): Promise<string>;
  /** A line for a known-hosts file. */
  knownHostsLine(): Promise<string>;
  addRepository(name: string): Promise<ServedRepository>;
  /** Lets one more key (path of the private one) read a repository. */
  authorise(repository: ServedRepository, privateKeyPath: string): Promise<void>;
  /** A new key that may do nothing but sftp; path of the private one. */
  addSftpKey(): Promise<string>;
  /** Comes back on the same port with another host key. */
  changeHostKey(): Promise<void>;
  /** Ends the server; `start` brings it back on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const START_LIMIT_MS = 15_000;

/** What OpenSSH prefers costs each of a suite's thousands of connections 0.1 s of CPU; it is what a site has. */
export type KeyExchange = 'cheap' | 'preferred';

/** Everything it makes lies in `dir`, which the caller removes after `stop`. */
export async function startGitServer({
  dir,
  keyExchange = 'cheap',
  address = LOOPBACK,
}: {
  dir: string;
  keyExchange?: KeyExchange;
  /** Of this machine: another than the loopback one for who asks out of a container. */
  address?: string;
}): Promise<GitServer> {
  const server = new SshGitServer(dir, await freePort(address), keyExchange, address);
  await server.prepare();
  await server.start();
  return server;
}

/** A new key pair without passphrase; returns the path of the private key. */
export async function makeKey(path: string): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  return path;
}

class SshGitServer implements GitServer {
  readonly user = userInfo().username;
  private process: ChildProcess | undefined;

  constructor(
    private readonly dir: string,
    readonly port: number,
    private readonly keyExchange: KeyExchange,
    readonly host: string,
  ) {}

  async prepare(): Promise<void> {
    await mkdir(this.at('repositories'), { recursive: true });
    await mkdir(this.at('keys'), { recursive: true, mode: 0o700 });
    await makeKey(this.at('host_key'));
    await writeFile(this.at('authorized_keys'), '', { mode: 0o600 });
    await writeFile(this.at('serve'), await serveScript(), { mode: 0o755 });
    await chmod(this.at('serve'), 0o755);
    await writeFile(this.at('sshd_config'), this.configuration());
    await makePrivilegeDirectory(await which('sshd'), this.at('sshd_config'));
  }

  async hostKeyPublic(): Promise<string> {
    const [type, key] = (await readFile(this.at('host_key.pub'), 'utf8')).split(' ');
    return `${type} ${key}`;
  }

  async knownHostsLine(): Promise<string> {
    return `[${this.host}]:${this.port} ${await this.hostKeyPublic()}\n`;
  }

  async addRepository(name: string): Promise<ServedRepository> {
    const path = this.at('repositories', `${name}.git`);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', path]);
    const deployKeyPath = await makeKey(this.at('keys', `${name}.read`));
    const pushKeyPath = await makeKey(this.at('keys', `${name}.write`));
    const repository = {
      name,
      path,
      deployKeyPath,
      pushKeyPath,
      url: `ssh://${this.user}@${this.host}:${this.port}${path}`,
      pushSshCommand: `ssh -i '${pushKeyPath}' -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`,
    };
    await this.authorise(repository, deployKeyPath);
    await this.allow(pushKeyPath, path, 'write');
    return repository;
  }

  authorise(repository: ServedRepository, privateKeyPath: string): Promise<void> {
    return this.allow(privateKeyPath, repository.path, 'read');
  }

  async addSftpKey(): Promise<string> {
    const key = await makeKey(this.at('keys', `sftp-${Date.now().toString(36)}`));
    await this.enter(key, 'internal-sftp');
    return key;
  }

  async changeHostKey(): Promise<void> {
    await this.stop();
    await rm(this.at('host_key'));
    await rm(this.at('host_key.pub'));
    await makeKey(this.at('host_key'));
    await this.start();
  }

  async start(): Promise<void> {
    // sshd starts itself again for each connection and needs its full path for that.
    const child = spawn(await which('sshd'), ['-D', '-e', '-f', this.at('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process = child;
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-4000)));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await answers(this.host, this.port))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`sshd does not answer:\n${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }

  private at(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  private allow(privateKeyPath: string, repository: string, right: 'read' | 'write'): Promise<void> {
    return this.enter(privateKeyPath, `'${this.at('serve')}' ${right} '${repository}'`);
  }

  /** The key may run this command and nothing else. */
  private async enter(privateKeyPath: string, command: string): Promise<void> {
    const publicKey = (await readFile(`${privateKeyPath}.pub`, 'utf8')).trim();
    const line = `restrict,command="${command}" ${publicKey}\n`;
    const before = await readFile(this.at('authorized_keys'), 'utf8');
    // Renamed into place: sshd may be reading it for another connection.
    await writeFile(this.at('authorized_keys.new'), before + line, { mode: 0o600 });
    await rename(this.at('authorized_keys.new'), this.at('authorized_keys'));
  }

  private configuration(): string {
    return [
      `ListenAddress ${this.host}:${this.port}`,
      `HostKey "${this.at('host_key')}"`,
      `AuthorizedKeysFile "${this.at('authorized_keys')}"`,
      'PidFile none',
      'Subsystem sftp internal-sftp',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin forced-commands-only',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
      'LogLevel ERROR',
      ...(this.keyExchange === 'cheap' ? ['KexAlgorithms curve25519-sha256'] : []),
      // bash as a login shell reads its user's .bashrc over ssh unless it is nested: that file is none of ours, and slow.
      'SetEnv SHLVL=2',
      '',
    ].join('\n');
  }
}

/** As root, sshd wants an empty directory of its own, which its service makes at boot where there is one. */
async function makePrivilegeDirectory(sshd: string, configuration: string): Promise<void> {
  const complaint = await run(sshd, ['-t', '-f', configuration]).then(
    ({ stderr }) => stderr,
    (error: { stderr?: string }) => error.stderr ?? '',
  );
  const [, missing] = /Missing privilege separation directory: (\S+)/.exec(complaint) ?? [];
  if (missing !== undefined) await mkdir(missing, { recursive: true, mode: 0o755 });
}

/** Forced command: exactly the repository of the key, whatever was asked for. */
async function serveScript(): Promise<string> {
  const git = await which('git');
  return [
    '#!/bin/sh',
    '# usage: serve read|write REPOSITORY',
    'case "$SSH_ORIGINAL_COMMAND" in',
    `  "git-upload-pack '$2'") exec ${git} upload-pack "$2" ;;`,
    `  "git-receive-pack '$2'") [ "$1" = write ] && exec ${git} receive-pack "$2" ;;`,
    'esac',
    'echo "this key may only $1 $2" >&2',
    'exit 1',
    '',
  ].join('\n');
}

async function which(program: string): Promise<string> {
  const places = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
  const { stdout } = await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { env: { PATH: places } });
  return stdout.trim();
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port is free')),
      );
    });
  });
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
