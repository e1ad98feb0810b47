import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComponentStack } from '../../support/component-stack/index.js';
import { TODAY } from '../../support/component-stack/platforms.js';
import { SOURCES } from '../../support/monitoring/sources.js';

const stack = new ComponentStack('weaver');
let file: string;
beforeAll(async () => {
  stack.write(TODAY);
  file = await stack.rendered('config/magpie/weaver_hooks.py');
});
afterAll(() => stack.remove());

const USER = { id: 5, name: 'ann' };
const ADMIN = { id: 1, name: 'root', groups: ['administrators'] };

interface Outcome {
  headers: Record<string, string>;
  body: unknown;
  permitted: Record<string, string>[];
  logged: string[];
}

const DRIVER = join(SOURCES, 'test/support/component-stack/run-hook.py');

function runHook(hook: string, given: Record<string, unknown>): Outcome {
  const input = JSON.stringify({ hook, ...given });
  return JSON.parse(execFileSync('python3', ['-B', DRIVER, file], { encoding: 'utf8', input })) as Outcome;
}

describe('components/weaver', () => {
  it.each([
    ['who is not signed in', null, undefined, 'public'],
    ['who is not signed in and names a directory', null, 'users/5', 'public'],
    ['a user', USER, undefined, 'users/5'],
    ['a user who wants it public', USER, 'public', 'public'],
    ['a user who names that of another', USER, 'users/1', 'users/5'],
    ['an administrator', ADMIN, undefined, 'users/1'],
    ['an administrator who names one', ADMIN, 'project-x/2026', 'project-x/2026'],
  ])('results of %s', (_, user, wanted, context) => {
    const headers = wanted === undefined ? {} : { 'X-WPS-Output-Context': wanted };
    const { headers: seen } = runHook('add_x_wps_output_context', { user, headers });
    expect(seen['X-WPS-Output-Context']).toBe(context);
  });

  it.each([
    ['a user, where results are guarded', USER, ['secure-data-proxy'], 201, 1],
    ['a user, where they are not', USER, [], 201, 0],
    ['a user whose job was refused', USER, ['secure-data-proxy'], 400, 0],
    ['an administrator', ADMIN, ['secure-data-proxy'], 201, 0],
    ['who is not signed in', null, ['secure-data-proxy'], 201, 0],
  ])('may read results afterwards: %s', (_, user, services, status, times) => {
    const { permitted } = runHook('allow_user_execute_outputs', { user, services, status });
    expect(permitted).toEqual(
      Array(times).fill({
        ...{ service: 'secure-data-proxy', resource: '/wpsoutputs/weaver/users/5', type: 'route' },
        ...{ permission: 'read', user: 'ann', action: 'create' },
      }),
    );
  });

  it('who deploys a process may read and run it', () => {
    const body = { processSummary: { id: 'sleep' } };
    const deployed = runHook('allow_user_deployed_processes', { user: USER, status: 201, body });
    expect(deployed.permitted.map(({ resource, permission, user }) => [resource, permission, user])).toEqual([
      ['/processes/sleep', 'read', 'ann'],
      ['/processes/sleep', 'write', 'ann'],
    ]);
    for (const given of [
      { status: 409 },
      { user: ADMIN },
      { user: null },
      { body: { processSummary: {} } },
      { body: [] },
    ]) {
      const { permitted } = runHook('allow_user_deployed_processes', { user: USER, status: 201, body, ...given });
      expect(permitted, JSON.stringify(given)).toEqual([]);
    }
    const failed = runHook('allow_user_deployed_processes', { user: USER, status: 201, body, magpie: 'fails' });
    expect(failed.logged).toEqual([expect.stringContaining('/processes/sleep could not be permitted to ann')]);
  });

  it.each([
    ['nothing, where nothing is permitted', USER, {}, []],
    ['those that are permitted', USER, { sleep: ['match'] }, ['sleep']],
    ['all, where all below is permitted', USER, { weaver: ['recursive'] }, ['sleep', 'secret', 'cat']],
    ['none by a permission for the list alone', USER, { processes: ['match'] }, []],
    ['what is public, to who is not signed in', null, { sleep: ['recursive'] }, ['sleep']],
    ['all, to an administrator', ADMIN, {}, ['sleep', 'secret', 'cat']],
  ])('the list of processes holds %s', (_, user, may, ids) => {
    const given = { user, may, resources: { processes: { sleep: {}, secret: {} } } };
    const details = { processes: [{ id: 'sleep', title: 'z' }, { id: 'secret' }, { id: 'cat' }], total: 3 };
    const detailed = runHook('filter_allowed_processes', { ...given, body: details });
    expect((detailed.body as typeof details).processes.map(({ id }) => id)).toEqual(ids);
    const plain = { processes: ['sleep', 'secret', 'cat'], providers: [{ id: 'finch' }] };
    const names = runHook('filter_allowed_processes', { ...given, body: plain });
    expect(names.body).toEqual({ ...plain, processes: ids });
  });
});
