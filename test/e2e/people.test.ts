/** What people do with a keeper: pause, approve, go back, be told; and what is left when the server is lost or down. */
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { output } from '../support/world/programs.js';
import { freePorts } from '../support/world/ports.js';
import { apiTag, readerConfiguration, waitFor, type World } from '../support/world/index.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { expectSound } from '../support/world/sound.js';

const SECRET = 'a-secret-of-the-git-host-17';

interface Told {
  kind: string;
  title: string;
  todo?: string;
}
const told: Told[] = [];
let receiver: Server | undefined;
let webhookPort = 0;
const environment = (world: World) => ({
  BIRDKEEPER_WEBHOOK_LISTEN: `127.0.0.1:${webhookPort}`,
  BIRDKEEPER_WEBHOOK_SECRET_FILE: join(world.dir, 'webhook-secret'),
});

/** A receiver of notices, as an operator would have one. */
async function listen(): Promise<number> {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(chunks).toString()) as Told);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver?.listen(0, '127.0.0.1', resolve));
  return (receiver.address() as AddressInfo).port;
}

const [port, hook] = await Promise.all([listen(), freePorts(1)]);
webhookPort = hook[0] ?? 0;
const RULES = [
  "export BIRDKEEPER_APPROVAL='always'",
  `export BIRDKEEPER_NOTIFY='http://127.0.0.1:${port}/notices'`,
  "export BIRDKEEPER_NOTIFY_ON='deployed failed rolled-back blocked waiting recovered'",
];

describe('people', () => {
  afterAll(() => receiver?.close());
  const world = useWorld({ name: 'people', settings: { extra: RULES } }, async (made) => {
    await writeFile(join(made.dir, 'webhook-secret'), `${SECRET}\n`, { mode: 0o600 });
    await made.up({ env: environment(made) });
    const first = await made.waitForOutcome(1);
    if (first.outcome !== 'deployed') throw new Error(`the first deployment ended ${first.outcome}: ${first.message}`);
  });

  /** Tells the endpoint of a push, as GitHub would. */
  async function deliver(): Promise<number> {
    const { checkouts, env } = world().parts;
    const url = await output('git', ['-C', checkouts.platform, 'remote', 'get-url', 'origin'], { env });
    const body = JSON.stringify({ repository: { ssh_url: url.trim() } });
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const answer = await fetch(`http://127.0.0.1:${webhookPort}/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
    return answer.status;
  }

  const waiting = () =>
    waitFor('a release that waits', async () => (await (await world().temporal()).keeper()).waiting);
  const page = () => world().get('reader');

  it('a paused stack is not deployed by a delivery of the git host; resumed, it waits for a yes with its plan', async () => {
    expect((await world().cli(['pause', '--reason', 'exam week'])).status).toBe(0);
    await world().push('platform', readerConfiguration('one'), 'One');
    expect(await deliver()).toBe(202);
    await waitFor('a look', async () => (await (await world().recorded()).look())?.word === 'behind');
    expect((await world().cli(['status'])).stdout).toMatch(/paused +.* exam week/);
    expect(await world().history()).toHaveLength(1);

    expect((await world().cli(['resume'])).status).toBe(0);
    expect(await deliver()).toBe(202);
    const { number, needsApproval } = await waiting();
    expect(needsApproval).toBe(true);
    expect(await page()).not.toContain('one');
    await waitFor('a notice', () => told.some(({ kind, todo }) => kind === 'waiting' && todo?.includes(`${number}`)));
  });

  it('what waits does not hold the stack, and is deployed exactly as it was shown', async () => {
    const { number } = await waiting();
    expect((await world().cli(['deploy', '--reason', 'repair', '--wait'])).stdout).toMatch(/waiting/);
    const { number: newer } = await waitFor('the newer one', async () => {
      const release = (await (await world().temporal()).keeper()).waiting;
      return release !== undefined && release.number > number && release;
    });
    expect((await world().cli(['approve', String(number)])).status).toBe(2);
    const approved = await world().cli(['approve', String(newer), '--reason', 'looks good', '--wait']);
    expect(approved.stdout).toMatch(/deployed/);
    expect(await page()).toContain('one');
    const record = (await world().history()).at(-1);
    expect(record).toMatchObject({ trigger: 'approved', outcome: 'deployed' });
    expect(record?.reason).toContain('looks good');
    await waitFor('a notice', () => told.some(({ kind }) => kind === 'deployed'));
  });

  it('a rejected release is held back, with who and why', async () => {
    await world().images.publishApi('1.1');
    await world().release('platform', apiTag('1.1'), 'Raise api');
    const { number } = await waiting();
    expect((await world().cli(['reject', String(number), '--reason', 'not in exam week'])).status).toBe(0);
    await waitFor('the record', async () => (await world().history()).at(-1)?.outcome === 'rejected');
    const look = await world().cli(['check']);
    expect(look.stdout).toMatch(/quarantined/);
    expect(look.stdout).toContain('not in exam week');
  });

  it('a person goes back to a former release, and stays there', async () => {
    const back = await world().cli(['rollback', '1', '--wait', '--reason', 'the page is wrong']);
    expect(back.stdout).toMatch(/deployed/);
    expect(await page()).not.toContain('one');
    expect((await world().cli(['check'])).stdout).toMatch(/quarantined/);
  });

  it('without the server a person deploys by hand, and what comes back goes on from there', async () => {
    await world().stop();
    await world().push('platform', readerConfiguration('by hand'), 'By hand');
    const local = await world().cli(['deploy', '--local', '--reason', 'the server is down'], { limit: 120_000 });
    expect(local.stdout, local.stderr).toMatch(/deployed/);
    expect(await page()).toContain('by hand');
    const { number } = (await world().history()).at(-1) ?? { number: 0 };
    await world().up({ env: environment(world()) });
    await idle(world());
    expect((await world().cli(['check'])).stdout).toMatch(/^up to date/);
    await world().cli(['deploy', '--force', '--wait']);
    expect((await world().history()).at(-1)).toMatchObject({ outcome: 'deployed', number: number + 1 });
    expect((await world().cli(['deploy', '--local'])).status).toBe(2);
  });

  it('on an empty server the keeper is made again from the state directory: still paused, numbers go on', async () => {
    expect((await world().cli(['pause', '--reason', 'before the loss'])).status).toBe(0);
    await waitFor('the note', async () => (await (await world().recorded()).keeperNote()).paused !== undefined);
    const { number } = (await world().history()).at(-1) ?? { number: 0 };
    await expectSound(world());
    await world().stop();
    await rm(join(world().stateDirectory, 'temporal'), { recursive: true });
    expect((await world().cli(['status'])).stdout).toContain('before the loss');
    await world().up({ env: environment(world()) });
    const keeper = await (await world().temporal()).keeper();
    expect(keeper.paused?.reason).toBe('before the loss');
    expect(keeper.nextNumber).toBeGreaterThan(number);
  });
});
