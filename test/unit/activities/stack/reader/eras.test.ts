import { describe, expect, it } from 'vitest';
import { eraNamed, eraOf, ERAS, type Scripts } from '../../../../../activities/stack/reader/eras.js';
import {
  CHANGES,
  FIRST,
  PLAIN,
  type Change,
  type Generation,
} from '../../../../../activities/stack/reader/generations.js';
import { scriptsOf } from '../../../../support/era-stack.js';

const KEYS = {
  'compose script': 'composeScript',
  reader: 'reader',
  components: 'components',
  services: 'services',
} as const;

/** Scripts in which nothing has changed since 1.14: what a change is known by the lack of is there. */
const FORMER: Scripts = CHANGES.filter(({ mark }) => mark.absent).reduce<Scripts>(
  (scripts, { mark }) => ({ ...scripts, [KEYS[mark.in]]: `${scripts[KEYS[mark.in]]}\n# ${mark.text}\n` }),
  { composeScript: '#!/bin/sh\n', reader: '', components: '', services: '' },
);

function withOnly({ mark }: Change): Scripts {
  const key = KEYS[mark.in];
  return { ...FORMER, [key]: mark.absent ? FORMER[key].replace(mark.text, '') : `${FORMER[key]}# ${mark.text}\n` };
}

function expectTraits(generation: Generation, traits: Change['traits']): void {
  expect(generation).toMatchObject(traits);
}

const generationOf = (name: string) => eraNamed(name)?.generation;

describe('activities/stack/reader/eras', () => {
  it('takes scripts without any change for 1.14', () => {
    expect(eraOf(FORMER)).toEqual({ name: '1.14', generation: FIRST });
  });

  it.each(CHANGES.map((change) => [change.since, change.mark.text, change] as const))(
    'finds the change of %s by %j, alone',
    (since, _, change) => {
      const { name, generation } = eraOf(withOnly(change));
      expect(name).toBe(since);
      expectTraits(generation, change.traits);
    },
  );

  it.each(ERAS)('finds %s by the scripts of its shape, and by its name', (name) => {
    const era = eraNamed(name);
    expect(era?.name).toBe(name);
    expect(eraOf(scriptsOf(name))).toEqual(era);
  });

  it('changes one generation into the next by what is said of it, and nothing else', () => {
    for (const [at, name] of ERAS.entries()) {
      const [former, now] = [generationOf(ERAS[at - 1] ?? '1.14'), generationOf(name)];
      const changed = CHANGES.filter(({ since }) => since === name).flatMap(({ traits }) => Object.keys(traits));
      const same = Object.keys(FIRST).filter((key) => !changed.includes(key)) as (keyof Generation)[];
      for (const key of same) expect(now?.[key], `${name}: ${key}`).toEqual(former?.[key]);
    }
  });

  it.each([
    ['1.14', '1.14'],
    ['1.14.4', '1.14'],
    ['1.15.2', '1.14'],
    ['1.22.6', '1.16.0'],
    ['1.22.10', '1.22.7'],
    ['1.23.1', '1.22.11'],
    ['1.24', '1.24.0'],
    ['1.25.3', '1.24.0'],
    ['1.26.11', '1.26.7'],
    ['2.0.0', '1.26.7'],
    ['2.3.2', '2.2.0'],
    ['2.18.2', '2.16.0'],
    ['2.18.7', '2.18.3'],
    ['2.18.10', '2.18.9'],
    ['2.25.0', '2.20.3'],
    ['2.26.1', '2.26.0'],
    ['99.0.0', '2.26.0'],
  ])('reads the tag %s as %s', (tag, name) => {
    expect(eraNamed(tag)?.name).toBe(name);
  });

  it.each(['', '1', '1.13.9', '0.9', 'v2.0.0', '2.0.0-rc1', '2.0.0.0', ' 2.0.0', '2.x', 'today', 'PLAIN', '-1.14'])(
    'knows no era called %j',
    (name) => {
      expect(eraNamed(name)).toBeUndefined();
    },
  );

  it('knows a directory without scripts of birdhouse-deploy', () => {
    expect(eraNamed('plain')).toEqual({ name: 'plain', generation: PLAIN });
    expect(PLAIN.composeScript).toBeUndefined();
  });

  it('is in the order of the tags, each once', () => {
    const parts = (tag: string) => tag.split('.').map((part) => part.padStart(3, '0'));
    const sorted = [...ERAS].sort((a, b) => (parts(a).join('.') < parts(b).join('.') ? -1 : 1));
    expect(sorted).toEqual(ERAS);
    expect(new Set(ERAS).size).toBe(ERAS.length);
  });

  it('follows the table of what changed where', () => {
    const of = <K extends keyof Generation>(key: K, ...tags: string[]) => tags.map((tag) => generationOf(tag)?.[key]);
    expect(of('delayed', '1.22.6', '1.22.7', '2.0.6', '2.1.0', '2.18.2', '2.18.3', '2.30.0')).toEqual([
      'never',
      'words',
      'words',
      'collapsed',
      'collapsed',
      'text',
      'text',
    ]);
    expect(of('delayedKeepsFailed', '2.25.9', '2.26.0')).toEqual([false, true]);
    expect(of('aliases', '2.3.3', '2.4.0', '2.18.2', '2.18.3')).toEqual([
      'none',
      'before the second env.local',
      'before the second env.local',
      'after the second env.local',
    ]);
    expect(of('processWins', '2.18.7', '2.18.8')).toEqual([false, true]);
    expect(of('components', '1.23.1', '1.24.0', '1.25.3', '1.25.4')).toEqual([
      'listed',
      'breadth first',
      'breadth first',
      'depth first',
    ]);
    expect(of('baseLists', '2.18.2', '2.18.3')).toEqual(['compose script', 'default.env']);
  });
});
