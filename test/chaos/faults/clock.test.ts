import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { baseFile, waitFor, type World } from '../../support/world/index.js';
import { idle, useWorld } from '../../support/world/in-vitest.js';

const SHIM = fileURLToPath(new URL('../../support/chaos/shifted-clock.mjs', import.meta.url));
const HOUR_MS = 3_600_000;
const LONG_WINDOW = ["export BIRDKEEPER_SETTLE_SECONDS='4'"];

/**
 * Only the worker's clock can be made wrong here (faketime is not to be had), while the server's, git's and the engine's
 * stay right: a harder case than a jump of the whole host.
 */
describe('chaos/clock', () => {
  let shiftFile = '';
  const world = useWorld({ name: 'clock', settings: { extra: LONG_WINDOW } }, async (made: World) => {
    shiftFile = join(made.dir, 'shift');
    await made.up({ env: { NODE_OPTIONS: `--import ${SHIM}`, CLOCK_SHIFT_FILE: shiftFile } });
    await made.waitForOutcome(1);
  });

  for (const [what, shift] of [
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const) {
    it(`a clock that jumps an hour ${what} while services settle costs no rollback`, async () => {
      await rm(shiftFile, { force: true });
      await idle(world());
      const temporal = await world().temporal();
      const { nextNumber: number } = await temporal.keeper();
      await world().release('platform', baseFile({ version: what }), 'Change the page');
      // Not before: the limit must have been reckoned by the clock that was right.
      const watching = `[${world().project} ${number} settle] `;
      await waitFor('settle', async () => (await world().autodeployLog()).includes(watching), { every: 5 });
      await writeFile(shiftFile, String(shift));
      expect(await world().waitForOutcome(number)).toMatchObject({ outcome: 'deployed' });
      expect(await world().get('web')).toBe(`version ${what}`);
      expect(await world().cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
    });
  }
});
