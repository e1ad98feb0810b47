import { describe, expect, it } from 'vitest';
import { rotatedNames } from '../../../../client/logs/rotated.js';

describe('client/logs/rotated', () => {
  it('finds what a rotation has put aside, newest first, whichever way it names it', () => {
    const names = ['autodeploy.log', 'autodeploy.log.10.gz', 'autodeploy.log.1', 'autodeploy.log.2.gz', 'backup.log.1'];
    expect(rotatedNames(names, 'autodeploy.log')).toEqual([
      'autodeploy.log.1',
      'autodeploy.log.2.gz',
      'autodeploy.log.10.gz',
    ]);
    const dated = ['autodeploy.log-20261123.gz', 'autodeploy.log-20261124', 'autodeploy.log-2026-11-22'];
    expect(rotatedNames(dated, 'autodeploy.log')[0]).toBe('autodeploy.log-20261124');
    expect(rotatedNames(dated, 'autodeploy.log')).toHaveLength(3);
  });

  it('leaves alone what is something else', () => {
    expect(rotatedNames(['autodeploy.log.bak', 'autodeploy.log~', 'autodeploy.log.1.xz'], 'autodeploy.log')).toEqual(
      [],
    );
  });
});
