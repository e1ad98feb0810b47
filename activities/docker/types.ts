/**
 * What the engine client says and takes. The other folders import these types, never the client.
 */
import type { ContainerCopy } from './copies.js';

export type { ContainerCopy };

export const CONTAINER_STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;
export type ContainerState = (typeof CONTAINER_STATES)[number];

/** A container of a compose project, one-off containers (`compose run`) included. */
export interface EngineContainer {
  id: string;
  /** Without the leading slash. */
  name: string;
  service: string;
  /** Compose's container number, from 1. */
  number: number;
  oneOff: boolean;
  state: ContainerState;
  /** Absent when the container has no health check. */
  health?: 'starting' | 'healthy' | 'unhealthy';
  /** Output of the newest failed health check, one line of at most 200 characters. */
  healthOutput?: string;
  exitCode: number;
  /** How often the engine restarted it by its policy since it was created or started by hand. */
  restartCount: number;
  /** The engine starts it again after a failure. */
  restarts: boolean;
  imageId: string;
  /** ISO 8601 as the engine writes it. */
  createdAt: string;
  startedAt: string;
  /** Published TCP ports. */
  ports: PublishedPort[];
  /** Its networks, and the names by which others find it there. The address is empty while it does not run. Absent: none of its own. */
  networks?: { address: string; aliases: string[] }[];
}

export interface PublishedPort {
  /** Empty or 0.0.0.0: every address. */
  address: string;
  port: number;
}

/** Something happened to a container of the project. */
export interface EngineEvent {
  containerId: string;
  service: string;
  /** `start`, `die`, `oom`, `restart`, `health_status: unhealthy` … as the engine writes it. */
  action: string;
  /** With `die`. */
  exitCode?: number;
  /** Milliseconds of the engine's clock. */
  at: number;
}

/** A volume or network as it exists. */
export interface ExistingResource {
  kind: 'volume' | 'network';
  name: string;
  driver: string;
  options: Record<string, string>;
  labels: Record<string, string>;
  /** Directory of a volume's content on the engine's host. Volumes only. */
  mountPoint?: string;
  /** Networks only. */
  internal?: boolean;
  attachable?: boolean;
  ipv6?: boolean;
  subnets?: string[];
}

/** An image on this host. */
export interface LocalImage {
  /** `sha256:…` */
  id: string;
  /** Every `repository:tag`; none: it lost its name when its tag moved on. */
  names: string[];
  /** Every `repository@sha256:…`. */
  digests: string[];
}

