import { describe, expect, it } from 'vitest';
import { composeFiles, dotEnvValue, normaliseName, topLevelName } from '../../../../activities/stack/compose-files.js';
import { eraCalled } from '../../../support/era-stack.js';
import { PLAIN } from '../../../../activities/stack/reader/generations.js';

const list = (present: string[], more: Partial<Parameters<typeof composeFiles>[0]> = {}) =>
  composeFiles({
    directory: '/s',
    generation: PLAIN,
    components: [],
    entries: () => [],
    composeFile: '',
    separator: '',
    exists: (path) => present.includes(path),
    ...more,
  });
/** Component files of `config/<other>/` directories, with the extra file of every component, by the generation of an era. */
function listOf(era: string, components: string[], overrides: Record<string, string[]>): string[] {
  const files = ['/s/docker-compose.yml', ...components.map((dir) => `${dir}/docker-compose-extra.yml`)];
  for (const [dir, others] of Object.entries(overrides)) {
    files.push(...others.map((other) => `${dir}/config/${other}/docker-compose-extra.yml`));
  }
  const entries = (path: string) => overrides[path.replace(/\/config$/, '')]?.toReversed() ?? [];
  return list(files, { generation: eraCalled(era).generation, components, entries })
    .slice(1)
    .map((file) => file.replace('/s/', '').replace('/docker-compose-extra.yml', ''));
}
const value = (text: string) => ({ is: 'value', value: text });

