/** Pushes and commands that change which birds are wanted, on a stack of ours with the component Weaver. */
import { describe, expect, it } from 'vitest';
import type { World } from '../support/world/index.js';
import { idle } from '../support/world/in-vitest.js';
import { attempt } from '../support/world/programs.js';
import { expectSound } from '../support/world/sound.js';
import { birdsFile, withWeaver, type Birds } from '../support/weaver/stack.js';
import {
  askWeaver,
  changes,
  lookedAt,
  noteAfter,
  registered,
  settle,
  takeAway,
  useWeaverWorld,
  weaverCommand,
} from '../support/weaver/weaver-world.js';

const TWO = { finch: {}, raven: { PROCESSES: 'caw' } };
/** guest is a bird that nobody asks birdkeeper for. */
const WITH_GUEST = { ...TWO, guest: {} };

/** Without what makes health checks quick elsewhere. */
const SHIPPED = 'export EXTRA_CONF_DIRS="$OUR_WEAVER"';

/** Services that are not those of a bird which the push is about: equal means untouched. */
const untouched = async (world: World, ...about: string[]): Promise<string[]> =>
  (await world.containers())
    .filter(({ service }) => !about.includes(service))
    .map(({ service, id, startedAt }) => `${service} ${id} ${startedAt}`);

