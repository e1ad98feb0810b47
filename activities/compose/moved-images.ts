/** `BIRDKEEPER_PULL=always`: which tags mean another image in their registry than on this host. Nothing is pulled. */
import type { ServiceFingerprint } from '../../workflows/model.js';
import type { Engine, RegistryLogin } from '../docker/types.js';
import { FAILURES, StepFailure, messageOf } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { type ComposeModel, imageOf } from './model.js';
import { type Answer, judge, refusalType, registryRefusal } from './registry-answer.js';

/** Each question is a small one, and a registry counts them. */
const PARALLEL_QUESTIONS = 6;
/** The engine gives up on a silent registry after 15 s, and asks some of them twice. */
const QUESTION_MS = 35_000;

export interface MovedImage {
  reference: string;
  /** `sha256:…` that the registry has for it now. */
  digest: string;
  services: string[];
}

export interface MovedQuestion {
  engine: Pick<Engine, 'imageId' | 'repoDigests' | 'registryDigest'>;
  /** Of `docker/credentials.ts`, with the environment that the pulls have. */
  loginFor: (reference: string) => Promise<RegistryLogin>;
  /**
   * Given: a tag counts as moved, too, when the image is on this host already and the recorded release runs another one. It
   * is so after a deployment that pulled and did not get to its end.
   */
  recorded?: Readonly<Record<string, ServiceFingerprint>>;
  step: Step;
  redact: Redact;
  /** Limit of one question; for tests. */
  questionMs?: number;
}

/**
 * Images of a model whose tag moved, by reference. Left out: what is built, pinned by digest, never pulled, or not on this
 * host (which is pulled anyway). An image that exists only here stays as it is. Throws Unauthorised, Configuration or
 * RegistryBusy, the failure that needs a person first.
 */
export async function movedImages(model: ComposeModel, asked: MovedQuestion): Promise<MovedImage[]> {
  const question: Question = { ...asked, busy: new Map() };
  const queue = askedReferences(model);
  const moved: MovedImage[] = [];
  const failures: Error[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [reference, services] = next;
      try {
        const digest = await newDigest(reference, services, question);
        if (digest !== undefined) moved.push({ reference, digest, services });
      } catch (error) {
        question.step.signal.throwIfAborted();
        failures.push(error instanceof Error ? error : new Error(messageOf(error)));
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_QUESTIONS }, lane));
  const [worst] = failures.sort((a, b) => Number(isBusy(a)) - Number(isBusy(b)));
  if (worst) throw worst;
  return moved.sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

interface Question extends MovedQuestion {
  /** What registries said that do not answer as they should: nobody waits for another silence of the same one. */
  busy: Map<string, string>;
}

/** References that a registry is asked for, with the services that run them. */
export function askedReferences(model: ComposeModel): [reference: string, services: string[]][] {
  const found = new Map<string, string[]>();
  const left = new Set<string>();
  for (const [name, service] of Object.entries(model.services)) {
    const reference = imageOf(model.name, name, service);
    if (service.build || reference.includes('@') || reference.startsWith(OURS)) left.add(reference);
    if (service.pull_policy === 'never') continue;
    found.set(reference, [...(found.get(reference) ?? []), name]);
  }
  return [...found].filter(([reference]) => !left.has(reference));
}

/** Names that we give to keep an image; no registry has them. */
const OURS = 'birdkeeper.local/';

async function newDigest(
  reference: string,
  services: readonly string[],
  question: Question,
): Promise<string | undefined> {
  const { engine, step, redact } = question;
  const call = { signal: step.signal };
  const id = await engine.imageId(reference, call);
  if (id === undefined) return undefined;
  const digests = (await engine.repoDigests(reference, call)).map((name) => name.slice(name.indexOf('@') + 1));
  const login = await question.loginFor(reference);
  const answer = await ask(reference, login, question);
  step.heartbeat({ asked: reference });
  const verdict = judge({ digests, named: login.named, behind: isBehind(id, reference, services, question) }, answer);
  if (verdict === 'gone') step.log.warn(`The registry has no ${reference} any more: the image on this host is kept`);
  if (typeof verdict === 'string') return undefined;
  if ('moved' in verdict) return verdict.moved;
  throw registryRefusal(verdict.refused, { reference, services, login, redact });
}

function isBehind(
  id: string,
  reference: string,
  services: readonly string[],
  { recorded = {} }: MovedQuestion,
): boolean {
  return services.some((service) => {
    const former = recorded[service];
    return former?.image === reference && former.imageId !== '' && former.imageId !== id;
  });
}

async function ask(reference: string, login: RegistryLogin, question: Question): Promise<Answer> {
  const known = question.busy.get(login.registry);
  if (known !== undefined) return { text: known };
  const answer = await askRegistry(reference, login, question);
  if ('text' in answer && refusalType(answer.text) === FAILURES.registryBusy) {
    question.busy.set(login.registry, answer.text);
  }
  return answer;
}

async function askRegistry(reference: string, login: RegistryLogin, question: MovedQuestion): Promise<Answer> {
  const { engine, step, questionMs = QUESTION_MS } = question;
  const limit = AbortSignal.timeout(questionMs);
  try {
    const digest = await engine.registryDigest(reference, {
      signal: AbortSignal.any([step.signal, limit]),
      ...(login.auth === undefined ? {} : { auth: login.auth }),
    });
    return digest === undefined ? { unknown: true } : { digest };
  } catch (error) {
    step.signal.throwIfAborted();
    if (limit.aborted) return { text: `timed out after ${questionMs / 1000} s` };
    if (error instanceof StepFailure) throw error;
    return { text: messageOf(error instanceof Error ? (error.cause ?? error) : error) };
  }
}

const isBusy = (error: Error): boolean => error instanceof StepFailure && error.type === FAILURES.registryBusy;
