import fc from 'fast-check';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  allConfDirs,
  CircularDependency,
  loadComponents,
  type Components,
} from '../../../../../activities/stack/reader/components.js';
import { eraCalled } from '../../../../support/era-stack.js';

/** Components by their path below the stack directory: what each asks for. */
type Tree = Readonly<Record<string, readonly string[]>>;

interface Loaded extends Components {
  spellings: string[];
  /** Every `default.env` that was read, in order. */
  loads: string[];
}

async function load(era: string, lists: Record<string, string>, tree: Tree, links: Record<string, string> = {}) {
  const { generation } = eraCalled(era);
  const loads: string[] = [];
  // 1.24.0: each `default.env` appends to the list.
  const appended: string[] = [];
  const pathOf = (spelling: string) => {
    const path = resolve('/s', spelling).replace('/s/', '');
    return links[path] ?? path;
  };
  const components = await loadComponents({
    generation,
    words: (name) =>
      Promise.resolve(
        name === 'COMPONENT_DEPENDENCIES'
          ? [...appended]
          : (lists[name] ?? '').split(' ').filter((word) => word !== ''),
      ),
    dependencies: (spelling) => Promise.resolve([...(tree[pathOf(spelling)] ?? [])]),
    load: (spelling) => {
      const asked = tree[pathOf(spelling)];
      if (asked === undefined) return;
      loads.push(spelling);
      appended.push(...asked);
    },
    identity: (spelling) => (tree[pathOf(spelling)] === undefined ? undefined : `/s/${pathOf(spelling)}`),
  });
  const spellings = components.listed.map(({ spelling }) => spelling);
  return { ...components, spellings, loads } satisfies Loaded;
}

const depthFirst = (extra: string, tree: Tree, links?: Record<string, string>) =>
  load('2.26.0', { BIRDHOUSE_EXTRA_CONF_DIRS: extra }, tree, links);

async function circle(extra: string, tree: Tree): Promise<readonly string[]> {
  const error: unknown = await depthFirst(extra, tree).catch((thrown: unknown) => thrown);
  if (error instanceof CircularDependency) return error.circle;
  throw new Error('no circle was found');
}