/** What a registry is told of who we are; the fields of the engine's interface. Never in a message or log. */
export interface RegistryAuth {
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

/** How we log in to the registry of a reference. */
export interface RegistryLogin {
  /** `docker.io`, `127.0.0.1:5000` … */
  registry: string;
  /** The reference names its registry; else Docker's is meant, or nobody's. */
  named: boolean;
  /** Docker configuration of the operator that was looked in. */
  file: string;
  /** Absent: the file knows no login there. */
  auth?: RegistryAuth;
}

/** The container that this process runs in. */
export interface OwnContainer {
  id: string;
  /** Without the leading slash. */
  name: string;
  imageId: string;
  /** `host`, `bridge`, the name of a network … */
  networkMode: string;
  /** Compose project and service; absent when it was not made by Compose. */
  project?: string;
  service?: string;
  /** As it was created. Holds secrets. */
  environment: Readonly<Record<string, string>>;
  /** `source`: path on the engine's host; `target`: path in the container. */
  mounts: readonly { source: string; target: string }[];
}

/** A container that does for this program what it cannot do itself. */
export interface Helper {
  name: string;
  imageId: string;
  /** The whole command. */
  entrypoint: readonly string[];
  environment: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  /** Id of the container whose mounts it has. */
  of: string;
  /** `host`, `none` … as the engine's HostConfig.NetworkMode. */
  network: string;
}

export interface Call {
  signal: AbortSignal;
}

/** A container that has a name which a stack wants. */
export interface NameHolder {
  name: string;
  /** Undefined: it is no container of Compose. */
  project?: string;
}

/**
 * Every call has a limit of its own and ends with the signal. An engine that cannot be reached or does not answer in
 * time is a `StepFailure` of type EngineUnavailable.
 */
export interface Engine {
  /** Version of the engine and its data root. */
  ping(call: Call): Promise<{ version: string; dataRoot: string }>;
  /** The container that this process runs in; undefined when it runs in none that this engine knows. */
  ownContainer(call: Call): Promise<OwnContainer | undefined>;
  /** Any container, by id or name; undefined when there is none. */
  container(idOrName: string, call: Call): Promise<EngineContainer | undefined>;
  /**
   * Starts a detached container that the engine starts again however it ends, until `letEnd`. One of that name that is there
   * is started, and nothing else happens.
   */
  startHelper(helper: Helper, call: Call): Promise<void>;
  /** A container runs on, and is not started again once it has ended. Nothing happens when it is gone. */
  letEnd(idOrName: string, call: Call): Promise<void>;
  /** Starts a container that is there. */
  start(idOrName: string, call: Call): Promise<void>;
  /** What it takes to make a container again. Holds secrets. */
  copyOf(containerId: string, call: Call): Promise<ContainerCopy>;
  /** Makes and starts a container as it was; none of its name may be there. Returns the new id. */
  makeAgain(copy: ContainerCopy, call: Call): Promise<string>;
  /** Containers of a compose project, by service and number. */
  containers(project: string, call: Call): Promise<EngineContainer[]>;
  /** Id of a local image, or undefined when there is none of that reference. */
  imageId(reference: string, call: Call): Promise<string | undefined>;
  /** `name@sha256:…` under which registries know a local image; empty for one that was built here. */
  repoDigests(reference: string, call: Call): Promise<string[]>;
  /** Gives an image one more name, which keeps it from being pruned. */
  tag(reference: string, name: string, call: Call): Promise<void>;
  /**
   * Takes a name away; the last name of an unused image takes the image with it. Nothing happens when there is none, or
   * when it is the last name of an image that a container needs.
   */
  untag(name: string, call: Call): Promise<void>;
  /**
   * Digest that a reference has in its registry now, without pulling; undefined when the registry has none of that name.
   * What else a registry says is an ordinary error whose cause holds the answer.
   */
  registryDigest(reference: string, call: Call & { auth?: RegistryAuth }): Promise<string | undefined>;
  /** All images of this host that have a name or stand at the top of a build. */
  images(call: Call): Promise<LocalImage[]>;
  /** Ids of the images of all containers of this host, those that do not run included. */
  imagesInUse(call: Call): Promise<string[]>;
  /** Takes a name away like `untag`, or removes an image of at most one name by its id. False: it was gone, or is needed. */
  removeImage(nameOrId: string, call: Call): Promise<boolean>;
  /** Stops within the grace of the container, then removes it; volumes stay. Nothing happens when it is gone. */
  remove(containerId: string, call: Call): Promise<void>;
  /** The last lines that a container wrote, both streams. */
  logs(containerId: string, lines: number, call: Call): Promise<string[]>;
  /**
   * Container events of a project from `sinceMs` (engine's clock) on. Ends with the signal; throws EngineUnavailable when
   * the stream breaks.
   */
  events(project: string, options: { sinceMs?: number; signal: AbortSignal }): AsyncIterable<EngineEvent>;
  /** Existing volumes and networks among these names. */
  resources(names: { volumes: string[]; networks: string[] }, call: Call): Promise<ExistingResource[]>;
  /** Address of the host on the default bridge, where containers reach it; undefined when there is no such bridge. */
  bridgeGateway(call: Call): Promise<string | undefined>;
  /** Published TCP ports of all running containers that belong to another project or to none, with the holder's name. */
  portsOfOthers(project: string, call: Call): Promise<(PublishedPort & { holder: string })[]>;
  /** Containers that have one of these names and belong to another project or to none, those that do not run included. */
  namesOfOthers(project: string, names: readonly string[], call: Call): Promise<NameHolder[]>;
  /** Name of a running container, of whatever project, that publishes that port by any protocol at any address. */
  holderOf(port: number, call: Call): Promise<string | undefined>;
}
