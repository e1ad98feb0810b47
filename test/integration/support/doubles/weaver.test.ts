import { afterEach, describe, expect, it } from 'vitest';
import { startBird, type Behaviour, type Bird } from '../../../support/doubles/bird.js';
import { startWeaver, type Weaver, type WeaverOptions } from '../../../support/doubles/weaver/index.js';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((each) => each.close()));
});

async function world(behaviour: Behaviour = 'good', options: WeaverOptions = {}) {
  const [bird, weaver] = [await startBird(behaviour), await startWeaver(options)];
  toClose.push(bird, weaver);
  return { bird, weaver };
}

interface Asked {
  status: number;
  body: Record<string, unknown>;
}

async function ask(weaver: Weaver, path: string, method = 'GET', json?: unknown): Promise<Asked> {
  const answer = await fetch(`${weaver.url}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      'accept-language': '',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

const add = (weaver: Weaver, bird: Bird, id = 'finch') => ask(weaver, '/providers', 'POST', { id, url: bird.url });
const ids = async (weaver: Weaver) => (await ask(weaver, '/providers?check=false&detail=false')).body['providers'];

describe('support/doubles/weaver', () => {
  it('registers, refuses a second time, lists and forgets', async () => {
    const { bird, weaver } = await world();
    expect((await add(weaver, bird)).status).toBe(201);
    expect((await add(weaver, bird)).status).toBe(409);
    expect(await ids(weaver)).toEqual(['finch']);
    const listed = await ask(weaver, '/processes?providers=true&detail=false');
    expect(listed.body['providers']).toMatchObject([{ id: 'finch', processes: ['hello', 'sing'] }]);
    expect((await ask(weaver, '/providers/finch', 'DELETE')).status).toBe(204);
    expect((await ask(weaver, '/providers/finch', 'DELETE')).status).toBe(404);
  });

  it('keeps what it did when the answer is lost', async () => {
    const { bird, weaver } = await world();
    weaver.disturb({ does: 'hangs up after', of: ({ method }) => method === 'POST' });
    await expect(add(weaver, bird)).rejects.toThrow();
    expect(await ids(weaver)).toEqual(['finch']);
  });

  it('keeps what it did when nobody waits for the answer any more', async () => {
    const { bird, weaver } = await world();
    weaver.disturb({ does: 'drops the answer' });
    const body = JSON.stringify({ id: 'finch', url: bird.url });
    const headers = { 'content-type': 'application/json', 'accept-language': '' };
    const left = new AbortController();
    const told = fetch(`${weaver.url}/providers`, { method: 'POST', headers, body, signal: left.signal });
    await expect.poll(() => weaver.store.get('finch')).toBeDefined();
    left.abort();
    await expect(told).rejects.toThrow();
  });

  it('answers later than those that came after, when it is told so', async () => {
    const { weaver } = await world();
    weaver.disturb({ does: { delayMs: 300 } });
    const order: string[] = [];
    const late = ask(weaver, '/versions').then(() => order.push('late'));
    await expect.poll(() => weaver.requests.length).toBe(1);
    await ask(weaver, '/versions').then(() => order.push('next'));
    await late;
    expect(order).toEqual(['next', 'late']);
  });

  it('is left alone when it is soothed', async () => {
    const { bird, weaver } = await world();
    weaver.disturb({ does: { fails: 500 }, times: Infinity });
    expect((await add(weaver, bird)).status).toBe(500);
    weaver.soothe();
    expect((await add(weaver, bird)).status).toBe(201);
  });

  it('has what it had after it died', async () => {
    const { bird, weaver } = await world();
    weaver.disturb({ does: 'dies after', of: ({ method }) => method === 'POST' });
    expect((await add(weaver, bird)).status).toBe(201);
    await expect(ids(weaver)).rejects.toThrow();
    await weaver.revive();
    expect(await ids(weaver)).toEqual(['finch']);
  });

  it('fails the next ones without doing anything', async () => {
    const { bird, weaver } = await world();
    weaver.disturb({ does: { fails: 502 }, times: 2 });
    expect([(await add(weaver, bird)).status, (await add(weaver, bird)).status]).toEqual([502, 502]);
    expect(await ids(weaver)).toEqual([]);
  });

  it('lives below a prefix only, when it has one', async () => {
    const { bird, weaver } = await world('good', { prefix: '/weaver' });
    expect((await add(weaver, bird)).status).toBe(201);
    expect((await fetch(new URL('/providers', weaver.url))).status).toBe(404);
    expect((await ask(weaver, '/')).body['message']).toBe('Weaver Information');
  });
});
