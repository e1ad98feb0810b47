/** A bird: a WPS 1.0.0 whose state of health is chosen and changed while it runs. */
import { answerAs, type Behaviour } from './bird-behaviour.js';
import type { BirdProcess } from './bird-documents.js';
import { serve, type Seen, type ServeOptions } from './http.js';

export { readyAfter, type Behaviour } from './bird-behaviour.js';

export interface BirdOptions extends ServeOptions {
  /** In its title; `bird` unless given. */
  name?: string;
  processes?: readonly BirdProcess[];
}

export interface Bird {
  /** Of its WPS: `http://127.0.0.1:PORT/wps`. Any path is answered. */
  readonly url: string;
  readonly port: number;
  /** In the order of their arrival. */
  readonly requests: Seen[];
  /** From now on; stages begin now. */
  become(behaviour: Behaviour): Promise<void>;
  close(): Promise<void>;
}

export const PROCESSES: readonly BirdProcess[] = [
  { id: 'hello', title: 'Say hello' },
  { id: 'sing', title: 'Sing' },
];

export async function startBird(behaviour: Behaviour = 'good', options: BirdOptions = {}): Promise<Bird> {
  const { name = 'bird', processes = PROCESSES, ...where } = options;
  let is: Behaviour = 'good';
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const served = await serve(
    (seen) => answerAs(is, { title: `Title of ${name}`, url, processes }, seen, turn++),
    where,
  );
  const url = `${served.url}/wps`;
  const take = async (next: Behaviour): Promise<void> => {
    clearTimeout(timer);
    if (typeof next === 'object' && 'stages' in next) {
      const [stage, ...stages] = next.stages;
      if (stage === undefined) return take(next.then);
      await be(stage.be);
      timer = setTimeout(() => void take({ stages, then: next.then }), stage.forS * 1_000);
      return;
    }
    await be(next);
  };
  const be = async (next: Behaviour): Promise<void> => {
    [is, turn] = [next, 0];
    await (next === 'closed' ? served.pause() : served.resume());
  };
  await take(behaviour);
  return {
    url,
    port: served.port,
    requests: served.requests,
    become: take,
    close: async () => {
      clearTimeout(timer);
      await served.close();
    },
  };
}
