import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, type Command } from '../../../../activities/shared/run-command.js';
import { createLocator } from '../../../../activities/stack/locate.js';
import { prepareNamespace } from '../../../../activities/stack/namespace.js';
import { readShell } from '../../../../activities/stack/reader/read-shell.js';
import { ENV, fingerprint, write } from './fixture.js';
import { sampleStack, type SampleStack } from './sample-stack.js';

const signal = new AbortController().signal;
const options = { env: ENV, signal, timeoutMs: 30_000 };
let sample: SampleStack;

beforeEach(() => {
  sample = sampleStack();
});
afterEach(() => sample.remove());

/** Somebody without rights, when we are root; ourselves otherwise. */
const asOrdinaryUser = (command: Command): Command =>
  process.getuid?.() === 0
    ? {
        file: 'setpriv',
        args: ['--reuid=65534', '--regid=65534', '--clear-groups', '--', command.file, ...command.args],
      }
    : command;

const answers = async (command: Command) =>
  runCommand(command, options).then(
    () => true,
    () => false,
  );

describe('activities/stack/namespace', () => {
  it('shows the staged stack to an ordinary user through a user namespace', async ({ skip }) => {
    const possible = await answers(asOrdinaryUser({ file: 'unshare', args: ['-Urm', 'true'] }));
    if (!possible) {
      process.stdout.write('skipped: ordinary users get no user namespace on this machine\n');
      skip();
    }
    const staged = sample.stage();
    write(staged.private, { 'env.local': 'export GREETING="$(cat data/big.bin) $(cat web.env)"\n' });
    write(staged.platform, { 'birdhouse/web.env': 'MODE=new' });
    const before = fingerprint(join(sample.root, 'live'));
    const enter = await prepareNamespace(staged, { ...options, asRoot: false });
    const { exported } = await readShell({
      directory: sample.directory,
      envFile: join(sample.directory, 'env.local'),
      env: ENV,
      signal,
      wrap: (command) => asOrdinaryUser(enter(command)),
      locate: createLocator(staged),
    });
    expect(exported['GREETING']).toBe('large MODE=new');
    expect(fingerprint(join(sample.root, 'live'))).toBe(before);
  });

  it('shows one bound file, and leaves out what disappeared since the staging', async () => {
    const staged = sample.stage();
    write(sample.live.platform, { 'one file': 'untracked' });
    const binds = [
      { live: join(sample.live.platform, 'one file'), staged: join(staged.platform, 'one file') },
      { live: join(sample.live.platform, 'gone'), staged: join(staged.platform, 'gone') },
    ];
    const enter = await prepareNamespace({ ...staged, binds }, { ...options, asRoot: process.getuid?.() === 0 });
    const { stdout } = await runCommand(enter({ file: 'cat', args: ['one file'] }), {
      ...options,
      cwd: sample.live.platform,
    });
    expect(stdout).toBe('untracked');
  });

  it('passes the status and the arguments of the command on', async () => {
    const enter = await prepareNamespace(sample.stage(), { ...options, asRoot: process.getuid?.() === 0 });
    const command = enter({ file: 'sh', args: ['-c', 'printf "%s|" "$@"; exit 7', 'sh', '--', 'a b', '', '$HOME'] });
    const { status, stdout } = await runCommand(command, { ...options, okStatuses: [7] });
    expect([status, stdout]).toEqual([7, '--|a b||$HOME|']);
  });

  it('is gone with the command: the machine sees no mount', async () => {
    const staged = sample.stage();
    const enter = await prepareNamespace(staged, { ...options, asRoot: process.getuid?.() === 0 });
    await runCommand(enter({ file: 'true', args: [] }), options);
    const { stdout } = await runCommand({ file: 'cat', args: ['/proc/self/mountinfo'] }, options);
    expect(stdout.replaceAll('\\040', ' ')).not.toContain(sample.root);
  });
});
