/** What a backup is made of, and what is asked of the Docker Engine for it. */

/** What data is for. `logs` are never written back in place. */
export const DATA_KINDS = ['application', 'user', 'logs'] as const;
export type DataKind = (typeof DATA_KINDS)[number];

/** Containers are named by service of the stack, or by their own name. */
interface Stopping {
  /**
   * Services or containers that do not run while this part is copied; those that ran before are started again, whatever happens.
   * A star at the end stands for the rest of a name: `jupyter*`, which may be none.
   */
  readonly stop?: readonly string[];
}

export interface PathPart extends Stopping {
  readonly kind: 'path';
  /** Absolute, or relative to the stack directory. */
  readonly path: string;
  /** The path is one of this container, below one of its mounts. */
  readonly container?: string;
}

export interface VolumePart extends Stopping {
  readonly kind: 'volume';
  readonly volume: string;
  /** A path in it; all of it unless given. */
  readonly below?: string;
}

interface Dump extends Stopping {
  readonly kind: 'dump';
  /** Runs the database, or has its programs. */
  readonly container: string;
  /** User of the container's system that the programs run as; the container's own unless given. */
  readonly as?: string;
}

export interface PostgresDump extends Dump {
  readonly database: 'postgres';
  /** Database; unless given PGDATABASE or POSTGRES_DB of the container, else the user's. */
  readonly name?: string;
  /** Role; unless given `as`, then PGUSER or POSTGRES_USER of the container, else postgres. */
  readonly user?: string;
}

export interface MongoDump extends Dump {
  readonly database: 'mongo';
  /** Every database unless given. */
  readonly name?: string;
}

export interface SqliteDump extends Dump {
  readonly database: 'sqlite';
  /** Absolute path in the container. */
  readonly file: string;
}

export interface PrometheusDump extends Dump {
  readonly database: 'prometheus';
  /** As the container itself reaches it, with the path prefix: `http://127.0.0.1:9090/prometheus`. */
  readonly address?: string;
  /** Data directory in the container; `/prometheus` unless given. */
  readonly directory?: string;
}

export type DumpPart = PostgresDump | MongoDump | SqliteDump | PrometheusDump;
export type Part = PathPart | VolumePart | DumpPart;

/** What a component wants to have backed up. */
export type Declaration = { readonly component: string } & { readonly [Kind in DataKind]?: readonly Part[] };

/** Per kind of data: names of components, or `*` for every component that declares such data. */
export type Selection = { readonly [Kind in DataKind]?: '*' | readonly string[] };

/** A part with its place in the whole. */
export interface PlannedPart {
  /** `COMPONENT/KIND/NUMBER`, the same as long as the declaration is. */
  readonly key: string;
  readonly component: string;
  readonly data: DataKind;
  readonly part: Part;
}

export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
}

export interface Call {
  readonly signal: AbortSignal;
}

export interface ContainerCommand {
  /** Everybody on the host can read it: no secrets. */
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
}

export interface ExecOptions extends Call {
  readonly timeoutMs: number;
  /** File (mode 0600) that standard output goes to, made anew. Without it the first 64 kB come back as text. */
  readonly stdoutTo?: string;
  readonly stdin?: { readonly text: string } | { readonly file: string };
}

export interface ExecResult {
  /** -1 when the engine cannot tell: the container ended meanwhile. */
  readonly status: number;
  readonly stdout: string;
  /** The last 16 kB. */
  readonly stderr: string;
}

/** The containers of one stack; those of others are never touched. */
export interface BackupEngine {
  /** Those of a service, else the one of that name; all that begin so with a star at the end. None when there is no such container. */
  find(name: string, call: Call): Promise<FoundContainer[]>;
  /** Runs a program in a container that runs, to its end. */
  exec(id: string, command: ContainerCommand, options: ExecOptions): Promise<ExecResult>;
  /** Waits until it has ended, within the container's own grace. Nothing happens when it does not run or is gone. */
  stop(id: string, call: Call): Promise<void>;
  /** False when it is gone. Nothing happens when it runs. */
  start(id: string, call: Call): Promise<boolean>;
  /** Where a path of the container lies on the host: below a mount; undefined for one inside the container's own layer. */
  hostPathOf(id: string, path: string, call: Call): Promise<string | undefined>;
}
