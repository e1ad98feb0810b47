/** The worker's own container among the services of a plan: it is left to the end of the deployment, and to a helper. */
import { join } from 'node:path';
import type { ServiceDecision } from '../../workflows/model.js';
import { readJson, writeJson } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';
import type { MadePlan } from './make-plan.js';
import { HAND_OVER_FILE, HandOverRecord } from './records.js';

/** What `apply` does itself. Stopping one's own container would end the step, and nobody would start it again. Pure. */
export const withoutOwn = ({ decisions, own }: Pick<MadePlan, 'decisions' | 'own'>): ServiceDecision[] =>
  decisions.filter(({ service }) => service !== own);

export async function readHandOver(stack: StackState, number: number): Promise<HandOverRecord | undefined> {
  return readJson(join(await stack.deploymentFolder(number), HAND_OVER_FILE), HandOverRecord);
}

export async function writeHandOver(stack: StackState, number: number, record: HandOverRecord): Promise<void> {
  await writeJson(join(await stack.deploymentFolder(number), HAND_OVER_FILE), record);
}

/** Once it is done, nobody needs the environment of the former container, which holds secrets. Pure. */
export function withoutSecrets({ copy: _copy, ...record }: HandOverRecord): HandOverRecord {
  return { ...record, former: { ...record.former, environment: {} } };
}

/** What is going to be replaced at the end, as the plan would show it. */
export async function handOverOf(stack: StackState, number: number): Promise<ServiceDecision | undefined> {
  const record = await readHandOver(stack, number);
  return record && { service: record.service, action: 'recreate', reason: record.reason };
}

interface Context {
  stack: StackState;
  number: number;
  step: Step;
  deps: Dependencies;
}

/** Writes down what a helper is to do, unless one is at it already. Whatever the plan says of it, the container is made anew. */
export async function noteHandOver(
  { stack, number, step, deps }: Context,
  { decisions, own, wanted }: MadePlan,
  pins: Readonly<Record<string, string>>,
): Promise<void> {
  const decision = decisions.find(({ service, action }) => service === own && action !== 'nothing');
  const container = decision && (await deps.engine.ownContainer({ signal: step.signal }));
  if (!decision || !container || (await readHandOver(stack, number))?.copy !== undefined) return;
  const { id, imageId, environment, networkMode } = container;
  await writeHandOver(stack, number, {
    service: decision.service,
    reason: decision.reason,
    wantedImageId: wanted[decision.service]?.imageId ?? '',
    former: { id, imageId, environment: { ...environment }, networkMode },
    pins: { ...pins },
  });
}
