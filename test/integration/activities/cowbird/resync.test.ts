import { afterEach, describe, expect, it } from 'vitest';
import { resync } from '../../../../activities/cowbird/resync.js';
import { FAILURES, StepFailure } from '../../../../activities/shared/failures.js';
import { startWorld, type World, type WorldOptions } from './cowbird-world.js';

const signal = new AbortController().signal;
const worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((made) => made.close()));
});

async function world(options?: WorldOptions): Promise<World> {
  const made = await startWorld(options);
  worlds.push(made);
  return made;
}

const failureOf = async (made: World, handler: string, seconds = 20): Promise<StepFailure> => {
  const failure: unknown = await resync(made.place({ seconds }), handler, made.web, signal).catch(
    (error: unknown) => error,
  );
  if (!(failure instanceof StepFailure)) throw new Error(`no failure: ${String(failure)}`);
  return failure;
};

describe('activities/cowbird/resync', () => {
  it('asks Cowbird once, as an administrator', async () => {
    const made = await world();
    await resync(made.place({ seconds: 20 }), 'FileSystem', made.web, signal);
    expect(made.cowbird.cowbird.resyncs).toEqual(['FileSystem']);
  });

  it('a handler that is not active is not asked for, and those that are are named', async () => {
    const made = await world({ cowbird: { behaviour: { handlers: ['Nginx', 'Magpie'] } } });
    const failure = await failureOf(made, 'FileSystem');
    expect(failure.type).toBe(FAILURES.configuration);
    expect(failure.message).toMatch(/no active handler FileSystem: Magpie, Nginx\. Nothing was touched/);
    expect(made.platform.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('that of FileSystem is not asked for without the handler that it needs half-way', async () => {
    const made = await world({ cowbird: { behaviour: { handlers: ['FileSystem', 'Nginx'] } } });
    const failure = await failureOf(made, 'FileSystem');
    expect(failure.type).toBe(FAILURES.configuration);
    expect(failure.message).toMatch(/needs Cowbird's handler Magpie.*Nothing was touched/);
    expect(made.cowbird.cowbird.resyncs).toEqual([]);
    await resync(made.place({ seconds: 20 }), 'Nginx', made.web, signal);
    expect(made.cowbird.cowbird.resyncs).toEqual(['Nginx']);
  });

  it('one that fails in the middle is told as such', async () => {
    const made = await world({ cowbird: { behaviour: { failing: ['FileSystem'] } } });
    const failure = await failureOf(made, 'FileSystem');
    expect(failure.type).toBe(FAILURES.unhealthy);
    expect(failure.message).toMatch(/in the middle of the resync/);
  });

  it('a Cowbird before 2.1.0 knows none', async () => {
    const failure = await failureOf(await world({ cowbird: { version: '2.0.0' } }), 'FileSystem');
    expect(failure.type).toBe(FAILURES.configuration);
    expect(failure.message).toMatch(/came with 2\.1\.0/);
  });

  it('what broke off may have been done, and is told so', async () => {
    const made = await world();
    const place = made.place({ seconds: 20 });
    made.cowbird.cowbird.behave({ delayMs: 0 });
    const handlers = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"handlers": ["FileSystem", "Magpie"]}',
    };
    made.platform.instead('cowbird', [handlers, 'hang up']);
    const failure: unknown = await resync(place, 'FileSystem', made.web, signal).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/not known how the resync of FileSystem ended.*may still be under way/);
  });

  it('handlers that are not told touch nothing', async () => {
    const made = await world();
    made.platform.takeDown('cowbird');
    expect((await failureOf(made, 'FileSystem')).message).toMatch(/status 502\. Nothing was touched/);
  });
});
