import type { ScheduleKind } from '../../workflows/contract.js';
import { reconcile } from '../schedules/index.js';
import { wantedSchedule } from '../schedules/plan.js';
import type { Step } from '../shared/step.js';
import { parseFrequency } from '../shared/frequency.js';
import type { StackSettings } from '../stack/settings.js';
import type { Activities, StackInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration } from './open.js';

const FREQUENCIES: Readonly<Record<ScheduleKind, (settings: StackSettings) => string>> = {
  autodeploy: ({ platformFrequency }) => platformFrequency,
  notebooks: ({ notebookFrequency }) => notebookFrequency,
  backup: ({ backupFrequency }) => backupFrequency,
};

/** Makes the schedules what the live configuration says: a commit is enough to change a frequency. Twice: nothing differs. */
export async function reconcileSchedules(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['reconcileSchedules']> {
  const stack = await deps.state.stack(name);
  const { settings } = await openConfiguration(stack, deps, step.signal);
  const now = new Date();
  const wanted = Object.entries(FREQUENCIES).flatMap(([kind, textOf]) => {
    const text = textOf(settings);
    return wantedSchedule(kind as ScheduleKind, text, parseFrequency(text), now) ?? [];
  });
  const changed = deps.schedules ? await reconcile({ host: deps.host, stack: name }, wanted, deps.schedules) : [];
  return { changed };
}
