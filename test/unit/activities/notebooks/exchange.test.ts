import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lostBy, planExchange, worthKeeping, type Change } from '../../../../activities/notebooks/exchange.js';
import type { Entry, Manifest } from '../../../../activities/notebooks/manifest.js';

const entry = (kind: Entry['kind'], content = '', mode = 0o644): Entry => ({
  kind,
  content,
  mode: kind === 'directory' ? 0o755 : mode,
  uid: 0,
  gid: 0,
  size: 0,
});
/** A text is a file; the directories above it are there. */
function tree(files: Readonly<Record<string, string>>): Manifest {
  const found = new Map<string, Entry>();
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split('/');
    parts.slice(1).forEach((_, at) => found.set(parts.slice(0, at + 1).join('/'), entry('directory')));
    found.set(path, entry('file', text));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As a disk does it: fails where a call would. */
function perform(disk: Map<string, Entry>, { do: what, path }: Change, wanted: Manifest): void {
  const parent = path.includes('/') ? disk.get(path.slice(0, path.lastIndexOf('/'))) : entry('directory');
  const below = () => [...disk.keys()].filter((other) => other.startsWith(`${path}/`));
  const is = disk.get(path);
  if (what === 'clear') [path, ...below()].forEach((each) => disk.delete(each));
  if (what === 'make directory') {
    if (is || parent?.kind !== 'directory') throw new Error(`cannot make ${path}`);
    disk.set(path, entry('directory'));
  }
  if (what === 'set right') disk.set(path, wanted.get(path) ?? entry('directory'));
  if (what === 'put') {
    const put = wanted.get(path);
    if (!put || is?.kind === 'directory' || parent?.kind !== 'directory') throw new Error(`cannot put ${path}`);
    disk.set(path, put);
  }
  if (what === 'remove') {
    if (is?.kind === 'directory') throw new Error(`${path} is a directory`);
    disk.delete(path);
  }
  if (what === 'remove directory' && below().length === 0) disk.delete(path);
}

const filesOf = (manifest: Manifest) =>
  Object.fromEntries([...manifest].flatMap(([path, { kind, content }]) => (kind === 'file' ? [[path, content]] : [])));
const plan = (there: Manifest, wanted: Manifest, ours = there) => planExchange({ there, wanted, ours });

describe('activities/notebooks/exchange', () => {
  it('does nothing where nothing differs', () => {
    const same = tree({ a: '1', 'deep/b': '2' });
    expect(plan(same, same)).toEqual([]);
  });

  it('makes directories, puts files, and only then removes what is outdated, the innermost first', () => {
    expect(plan(tree({ a: '1', 'old/er/b': '1' }), tree({ a: '2', 'new/c': '1' }))).toEqual([
      { do: 'put', path: 'a' },
      { do: 'make directory', path: 'new' },
      { do: 'put', path: 'new/c' },
      { do: 'remove', path: 'old/er/b' },
      { do: 'remove directory', path: 'old/er' },
      { do: 'remove directory', path: 'old' },
    ]);
  });

  it('what is of another kind is cleared right before', () => {
    expect(plan(tree({ 'a/b': '1' }), tree({ a: '1' }))).toEqual([
      { do: 'clear', path: 'a' },
      { do: 'put', path: 'a' },
    ]);
    expect(plan(tree({ a: '1' }), tree({ 'a/b': '1' }))).toEqual([
      { do: 'clear', path: 'a' },
      { do: 'make directory', path: 'a' },
      { do: 'put', path: 'a/b' },
    ]);
  });

  it('what others may write is put right', () => {
    const there = new Map(tree({ 'deep/a': '1' }));
    there.set('deep/a', entry('file', '1', 0o666));
    there.set('deep', { ...entry('directory'), mode: 0o777 });
    expect(plan(there, tree({ 'deep/a': '1' }))).toEqual([
      { do: 'set right', path: 'deep' },
      { do: 'put', path: 'deep/a' },
    ]);
  });

  it('what is not ours stays, and is lost only where something of ours is to lie', () => {
    const there = tree({ ours: '1', theirs: '1', clash: 'theirs' });
    const [wanted, ours] = [tree({ clash: 'ours' }), tree({ ours: '1' })];
    const changes = planExchange({ there, wanted, ours });
    expect(changes).toEqual([
      { do: 'put', path: 'clash' },
      { do: 'remove', path: 'ours' },
    ]);
    expect(lostBy(changes, { there, ours })).toEqual(['clash']);
  });

  it('what somebody changed in a file of ours, or put into a directory that goes, is lost', () => {
    const there = tree({ a: 'changed', 'kind/ours': '1', 'kind/theirs': '1' });
    const ours = tree({ a: '1', 'kind/ours': '1' });
    const changes = planExchange({ there, wanted: tree({ a: '2', kind: '1' }), ours });
    expect(lostBy(changes, { there, ours })).toEqual(['a', 'kind/theirs']);
  });

  it('of what others put there only what is lost is worth keeping', () => {
    const there = tree({ a: 'changed', 'theirs/big': '1', 'clash/x': 'theirs' });
    const ours = tree({ a: '1' });
    expect([...worthKeeping(there, ours, ['clash/x']).keys()]).toEqual(['a', 'clash', 'clash/x']);
    expect(worthKeeping(there, undefined, [])).toBe(there);
  });

  const name = fc.constantFrom('a', 'b', 'c');
  const aTree = fc
    .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.constantFrom('1', '2')), { maxLength: 8 })
    .map((files) => {
      const kept: Record<string, string> = {};
      for (const [parts, text] of files) {
        const path = parts.join('/');
        const clashes = Object.keys(kept).some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
        if (!clashes) kept[path] = text;
      }
      return tree(kept);
    });

  it('wherever it is cut short, no file of both trees is missing and the next plan ends the same', () => {
    fc.assert(
      fc.property(aTree, aTree, aTree, fc.nat(20), (ours, wanted, others, cut) => {
        const there = new Map([...others, ...ours].filter(([path]) => ours.has(path) || !blocked(path, ours)));
        const whole = new Map(there);
        const changes = planExchange({ there, wanted, ours });
        changes.forEach((change) => perform(whole, change, wanted));
        expect(filesOf(whole)).toMatchObject(filesOf(wanted));

        const disk = new Map(there);
        changes.slice(0, cut).forEach((change) => perform(disk, change, wanted));
        for (const [path, { kind, content }] of wanted) {
          if (kind !== 'file' || there.get(path)?.kind !== 'file') continue;
          expect([there.get(path)?.content, content]).toContain(disk.get(path)?.content);
        }
        planExchange({ there: sorted(disk), wanted, ours }).forEach((change) => perform(disk, change, wanted));
        expect(filesOf(disk)).toEqual(filesOf(whole));
        const kept = new Set(lostBy(changes, { there, ours }));
        for (const [path, { kind, content }] of there) {
          const isOthers = kind === 'file' && !ours.has(path);
          if (isOthers && !kept.has(path)) expect(disk.get(path)?.content).toBe(content);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const sorted = (disk: Map<string, Entry>): Manifest => new Map([...disk].sort(([a], [b]) => (a < b ? -1 : 1)));
/** A file lies where a directory would have to be, or the other way round. */
const blocked = (path: string, ours: Manifest): boolean =>
  [...ours].some(
    ([other, { kind }]) => (kind === 'file' && path.startsWith(`${other}/`)) || other.startsWith(`${path}/`),
  );
