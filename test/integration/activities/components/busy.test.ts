import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askBusy, awaitIdle } from '../../../../activities/components/busy.js';
import { EMPTY_MANIFEST, type BusyRules } from '../../../../activities/components/manifest.js';
import { createRedactor } from '../../../../activities/shared/redact.js';

const PASSWORD = 'correct horse';
let root: string;
let server: Server;
let url: string;
let answer: RequestListener;
let asked: number;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'birdkeeper-busy-'));
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/busy`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

const says =
  (body: string, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { location: url }).end(body);
const variables = { PATH: process.env['PATH'] ?? '', ADMIN_PASSWORD: PASSWORD };
const options = (signal = new AbortController().signal) => ({
  view: { variables },
  signal,
  redact: createRedactor(variables),
});
const component = (name: string, busy: Partial<BusyRules>) => ({
  name,
  dir: root,
  manifest: { ...EMPTY_MANIFEST, busy: { services: [], ...busy } },
});
const ask = (...components: ReturnType<typeof component>[]) => askBusy(components, ['web'], options());

describe('activities/components/busy', () => {
  it('names who works, of all that are asked', async () => {
    answer = says('["ann (notebook-3)"]');
    const report = await ask(component('jupyter', { url }), component('db', { command: 'echo "bob at $PWD"; exit 1' }));
    expect(report).toEqual({ interrupts: ['jupyter: ann (notebook-3)', `db: bob at ${root}`], warnings: [] });
  });

  it('is idle when they say so', async () => {
    answer = says('[]');
    expect(await ask(component('jupyter', { url }), component('db', { command: ['true'] }))).toEqual({
      interrupts: [],
      warnings: [],
    });
    expect(asked).toBe(1);
  });

  it('asks only those whose services are touched', async () => {
    answer = says('ann');
    const { interrupts } = await ask(
      component('a', { url, services: ['db'] }),
      component('b', { url, services: ['web'] }),
    );
    expect([interrupts, asked]).toEqual([['b: ann'], 1]);
    expect(await askBusy([component('a', { url })], [], options())).toEqual({ interrupts: [], warnings: [] });
    expect(asked).toBe(1);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['an error', says('ann', 500), /answers with status 500/],
    ['a redirect, which is not followed', says('ann', 302), /answers with status 302/],
    ['a connection that breaks', (_, response) => void response.socket?.destroy(), /cannot be reached/],
  ])('of %s it warns, and counts as idle', async (_, listener, why) => {
    answer = listener;
    const { interrupts, warnings } = await ask(component('jupyter', { url }));
    expect(interrupts).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^jupyter: whether somebody works there is unknown \(.*\); it counts as idle\.$/),
    ]);
    expect(warnings[0]).toMatch(why);
    expect(asked).toBe(1);
  });

  it('counts what listens nowhere as idle, with a warning', async () => {
    const { warnings } = await ask(component('jupyter', { url: 'http://127.0.0.1:1/' }));
    expect(warnings).toEqual([expect.stringMatching(/127\.0\.0\.1:1\/ cannot be reached/)]);
  });

  it('waits ten seconds for an answer that never ends, and reads no more of a long one than it needs', async () => {
    answer = (_, response) => void response.writeHead(200).write('ann\n');
    const { interrupts, warnings } = await ask(component('jupyter', { url }));
    expect([interrupts, warnings]).toEqual([[], [expect.stringContaining('does not answer within 10 s')]]);
    answer = (_, response) => {
      response.writeHead(200);
      const more = (): void =>
        void (response.destroyed || response.write('x\n'.repeat(10_000), () => setImmediate(more)));
      more();
    };
    expect((await ask(component('jupyter', { url }))).interrupts.length).toBe(21);
  });

  it.each<[string, BusyRules['command'], RegExp]>([
    ['another status', 'echo why >&2; exit 2', /ended with status 2: why/],
    ['a program that is not there', ['birdkeeper-no-such-program'], /not started/],
    ['one that is ended by a signal', 'kill -KILL $$', /signal/],
  ])('of a command with %s it warns, and counts as idle', async (_, command, why) => {
    const { interrupts, warnings } = await ask(component('db', { command }));
    expect(interrupts).toEqual([]);
    expect(warnings[0]).toMatch(why);
  });

  it('runs a list of words without a shell, a script beside component.yml by its name', async () => {
    writeFileSync(join(root, 'who'), '#!/bin/sh\necho "$1|$2"; exit 1\n');
    chmodSync(join(root, 'who'), 0o755);
    expect((await ask(component('db', { command: ['./who', '$HOME', 'a b'] }))).interrupts).toEqual(['db: $HOME|a b']);
  });

  it('takes secrets out of names and warnings', async () => {
    const text = `echo "user ${PASSWORD}" | tee /dev/stderr; exit`;
    const report = await ask(component('a', { command: `${text} 1` }), component('b', { command: `${text} 2` }));
    expect(report.interrupts).toEqual(['a: user ‹redacted›']);
    expect(JSON.stringify(report)).not.toContain('horse');
  });

  it('does not show a command in a warning', async () => {
    const { warnings } = await ask(component('b', { command: ['sh', '-c', 'exit 3', 'hidden-word'] }));
    expect(warnings[0]).toContain('status 3');
    expect(warnings[0]).not.toContain('hidden-word');
  });

  describe('waiting', () => {
    const waiting = (
      rules: Partial<BusyRules>,
      limitSeconds: number,
      more: { signal?: AbortSignal; since?: number } = {},
    ) => {
      const beats: unknown[] = [];
      const end = awaitIdle([component('jupyter', { url, ...rules })], ['web'], {
        ...options(more.signal),
        limitSeconds,
        everySeconds: 0.1,
        heartbeat: (details) => void beats.push(details),
        ...(more.since === undefined ? {} : { since: more.since }),
      });
      return { end, beats };
    };

    it('goes on at once when nobody works', async () => {
      answer = says('');
      const { end, beats } = waiting({}, 60);
      expect(await end).toMatchObject({ interrupts: [], warnings: [] });
      expect(beats).toEqual([]);
    });

    it('waits until those who work are done', async () => {
      answer = (request, response) => says(asked < 4 ? 'ann' : '[]')(request, response);
      const { end, beats } = waiting({}, 60);
      const { interrupts, waitedSeconds } = await end;
      expect(interrupts).toEqual([]);
      expect(waitedSeconds).toBeGreaterThanOrEqual(0.3);
      expect(asked).toBe(4);
      expect(beats[0]).toEqual({ waitingFor: ['jupyter: ann'], waitedSeconds: 0 });
    });

    it('tells who is interrupted when the limit is over', async () => {
      answer = says('ann');
      const { interrupts, waitedSeconds } = await waiting({}, 0.5).end;
      expect(interrupts).toEqual(['jupyter: ann']);
      expect(waitedSeconds).toBeGreaterThanOrEqual(0.5);
    });

    it('the limit and the interval of component.yml come first', async () => {
      answer = says('ann');
      const { waitedSeconds } = await waiting({ limit: 0.3, every: 100 }, 60).end;
      expect(waitedSeconds).toBeGreaterThanOrEqual(0.3);
      expect(asked).toBe(2);
    });

    it('a step that runs again does not wait longer in all', async () => {
      answer = says('ann');
      const { end } = waiting({}, 60, { since: Date.now() - 60_000 });
      expect((await end).interrupts).toEqual(['jupyter: ann']);
      expect(asked).toBe(1);
    });

    it('ends with the step', async () => {
      answer = says('ann');
      const cancel = new AbortController();
      const { end } = waiting({ every: 100 }, 600, { signal: cancel.signal });
      setTimeout(() => cancel.abort(new Error('cancelled by a person')), 200);
      await expect(end).rejects.toThrow('cancelled by a person');
    });
  });
});