describe('weaver', () => {
  const world = useWeaverWorld({ name: 'weavers', birds: TWO });

  /** What the push of settings, and of birds, changes in Weaver. */
  async function released(wanted: string, { more = [], birds }: { more?: string[]; birds?: Birds }) {
    const [before, former] = [Date.now(), await changes(world())];
    if (birds) await world().push('platform', birdsFile(birds), `Have ${Object.keys(birds).join(', ')}`);
    const record = await settle(world(), wanted, [SHIPPED, ...more], `Want ${wanted}`);
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    const note = await noteAfter(world(), before);
    return { record, note, changed: (await changes(world())).slice(former.length) };
  }

  it('with its health checks as they are shipped, it is deployed and every bird is registered', async () => {
    const before = Date.now();
    const record = await settle(world(), 'finch raven', [SHIPPED], 'Enable Weaver');
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    expect(await noteAfter(world(), before)).toMatchObject({ inStep: true, summary: 'registered 2 of 2' });
    const { weaver, 'weaver-worker': worker, 'weaver-mongodb': database } = await world().state();
    for (const container of [weaver, worker, database]) expect(container?.health).toBe('healthy');
  });

  it('a push that adds a bird registers it and touches no other', async () => {
    const before = await untouched(world());
    const { note, changed } = await released('finch raven parrot', { birds: { ...WITH_GUEST, parrot: {} } });
    expect(changed).toEqual(['POST parrot 201']);
    expect(note.birds.map(({ bird, word }) => `${bird} ${word}`)).toEqual([
      'finch up to date',
      'raven up to date',
      'parrot registered',
    ]);
    expect(await untouched(world(), 'parrot', 'guest')).toEqual(before);
  });

  it('a push that takes a bird away leaves it registered, and says how to take it out', async () => {
    const guest = JSON.stringify({ id: 'guest', url: 'http://guest.birds:5000/wps' });
    await askWeaver(world(), '/providers', { method: 'POST', body: guest });
    const { note, changed } = await released('finch raven', { birds: WITH_GUEST });
    expect(changed).toEqual([]);
    expect(note).toMatchObject({ inStep: true, others: ['guest', 'parrot'] });
    expect(await registered(world())).toEqual(['finch', 'guest', 'parrot', 'raven']);
    // What a push takes off the compose file goes on running until somebody removes it.
    await attempt('docker', ['rm', '--force', (await world().state())['parrot']?.id ?? ''], { env: world().parts.env });
    const { status, stdout } = await weaverCommand(world(), ['status']);
    expect(stdout).toMatch(/^parrot +no +yes +no +- +Weaver cannot read it/m);
    expect(stdout).toMatch(/^guest +no +yes +yes +2 *$/m);
    expect(stdout).toMatch(/^to do: parrot: birdkeeper weaver unregister parrot$/m);
    expect(status).toBe(0);
  });

  it('where dropped birds are to go, one goes after three looks, and a healthy one stays', async () => {
    const drop = ["export WEAVER_UNREGISTER_DROPPED_PROVIDERS='True' BIRDKEEPER_WEAVER_LOOK_SECONDS='1'"];
    const { note, changed } = await released('finch raven', { more: drop });
    expect(changed).toEqual(['DELETE parrot 204']);
    expect(note).toMatchObject({ inStep: true, others: ['guest'], summary: 'registered 2 of 2' });
    expect(await registered(world())).toEqual(['finch', 'guest', 'raven']);
    expect(await lookedAt(world(), 'parrot')).toEqual(['422', '422', '422']);
  });

  it('weaver register NAME registers that one alone', async () => {
    await askWeaver(world(), '/providers/raven', { method: 'DELETE' });
    await askWeaver(world(), '/providers/finch', { method: 'DELETE' });
    const down = await weaverCommand(world(), ['status']);
    expect(down.stdout).toMatch(/^raven +yes +no +yes +- *$/m);
    expect(down.status).toBe(1);
    const former = (await changes(world())).length;
    const ran = await weaverCommand(world(), ['register', 'raven']);
    expect(ran, ran.stderr).toMatchObject({ status: 0, stdout: 'registered 1 of 1\n' });
    expect((await changes(world())).slice(former)).toEqual(['POST raven 201']);
    const all = await weaverCommand(world(), ['register']);
    expect(all, all.stderr).toMatchObject({ status: 0, stdout: 'registered 2 of 2\n' });
    expect((await changes(world())).slice(former)).toEqual(['POST raven 201', 'POST finch 201']);
    const stranger = await weaverCommand(world(), ['register', 'gull']);
    expect(stranger.status).not.toBe(0);
    expect(stranger.stderr).toMatch(/gull: not in WEAVER_WPS_PROVIDERS \(which has: finch, raven\)/);
  });

  it('weaver unregister takes out one that nobody wants, and refuses one that is wanted', async () => {
    const refused = await weaverCommand(world(), ['unregister', 'finch']);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/finch is in WEAVER_WPS_PROVIDERS/);
    const ran = await weaverCommand(world(), ['unregister', 'guest']);
    expect(ran).toMatchObject({ status: 0, stdout: 'guest is not registered in Weaver any more.\n' });
    expect(await registered(world())).toEqual(['finch', 'raven']);
  });

  it('a deployment without the server registers birds too', async () => {
    await idle(world());
    await world().stop();
    const former = (await changes(world())).length;
    const commit = await world().pushSettings({ extra: withWeaver('finch raven guest', [SHIPPED]) }, 'Want the guest');
    const ran = await world().cli(['deploy', '--local'], { limit: 180_000 });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(await world().waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    expect((await changes(world())).slice(former)).toEqual(['POST guest 201']);
    expect(await (await world().recorded()).weaverNote()).toMatchObject({ inStep: true, summary: 'registered 3 of 3' });
    await world().up();
  });

  it('with policy fail the deployment has failed, and stays as it runs', async () => {
    await takeAway(world(), 'owl');
    await world().push('platform', birdsFile({ ...WITH_GUEST, owl: {} }), 'Have an owl');
    const fail = [SHIPPED, "export BIRDKEEPER_WEAVER_POLICY='fail'"];
    const record = await settle(world(), 'finch raven guest owl', fail, 'Want the owl');
    expect(record).toMatchObject({ outcome: 'roll back withheld', phase: 'follow up' });
    expect(record.message).toMatch(/registered 3 of 4: owl: refuses connections/);
    expect(await world().checkedOut()).toMatchObject(record.to);
    expect((await world().state())['owl']?.status).toBe('running');
    expect(await registered(world())).toEqual(['finch', 'guest', 'raven']);
  });

  it('with policy roll-back the former release is put back, and its birds are registered', async () => {
    const former = Date.now();
    const back = [SHIPPED, "export BIRDKEEPER_WEAVER_POLICY='roll-back'"];
    const good = await settle(world(), 'finch raven guest', back, 'Do without the owl');
    expect(good, good.message).toMatchObject({ outcome: 'deployed' });
    expect(await noteAfter(world(), former)).toMatchObject({ inStep: true });
    const before = Date.now();
    const elsewhere = [...back, "export WEAVER_PROVIDERS_URL_TEMPLATE='http://{name}.nest:5000/wps'"];
    const made = (await changes(world())).length;
    const bad = await settle(world(), 'finch raven owl', elsewhere, 'Want the owl again, and all elsewhere');
    expect(bad).toMatchObject({ outcome: 'rolled back' });
    expect(bad.message).toMatch(/registered 2 of 3: owl: refuses connections/);
    expect((await world().checkedOut())['private']).toBe(good.to['private']);
    const note = await noteAfter(world(), Math.max(before, Date.parse(bad.endedAt)));
    expect(note).toMatchObject({ inStep: true, summary: 'registered 3 of 3' });
    expect(await registered(world())).toEqual(['finch', 'guest', 'raven']);
    expect((await changes(world())).slice(made).filter((change) => change.includes('finch'))).toEqual(
      Array.from({ length: 2 }, () => ['DELETE finch 204', 'POST finch 201']).flat(),
    );
    const finch = (await askWeaver(world(), '/providers/finch')) as { url: string };
    expect(finch.url).toBe('http://finch.birds:5000/wps');
    const status = await world().cli(['status']);
    expect(status.stdout).toMatch(/^bad +release of deployment .* owl: refuses connections/m);
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
