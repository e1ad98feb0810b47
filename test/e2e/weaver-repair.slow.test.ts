/** What is down, silent or killed on a stack with the component Weaver, and is mended without a person. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type Served } from '../support/doubles/http.js';
import { waitFor } from '../support/world/index.js';
import { attempt } from '../support/world/programs.js';
import { expectSound } from '../support/world/sound.js';
import {
  askWeaver,
  changes,
  letBack,
  noteAfter,
  registered,
  setMood,
  settle,
  startIn,
  takeAway,
  useWeaverWorld,
  weaverCommand,
} from '../support/weaver/weaver-world.js';

const BOTH = 'finch raven';

describe('weaver-repair', () => {
  const world = useWeaverWorld({
    ...{ name: 'weaverr', birds: { finch: {}, raven: { PROCESSES: 'caw' } }, away: ['raven'] },
    beside: true,
  });
  let hook: Served;
  beforeAll(async () => {
    hook = await serve(() => ({ status: 204 }));
  });
  afterAll(() => hook?.close());

  /** Texts that people were told, in order. */
  const told = () => hook.requests.map(({ text }) => text);
  const notify = () => `export BIRDKEEPER_NOTIFY='${hook.url}/'`;
  const started = async (service: string) => (await world().state())[service]?.startedAt;

  it('a bird that is down fails the registration and not the deployment, and people are told which one', async () => {
    const before = Date.now();
    const record = await settle(world(), BOTH, [notify()], 'Enable Weaver');
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    const note = await noteAfter(world(), before);
    expect(note).toMatchObject({ inStep: false, worker: 'ready' });
    expect(note.summary).toMatch(/^registered 1 of 2: raven: refuses connections/);
    const temporal = await world().temporal();
    const run = await waitFor('its end', async () => (await temporal.runsOf('registerWeaverProviders'))[0]);
    expect(run).toMatchObject({
      status: 'FAILED',
      result: expect.stringMatching(/registered 1 of 2: raven: /) as string,
    });
    expect(await registered(world())).toEqual(['finch']);
    await waitFor('a notice', () => told().some((text) => /registered 1 of 2: raven: refuses connections/.test(text)));
  });

  it('when it is there, the schedule registers it without a person, and people are told', async () => {
    const every = [notify(), "export BIRDKEEPER_WEAVER_FREQUENCY='@every 3s'"];
    await settle(world(), BOTH, every, 'Look every three seconds');
    const [before, deployments] = [Date.now(), (await world().history()).length];
    await letBack(world(), 'raven');
    await waitFor('both', async () => (await registered(world())).length === 2);
    const mended = await waitFor('a word of it', async () => {
      const note = await noteAfter(world(), before);
      return note.inStep && note;
    });
    expect(mended.summary).toBe('registered 2 of 2');
    await waitFor('a notice', () => told().some((text) => /recovered/.test(text)));
    expect(await world().history()).toHaveLength(deployments);
    expect(await changes(world())).toEqual(['POST finch 201', 'POST raven 201']);
  });

  it('a worker that does not answer is restarted once in the turn of the stack, whoever asks, and answers', async () => {
    await settle(world(), BOTH, [], 'Look no more');
    const temporal = await world().temporal();
    await waitFor('the end of looks', async () => (await temporal.openRunsOf('registerWeaverProviders')) === 0);
    const before = await Promise.all(['weaver', 'weaver-worker', 'finch'].map(started));
    await setMood(world(), 'silent once');
    // A real one loads for a while; nothing is asked of it meanwhile that is asked once.
    await startIn(world(), 6);
    const ran = await Promise.all([1, 2].map(() => weaverCommand(world(), ['register'], 180_000)));
    for (const { status, stdout, stderr } of ran) {
      expect(status, stderr).toBe(0);
      expect(stdout).toBe('registered 2 of 2\nthe worker answers after a restart\n');
    }
    const after = await Promise.all(['weaver', 'weaver-worker', 'finch'].map(started));
    expect(after.map((at, i) => at !== before[i])).toEqual([true, true, false]);
    // Newest first.
    expect(await temporal.runsOf('restartWeaver')).toEqual([
      { status: 'COMPLETED', result: { restarted: [] } },
      { status: 'COMPLETED', result: { restarted: ['weaver', 'weaver-worker'] } },
    ]);
    expect(await registered(world())).toEqual(['finch', 'raven']);
    await startIn(world(), 0);
  });

  it('a worker that never answers is told, with what its script found', async () => {
    await setMood(world(), 'silent');
    const ran = await weaverCommand(world(), ['register'], 120_000);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/registered 2 of 2/);
    expect(ran.stderr).toMatch(
      /the worker does not take jobs, also after a restart: in weaver, Celery gives no answer.*exit status 1/,
    );
    expect(await (await world().recorded()).weaverNote()).toMatchObject({ inStep: false, worker: 'failed' });
    await setMood(world(), 'unaware');
    const unaware = await weaverCommand(world(), ['register'], 120_000);
    expect(unaware.stderr).toMatch(/the workers do not know the task of Weaver .*exit status 3/);
    await setMood(world(), '');
    const well = await weaverCommand(world(), ['register']);
    expect(well, well.stderr).toMatchObject({ status: 0, stdout: 'registered 2 of 2\n' });
  });

  it('killed in the middle, a registration goes on and registers nothing twice', async () => {
    await settle(world(), BOTH, ["export WEAVER_WPS_PROVIDERS_MAX_TIME='120'"], 'Wait longer');
    for (const bird of ['finch', 'raven']) await askWeaver(world(), `/providers/${bird}`, { method: 'DELETE' });
    await takeAway(world(), 'raven');
    const { env } = world().parts;
    await attempt('docker', ['restart', (await world().state())['raven']?.id ?? ''], { env });
    const former = (await changes(world())).length;
    const before = Date.now();
    const asked = weaverCommand(world(), ['register'], 240_000);
    await waitFor('the one that is there', async () => (await registered(world())).includes('finch'));
    await world().kill9();
    expect(await registered(world())).toEqual(['finch']);
    await letBack(world(), 'raven');
    await world().up();
    expect(await noteAfter(world(), before)).toMatchObject({ inStep: true, summary: 'registered 2 of 2' });
    expect((await changes(world())).slice(former)).toEqual(['POST finch 201', 'POST raven 201']);
    expect((await asked).status).toBe(0);
  });

  it('a bird whose container does not run is waited for, and Weaver is not asked for it meanwhile', async () => {
    const { env } = world().parts;
    const { id = '' } = (await world().state())['raven'] ?? {};
    await attempt('docker', ['stop', id], { env });
    await askWeaver(world(), '/providers/raven', { method: 'DELETE' });
    const former = (await changes(world())).length;
    const asked = weaverCommand(world(), ['register', 'raven'], 240_000);
    const word = 'raven is a container that does not run; it is asked again';
    await waitFor('a word of it', async () => (await world().upkeep.printed()).includes(word));
    const status = await weaverCommand(world(), ['status']);
    expect(status.stdout).toMatch(/^raven +yes +no +no +- +is a container that does not run *$/m);
    await attempt('docker', ['start', id], { env });
    expect(await asked).toMatchObject({ status: 0, stdout: 'registered 1 of 1\n' });
    expect((await changes(world())).slice(former)).toEqual(['POST raven 201']);
  });

  it('a push that corrects an address is the last word, while a registration still tries the wrong one', async () => {
    const patient = "export WEAVER_WPS_PROVIDERS_RETRY_COUNT='20' WEAVER_WPS_PROVIDERS_RETRY_AFTER='2'";
    const wrong = "export WEAVER_PROVIDERS_URL_TEMPLATE='http://{name}.nowhere:5000/wps'";
    await settle(world(), BOTH, [patient, wrong], 'Look for birds in the wrong place');
    await waitFor('a try', async () => (await changes(world())).some((change) => / 422$/.test(change)));
    const before = Date.now();
    await settle(world(), BOTH, [patient], 'Look for them where they are');
    const temporal = await world().temporal();
    await waitFor('the end of both', async () => (await temporal.openRunsOf('registerWeaverProviders')) === 0);
    expect(await noteAfter(world(), before)).toMatchObject({ inStep: true, summary: 'registered 2 of 2' });
    const { url } = (await askWeaver(world(), '/providers/raven')) as { url: string };
    expect(url).toBe('http://raven.birds:5000/wps');
    const [last] = await temporal.runsOf('registerWeaverProviders');
    expect(last).toMatchObject({ status: 'COMPLETED' });
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
