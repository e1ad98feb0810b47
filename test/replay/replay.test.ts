import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import * as workflows from '../../workflows/index.js';
import { bundleFromSources } from '../support/temporal-world.js';
import { SCENARIOS } from './scenarios.js';
import { textsOf } from './scrub.js';

const directory = fileURLToPath(new URL('histories/', import.meta.url));
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));
const load = (name: string): unknown => JSON.parse(readFileSync(`${directory}${name}.json`, 'utf8'));

let today: WorkflowBundleWithSourceMap;
let twin: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
  today = await bundleFromSources();
  twin = await bundleFromSources('test/replay/twin/index.ts');
}, 180_000);

/** Why each of them does not replay; the message names the first command that differs. */
async function replay(workflowBundle: WorkflowBundleWithSourceMap, given: string[]): Promise<Map<string, Error>> {
  const histories = given.map((name) => ({ workflowId: name, history: historyFromJSON(load(name)) }));
  const failures = new Map<string, Error>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error !== undefined) failures.set(workflowId, error);
  return failures;
}

describe('replay', () => {
  it('every scenario and every workflow type has a history', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(SCENARIOS)));
    const types = new Set(names.map((name) => name.split('.')[0]));
    expect([...types].sort()).toEqual(Object.keys(workflows).sort());
  });

  it('scenario 22: every history replays against the code of today', async () => {
    const failures = await replay(today, names);
    const told = [...failures].map(([name, error]) => `${name}: ${error.message}`);
    expect(told).toEqual([]);
  }, 120_000);

  it('a checkStack that lacks one command is found out, and the command is named', async () => {
    const changed = [
      'checkStack.real',
      'checkStack.skipped',
      'checkStack.told',
      'checkStack.up-to-date',
      'checkStack.without-keeper',
    ];
    const failures = await replay(
      twin,
      names.filter((name) => !name.includes('bad-input')),
    );
    expect([...failures.keys()].sort()).toEqual(changed);
    for (const error of failures.values()) {
      expect(error).toBeInstanceOf(DeterminismViolationError);
      expect(error.message).toMatch(/upsert|ActivityTaskScheduled/i);
    }
  }, 120_000);

  it.each(names)('%s holds no path, machine or process', (name) => {
    const texts = textsOf(load(name));
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) {
      expect(text).not.toMatch(/(^|[^\w.])\/(work|tmp|home|root|Users|node_modules)\b/);
      expect(text).not.toMatch(/\d+@/);
      if (hostname().length > 3) expect(text).not.toContain(hostname());
    }
  });
});
