import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readShell, type ReadShellOptions } from '../../../../../activities/stack/reader/read-shell.js';
import { runCommand } from '../../../../../activities/shared/run-command.js';
import { isStepFailure } from '../../../../../activities/shared/failures.js';
import { ENV, scratch, shellNamed, write } from '../fixture.js';

let root: string;
let stack: string;
let remove: () => void;

beforeEach(() => {
  ({ root, remove } = scratch());
  stack = join(root, 'my stack');
  mkdirSync(stack);
});
afterEach(() => remove());

const read = (overrides: Partial<ReadShellOptions> = {}) =>
  readShell({
    directory: stack,
    envFile: join(stack, 'env.local'),
    env: ENV,
    signal: new AbortController().signal,
    wrap: (command) => command,
    locate: (path) => path,
    ...overrides,
  });

/** Message of the failure; its type must be Configuration. */
async function refusal(overrides: Partial<ReadShellOptions> = {}): Promise<string> {
  const error = await read(overrides).then(
    () => new Error('it was read'),
    (failure: unknown) => failure,
  );
  if (!isStepFailure(error, 'Configuration')) throw error;
  return error.message;
}

for (const kind of ['dash', 'busybox', 'bash'] as const) {
  describe(`activities/stack/reader/read-shell with ${kind}`, () => {
    let shell: string;
    beforeEach(() => {
      shell = shellNamed(kind, root);
    });

    it('reads default.env, env.local, the components and env.local again', async () => {
      write(stack, {
        'default.env': 'ORDER=default; EXTRA_CONF_DIRS=""\nexport A=default B=default C=default',
        'env.local': 'ORDER="$ORDER local"\nEXTRA_CONF_DIRS="./components/one\n  components/two"\nexport B=local',
        'components/one/default.env': 'ORDER="$ORDER one"\nexport B=one C=one D=one\n',
        'components/two/default.env': 'ORDER="$ORDER two"\nexport C=two E="$D"\n',
      });
      const reading = await read({ shell });
      expect(reading.all['ORDER']).toBe('default local one two local');
      expect(reading.exported).toMatchObject({ A: 'default', B: 'local', C: 'two', D: 'one', E: 'one' });
      expect(reading.components).toEqual([
        join(stack, './components/one').replace('my stack/', 'my stack/./'),
        join(stack, 'components/two'),
      ]);
      expect(reading.warnings).toEqual([]);
    });

    it('keeps every byte of a value and tells exported from plain variables', async () => {
      write(stack, {
        'env.local': [
          "export TEXT='first\n  second \\n \\t $HOME `x`\n\n'",
          "PLAIN='a\nTEXT=not this\nexport INNER\nINNER=never\n=x\n9=x\né=1\n'",
          "export UMLAUT='grüße'",
          'export EMPTY=',
          'INNER_SET=1',
        ].join('\n'),
      });
      const { exported, all } = await read({ shell });
      expect(exported['TEXT']).toBe('first\n  second \\n \\t $HOME `x`\n\n');
      expect(all['PLAIN']).toBe('a\nTEXT=not this\nexport INNER\nINNER=never\n=x\n9=x\né=1\n');
      expect(exported['PLAIN']).toBeUndefined();
      expect(exported['UMLAUT']).toBe('grüße');
      expect(exported['EMPTY']).toBe('');
      expect(all['INNER']).toBeUndefined();
      expect(all['INNER_SET']).toBe('1');
    });

    it('starts from the environment that it is given, whatever surrounds it', async () => {
      write(stack, { 'env.local': 'export SEEN="${SURROUNDING-none} $GIVEN"\n' });
      process.env['SURROUNDING'] = 'leaked';
      const { exported } = await read({ shell, env: { ...ENV, GIVEN: 'passed' } });
      delete process.env['SURROUNDING'];
      expect(exported['SEEN']).toBe('none passed');
      expect(Object.keys(exported).sort()).toEqual(['COMPOSE_DIR', 'GIVEN', 'HOME', 'PATH', 'PWD', 'SEEN']);
    });

    it('reads a directory without any of the files', async () => {
      const reading = await read({ shell });
      expect(reading.exported['COMPOSE_DIR']).toBe(stack);
      expect(reading.files).toEqual([]);
    });

    it('is not put off by what a file does to the shell', async () => {
      write(stack, {
        'env.local': [
          'printf noise; { printf "%s\\0" exported X=1 end >&3; } 2>/dev/null || :',
          'set -- a b; IFS=:; cd /; trap "echo bye" EXIT; PATH=/nowhere',
          'EXTRA_CONF_DIRS=one; export DONE=1; set -eufxv',
        ].join('\n'),
        'one/default.env': 'export FROM_ONE="$UNSET_NAME*"\nfalse\n',
      });
      const { exported } = await read({ shell });
      expect(exported).toMatchObject({ DONE: '1', FROM_ONE: '*', PATH: '/nowhere', PWD: stack });
      expect(exported['X']).toBeUndefined();
    });

    it('takes the old name of the component list before the new one, and the new one when the old is blank', async () => {
      write(stack, { 'env.local': 'EXTRA_CONF_DIRS=old BIRDHOUSE_EXTRA_CONF_DIRS=new', 'old/x': '', 'new/x': '' });
      expect((await read({ shell })).components).toEqual([join(stack, 'old')]);
      write(stack, { 'env.local': 'EXTRA_CONF_DIRS=" " BIRDHOUSE_EXTRA_CONF_DIRS=new' });
      expect((await read({ shell })).components).toEqual([join(stack, 'new')]);
    });

    it('leaves the list of what a component needs exported once a dependency has exported it', async () => {
      write(stack, {
        'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS="./nest"',
        'nest/default.env': 'COMPONENT_DEPENDENCIES="./twigs"',
        'twigs/default.env': 'export COMPONENT_DEPENDENCIES="./tree"',
      });
      expect((await read({ shell })).exported['COMPONENT_DEPENDENCIES']).toBe('./twigs');
    });

    it('warns of a missing component directory and reads the rest', async () => {
      write(stack, { 'env.local': 'EXTRA_CONF_DIRS="gone here here"', 'here/default.env': 'export HERE=1' });
      const reading = await read({ shell });
      expect(reading.warnings).toEqual([
        'Component directory gone (in BIRDHOUSE_EXTRA_CONF_DIRS) does not exist: it is left out.',
      ]);
      expect(reading.components).toEqual([join(stack, 'here')]);
      expect(reading.exported['HERE']).toBe('1');
    });

    it('warns of a command that is not found, naming the line and not the words', async () => {
      write(stack, { 'env.local': 'A=1\nPASSWORD=correct h0rse-battery\nexport B=2\n' });
      const reading = await read({ shell });
      expect(reading.exported['B']).toBe('2');
      expect(reading.warnings).toEqual([`${join(stack, 'env.local')}, line 2: a command was not found.`]);
    });

    it('follows a link, absolute or relative', async () => {
      write(root, { 'private/env.local': 'export FROM=private', 'relative/.keep': '' });
      symlinkSync(join(root, 'private/env.local'), join(stack, 'env.local'));
      symlinkSync('../private/env.local', join(root, 'relative/env.local'));
      expect((await read({ shell })).exported['FROM']).toBe('private');
      const directory = join(root, 'relative');
      const other = await read({ shell, directory, envFile: join(directory, 'env.local') });
      expect(other.exported['FROM']).toBe('private');
    });

    it('names file and line of a syntax error without quoting the file', async () => {
      write(stack, { 'env.local': 'export A=1\nexport PASS=s3cret)word\n' });
      const message = await refusal({ shell });
      expect(message).toContain(`${join(stack, 'env.local')}, line 2: the shell cannot read it: `);
      expect(message).not.toMatch(/s3cret|word/);
    });

    it('runs nothing of a file with a syntax error', async () => {
      write(stack, { 'env.local': `: > "${join(root, 'touched')}"\nif true; then\n` });
      expect(await refusal({ shell })).toMatch(/line \d+: the shell cannot read it: .*(end of file|fi)/);
      expect(() => chmodSync(join(root, 'touched'), 0o600)).toThrow();
    });

    it('names file and line of an exit', async () => {
      write(stack, {
        'env.local': 'EXTRA_CONF_DIRS=one',
        'one/default.env': 'A=1\n# exit here\nif true; then\n exit 0\nfi',
      });
      expect(await refusal({ shell })).toContain(`${join(stack, 'one/default.env')}, line 4: it ends the shell`);
    });

    it('names file, line and variable of a required value that is not there', async () => {
      write(stack, { 'env.local': 'A=1\n: ${MAGPIE_SECRET:?must be set}\n' });
      expect(await refusal({ shell })).toMatch(/env\.local, line 2: MAGPIE_SECRET was refused/);
    });

    it('shows what a file says to the operator, and nothing else that it prints', async () => {
      write(stack, {
        'env.local': 'EXTRA_CONF_DIRS=one',
        'one/default.env': [
          '[ "$BIRDHOUSE_LOCAL_ENV" = "$COMPOSE_DIR/env.local" ] || echo "birdkeeper refuses: no place of env.local" >&2',
          'echo "birdkeeper warns: A is old." >&2; echo "s3cret birdkeeper warns: not this" >&2',
        ].join('\n'),
      });
      expect((await read({ shell })).warnings).toEqual(['A is old.']);
      write(stack, { 'one/default.env': 'for name in A B A; do echo "birdkeeper refuses: $name is wrong." >&2; done' });
      expect(await refusal({ shell })).toBe(
        'A is wrong. B is wrong. Nothing was rendered or changed. Correct the file and push or save it.',
      );
    });

    it('names a file that is a directory', async () => {
      mkdirSync(join(stack, 'env.local'));
      expect(await refusal({ shell })).toContain(`${join(stack, 'env.local')} is a directory`);
    });

    it('names a link to nothing', async () => {
      symlinkSync('/nonexistent/env.local', join(stack, 'env.local'));
      expect(await refusal({ shell })).toContain(`${join(stack, 'env.local')} is a link to a file that does not exist`);
    });

    it('ends a loop that never ends and names the file', async () => {
      write(stack, { 'default.env': 'A=1', 'env.local': 'while :; do :; done' });
      const message = await refusal({ shell, timeoutMs: 400 });
      expect(message).toContain(`${join(stack, 'env.local')} was still being read after 0.4 s`);
    });

    it('refuses variables that no program could be given', async () => {
      write(stack, { 'env.local': `export BIG='${'x'.repeat(140_000)}'` });
      expect(await refusal({ shell })).toContain('larger than the system allows');
    });

    it('puts no value on a command line', async () => {
      write(stack, {
        'env.local':
          "export S3CRET_TOKEN=abcdef123456\nexport LINES_SEEN=\"$(tr '\\0' ' ' < /proc/$$/cmdline | grep -c abcdef123456)\"",
      });
      expect((await read({ shell })).exported['LINES_SEEN']).toBe('0');
    });
  });
}

describe('activities/stack/reader/read-shell', () => {
  it('names a file that this user cannot read', async ({ skip }) => {
    write(stack, { 'env.local': 'A=1' });
    chmodSync(join(stack, 'env.local'), 0);
    if (process.getuid?.() !== 0) {
      expect(await refusal()).toContain(`${join(stack, 'env.local')} cannot be read by this user`);
      return;
    }
    const found = await runCommand(
      { file: 'setpriv', args: ['--version'] },
      { env: ENV, signal: new AbortController().signal, timeoutMs: 5000, okStatuses: [0, 127] },
    ).catch(() => undefined);
    if (!found) skip('setpriv is not installed, and root reads everything');
    const asNobody = (command: { file: string; args: readonly string[] }) => ({
      file: 'setpriv',
      args: ['--reuid=65534', '--regid=65534', '--clear-groups', '--', command.file, ...command.args],
    });
    expect(await refusal({ wrap: asNobody })).toContain(`${join(stack, 'env.local')} cannot be read by this user`);
  });

  it('stops at once when it is cancelled', async () => {
    write(stack, { 'env.local': 'sleep 30' });
    const controller = new AbortController();
    const reading = read({ signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(reading).rejects.toMatchObject({ reason: 'aborted' });
  });
});
