import { describe, expect, it } from 'vitest';
import { changedParts, partsOf, placesInside } from '../../../../activities/compose/content-parts.js';

const rule = (path: string, ...services: string[]) => ({ path, services });

describe('activities/compose/content-parts', () => {
  it('places are what rules for this service name below the mount, and nothing else', () => {
    const rules = [
      rule('/s/conf.d/b.conf', 'proxy'),
      rule('/s/conf.d/a'),
      rule('/s/conf.d/a', 'proxy'),
      rule('/s/conf.d/c', 'other'),
      rule('/s/conf.d'),
      rule('/s'),
      rule('/s/conf.d-old/x'),
    ];
    expect(placesInside('/s/conf.d', 'proxy', rules)).toEqual(['/s/conf.d/a', '/s/conf.d/b.conf']);
    expect(placesInside('/s/conf.d', 'web', rules)).toEqual(['/s/conf.d/a']);
  });

  it.each([
    ['a file that a rule names', '/m/a.conf', ['/m/a.conf']],
    ['a file below a directory that a rule names', '/m/d/x', ['/m/d']],
    ['a file of a nearer rule', '/m/d/near', ['/m/d/near']],
    ['another file', '/m/z', ['/m']],
  ])('%s is told apart', (_what, path, changed) => {
    const places = ['/m/a.conf', '/m/d', '/m/d/near'];
    const files = ['/m/a.conf', '/m/d/x', '/m/d/near', '/m/z'].map((file) => ({ path: file, id: '1' }));
    const before = partsOf('/m', places, files);
    const after = partsOf(
      '/m',
      places,
      files.map((file) => (file.path === path ? { ...file, id: '2' } : file)).reverse(),
    );
    expect(changedParts('/m', { parts: { '/m': before } }, { parts: { '/m': after } })).toEqual(changed);
  });

  it('the whole mount counts while nothing was recorded, rules differ, or the change is in no file', () => {
    const parts = { '/m': partsOf('/m', ['/m/a'], []) };
    expect(changedParts('/m', {}, { parts })).toEqual(['/m']);
    expect(changedParts('/m', { parts }, {})).toEqual(['/m']);
    expect(changedParts('/m', { parts: { '/m': partsOf('/m', ['/m/b'], []) } }, { parts })).toEqual(['/m']);
    expect(changedParts('/m', { parts }, { parts })).toEqual(['/m']);
  });
});
