import { dockerConfigFile } from '../docker/credentials.js';
import { provideImages } from '../compose/pull.js';
import type { Step } from '../shared/step.js';
import type { Activities, DeploymentInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { openStaged, redactorOf } from './open.js';
import { planOf } from './records.js';

/** Pulls and builds what the plan lacks, from the staged view. Nothing that runs is touched. Twice: what is here is not fetched again. */
export async function pullImages(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['pullImages']> {
  const stack = await deps.state.stack(name);
  const { needs } = await planOf(stack, number);
  if (needs.every(({ how }) => how === 'present')) return { pulled: [], built: [] };
  const view = await openStaged(stack, number, deps, step.signal);
  return provideImages({
    view,
    needs,
    lock: await stack.lock(),
    step,
    redact: redactorOf(view),
    loginFile: dockerConfigFile({ ...view.variables }),
  });
}
