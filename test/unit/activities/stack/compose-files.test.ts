import { describe, expect, it } from 'vitest';
import { composeFiles, dotEnvValue, normaliseName, topLevelName } from '../../../../activities/stack/compose-files.js';
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