describe('activities/stack/compose-files', () => {
  it('takes the base file, then the file of each component that has one, in order', () => {
    const present = ['/s/docker-compose.yml', '/s/b/docker-compose-extra.yml', '/x/a/docker-compose-extra.yml'];
    expect(list(present, { components: ['/s/b', '/s/none', '/x/a'] })).toEqual(present);
  });

  it('reads a plain directory in the order of Compose, with its override file', () => {
    expect(list(['/s/compose.yaml', '/s/docker-compose.yml', '/s/compose.override.yaml'])).toEqual([
      '/s/compose.yaml',
      '/s/compose.override.yaml',
    ]);
  });

  it("reads a directory of upstream's form as its script does: without an override file", () => {
    const present = ['/s/default.env', '/s/compose.yaml', '/s/docker-compose.yml', '/s/docker-compose.override.yml'];
    expect(list(present)).toEqual(['/s/docker-compose.yml']);
  });

  it('takes the files of COMPOSE_FILE, whether they are there or not', () => {
    expect(list([], { composeFile: 'a.yml:/b/c.yml' })).toEqual(['/s/a.yml', '/b/c.yml']);
    expect(list([], { composeFile: 'a.yml;../c.yml', separator: ';' })).toEqual(['/s/a.yml', '/c.yml']);
  });

  it('calls Compose as its script does: with docker-compose.yml, whatever the environment or an override file says', () => {
    const present = ['/s/compose.yaml', '/s/docker-compose.yml', '/s/docker-compose.override.yml', '/s/a.yml'];
    for (const era of ['1.14', '1.24.0', '2.26.0']) {
      const { generation } = eraCalled(era);
      expect(list(present, { generation, composeFile: 'a.yml' })).toEqual(['/s/docker-compose.yml']);
      expect(list(['/s/compose.yaml'], { generation })).toEqual([]);
    }
  });

  describe.each(['1.25.4', '2.26.0', 'plain'])('with overrides of %s', (era) => {
    it('an override waits for the component of its name, and follows its file', () => {
      expect(listOf(era, ['/s/a', '/s/b', '/s/c'], { '/s/a': ['c'] })).toEqual(['a', 'b', 'c', 'a/config/c']);
    });

    it('an override of a component that is there comes at once', () => {
      expect(listOf(era, ['/s/c', '/s/b', '/s/a'], { '/s/b': ['c'] })).toEqual(['c', 'b', 'b/config/c', 'a']);
    });

    it('an override of the component itself comes at once', () => {
      expect(listOf(era, ['/s/a', '/s/b'], { '/s/a': ['a'] })).toEqual(['a', 'a/config/a', 'b']);
    });

    it('what waited comes in the order in which it began to, before what the component brings itself', () => {
      const overrides = { '/s/a': ['z', 'y'], '/s/b': ['z'], '/s/z': ['a', 'z'] };
      expect(listOf(era, ['/s/a', '/s/b', '/s/z', '/s/y'], overrides)).toEqual([
        'a',
        'b',
        'z',
        'a/config/z',
        'b/config/z',
        'z/config/a',
        'z/config/z',
        'y',
        'a/config/y',
      ]);
    });

    it('two components of one name are both followed by what waits for it', () => {
      expect(listOf(era, ['/s/a', '/s/one/x', '/s/two/x'], { '/s/a': ['x'] })).toEqual([
        'a',
        'one/x',
        'a/config/x',
        'two/x',
        'a/config/x',
      ]);
    });

    it('an override of a component that is never loaded is left out', () => {
      expect(listOf(era, ['/s/a', '/s/b'], { '/s/a': ['xb', 'never'] })).toEqual(['a', 'b']);
    });

    it('a component without a file of its own may bring overrides', () => {
      const files = ['/s/a/docker-compose-extra.yml', '/s/b/config/a/docker-compose-extra.yml'];
      const { generation } = eraCalled(era);
      const input = { generation, components: ['/s/b', '/s/a'], entries: () => ['a', '.hidden', 'none'] };
      expect(list(files, input)).toEqual(files);
    });
  });

  describe('with overrides of 1.24.0', () => {
    it('they follow all components, in the order of who brings them and of their names', () => {
      const overrides = { '/s/b': ['c'], '/s/a': ['c', 'b'] };
      expect(listOf('1.24.0', ['/s/a', '/s/b', '/s/c'], overrides)).toEqual([
        'a',
        'b',
        'c',
        'a/config/b',
        'a/config/c',
        'b/config/c',
      ]);
    });

    it('a name within the name of a component counts', () => {
      expect(listOf('1.24.0', ['/s/a', '/s/jupyterhub'], { '/s/a': ['hub', 'hubs', 'a'] })).toEqual([
        'a',
        'jupyterhub',
        'a/config/a',
        'a/config/hub',
      ]);
    });
  });

  it('knows no overrides before 1.24.0', () => {
    expect(listOf('1.23.1', ['/s/a', '/s/b'], { '/s/a': ['b'], '/s/b': ['a'] })).toEqual(['a', 'b']);
  });

  it('is empty without any file', () => {
    expect(list([])).toEqual([]);
  });

  it.each([
    ['My Stack_1', 'mystack_1'],
    ['__-Big', 'big'],
    ['été', 't'],
    ['...', ''],
  ])('makes a name of the directory %s', (directory, name) => {
    expect(normaliseName(directory)).toBe(name);
  });

  it.each([
    ['X=1\nNAME=a\n', value('a')],
    ['NAME=a\nexport NAME = "b c" # why\n', value('b c')],
    ["NAME='x'\r\nY=2", value('x')],
    ['NAMES=1', { is: 'absent' }],
    ['# NAME=1', { is: 'absent' }],
    ['Y=1', { is: 'absent' }],
    ['NAME=${Y}', { is: 'unclear' }],
    ['NAME="a\nb"', { is: 'unclear' }],
    ['NAME=', { is: 'unclear' }],
  ])('reads %j as far as it is certain', (text, told) => {
    expect(dotEnvValue(text, 'NAME')).toEqual(told);
  });

  it.each([
    ['services: {}\n', { is: 'absent' }],
    ['', { is: 'absent' }],
    ['# c\n---\nname: abc # c\nservices:\n  a:\n    name: no\n', value('abc')],
    ['"name": \'abc\'\n', value('abc')],
    ['services:\n  a:\n    container_name: x\n    name: y\n', { is: 'absent' }],
    ['name: ${X:-a}\n', { is: 'unclear' }],
    ['name: a\n---\nname: b\n', { is: 'unclear' }],
    ['{"name": "abc"}', { is: 'unclear' }],
    ['  name: abc\n  services: {}\n', { is: 'unclear' }],
    ['name: &anchor abc\n', { is: 'unclear' }],
  ])('reads the name in %j as far as it is certain', (text, told) => {
    expect(topLevelName(text)).toEqual(told);
  });
});
