import { join, relative } from 'node:path';
import type { Release } from '../../workflows/model.js';
import { textAt } from '../git/tree.js';
import type { Step } from '../shared/step.js';
import { gainedVariables } from '../stack/env-example.js';
import { isWithin } from '../shared/within.js';
import type { StagedView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions } from './open.js';

const FILE = 'env.local.example';
const MAX_NAMES = 20;

/** What `env.local.example` gained since the deployed release and nobody has set: perhaps a person has to. */
export async function newVariables(
  view: StagedView,
  release: Release | undefined,
  step: Step,
  deps: Dependencies,
): Promise<string[]> {
  const checkout = view.staged.checkouts.find(({ dir }) => isWithin(view.directory, dir));
  const former = checkout && release?.commits[checkout.name];
  if (checkout === undefined || former === undefined) return [];
  const path = relative(checkout.dir, join(view.directory, FILE));
  const commits = { former, wanted: checkout.commit };
  const names = await gainedVariables(
    (side) => textAt(checkout, commits[side], path, gitOptions(deps, step.signal)),
    (name) => view.variables[name] !== undefined,
  );
  return names.length === 0 ? [] : [`${checkout.name}: ${names.slice(0, MAX_NAMES).join(', ')}`];
}
