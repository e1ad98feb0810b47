/**
 * What upstream's compose script does itself around `up`, as hooks among the others: making what its first components need, giving the
 * proxy the new addresses, making missing databases, caching the images of notebooks. Their statuses were ignored there, so that a
 * failure is told and stops nothing unless BIRDKEEPER_HOOK_POLICY says so. Pure.
 */
import { join } from 'node:path';
import {
  PLATFORM_STEPS,
  type Hook,
  type PlannedHook,
  type PlatformStep,
  type ServiceDecision,
} from '../../workflows/model.js';
import { compose } from '../compose/command.js';
import { policyOf, type ComponentHook, type HookedView } from '../components/hooks.js';
import type { StackView } from '../stack/view.js';

export type PlatformView = HookedView & Pick<StackView, 'name' | 'directory' | 'composeFiles' | 'variables'>;

/** Images are large; a slow registry holds nothing up but this. */
const PULL_SECONDS = 3_600;

/** Steps by the place of the script at which they stand: before the pre hooks, before the post hooks, after them. */
const PLACES: Readonly<Record<PlatformStep, { component: string; hook: Hook; last?: true }>> = {
  'create network and volumes': { component: 'platform', hook: 'pre' },
  'restart proxy': { component: 'proxy', hook: 'post' },
  'set up databases': { component: 'postgres', hook: 'post' },
  'pull notebook images': { component: 'jupyterhub', hook: 'post', last: true },
};

/** The hooks of components with the steps of the platform between them. `services`: names in the compose model. */
export function withPlatformSteps(
  hooks: readonly ComponentHook[],
  services: ReadonlySet<string>,
  view: PlatformView,
): PlannedHook[] {
  const planned = hooks.map(({ component, hook }): PlannedHook => ({ component, hook }));
  const steps = PLATFORM_STEPS.filter((step) => isWanted(step, services, view)).map((step) => ({
    step,
    ...PLACES[step],
  }));
  const shown = steps.map(({ step, component, hook, last = false }) => ({ last, planned: { component, hook, step } }));
  const first = shown.filter(({ last }) => !last).map((entry) => entry.planned);
  const of = (hook: Hook, list: readonly PlannedHook[]) => list.filter((entry) => entry.hook === hook);
  return [
    ...of('pre', first),
    ...of('pre', planned),
    ...of('post', first),
    ...of('post', planned),
    ...shown.filter(({ last }) => last).map((entry) => entry.planned),
  ];
}

function isWanted(step: PlatformStep, services: ReadonlySet<string>, view: PlatformView): boolean {
  const { composeScript, creates } = view.era.generation;
  if (composeScript === undefined) return false;
  switch (step) {
    case 'create network and volumes':
      return creates.network !== undefined || creates.volumes.length > 0;
    case 'restart proxy':
      return services.has('proxy');
    case 'set up databases':
      return services.has('postgres');
    case 'pull notebook images':
      return notebookImages(view).length > 0;
  }
}

/** The step as a hook that can be run; `undefined` when there is nothing to do any more. */
export function platformHook(step: PlatformStep, view: PlatformView): ComponentHook | undefined {
  const command = commandOf(step, view);
  if (command === undefined) return undefined;
  const { component, hook } = PLACES[step];
  return {
    ...{ component, hook, step, command },
    dir: view.directory,
    file: step,
    timeoutSeconds: step === 'pull notebook images' ? PULL_SECONDS : view.settings.hookTimeoutSeconds,
    policy: policyOf(view),
  };
}

/** Its upstreams have new addresses when their containers are new. */
export const isProxyStale = (decisions: readonly Pick<ServiceDecision, 'service' | 'action'>[]): boolean =>
  decisions.some(({ service, action }) => action === 'recreate' && service !== 'proxy');

function commandOf(step: PlatformStep, view: PlatformView): string[] | undefined {
  switch (step) {
    case 'create network and volumes':
      return createCommand(view);
    case 'restart proxy':
      return words(compose(view, 'restart', 'proxy'));
    case 'set up databases':
      return words(compose(view, 'exec', '-T', 'postgres', '/postgres-setup.sh'));
    case 'pull notebook images':
      return ['/bin/sh', '-c', PULL_SCRIPT, 'birdkeeper', ...notebookImages(view)];
  }
}

const words = ({ file, args }: { file: string; args: readonly string[] }): string[] => [file, ...args];

/** Each image is tried, whatever becomes of the others. */
const PULL_SCRIPT = String.raw`
_bk_status=0
for _bk_image in "$@"; do docker pull --quiet "$_bk_image" || _bk_status=$?; done
exit "$_bk_status"
`;

/** Arguments: network, GeoServer's script or nothing, volumes. What exists already is left as it is. */
const CREATE_SCRIPT = String.raw`
_bk_network=$1 _bk_geoserver=$2 _bk_status=0
shift 2
docker network inspect "$_bk_network" >/dev/null 2>&1 || docker network create "$_bk_network" || _bk_status=$?
for _bk_volume in "$@"; do docker volume create "$_bk_volume" || _bk_status=$?; done
if [ -n "$_bk_geoserver" ] && [ ! -f "$GEOSERVER_DATA_DIR/global.xml" ]; then
  FIRST_RUN_ONLY=1 "$_bk_geoserver" || _bk_status=$?
fi
exit "$_bk_status"
`;

function createCommand({ era, directory }: PlatformView): string[] | undefined {
  const { network, volumes, geoserverScript } = era.generation.creates;
  if (network === undefined) return undefined;
  const script = geoserverScript ? join(directory, 'deployment/fix-geoserver-data-dir-perm') : '';
  return ['/bin/sh', '-c', CREATE_SCRIPT, 'birdkeeper', network, script, ...volumes];
}

/** The name of today, else that of before 2.4.0. */
function notebookImages({ variables }: Pick<PlatformView, 'variables'>): string[] {
  const list = variables['JUPYTERHUB_DOCKER_NOTEBOOK_IMAGES'] ?? variables['DOCKER_NOTEBOOK_IMAGES'] ?? '';
  return list.split(/\s+/).filter((image) => image !== '' && !image.startsWith('-'));
}
