/** Two hosts, each with an engine of its own, under one Temporal server that asks for a client certificate and a key. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { makeAuthority } from '../support/certificates.js';
import { SecondEngine, whyNoSecondEngine } from '../support/chaos/second-engine.js';
import { ownTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { startFront, type Front } from '../support/tls-front.js';
import { createWorld, waitFor, workerTask, type World } from '../support/world/index.js';

const KEY = 'key-of-several-hosts';
const why = await whyNoSecondEngine();
const MAKING_MS = 300_000;

describe('several-hosts', { timeout: 240_000 }, () => {
  let dir: string;
  let temporal: OwnTemporal;
  let front: Front;
  let engine: SecondEngine;
  let alpha: World;
  let beta: World;

  beforeAll(async () => {
    if (why !== undefined) return;
    dir = await mkdtemp(join(tmpdir(), 'bk-test-hosts-'));
    temporal = await ownTemporal('hosts');
    const authority = await makeAuthority(dir, 'authority');
    const [server, client] = [await authority.sign('server'), await authority.sign('client')];
    front = await startFront({ upstream: temporal.server.address, server, clientCa: authority.ca, key: KEY });
    const elsewhere = {
      TEMPORAL_ADDRESS: front.address,
      TEMPORAL_API_KEY: KEY,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.ca,
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
    };
    engine = await SecondEngine.make();
    alpha = await createWorld({ name: 'alpha', env: { ...elsewhere, BIRDKEEPER_HOST: 'alpha' } });
    const env = { ...elsewhere, BIRDKEEPER_HOST: 'beta', DOCKER_HOST: engine.host };
    beta = await createWorld({ name: 'beta', env });
  }, MAKING_MS);
  afterAll(async () => {
    for (const world of [alpha, beta]) await world?.destroy();
    await engine?.remove();
    await front?.stop();
    await temporal?.remove();
    if (dir) await rm(dir, { recursive: true, force: true });
  }, MAKING_MS);

  const need = (context: TestContext) => context.skip(why !== undefined, why);
  /** Containers of both, each as its own engine has them, and how many deployments. */
  const shown = async (world: World) => ({
    containers: (await world.containers()).map(({ id, startedAt }) => `${id} ${startedAt}`).sort(),
    deployments: (await world.history()).length,
  });
  const pushed = async (world: World, text: string) => {
    const commit = await world.push('platform', workerTask(text), text);
    await world.cli(['check']);
    return world.waitForCommit('platform', commit);
  };

  it('each deploys its own stack on its own engine', async (context) => {
    need(context);
    await Promise.all([alpha.up(), beta.up()]);
    for (const world of [alpha, beta]) {
      expect(await world.waitForOutcome(1), await world.tails()).toMatchObject({ outcome: 'deployed' });
      expect(await world.upkeep.printed()).toContain(`the Temporal server at ${front.address}`);
    }
    expect((await engine.docker('ps', '--format', '{{.Names}}')).stdout).not.toContain(alpha.project);
    expect((await shown(beta)).containers.length).toBeGreaterThan(3);
    expect([...front.keys]).toEqual([`Bearer ${KEY}`]);
  });

  it('a push to one touches nothing of the other', async (context) => {
    need(context);
    for (const [one, other] of [
      [alpha, beta],
      [beta, alpha],
    ] as const) {
      const before = await shown(other);
      expect(await pushed(one, `only-${one.project}`)).toMatchObject({ outcome: 'deployed' });
      expect(await shown(other)).toEqual(before);
    }
  });

  it('each sees its own keeper and schedules, and doctor finds nothing wrong with the server', async (context) => {
    need(context);
    for (const [world, host] of [
      [alpha, 'alpha'],
      [beta, 'beta'],
    ] as const) {
      const status = await world.cli(['status', '--json']);
      expect(JSON.parse(status.stdout)).toMatchObject({ host, stack: world.project, source: 'keeper' });
      expect((await world.cli(['schedules', '--json'])).stdout).toContain(`autodeploy/${host}/${world.project}`);
      expect((await world.cli(['doctor'])).stdout).toMatch(/^ok +Temporal: .*\n(.*\n)*ok +worker: polls and answers/m);
      expect((await world.cli(['replay', '--running'])).stdout).toContain(`open on host ${host} replays`);
    }
  });

  it('one that is drained, stopped and started again leaves the other at work', async (context) => {
    need(context);
    expect(await alpha.cli(['drain'])).toMatchObject({ status: 0 });
    await alpha.stop();
    expect(await pushed(beta, 'while-alpha-is-away')).toMatchObject({ outcome: 'deployed' });
    expect((await alpha.cli(['check'])).status).toBe(4);
    const before = await shown(beta);
    await alpha.up();
    expect(await pushed(alpha, 'back')).toMatchObject({ outcome: 'deployed' });
    expect(await shown(beta)).toEqual(before);
  });

  it('a log holds the key nowhere', async (context) => {
    need(context);
    for (const world of [alpha, beta]) expect(await world.tails(10_000)).not.toContain(KEY);
    await waitFor('the end of both', async () => {
      await Promise.all([alpha.stop(), beta.stop()]);
      return true;
    });
  });
});
