/**
 * What the command line cannot do itself, because it needs the worker's libraries: `bin/` hands it in, loaded when it is
 * asked for.
 */
import type { WeaverSight } from '../workflows/bird-sight.js';
import type { CowbirdSight } from '../workflows/cowbird-model.js';
import type { DeployStackResult } from '../workflows/deploy-stack/messages.js';
import type { ServiceHealth } from '../workflows/model.js';
import type { Diagnostic } from '../activities/stack/diagnostics.js';
import type { OpenWorkflow } from './open-workflows.js';
import type { Finding, PlanAnswer, ReplayAnswer } from './schemas.js';

export interface StackPlace {
  /** Real path. */
  stackDir: string;
  envFile?: string;
  /** `--era`: how the configuration is read, whatever the checkout holds. */
  era?: string;
}

export interface StackOptions {
  /** At least one. */
  stacks: StackPlace[];
  /** `--address`. */
  address?: string;
}

export interface PlanOptions extends StackPlace {
  json: boolean;
}

export interface LocalDeployOptions {
  /** Real path. */
  stackDir: string;
  envFile?: string;
  force: boolean;
  reason?: string;
  /** Who asks, `user@host`. */
  by: string;
  /** Aborted when the person wants the end: what moved is put back. */
  stop: AbortSignal;
}

export interface DoctorOptions {
  /** As given: it need not exist. */
  stackDir: string;
  envFile?: string;
  /** Where this host's worker keeps its state. */
  stateDirectory: string;
  /** Name under which the stack is known on this host, if it is. */
  stack?: string;
}

export interface ConfigOptions extends StackPlace {
  /** Without the components. */
  basic: boolean;
  /** The whole environment of who asks. */
  environment: Readonly<Record<string, string>>;
  /** With what a worker passes on of it. */
  asWorker: boolean;
}

export interface ConfigVariable {
  readonly name: string;
  /** Bytes that are not UTF-8 are lone surrogates (`activities/shared/bytes.ts`). */
  readonly value: string;
  readonly exported: boolean;
}

export interface ConfigComponent {
  /** As the list spells it. */
  readonly spelling: string;
  /** The list or the component that named it first. */
  readonly askedBy: string;
  readonly exists: boolean;
}

