import { dockerConfigFile } from '../docker/credentials.js';
import { provideImages } from '../compose/pull.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { refuseVersion } from './judge-version.js';
import { ownService } from './make-plan.js';
import { openStagedProject, redactorOf } from './open.js';
import { planOf, type PlanRecord } from './records.js';

/** Pulls and builds what the plan lacks, from the staged view. Nothing that runs is touched. Twice: what is here is not fetched again. */
export async function pullImages(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['pullImages']> {
  const stack = await deps.state.stack(name);
  const plan = await planOf(stack, number);
  const provided = plan.needs.every(({ how }) => how === 'present')
    ? { pulled: [], built: [] }
    : await provide(stack, number, plan, step, deps);
  await refuseOwnVersion(stack, plan, step, deps);
  return provided;
}

async function provide(
  stack: StackState,
  number: number,
  { needs }: PlanRecord,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['pullImages']> {
  const view = await openStagedProject(stack, number, deps, step.signal);
  return provideImages({
    view,
    needs,
    lock: await stack.lock(),
    step,
    redact: redactorOf(view),
    loginFile: dockerConfigFile({ ...view.variables }),
  });
}

/** A worker that could not go on with what runs is refused while nothing has moved. */
async function refuseOwnVersion(
  stack: StackState,
  { needs, touched }: PlanRecord,
  step: Step,
  deps: Dependencies,
): Promise<void> {
  const own = await ownService(stack.name, step, deps);
  const need = needs.find(({ services }) => own !== undefined && services.includes(own));
  if (own === undefined || need === undefined || !touched.includes(own)) return;
  await refuseVersion(stack, (await deps.engine.imageId(need.reference, { signal: step.signal })) ?? '', step, deps);
}
