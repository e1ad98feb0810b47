/** A Weaver, birds and what birdkeeper registers them with, all on loopback and ended after each test. */
import { afterAll, afterEach } from 'vitest';
import { deadlineOf } from '../../../activities/shared/deadline.js';
import { Web } from '../../../activities/shared/web.js';
import type { Reach, Session } from '../../../activities/weaver/client.js';
import { registerBird } from '../../../activities/weaver/register.js';
import type { BirdOutcome } from '../../../workflows/bird-model.js';
import { startBird, type Behaviour, type Bird, type BirdOptions } from '../doubles/bird.js';
import { startWeaver, type Weaver, type WeaverOptions } from '../doubles/weaver/index.js';

export interface Rules {
  /** 5 unless given: a test waits for real. */
  seconds?: number;
  retryCount?: number;
  retryAfterSeconds?: number;
}

const closing: (() => Promise<void>)[] = [];

const endAll = async (): Promise<void> => {
  for (const close of closing.splice(0).reverse()) await close();
};

/** Called once at the top of a file. */
export const endAfterEach = (): void => void afterEach(endAll);

/** The same, for a file whose tests run side by side: most of their time they wait. */
export const endAfterAll = (): void => void afterAll(endAll);

export const ending = (close: () => Promise<void>): void => void closing.push(close);

export async function aBird(behaviour: Behaviour = 'good', options: BirdOptions = {}): Promise<Bird> {
  const bird = await startBird(behaviour, options);
  ending(() => bird.close());
  return bird;
}

export async function aWeaver(options: WeaverOptions = {}): Promise<Weaver> {
  const weaver = await startWeaver({ prefix: '/weaver', ...options });
  ending(() => weaver.close());
  return weaver;
}

export function aWeb(): Web {
  const web = new Web();
  ending(() => web.close());
  return web;
}

export interface Reaching {
  seconds?: number;
  session?: Session;
  web?: Web;
  signal?: AbortSignal;
}

export const reachOf = (url: string, { seconds = 5, session, web = aWeb(), signal }: Reaching = {}): Reach => ({
  ...{ web, url, deadline: deadlineOf(seconds), signal: signal ?? new AbortController().signal },
  ...(session === undefined ? {} : { session }),
});

/** One bird, as an activity registers it; `told`: what it says meanwhile. */
export async function register(
  bird: { name: string; url: string },
  reach: Reach,
  { retryCount = 2, retryAfterSeconds = 0 }: Rules = {},
  told: string[] = [],
): Promise<BirdOutcome> {
  return registerBird(bird, { retryCount, retryAfterSeconds }, reach, (line) => told.push(line));
}

/** `POST 201`, `GET 200` …: what was asked of Weaver below a path, in order. */
export const asked = ({ requests }: Pick<Weaver, 'requests'>, method: string): string[] =>
  requests.filter((seen) => seen.method === method).map(({ path, status }) => `${path} ${status ?? '-'}`);