export interface ConfigAnswer {
  /** How it was read: a tag of birdhouse-deploy, or `plain`. */
  readonly era: string;
  /** Sorted by name. */
  readonly variables: readonly ConfigVariable[];
  readonly components: readonly ConfigComponent[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

export interface FilesOptions extends ConfigOptions {
  /** With the files that `.include` files of components add. */
  includes: boolean;
}

export interface FilesAnswer {
  /** Compose files, relative to the stack where they lie in it. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

export interface RenderOptions extends ConfigOptions {
  /** Absolute directory that gets every rendered file. */
  out?: string;
}

export interface RenderAnswer {
  /** How many files there are. */
  readonly files: number;
  /** Those whose text differs from what is there, relative to the stack where they lie in it. */
  readonly changed: readonly string[];
  readonly warnings: readonly string[];
}

/** Something of the mechanism that birdkeeper replaces. */
export interface FormerArtifact {
  readonly kind: 'file' | 'container';
  /** Path or name. */
  readonly name: string;
  /** What it does, the rest of a sentence. */
  readonly what: string;
  /** While it is there the stack is deployed by it. */
  readonly deploys: boolean;
}

export interface LintOptions extends ConfigOptions {
  /** Absent: the jobs of the stack. */
  file?: string;
}

export interface LintAnswer {
  /** Those that run. */
  readonly jobs: readonly { readonly name: string; readonly schedule: string; readonly where: string }[];
  /** error: the job does not run. warning: it may not do what was meant. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface WritePermOptions extends ConfigOptions {
  /** Absolute; besides what the configuration names. */
  paths: readonly string[];
  /** Name or number; absent: who asks. */
  user?: string;
  dryRun: boolean;
  /** A command that is run now. */
  say: (line: string) => void;
}

export interface WritePermAnswer {
  /** Who may write now. */
  readonly person: { readonly name: string; readonly uid: number };
  /** `command`: absent when nothing is to be done there. `problem`: why it failed, and what to do. */
  readonly targets: readonly {
    readonly path: string;
    readonly why: string;
    readonly command?: string;
    readonly problem?: string;
  }[];
  readonly warnings: readonly string[];
}

export interface ExplainOptions extends ConfigOptions {
  name: string;
  /** Secrets as they are. */
  reveal: boolean;
}

export interface ExplainAnswer {
  readonly name: string;
  readonly era: string;
  /** Absent: not set. */
  readonly value?: string;
  readonly exported: boolean;
  /** What gave it another value, in order. `line`: found by searching the text. */
  readonly steps: readonly { readonly by: string; readonly line?: number; readonly value?: string }[];
  /** DELAYED_EVAL names it. */
  readonly delayed: boolean;
  /** Its deprecated names, or what replaced it. */
  readonly aliases: readonly string[];
  /** Lists of names that templates may use. */
  readonly lists: readonly string[];
}

export interface ValidateAnswer {
  readonly era?: string;
  /** Errors first. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ComposeOptions extends ConfigOptions {
  /** What Compose is asked, verb first. */
  args: readonly string[];
  /** A line about what is done. */
  say: (line: string) => void;
}

/** `difference`: when it does not replay, the first command that differs, a sentence. */
export type ReplayVerdict = Omit<ReplayAnswer, 'workflowId'>;

export interface Handlers {
  /** Stays until it is told to stop. */
  up(options: StackOptions): Promise<void>;
  worker(options: StackOptions): Promise<void>;
  /** The story of a deployment in this process, without a server. */
  deployLocally(options: LocalDeployOptions): Promise<DeployStackResult>;
  plan(options: PlanOptions): Promise<PlanAnswer>;
  /** Throws `Configuration` when the configuration does not read. */
  readConfig(options: ConfigOptions): Promise<ConfigAnswer>;
  /**
   * What upstream's compose script does with these arguments; gives the exit status of Compose. Throws `Configuration` before it does
   * anything.
   */
  compose(options: ComposeOptions): Promise<number>;
  /** What is left of the mechanism that birdkeeper replaces. Looks only. */
  findFormer(): Promise<FormerArtifact[]>;
  /** Gives the directory that holds copies of the files, if there were any. */
  removeFormer(artifacts: readonly FormerArtifact[]): Promise<string | undefined>;
  /** A configuration that does not read is an answer. */
  validateConfig(options: ConfigOptions): Promise<ValidateAnswer>;
  /** Throws `Configuration` when the configuration does not read. */
  explainConfig(options: ExplainOptions): Promise<ExplainAnswer>;
  /** Throws BadInput when the file cannot be read, Configuration when the stack cannot. */
  lintJobs(options: LintOptions): Promise<LintAnswer>;
  /** Throws BadInput when nobody can be meant, NotFound without setfacl, Unauthorised without root and sudo. */
  fixWritePerm(options: WritePermOptions): Promise<WritePermAnswer>;
  listComposeFiles(options: FilesOptions): Promise<FilesAnswer>;
  /** Changes nothing in the stack. Throws `Configuration` when nothing can be rendered. */
  renderConfig(options: RenderOptions): Promise<RenderAnswer>;
  /** `history`: JSON as `temporal workflow show --output json` writes it, or as the client fetched it. */
  replay(history: unknown, workflowId: string): Promise<ReplayVerdict>;
  /** One verdict per workflow, in their order. */
  replayOpen(open: readonly OpenWorkflow[]): Promise<ReplayVerdict[]>;
  /** What holds of this host's programs, engine, checkouts and configuration. Never throws for what is wrong with them. */
  doctor(options: DoctorOptions): Promise<Finding[]>;
  /** One look at Weaver and its birds. Changes nothing. */
  weaverStatus(place: StackPlace): Promise<WeaverSight>;
  /** One look at Cowbird. Changes nothing. */
  cowbirdStatus(place: StackPlace): Promise<CowbirdSight>;
  /** Health of the containers of a compose project, by looking at the engine. */
  health(stack: string, dockerHost: string | undefined): Promise<ServiceHealth[]>;
}