describe('activities/stack/reader/components', () => {
  it('loads the default list before the extra one, each component once', async () => {
    const lists = { BIRDHOUSE_DEFAULT_CONF_DIRS: './a ./b', BIRDHOUSE_EXTRA_CONF_DIRS: './c ./a' };
    const { listed, loads, warnings } = await load('2.26.0', lists, { a: [], b: [], c: [] });
    expect(listed).toEqual([
      { spelling: './a', askedBy: 'BIRDHOUSE_DEFAULT_CONF_DIRS', exists: true },
      { spelling: './b', askedBy: 'BIRDHOUSE_DEFAULT_CONF_DIRS', exists: true },
      { spelling: './c', askedBy: 'BIRDHOUSE_EXTRA_CONF_DIRS', exists: true },
    ]);
    expect(loads).toEqual(['./a', './b', './c']);
    expect(warnings).toEqual([]);
  });

  it('loads what a component asks for before it, depth first', async () => {
    const tree = { a: ['./b', './c'], b: ['./d'], c: ['./d', './e'], d: [], e: ['./f'], f: [], x: ['./e', './a'] };
    const { listed, spellings } = await depthFirst('./a ./x', tree);
    expect(spellings).toEqual(['./d', './b', './f', './e', './c', './a', './x']);
    expect(listed.map(({ askedBy }) => askedBy)).toEqual(
      ['./b', './a', './e', './c', './a'].concat(['BIRDHOUSE_EXTRA_CONF_DIRS', 'BIRDHOUSE_EXTRA_CONF_DIRS']),
    );
  });

  it('lists a component that does not exist where it is asked for, and warns once', async () => {
    const { listed, warnings, loads } = await depthFirst('./gone ./a ./gone', { a: ['./lost', './gone'] });
    expect(listed.map(({ spelling, exists }) => [spelling, exists])).toEqual([
      ['./gone', false],
      ['./lost', false],
      ['./a', true],
    ]);
    expect(warnings).toEqual([
      'Component directory ./gone (in BIRDHOUSE_EXTRA_CONF_DIRS) does not exist: it is left out.',
      'Component directory ./lost (in ./a) does not exist: it is left out.',
    ]);
    expect(loads).toEqual(['./a']);
  });

  it.each([
    ['a', './a'],
    ['./a', '/s/a'],
    ['./a', './a/'],
    ['a', 'b/../a'],
    ['./link', './a'],
  ])('takes %s and %s for one component, and says so', async (first, second) => {
    const { spellings, warnings } = await depthFirst(`${first} ${second} ${second}`, { a: [] }, { link: 'a' });
    expect(spellings).toEqual([first]);
    expect(warnings).toEqual([`Component ${second} is listed twice (also as ${first}): it counts once.`]);
  });

  it('takes two directories of one basename for two components', async () => {
    expect((await depthFirst('./a/x ./b/x', { 'a/x': [], 'b/x': [] })).spellings).toEqual(['./a/x', './b/x']);
  });

  it.each<[string, Tree, string[]]>([
    ['./a', { a: ['./a'] }, ['./a', './a']],
    ['./a', { a: ['a'] }, ['./a', 'a']],
    ['./a', { a: ['./b'], b: ['./a'] }, ['./a', './b', './a']],
    ['./a', { a: ['./b'], b: ['./c'], c: ['/s/b'] }, ['./b', './c', '/s/b']],
    ['./x ./a', { x: [], a: ['./x', './b'], b: ['./a/'] }, ['./a', './b', './a/']],
  ])('refuses the circle in %s of %j', async (extra, tree, expected) => {
    expect(await circle(extra, tree)).toEqual(expected);
  });

  it('says how to open a circle', () => {
    expect(new CircularDependency(['./a', './b', './a']).message).toMatch(
      /circle: \.\/a → \.\/b → \.\/a\. Take one of them out of COMPONENT_DEPENDENCIES/,
    );
  });

  it('a component that is loaded already is asked for by another one without a circle', async () => {
    const tree = { a: ['./b'], b: [], c: ['./a', './b'] };
    expect((await depthFirst('./a ./c ./b', tree)).spellings).toEqual(['./b', './a', './c']);
  });

  it('in any order of lists, what is asked for comes first and each comes once', async () => {
    // Edges lead to later letters, so that there is no circle.
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    const edges = fc.tuple(...letters.map((_, at) => fc.subarray(letters.slice(at + 1))));
    await fc.assert(
      fc.asyncProperty(edges, fc.array(fc.constantFrom(...letters)), async (asked, extra) => {
        const tree = Object.fromEntries(letters.map((letter, at) => [letter, asked[at] ?? []]));
        const { spellings, loads } = await depthFirst(extra.join(' '), tree);
        expect(loads).toEqual(spellings);
        expect(new Set(spellings).size).toBe(spellings.length);
        for (const [at, letter] of spellings.entries()) {
          for (const wanted of tree[letter] ?? []) {
            expect(spellings.indexOf(wanted)).toBeLessThan(at);
            expect(spellings).toContain(wanted);
          }
        }
        expect(spellings).toEqual(expect.arrayContaining(extra));
      }),
    );
  });

  describe('of 1.24.0', () => {
    const breadthFirst = (lists: Record<string, string>, tree: Tree) => load('1.24.0', lists, tree);

    it('appends what is asked for, breadth first', async () => {
      const tree = { a: ['./b', './c'], b: ['./d'], c: ['./e'], d: [], e: [], x: [] };
      const { spellings, listed } = await breadthFirst({ DEFAULT_CONF_DIRS: './a', EXTRA_CONF_DIRS: './x' }, tree);
      expect(spellings).toEqual(['./a', './x', './b', './c', './d', './e']);
      expect(listed.map(({ askedBy }) => askedBy)).toEqual([
        'DEFAULT_CONF_DIRS',
        'EXTRA_CONF_DIRS',
        ...Array<string>(4).fill('COMPONENT_DEPENDENCIES'),
      ]);
    });

    it('does not list what does not exist, and warns once', async () => {
      const tree = { a: ['./lost', './b'], b: ['./c'], c: [] };
      const { spellings, warnings } = await breadthFirst({ EXTRA_CONF_DIRS: './gone ./a ./gone' }, tree);
      expect(spellings).toEqual(['./a', './b', './c']);
      expect(warnings).toEqual([
        'Component directory ./gone (in EXTRA_CONF_DIRS) does not exist: it is left out.',
        'Component directory ./lost (in COMPONENT_DEPENDENCIES) does not exist: it is left out.',
      ]);
    });

    it('ends where components ask for each other', async () => {
      const tree = { a: ['./b'], b: ['./a'] };
      expect((await breadthFirst({ EXTRA_CONF_DIRS: './a' }, tree)).spellings).toEqual(['./a', './b']);
    });
  });

  it('before 1.24.0 loads the extra list in its order and asks for nothing', async () => {
    const { spellings, loads } = await load(
      '1.23.1',
      { EXTRA_CONF_DIRS: './b ./gone ./a ./b', DEFAULT_CONF_DIRS: './c' },
      { a: ['./c'], b: ['./a'], c: [] },
    );
    expect(spellings).toEqual(['./b', './a']);
    expect(loads).toEqual(['./b', './a']);
  });

  it('tells ALL_CONF_DIRS as words of a list, where there is one', () => {
    const listed = ['./a', '/x/b'].map((spelling) => ({ spelling, askedBy: 'L', exists: true }));
    const of = (era: string) => allConfDirs(listed, eraCalled(era).generation);
    expect(of('1.23.1')).toBeUndefined();
    for (const era of ['1.24.0', '1.25.4', '2.26.0', 'plain']) {
      expect(
        of(era)
          ?.split(/\s+/)
          .filter((word) => word !== ''),
        era,
      ).toEqual(['./a', '/x/b']);
    }
    expect(of('2.26.0')).toBe('\n        ./a\n      \n        /x/b\n      ');
  });
});
