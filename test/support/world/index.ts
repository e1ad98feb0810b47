/** Puts a world together; what can be done with one is in `world.ts`. */
import { chmod, copyFile, mkdir, mkdtemp, realpath, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry } from '../registry.js';
import { startGitServer, type KeyExchange, type ServedRepository } from '../ssh-git.js';
import { Clone } from './clone.js';
import { SampleImages } from './images.js';
import { enter, removeWorld, sweep } from './ledger.js';
import { freePorts } from './ports.js';
import { worldEnvironment } from './programs.js';
import { envLocal, platformFiles, STACK_FOLDER, type EnvLocal, type Files } from './sample-stack.js';
import { World, type RepositoryName } from './world.js';

export * from './sample-stack.js';
export { waitFor } from './wait.js';
export { keepOwnWorlds, removeOwnWorlds, stopKeptWorlds } from './ledger.js';
export { World };
export type { ContainerState } from './containers.js';

export interface WorldOptions {
  /** A word for its purpose; part of the compose project's name. */
  name: string;
  /** Lines for `env.local` and other differences from the usual. */
  settings?: Partial<EnvLocal>;
  /** Added to the environment of everything that it starts: DOCKER_HOST for an engine of its own. */
  env?: Record<string, string>;
  /** Changes the first files of the platform's repository. */
  files?: (files: Files, world: { dir: string }) => Files;
  /** `birdkeeper.js` that is run; the build of these sources unless given. */
  program?: string;
  /** See `startGitServer`; for measurements. */
  keyExchange?: KeyExchange;
  /** Where the git server listens; the loopback address unless given. */
  gitAddress?: string;
}

/**
 * Makes a stack of two checkouts with remotes, registry and images; nothing of it runs yet. Takes away first what killed
 * runs have left behind. `destroy` takes it away; when the making fails nothing is left.
 */
export async function createWorld({
  name,
  settings = {},
  env = {},
  files = same,
  program,
  keyExchange = 'cheap',
  gitAddress = '127.0.0.1',
}: WorldOptions): Promise<World> {
  await sweep();
  // Compose project, image path and directory: the name says whose it is.
  const project = `bkw-${name}-${process.pid}-${Date.now().toString(36).slice(-5)}`;
  const dir = await realpath(await mkdtemp(join(tmpdir(), `${project}-`)));
  await chmod(dir, 0o755);
  await enter(project, dir, env);
  try {
    return await assemble(project, dir, {
      settings,
      env,
      files,
      keyExchange,
      gitAddress,
      ...(program === undefined ? {} : { program }),
    });
  } catch (error) {
    await removeWorld(project, dir, env);
    throw error;
  }
}

const same = (files: Files): Files => files;

type Differences = Required<Omit<WorldOptions, 'name' | 'program'>> & Pick<WorldOptions, 'program'>;

async function assemble(
  project: string,
  dir: string,
  { settings, env: more, files, keyExchange, gitAddress, program }: Differences,
): Promise<World> {
  const env = worldEnvironment(dir, more);
  for (const folder of ['git', 'registry', 'keys', 'log', 'home']) await mkdir(join(dir, folder), { mode: 0o700 });
  const [git, registry, [web = 0, api = 0, reader = 0]] = await Promise.all([
    startGitServer({ dir: join(dir, 'git'), keyExchange, address: gitAddress }),
    startRegistry({ parent: join(dir, 'registry') }),
    freePorts(3),
  ]);
  const images = new SampleImages(dir, project, registry.host, env);
  const checkouts = { platform: join(dir, 'host', 'platform'), private: join(dir, 'host', 'private') };
  const first: EnvLocal = {
    project,
    privateDirectory: checkouts.private,
    keyDirectory: join(dir, 'keys'),
    logDirectory: join(dir, 'log'),
    ports: { web, api, reader },
    ...settings,
  };
  // One after the other: the server's list of keys is written anew for each.
  const remotes = { platform: await git.addRepository('platform'), private: await git.addRepository('private') };
  const [, platform, secret] = await Promise.all([
    images.buildBase().then(() => images.publishApi('1.0')),
    checkOut('platform', remotes.platform, files(platformFiles(images), { dir }), dir, env),
    checkOut('private', remotes.private, envLocal(first), dir, env),
  ]);
  await symlink(join('..', '..', 'private', 'env.local'), join(checkouts.platform, STACK_FOLDER, 'env.local'));
  return new World({
    project,
    dir,
    env,
    engine: more,
    ports: first.ports,
    developers: { platform, private: secret },
    checkouts,
    images,
    settings: first,
    git,
    ...(program === undefined ? {} : { program }),
    stopServers: () => Promise.all([git.stop(), registry.stop()]).then(() => undefined),
  });
}

/** Developer's clone with a first commit, the host's checkout and its key. Returns the developer's clone. */
async function checkOut(
  name: RepositoryName,
  { url, pushKeyPath, deployKeyPath }: ServedRepository,
  files: Files,
  dir: string,
  env: Record<string, string>,
): Promise<Clone> {
  const developer = new Clone(join(dir, 'developer', name), { url, key: pushKeyPath }, env);
  await developer.found(files);
  await copyFile(deployKeyPath, join(dir, 'keys', `${name}_deploy_key`));
  await new Clone(join(dir, 'host', name), { url, key: deployKeyPath }, env).clone();
  return developer;
}
