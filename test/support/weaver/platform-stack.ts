/** A stack with Magpie, Weaver and birds behind one front, and the activities that keep them in step. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActivities } from '../../../activities/index.js';
import type { Dependencies } from '../../../activities/deployment/dependencies.js';
import { createEngine } from '../../../activities/docker/engine.js';
import { messageOf } from '../../../activities/shared/failures.js';
import { localStep } from '../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../activities/state/index.js';
import type { Activities } from '../../../activities/types.js';
import type { WeaverResult } from '../../../workflows/bird-model.js';
import { registerAll } from '../../../workflows/register-weaver-providers/run.js';
import type { Behaviour, Bird } from '../doubles/bird.js';
import { birdService, cowbirdService, weaverService } from '../doubles/magpie/index.js';
import { startPlatform, type PlatformDouble, type PlatformOptions } from '../doubles/platform/index.js';
import type { Weaver, WeaverOptions } from '../doubles/weaver/index.js';
import { aBird, aWeaver, ending } from './registering.js';

export interface PlatformStack {
  platform: PlatformDouble;
  weaver: Weaver;
  birds: Readonly<Record<string, Bird>>;
  stack: StackState;
  /** What activities and stories said. */
  said: string[];
  activities: Activities;
  deps: Dependencies;
  /** Lines of env.local after those that are always there. */
  settings: (lines: readonly string[]) => Promise<void>;
  /** As the workflow tells it. */
  register: (birds?: string[]) => Promise<WeaverResult | undefined>;
}

export interface PlatformStackOptions {
  form?: PlatformOptions['form'];
  birds?: Readonly<Record<string, Behaviour>>;
  /** Those that only who is signed in may ask. */
  closed?: readonly string[];
  cowbird?: string;
  weaver?: WeaverOptions;
  /** Names of further components. */
  components?: readonly string[];
}

export const PASSWORD = 'qwerty-of-magpie';

export async function platformStack(options: PlatformStackOptions = {}): Promise<PlatformStack> {
  const { form = 'today', birds: wanted = { finch: 'good', raven: 'good' }, closed = [] } = options;
  const weaver = await aWeaver(options.weaver);
  const birds = Object.fromEntries(
    await Promise.all(Object.entries(wanted).map(async ([name, is]) => [name, await aBird(is, { name })] as const)),
  );
  const platform = await startPlatform({
    ...{ form, admin: { name: 'admin', password: PASSWORD }, weaver: weaver.url },
    services: [
      weaverService(weaver.url),
      ...(options.cowbird === undefined ? [] : [cowbirdService(options.cowbird, { isMonitored: true })]),
      ...Object.entries(birds).map(([name, { url }]) => birdService(name, url, { isPublic: !closed.includes(name) })),
    ],
  });
  ending(() => platform.close());
  const root = await mkdtemp(join(tmpdir(), 'birdkeeper-platform-'));
  ending(() => rm(root, { recursive: true, force: true }));
  const components = ['weaver', 'magpie', ...(options.components ?? [])];
  const always = [
    `export BIRDHOUSE_FQDN_PUBLIC=127.0.0.1:${platform.port}`,
    'export BIRDHOUSE_PROXY_SCHEME=http',
    'export MAGPIE_ADMIN_USERNAME=admin',
    `export MAGPIE_ADMIN_PASSWORD=${PASSWORD}`,
    `export WEAVER_WPS_PROVIDERS="${Object.keys(birds).join(' ')}"`,
    'export WEAVER_WPS_PROVIDERS_MAX_TIME=3',
    'export WEAVER_WPS_PROVIDERS_RETRY_AFTER=0',
    'export BIRDKEEPER_WEAVER_LOOK_SECONDS=0',
    `export EXTRA_CONF_DIRS="${components.map((name) => `./components/${name}`).join(' ')}"`,
  ];
  const directory = join(root, 'platform');
  const settings = (lines: readonly string[]) =>
    writeFile(join(directory, 'env.local'), `${[...always, ...lines].join('\n')}\n`);
  for (const name of components) {
    await mkdir(join(directory, 'components', name), { recursive: true });
    await writeFile(join(directory, 'components', name, 'default.env'), '');
  }
  await writeFile(join(directory, 'compose.yaml'), 'services:\n  web: { image: "none" }\n');
  await settings([]);
  const state = new StateDirectory(join(root, 'state'));
  const stack = await state.register({ name: 'platform', directory });
  const said: string[] = [];
  const deps = depsOf(state, said);
  const activities = plainly(deps, said);
  return {
    ...{ platform, weaver, birds, stack, said, activities, deps, settings },
    register: (some) =>
      registerAll({
        ask: { stack: 'platform', ...(some === undefined ? {} : { birds: some }) },
        act: activities,
        around: {
          now: () => new Date(),
          pause: () => Promise.resolve(),
          messageOf,
          isCancellation: () => false,
          restart: () => activities.restartWeaver({ stack: 'platform' }),
        },
        tell: () => undefined,
      }),
  };
}

function depsOf(state: StateDirectory, said: string[]): Dependencies {
  return {
    host: 'alpha',
    state,
    engine: createEngine(),
    environment: { PATH: process.env.PATH ?? '' },
    journal: {
      openDeployment: ({ startedAt }) => startedAt,
      closeDeployment: () => undefined,
      look: () => undefined,
      job: async (_log, work, about) => {
        const result = await work();
        said.push(about?.(result) ?? 'done');
        return result;
      },
    },
    logDirectory: (configured) => Promise.resolve(configured),
    remember: () => Promise.resolve(),
  };
}

function plainly(deps: Dependencies, said: string[]): Activities {
  const steps = createActivities(deps);
  const log = {
    output: () => undefined,
    info: (line: string) => void said.push(line),
    warn: (line: string) => void said.push(line),
  };
  return Object.fromEntries(
    Object.entries(steps).map(([name, run]) => [
      name,
      (input: never) => (run as (given: never, step: unknown) => Promise<unknown>)(input, localStep({ log })),
    ]),
  ) as unknown as Activities;
}
