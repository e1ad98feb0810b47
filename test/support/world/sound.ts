/** What holds of everything that the runs of a world wrote, whatever they did. */
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import { textsOf } from '../../replay/scrub.js';
import { SECRET } from './sample-stack.js';
import type { World } from './world.js';

/** Bytes of one input or result; every one of them stays in the history for a month. */
const MOST_BYTES = 10_000;

const BUNDLE = fileURLToPath(new URL('../../../dist/workflow-bundle.js', import.meta.url));

/** Every history replays against the code that is built, its payloads are small, and no secret is in it or in the logs. */
export async function expectSound(world: World): Promise<void> {
  const histories = await (await world.temporal()).histories();
  expect(histories.map(({ type }) => type)).toContain('keepStack');
  expect(await failuresOf(histories)).toEqual([]);
  for (const { workflowId, history } of histories) {
    const texts = textsOf(JSON.parse(historyToJSON(history)));
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text))), workflowId).toBeLessThanOrEqual(MOST_BYTES);
    expect(
      texts.filter((text) => text.includes(SECRET)),
      workflowId,
    ).toEqual([]);
  }
  for (const text of [await world.autodeployLog(), await world.upkeep.printed()]) expect(text).not.toContain(SECRET);
}

type Histories = Awaited<ReturnType<Awaited<ReturnType<World['temporal']>>['histories']>>;

async function failuresOf(histories: Histories): Promise<string[]> {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
  });
  const code = { workflowBundle: { codePath: BUNDLE } };
  const failures = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(code, histories)) {
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  }
  return failures;
}
