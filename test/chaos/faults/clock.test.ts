import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { baseFile, waitFor, type World } from '../../support/world/index.js';
import { idle, useWorld } from '../../support/world/in-vitest.js';

const SHIM = fileURLToPath(new URL('../../support/chaos/shifted-clock.mjs', import.meta.url));
const HOUR_MS = 3_600_000;

/**
 * Only the worker's clock can be made wrong here (faketime is not to be had), while the server's, git's and the engine's
 * stay right: a harder case than a jump of the whole host.
 */
describe('chaos/faults/clock', () => {
  let shiftFile = '';
  const world = useWorld({ name: 'clock' }, async (made: World) => {
    shiftFile = join(made.dir, 'shift');
    await made.up({ env: { NODE_OPTIONS: `--import ${SHIM}`, CLOCK_SHIFT_FILE: shiftFile } });
    await made.waitForOutcome(1);
  });

  for (const [what, shift] of [
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const) {
    it(`a clock that jumps an hour ${what} while a service comes up costs no rollback`, async () => {
      await rm(shiftFile, { force: true });
      await idle(world());
      const { nextNumber: number } = await (await world().temporal()).keeper();
      await world().release('platform', baseFile({ version: what, extra: late(what) }), 'Change the page');
      // Not before: the limit must have been reckoned by the clock that was right.
      const watching = new RegExp(`\\[${world().project} ${number} settle\\] .*late: starting`);
      await waitFor('settle', async () => watching.test(await world().autodeployLog()), { every: 5 });
      await writeFile(shiftFile, String(shift));
      expect(await world().waitForOutcome(number)).toMatchObject({ outcome: 'deployed' });
      expect(await world().get('web')).toBe(`version ${what}`);
      expect(await world().cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
    });
  }
});

/** Is well only after some seconds. */
const late = (version: string) => `
  late:
    image: \${BASE_IMAGE}
    init: true
    stop_grace_period: 1s
    environment: { VERSION: "${version}" }
    command: ["sh", "-c", "sleep 8; touch /ready; exec sleep 1000000"]
    healthcheck: { test: ["CMD", "test", "-e", "/ready"], interval: 1s, timeout: 2s, retries: 25 }
`;
