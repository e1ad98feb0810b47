/**
 * The scheduler of birdhouse-deploy, whose autodeploy job stops the whole stack, pulls and starts it: beside birdkeeper each would
 * undo what the other is doing. Pure.
 */
import type { ServiceDefinition } from './model.js';

/** Where docker-crontab looks for its jobs: one file up to 2.14, one per job since. */
const ALL_JOBS = '/opt/crontab/config.yml';
const ONE_JOB = /^\/scheduler-job-configs\/[^/]*autodeploy[^/]*$/;

/** `targets`: where in its container something is mounted. */
export const holdsAutodeploy = (image: string, targets: readonly string[]): boolean =>
  /crontab/.test(image) && targets.some((target) => target === ALL_JOBS || ONE_JOB.test(target));

/** A sentence when the stack would start such a scheduler. */
export function autodeployProblem(
  services: Readonly<Record<string, Pick<ServiceDefinition, 'image' | 'volumes'>>>,
): string | undefined {
  const targetsOf = ({ volumes }: Pick<ServiceDefinition, 'volumes'>) => volumes.flatMap(({ target }) => target ?? []);
  const found = Object.entries(services).find(([, service]) =>
    holdsAutodeploy(service.image ?? '', targetsOf(service)),
  );
  if (found === undefined) return undefined;
  const [name, service] = found;
  const component = targetsOf(service).includes(ALL_JOBS)
    ? 'components/scheduler'
    : 'optional-components/scheduler-job-autodeploy';
  return `Service ${name} is the platform's own scheduler with its autodeploy job: it would stop and start the stack behind birdkeeper's back. Take ${component} out of the list of components in env.local (docs/migration.md), or say that both shall run: BIRDKEEPER_BESIDE_AUTODEPLOY=true.`;
}
