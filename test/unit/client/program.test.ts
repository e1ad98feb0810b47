import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Handlers, PlanOptions, StackOptions } from '../../../client/handlers.js';
import { runProgram } from '../../../client/program.js';
import { PlanAnswer } from '../../../client/schemas.js';

const interruption = () => ({ signal: new AbortController().signal, done: () => undefined });
const decision = { word: 'behind', reason: 'x.', deploys: true, repair: false, wanted: {} } as const;

let dir: string;
let out: string[];
let err: string[];
let called: unknown[];

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-program-')));
  [out, err, called] = [[], [], []];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function run(args: string[], overrides: Partial<Handlers> = {}): Promise<number> {
  const stay = async (options: StackOptions) => void called.push(options);
  const handlers: Handlers = {
    up: stay,
    worker: stay,
    plan: async (options: PlanOptions) => {
      called.push(options);
      return { decision, checkouts: [] };
    },
    validateConfig: () => Promise.resolve({ diagnostics: [] }),
    explainConfig: () => Promise.reject(new Error('not here')),
    findFormer: async () => [],
    removeFormer: () => Promise.reject(new Error('not here')),
    compose: () => Promise.resolve(0),
    lintJobs: () => Promise.reject(new Error('not here')),
    fixWritePerm: () => Promise.reject(new Error('not here')),
    listComposeFiles: () => Promise.reject(new Error('not here')),
    renderConfig: () => Promise.reject(new Error('not here')),
    readConfig: () => Promise.reject(new Error('not here')),
    weaverStatus: () => Promise.reject(new Error('not here')),
    cowbirdStatus: () => Promise.reject(new Error('not here')),
    replay: async () => ({ replays: true, events: 3, workflowType: 'story' }),
    replayOpen: async () => [],
    deployLocally: () => Promise.reject(new Error('not here')),
    doctor: async () => [],
    health: async () => [],
    ...overrides,
  };
  return runProgram(args, {
    handlers,
    io: {
      out: (line) => out.push(line),
      raw: () => undefined,
      err: (line) => err.push(line),
      now: () => new Date(0),
      interruption,
    },
    settings: () => ({
      stateDirectories: [join(dir, 'state')],
      host: undefined,
      machine: 'alpha',
      dockerHost: undefined,
      by: 'ann@alpha',
      plain: true,
      environment: {},
      personalLogDirectory: join(dir, 'log'),
      temporalEnvironment: { TEMPORAL_CONFIG_FILE: '/dev/null' },
    }),
    version: '1.2.3',
    cwd: dir,
  });
}

describe('client/program', () => {
  it('helps and tells its version with status 0', async () => {
    expect(await run(['--help'])).toBe(0);
    expect(out.join('\n')).toMatch(
      /up.*worker.*deploy.*pause.*resume.*approve.*reject.*rollback.*forget.*check.*plan.*status.*history.*replay/s,
    );
    expect(out.join('\n')).toContain('Exit status');
    expect(await run(['--version'])).toBe(0);
    expect(out.at(-1)).toBe('1.2.3');
    expect(await run(['deploy', '--help'])).toBe(0);
  });

  it.each([
    [[]],
    [['nonsense']],
    [['status', '--nonsense']],
    [['history', '--limit', 'many']],
    [['history', '--limit', '0']],
    [['deploy', '--reason', ' ']],
    [['replay']],
    [['replay', 'id', '--running']],
    [['drain', '--limit', '0']],
    [['status', 'too', 'many']],
    [['approve']],
    [['approve', 'that']],
    [['rollback', '-1']],
    [['pause', '--reason', '']],
  ])('ends wrong use (%j) with 2', async (args) => {
    expect(await run(args)).toBe(2);
    expect(err.join('\n')).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['check'],
    ['deploy'],
    ['status'],
    ['history'],
    ['forget'],
    ['drain'],
    ['replay', '--running'],
    ['pause'],
    ['resume'],
    ['approve', '3'],
    ['reject', '3'],
    ['rollback'],
  ])('ends `%s` with 2 in a directory of which nothing is known, and says what is', async (...command) => {
    expect(await run(command)).toBe(2);
    expect(err[0]).toContain(`No stack in ${dir} is known on this host (known: none`);
    expect(err[0]).toContain(`birdkeeper up --stack ${dir}`);
  });

  it('takes the working directory for the stack, and gives handlers real paths', async () => {
    expect(await run(['up'])).toBe(0);
    expect(await run(['worker', '--stack', `${dir}/../${dir.split('/').at(-1)}`, '--address', 'x:1'])).toBe(0);
    expect(called).toEqual([{ stacks: [{ stackDir: dir }] }, { stacks: [{ stackDir: dir }], address: 'x:1' }]);
  });

  it('ends `up` and `plan` with 2 when the directory or the environment file does not exist', async () => {
    expect(await run(['up', '--stack', join(dir, 'none')])).toBe(2);
    expect(await run(['plan', '--env-file', join(dir, 'none')])).toBe(2);
    expect(called).toEqual([]);
  });

  it('plans without a server, and prints what the schema says as JSON', async () => {
    expect(await run(['plan'])).toBe(0);
    expect(out[0]).toBe('behind: x.');
    out = [];
    expect(await run(['plan', '--json'])).toBe(0);
    expect(PlanAnswer.parse(JSON.parse(out.join('\n')))).toEqual({ decision, checkouts: [] });
    const blocked = { ...decision, word: 'blocked' as const };
    expect(await run(['plan'], { plan: async () => ({ decision: blocked, checkouts: [] }) })).toBe(3);
  });

  it('ends `replay` with 1 when the history does not replay, and with 2 when the file is no history', async () => {
    const file = fileURLToPath(new URL('../../../package.json', import.meta.url));
    expect(await run(['replay', file])).toBe(0);
    const differs = { replays: false, events: 3, workflowType: 'story', difference: 'event 2 differs.' };
    expect(await run(['replay', file], { replay: async () => differs })).toBe(1);
    expect(out.at(-1)).toBe('package (story, 3 events) does not replay: event 2 differs.');
    expect(await run(['replay', fileURLToPath(import.meta.url)])).toBe(2);
  });

  it('ends with the message and no trace when a handler fails', async () => {
    const fail = async () => {
      throw new Error('the disk is gone');
    };
    expect(await run(['up'], { up: fail })).toBe(1);
    expect(err).toEqual(['the disk is gone']);
  });
});
