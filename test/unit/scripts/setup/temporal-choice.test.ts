import { describe, expect, it } from 'vitest';
import { chooseTemporalCli } from '../../../../scripts/setup/temporal-choice.mjs';

const named = { path: '/opt/temporal', server: '1.29.1' };
const onPath = { path: '/usr/bin/temporal', server: '1.28.0' };
const cached = { path: '/cache/bin/temporal', server: '1.29.1' };

describe('scripts/setup/temporal-choice', () => {
  it('the one that a person named comes first, then PATH, then the cache', () => {
    expect(chooseTemporalCli({ named, onPath, cached })).toMatchObject({ use: named.path });
    expect(chooseTemporalCli({ onPath, cached })).toMatchObject({ use: onPath.path });
    expect(chooseTemporalCli({ cached })).toMatchObject({ use: cached.path });
  });

  it('none at all is missing, and can be brought', () => {
    expect(chooseTemporalCli({})).toEqual({ missing: 'none on PATH or in our cache', blocked: false });
  });

  it('a named one that does not run is complained about, never passed over', () => {
    const chosen = chooseTemporalCli({ named: { path: '/opt/gone', server: undefined }, onPath, cached });
    expect(chosen).toMatchObject({ blocked: true, missing: expect.stringContaining('/opt/gone') as string });
  });

  it('one on PATH that is too old is passed over, and said so when nothing else is there', () => {
    const old = { path: '/usr/bin/temporal', server: '1.22.4' };
    expect(chooseTemporalCli({ onPath: old, cached })).toMatchObject({ use: cached.path });
    expect(chooseTemporalCli({ onPath: old })).toMatchObject({
      blocked: false,
      missing: expect.stringContaining('1.22.4 is older than 1.25.0') as string,
    });
  });
});
