/** Which follow-ups of components a deployment has to run, and why. The decisions are pure. */
import type { PlannedFollowUp, FollowUpName, FollowUpPolicy } from '../../workflows/follow-up-model.js';
import type { Component } from '../components/read.js';
import type { StackSettings } from '../stack/settings.js';
import type { Configuration } from '../stack/view.js';
import type { CowbirdNote, StackState, WeaverNote } from '../state/index.js';
import { wantedNames } from '../weaver/place.js';
import { hasCowbird } from './cowbird/reach.js';
import { componentsOf } from './components.js';
import { wantedHash } from './weaver/current.js';
import { hasWeaver } from './weaver/reach.js';

/** What is known when it is planned. */
export interface FollowUpFacts {
  /** Services that are touched or removed. */
  touched: readonly string[];
  variables: Readonly<Record<string, string>>;
  weaver?: Pick<WeaverNote, 'inStep' | 'wanted'> | undefined;
  cowbird?: Pick<CowbirdNote, 'inStep'> | undefined;
}

export async function plannedFollowUps(
  stack: StackState,
  components: readonly Component[],
  view: Configuration,
  touched: readonly string[],
): Promise<PlannedFollowUp[]> {
  const wanted = components.flatMap(({ manifest }) => manifest.followUp);
  if (wanted.length === 0) return [];
  const { variables, settings } = view;
  // A note that does not read is made again by the follow-up.
  const [weaver, cowbird] = await Promise.all([
    stack.weaverNote().catch(() => undefined),
    stack.cowbirdNote().catch(() => undefined),
  ]);
  const facts: FollowUpFacts = { touched, variables, weaver, cowbird };
  const names = [...new Set(wanted.map(({ name }) => name))];
  return names.flatMap((name) => {
    const reason = REASONS[name](facts);
    const policy = policyOf(name, settings) ?? wanted.find((each) => each.name === name)?.policy ?? 'warn';
    return reason === undefined ? [] : [{ name, policy, reason }];
  });
}

/** What was recorded of what a stack has no more: it would be told, and alerted of, for ever. Twice: it is gone already. */
export async function forgetGone(
  stack: StackState,
  view: Pick<Configuration, 'components' | 'variables'>,
): Promise<void> {
  if (!hasWeaver(view)) await stack.clearWeaverNote();
  if (!hasCowbird(view)) await stack.clearCowbirdNote();
}

/** Names that the components of a stack have in `follow-up`. A `component.yml` that does not read is told by deployments. */
export async function askedFollowUps(view: Configuration): Promise<FollowUpName[]> {
  const components = await componentsOf(view).catch(() => []);
  return [...new Set(components.flatMap(({ manifest }) => manifest.followUp.map(({ name }) => name)))];
}

/** What the stack says goes before what the component says. */
function policyOf(
  name: FollowUpName,
  { weaverPolicy, cowbirdPolicy }: Pick<StackSettings, 'weaverPolicy' | 'cowbirdPolicy'>,
): FollowUpPolicy | undefined {
  const said = name === 'registerWeaverProviders' ? weaverPolicy : cowbirdPolicy;
  if (said === '') return undefined;
  return said === 'roll-back' ? 'roll back' : said;
}

/** Between a request and who answers it. */
const WAY = ['magpie', 'twitcher', 'proxy'];

/** Undefined: nothing of it changed. */
const REASONS: Readonly<Record<FollowUpName, (facts: FollowUpFacts) => string | undefined>> = {
  registerWeaverProviders: ({ touched, variables, weaver }) => {
    if (weaver === undefined) return 'nothing was registered yet';
    if (weaver.wanted !== wantedHash({ variables })) return 'other birds are wanted, elsewhere, or to go';
    if (!weaver.inStep) return 'the registration before left something open';
    return touchedOf(touched, [...weaverServices(variables), ...wantedNames(variables), ...WAY]);
  },
  verifyCowbird: ({ touched, cowbird }) => {
    if (cowbird === undefined) return 'it was not verified yet';
    if (!cowbird.inStep) return 'it was not in step before';
    return touchedOf(touched, ['cowbird', 'cowbird-worker', 'cowbird-mongodb', 'mongodb', ...WAY]);
  },
};

export const reasonFor = (name: FollowUpName, facts: FollowUpFacts): string | undefined => REASONS[name](facts);

const weaverServices = (variables: FollowUpFacts['variables']): string[] => [
  ...['weaver', 'weaver-worker', 'weaver-mongodb', 'docker-proxy'],
  ...['WEAVER_MANAGER_NAME', 'WEAVER_WORKER_NAME', 'WEAVER_MONGODB_HOST'].map((name) => variables[name] ?? ''),
];

function touchedOf(touched: readonly string[], relevant: readonly string[]): string | undefined {
  const found = touched.filter((service) => relevant.includes(service));
  return found.length === 0
    ? undefined
    : `${found.slice(0, 5).join(', ')} ${found.length === 1 ? 'is' : 'are'} touched`;
}
