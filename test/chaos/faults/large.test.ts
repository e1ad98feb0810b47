import { describe, expect, it } from 'vitest';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { baseFile, waitFor } from '../../support/world/index.js';
import { idle, useWorld } from '../../support/world/in-vitest.js';

const FILES = 20_000;
const SERVICES = 100;
/** Two commands of Temporal's own limits: a payload of 2 MB, a history of 50 MB. Ours stay far below. */
const MOST_BYTES_OF_A_HISTORY = 1_000_000;

const manyFiles = (first: number, count: number, text: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`data/${(first + n) % 100}/${first + n}.txt`, `${text} ${first + n}\n`]),
  );

/** Each a busybox that sleeps. */
const tiny = (count: number, version: string) =>
  Array.from(
    { length: count },
    (_, n) => `
  tiny-${n}:
    image: \${BASE_IMAGE}
    init: true
    stop_grace_period: 1s
    network_mode: none
    environment: { VERSION: "${version}" }
    command: ["sleep", "1000000"]
`,
  ).join('');

describe('chaos/faults/large', () => {
  const world = useWorld({ name: 'large' });

  it(`a push of ${FILES} files is deployed, and a later small one is quick again`, async () => {
    await idle(world());
    const many = await world().release('platform', manyFiles(0, FILES, 'first'), 'Add data');
    const record = await world().waitForCommit('platform', many, { within: 240_000 });
    expect(record).toMatchObject({ outcome: 'deployed', services: [] });
    const small = await world().release('platform', baseFile({ version: '2' }), 'Change the page');
    const next = await world().waitForCommit('platform', small, { within: 120_000 });
    expect(next).toMatchObject({ outcome: 'deployed' });
    expect(Date.parse(next.endedAt) - Date.parse(next.startedAt)).toBeLessThan(90_000);
  });

  it('a service that ignores its signal is given its grace, and a worker that is killed meanwhile does not shorten it', async () => {
    await idle(world());
    const slow = (version: string) => `
  slow:
    image: \${BASE_IMAGE}
    stop_grace_period: 15s
    environment: { VERSION: "${version}" }
    command: ["sh", "-c", "trap 'echo asked' TERM; while true; do sleep 1; done"]
`;
    const first = await world().release('platform', baseFile({ version: '3', extra: slow('1') }), 'Add a slow service');
    expect(await world().waitForCommit('platform', first)).toMatchObject({ outcome: 'deployed' });
    await idle(world());
    const { slow: before } = await world().state();
    const { nextNumber: number } = await (await world().temporal()).keeper();
    const second = await world().release('platform', baseFile({ version: '3', extra: slow('2') }), 'Change it');
    const intent = async () => (await (await world().recorded()).intent())?.reached === 'apply';
    await waitFor('apply', intent, { every: 20 });
    await waitFor('the stopping', async () => (await world().containers()).some(({ status }) => status === 'created'));
    await world().kill9();
    await world().up();
    expect(await world().waitForOutcome(number, { within: 240_000 })).toMatchObject({
      outcome: 'deployed',
      to: { platform: second },
    });
    const { slow: after } = await world().state();
    expect(after?.id).not.toBe(before?.id);
    expect((await world().containers()).filter(({ service }) => service === 'slow')).toHaveLength(1);
  });

  it(`a stack of ${SERVICES} more services is planned, applied and settled in bounded time, with small histories`, async () => {
    await idle(world());
    const commit = await world().push('platform', baseFile({ version: '4', extra: tiny(SERVICES, '1') }), 'Grow');
    const began = Date.now();
    const plan = await world().cli(['plan'], { limit: 120_000 });
    expect(plan.status).toBe(0);
    // A history stays small: the plan names sixty.
    expect(plan.stdout).toMatch(/\d+ more services are touched/);
    expect(Date.now() - began).toBeLessThan(90_000);
    await world().look();
    const record = await world().waitForCommit('platform', commit, { within: 240_000 });
    expect(record).toMatchObject({ outcome: 'deployed' });
    expect(record.services).toHaveLength(SERVICES + 1);
    const histories = await (await world().temporal()).histories();
    const sizes = histories.map(({ workflowId, history }) => [workflowId, historyToJSON(history).length] as const);
    process.stdout.write(`largest history: ${String(sizes.toSorted((a, b) => b[1] - a[1])[0])} bytes as JSON\n`);
    for (const [id, size] of sizes) expect(size, id).toBeLessThan(MOST_BYTES_OF_A_HISTORY);
    expect((await world().cli(['check', '--exit-code'])).stdout).toMatch(/^up to date/);
  });
});
