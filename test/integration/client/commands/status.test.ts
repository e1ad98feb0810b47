import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { StackReport } from '../../../../client/schemas.js';
import { birdkeeper } from '../../../support/command-line.js';

const AT = '2026-11-24T11:48:00.000Z';
const raven = { bird: 'raven', word: 'not registered', why: 'does not answer within 5 s' } as const;

describe('client/commands/status', { timeout: 30_000 }, () => {
  let dir: string;
  let stack: StackState;
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-status-')));
    await mkdir(join(dir, 'web'));
    stack = await new StateDirectory(join(dir, 'state')).register({ name: 'web', directory: join(dir, 'web') });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  // No server and no engine: only what is recorded is known.
  const status = async (...args: string[]) => {
    const line = {
      settings: { stateDirectories: [join(dir, 'state')] },
      cwd: join(dir, 'web'),
      handlers: { health: () => Promise.reject(new Error('no engine')) },
    };
    const ended = await birdkeeper(line, 'status', ...args);
    expect(ended.status).toBe(0);
    return ended.out;
  };

  it('tells of Weaver and Cowbird what is recorded of them', async () => {
    await stack.setWeaverNote({
      ...{ at: AT, inStep: false, birds: [raven], others: [], summary: 'registered 0 of 1', wanted: 'f00' },
    });
    await stack.setCowbirdNote({ ...{ at: AT, inStep: true, handlers: [] }, findings: [], withoutWorkspace: [] });
    const text = await status();
    expect(text).toMatch(/^birds +0 of 1 registered, .* ago: raven does not answer within 5 s$/m);
    expect(text).toMatch(/^cowbird +in step, /m);
    expect(text).toMatch(/^to do: Weaver is not in step\. .*birdkeeper weaver register$/m);
    const answer = StackReport.parse(JSON.parse(await status('--json')));
    expect(answer.weaver).toMatchObject({ at: AT, inStep: false, birds: [raven] });
    expect(answer.weaver).not.toHaveProperty('wanted');
    expect(answer.cowbird).toMatchObject({ at: AT, inStep: true });
  });

  it('has no such line for a stack that has neither', async () => {
    expect(await status()).not.toMatch(/^(birds|cowbird) /m);
    const answer = JSON.parse(await status('--json')) as object;
    expect(answer).not.toHaveProperty('weaver');
    expect(answer).not.toHaveProperty('cowbird');
  });

  it('a record that does not read is told, and hides nothing else', async () => {
    await stack.setCowbirdNote({ ...{ at: AT, inStep: true, handlers: [] }, findings: [], withoutWorkspace: [] });
    await writeFile(stack.path('weaver.json'), '{');
    const text = await status();
    expect(text).toMatch(/^note: Weaver is not known\. /m);
    expect(text).toMatch(/^cowbird +in step, /m);
  });
});
