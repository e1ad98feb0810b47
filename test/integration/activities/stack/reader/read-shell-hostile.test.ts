import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decode } from '../../../../../activities/shared/bytes.js';
import { write } from '../fixture.js';
import { eraWorld, type EraWorld } from './era-world.js';

let world: EraWorld;
/** Before 1.22.7 nothing but the files is read, `plain` is read as today. */
let stack: string;

beforeEach(() => {
  world = eraWorld();
  stack = world.stack('plain', {});
});
afterEach(() => world.remove());

const read = (files: Record<string, string | Buffer>) => {
  write(stack, files);
  return world.readByAll(stack);
};
const refusals = (files: Record<string, string | Buffer>, timeoutMs?: number) => {
  write(stack, files);
  return world.refusals(stack, timeoutMs === undefined ? {} : { timeoutMs });
};

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const begun = Date.now();
  const result = await work;
  expect(Date.now() - begun).toBeLessThan(ms);
  return result;
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has no command line.
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

describe('activities/stack/reader/read-shell-hostile', () => {
  it.each([
    ['a child in the background', 'sleep 300 &', 3_000],
    ['a subshell in the background', '( while :; do sleep 1; done ) &', 3_000],
    ['one that ignores signals', '( trap "" TERM HUP; while :; do sleep 1; done ) &', 3_000],
  ])('does not wait for %s, nor leave it running', async (_, text, ms) => {
    const pids = join(world.root, 'pids');
    const { exported } = await within(ms, read({ 'env.local': `${text}\necho $! >> "${pids}"\nexport A=1\n` }));
    expect(exported['A']).toBe('1');
    const left = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    // Each of three shells read the file twice.
    expect(left).toHaveLength(6);
    await vi.waitFor(() => expect(left.filter(isAlive)).toEqual([]));
  });

  it('does not wait for a child of a component that is asked for its dependencies', async () => {
    const reading = read({
      'env.local': 'EXTRA_CONF_DIRS=one',
      'one/default.env': 'export COMPONENT_DEPENDENCIES="$(echo two)"\nsleep 300 &\n( while :; do sleep 1; done ) &\n',
      'two/default.env': 'export TWO=2',
    });
    expect((await within(4_000, reading)).exported['TWO']).toBe('2');
  });

  it('waits but a moment for a daemon that holds its output', async () => {
    const reading = read({ 'env.local': '[ -n "$ONCE" ] || setsid sleep 3 &\nONCE=1; export A=1' });
    expect((await within(3_000, reading)).exported['A']).toBe('1');
  });

  it('ends a file that waits and ignores signals', async () => {
    const told = await within(4_000, refusals({ 'env.local': "trap '' TERM INT HUP\nsleep 300\n" }, 500));
    for (const message of told) expect(message).toContain('env.local was still being read after 0.5 s');
  });

  it('prints nowhere, takes no input, and closes what it likes', async () => {
    const text = [
      'echo exported; printf "file\\0/x\\0"; echo noise >&2',
      'read LINE; cat; LINE="${LINE-unset}"',
      'exec 3>&- 4<&- 5>&-; exec 0<&-; exec 1>&- 2>&-',
      'export A=1',
    ];
    const { exported, all, files } = await read({ 'env.local': text.join('\n') });
    expect(exported['A']).toBe('1');
    expect(all['LINE']).toBe('');
    expect(files).toHaveLength(2);
  });

  it.each(['printf', 'read', 'command', 'cd', 'unalias', 'env'])('may make a function of %s', async (name) => {
    const { exported } = await read({
      'env.local': `EXTRA_CONF_DIRS="./o*"; export A='\$B'; DELAYED_EVAL=A; B=1\n${name}() { false; }\n`,
      'one/default.env': 'COMPONENT_DEPENDENCIES=$C\nexport ONE=1',
    });
    expect(exported).toMatchObject({ A: '1', ONE: '1' });
  });

  it.each(['set', 'unset', 'eval', 'export', 'trap', 'exit'])('cannot make a function of %s', async (name) => {
    const told = await refusals({ 'env.local': `A=1\n${name}() { false; }\n` });
    for (const message of told) expect(message).toMatch(/env\.local, line [12]: /);
  });

  it('may make aliases', async () => {
    const names = ['printf', 'read', 'set', 'unset', 'eval', 'export', 'command', 'case', 'trap', 'cd'];
    const { exported, all } = await read({
      'default.env': "DELAYED_EVAL=A; export A='$B'; B=1; EXTRA_CONF_DIRS=one",
      'env.local': `${names.map((name) => `alias ${name}=false`).join('\n')}\n`,
      'one/default.env': 'COMPONENT_DEPENDENCIES=$C\nexport ONE=1',
    });
    expect(exported).toMatchObject({ A: '1', ONE: '1' });
    expect(all['B']).toBe('1');
  });

  it.each([
    'IFS=x',
    'set -f',
    'set -e',
    'set -u',
    'set -a',
    'set -C',
    'set -eufxv',
    'cd /',
    'unset COMPOSE_DIR IFS',
    'trap "exit 5" EXIT',
    "trap '' TERM",
  ])('goes on as before after %s', async (text) => {
    const { exported, components } = await read({
      'env.local': `EXTRA_CONF_DIRS="./o* ./six"; export A='$B'; DELAYED_EVAL="A"; B=" x  y"\n${text}\n`,
      'one/default.env': 'COMPONENT_DEPENDENCIES=$C\nexport ONE=1',
      'six/default.env': 'export SIX=6',
    });
    expect(exported).toMatchObject({ A: ' x  y', ONE: '1', SIX: '6', PWD: stack });
    expect(components).toEqual([`${stack}/./one`, `${stack}/./six`]);
  });

  it.each(['A', 'IFS', 'PWD'])('names %s when it is read-only and set again', async (name) => {
    for (const message of await refusals({ 'env.local': `A=1\nreadonly ${name}="1"\n` })) {
      expect(message).toMatch(new RegExp(`env\\.local(, line \\d+)?: ${name} is read-only and was set again`));
    }
  });

  it.each([
    ['evaluated late', 'DELAYED_EVAL=A', 'A'],
    ['a deprecated name', 'BIRDHOUSE_DOC_URL=1; readonly DOC_URL', 'DOC_URL'],
    ['a replacement', 'DOC_URL=1; readonly BIRDHOUSE_DOC_URL=2', 'BIRDHOUSE_DOC_URL'],
  ])('names what is read-only and %s', async (_, text, name) => {
    const told = await refusals({ 'env.local': `[ -n "$ONCE" ] || { ${text}; readonly A='$B'; }\nONCE=1\n` });
    for (const message of told) expect(message).toContain(`${name} is read-only and was set again`);
  });

  it('refuses what ends a component, in the subshell that asks for its dependencies and after it', async () => {
    const told = await refusals({
      'env.local': 'EXTRA_CONF_DIRS=one',
      'one/default.env': 'COMPONENT_DEPENDENCIES="$(echo two)"\nexit 4\n',
      'two/default.env': `: > "${join(world.root, 'touched')}"`,
    });
    for (const message of told) expect(message).toContain('one/default.env, line 2: it ends the shell');
    expect(existsSync(join(world.root, 'touched'))).toBe(false);
  });

  it('ends by its limit when the script itself is overwritten', async () => {
    const told = await refusals({ 'env.local': '_bk_say() { :; }; _bk_words() { :; }' }, 400);
    for (const message of told) expect(message).toContain('was still being read after 0.4 s');
  });

  it('names a link that leads to itself', async () => {
    symlinkSync('env.local', join(stack, 'env.local'));
    for (const message of await world.refusals(stack)) expect(message).toContain('env.local is a link to a file that');
  });

  it('takes a component that is a link to itself for one that does not exist', async () => {
    symlinkSync('loop', join(stack, 'loop'));
    const { listed, warnings } = await read({ 'env.local': 'EXTRA_CONF_DIRS=./loop' });
    expect(listed).toMatchObject([{ spelling: './loop', exists: false }]);
    expect(warnings).toHaveLength(1);
  });

  it('refuses an env.local that lies behind a name with a line break', async () => {
    const real = join(world.root, 'a\nexport B=1');
    mkdirSync(real);
    write(real, { 'env.local': 'export A=1\n' });
    symlinkSync(join(real, 'env.local'), join(stack, 'env.local'));
    for (const message of await world.refusals(stack)) expect(message).toContain('holds a line break. Rename it.');
  });

  it('takes no order out of the environment, and no component with a line break in its name', async () => {
    write(stack, { 'env.local': 'EXTRA_CONF_DIRS="./w*"', 'w\nexport B=1/default.env': 'export C=1' });
    const env = {
      PATH: process.env['PATH'] ?? '',
      BIRDHOUSE_COMPOSE: 'x\nexport B=1',
      BIRDHOUSE_LOG_LEVEL: 'x\nexport B=1',
    };
    const { exported, all } = await world.readByAll(stack, { env });
    expect(exported).not.toHaveProperty('B');
    expect(exported).not.toHaveProperty('C');
    expect(all['BIRDHOUSE_LOG_LEVEL']).toBe('x\nexport B=1');
    const today = world.stack('2.26.0', { 'env.local': '' });
    expect((await world.readByAll(today, { env })).exported).toMatchObject({ BIRDHOUSE_COMPOSE: 'x\nexport B=1' });
    expect((await world.readByAll(today, { env })).exported).not.toHaveProperty('B');
  });

  it('reads what is not UTF-8 as the bytes that are there', async () => {
    const bytes = Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xe9, 0x20, 0xf0, 0x9f]);
    const { exported, warnings } = await read({
      'env.local': Buffer.concat([Buffer.from("# \xff\nexport A='", 'latin1'), bytes, Buffer.from("'\n")]),
    });
    expect(exported['A']).toBe(decode(bytes));
    expect(warnings).toEqual([expect.stringMatching(/^A holds bytes that are not UTF-8/)]);
  });

  it('reads a huge file of comments', async () => {
    write(stack, { 'env.local': `${`# ${'x'.repeat(98)}\n`.repeat(200_000)}export A=1\n` });
    const { exported } = await world.read(stack, { shell: world.shells.dash });
    expect(exported['A']).toBe('1');
  });

  it('reads one huge value', async () => {
    write(stack, { 'env.local': `A='${'x'.repeat(20_000_000)}'\n` });
    const { all } = await within(4_000, world.read(stack, { shell: world.shells.dash }));
    expect(all['A']).toHaveLength(20_000_000);
  });

  it('reads thousands of assignments', async () => {
    write(stack, { 'env.local': Array.from({ length: 5_000 }, (_, at) => `NAME_${at}='value of ${at}'\n`).join('') });
    const { all } = await world.read(stack, { shell: world.shells.dash });
    expect(all['NAME_4999']).toBe('value of 4999');
  });

  it('ends a file that never stops growing by its limit', async () => {
    const told = await within(5_000, refusals({ 'env.local': 'while :; do A="$A$A x"; done' }, 300));
    for (const message of told) expect(message).toMatch(/still being read after 0.3 s|it ends the shell/);
  });
});
