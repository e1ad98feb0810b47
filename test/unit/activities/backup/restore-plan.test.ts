import { describe, expect, it } from 'vitest';
import type { ManifestPart } from '../../../../activities/backup/manifest.js';
import * as plan from '../../../../activities/backup/restore-plan.js';
import type { DataKind, Part } from '../../../../activities/backup/types.js';

const held = (component: string, data: DataKind, part: Part): ManifestPart => ({
  key: `${component}/${data}/1`,
  component,
  data,
  part,
  place: '/place',
});
const PG: Part = { kind: 'dump', database: 'postgres', container: 'db', stop: ['web'] };
const SQLITE: Part = { kind: 'dump', database: 'sqlite', container: 'hub', file: '/a' };
const PATH: Part = { kind: 'path', path: '/data', stop: ['db', 'web'] };

describe('activities/backup/restore-plan', () => {
  const parts = [held('hub', 'application', SQLITE), held('files', 'application', PATH), held('magpie', 'user', PG)];

  it('takes what is selected, and names what the snapshot does not hold', () => {
    const choose = (selection: object) => plan.chooseParts({ parts }, selection);
    expect(choose({ application: '*', user: '*' }).parts).toHaveLength(3);
    expect(choose({ application: ['files'] })).toEqual({ parts: [parts[1]], problems: [] });
    expect(choose({ application: ['magpie'] }).problems).toEqual([
      'it holds no application data of magpie (of these: files, hub)',
    ]);
    // Named for two kinds: those that it has are meant.
    const both = (name: string) => choose({ application: [name], user: [name] });
    expect(both('magpie')).toEqual({ parts: [parts[2]], problems: [] });
    expect(both('owl').problems).toEqual([
      'it holds no application or user data of owl (of these: files, hub, magpie)',
    ]);
    expect(choose({}).problems).toEqual(['it holds nothing of what was selected']);
    expect(choose({ logs: '*' }).problems).toEqual(['it holds nothing of what was selected']);
  });

  it('what is fed its dump runs, everything else that is touched does not', () => {
    expect(plan.stoppedThroughout(parts)).toEqual(['hub', 'web']);
    expect(plan.stopsFor(PATH)).toEqual(['db', 'web']);
    expect(plan.stopsFor(SQLITE)).toEqual(['hub']);
    expect(plan.stopsFor(PG)).toEqual(['web']);
    expect(plan.inOrder(parts).map(({ component }) => component)).toEqual(['magpie', 'hub', 'files']);
  });

  it.each<[DataKind, string | undefined, boolean]>([
    ['logs', '/anywhere', true],
    ['logs', undefined, true],
    ['application', undefined, false],
    ['application', '/srv/env.local', true],
    ['application', '/var/log/PAVICS/old', true],
    ['application', '/var/log/PAVICSX', false],
    ['application', '/srv', false],
    ['user', '/', false],
  ])('%s data of %s are laid aside: %s', (data, target, aside) => {
    expect(plan.isLaidAside(data, target, ['/srv/env.local', '/var/log/PAVICS'])).toBe(aside);
  });

  it('protected paths below a target are spared', () => {
    expect(plan.sparedBelow('/srv', ['/srv/env.local', '/srvx/a', '/srv', '/etc'])).toEqual(['env.local']);
  });
});
