import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { namingLostPort } from '../../../../activities/deployment/lost-port.js';
import { FAILURES, StepFailure } from '../../../../activities/shared/failures.js';
import { createImages, type Images } from '../../../support/images.js';
import { freePorts } from '../../../support/own-temporal.js';
import { Sample } from '../compose/sample.js';

let images: Images;
let sample: Sample;

beforeAll(async () => {
  images = await createImages();
});
afterAll(() => images.cleanup());
afterEach(() => sample.remove());

/** As when Compose ended with the engine's refusal of that port. */
async function refused(port: number): Promise<unknown> {
  const { engine, step } = sample;
  const message = `Compose could not recreate api: it ended with status 1:\nError response from daemon: driver failed programming external connectivity on endpoint api-1 (c394): Bind for 127.0.0.1:${port} failed: port is already allocated`;
  const failure = new StepFailure(FAILURES.applyFailed, message);
  return namingLostPort(() => Promise.reject(failure), { deps: { engine }, step }).catch((error: unknown) => error);
}

describe('activities/deployment/lost-port', () => {
  it('that nobody has waits for an engine that is started again', async () => {
    sample = await Sample.create({ web: { image: images.base } });
    const { port } = await freePorts();
    expect(await refused(port)).toMatchObject({
      type: FAILURES.engineUnavailable,
      retryAfterMs: 60_000,
      message: expect.stringMatching(`keeps port 127.0.0.1:${port} for a container that is gone`) as string,
    });
  });

  it('that a container has, by whatever protocol, is what the engine said', async () => {
    const { port } = await freePorts();
    const command = ['sleep', '3600'];
    sample = await Sample.create({
      web: { image: images.base, init: true, command, ports: [`127.0.0.1:${port}:80/udp`] },
    });
    await sample.recreateAll();
    expect(await refused(port)).toMatchObject({ type: FAILURES.applyFailed });
  });
});
