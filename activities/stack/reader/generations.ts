/**
 * How birdhouse-deploy reads its configuration, by generation, as data: what changed, since which tag, and by which text in
 * the checkout's own scripts it is known. Found by running the tags; docs/compatibility.md holds the table for people.
 */

/** How a value that DELAYED_EVAL names is evaluated. */
export type DelayedMode =
  /** `echo $NAME`, then `echo VALUE`: blanks collapse, quotes go. */
  | 'words'
  /** `echo $NAME`, then `echo "VALUE"`. */
  | 'collapsed'
  /** `echo "VALUE"`: the text is kept. */
  | 'text';

export interface Generation {
  readonly composeScript: string | undefined;
  /** Names of the two lists of components, the default one first; `undefined`: there is none. */
  readonly lists: { readonly default?: string; readonly extra: string };
  /** Where the first lines of VARS and OPTIONAL_VARS stand. */
  readonly baseLists: 'compose script' | 'default.env';
  readonly envFile:
    /** `env.local` beside the compose file, known by no variable. */
    | 'beside'
    /** BIRDHOUSE_LOCAL_ENV, not exported. */
    | 'named'
    /** Also ..._REAL_PATH and ..._REAL_DIR, not exported. */
    | 'resolved'
    /** BIRDHOUSE_LOCAL_ENV is the real path, and exported. */
    | 'real'
    /** All three are exported. */
    | 'exported';
  readonly exportsComposeDir: boolean;
  /** Loads components in the order of the list, or with COMPONENT_DEPENDENCIES. */
  readonly components: 'listed' | 'breadth first' | 'depth first';
  readonly composeList: 'components' | 'overrides last' | 'pending overrides';
  /** Directories that are searched for templates whether or not they are listed. */
  readonly templateRoots: readonly string[];
  readonly delayed: 'never' | DelayedMode;
  /** A name that DELAYED_EVAL holds twice is evaluated twice. */
  readonly delayedEachMention: boolean;
  /** A value that cannot be evaluated keeps its text; it becomes empty otherwise. */
  readonly delayedKeepsFailed: boolean;
  readonly aliases: 'none' | 'before the second env.local' | 'after the second env.local';
  /** The environment of the process beats every file. */
  readonly processWins: boolean;
  /** Variables of `log` and of error handling that the scripts leave set. */
  readonly logging: 'none' | 'level' | 'destinations' | 'error handling';
  readonly includes: boolean;
  /** What the compose script makes before `up`; components do since 1.24. */
  readonly creates: {
    readonly network: string | undefined;
    readonly volumes: readonly string[];
    readonly geoserverScript: boolean;
  };
  /** Keeps Compose from being used without the script: of its environment only. */
  readonly guard: { readonly port: string; readonly value: string; readonly host: string };
  readonly derived: {
    readonly publicHost: boolean;
    readonly port80: boolean;
    /** Prefix of ..._EXTRA_REPOS and ..._EXTRA_REPOS_AS_DOCKER_VOLUMES. */
    readonly extraRepoVolumes: string | undefined;
    readonly components: 'none' | 'listed' | 'real path';
    readonly services: 'none' | 'text' | 'trimmed' | 'one line';
    readonly version: boolean;
  };
}

export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? Partial<T[K]> : T[K];
};

/** A text in one of the scripts, or the lack of it. */
export interface Mark {
  readonly in: 'compose script' | 'reader' | 'components' | 'services';
  readonly text: string;
  readonly absent?: true;
}

export interface Change {
  /** The first tag that has it. */
  readonly since: string;
  readonly mark: Mark;
  readonly traits: DeepPartial<Generation>;
}

/** 1.14 up to 1.22.6: everything by hand in the compose script. */
export const FIRST: Generation = {
  composeScript: 'pavics-compose.sh',
  lists: { extra: 'EXTRA_CONF_DIRS' },
  baseLists: 'compose script',
  envFile: 'beside',
  exportsComposeDir: false,
  components: 'listed',
  composeList: 'components',
  templateRoots: ['./config', './components', './optional-components'],
  delayed: 'never',
  delayedEachMention: true,
  delayedKeepsFailed: false,
  aliases: 'none',
  processWins: false,
  logging: 'none',
  includes: false,
  creates: {
    network: 'jupyterhub_network',
    volumes: ['jupyterhub_data_persistence', 'thredds_persistence'],
    geoserverScript: false,
  },
  guard: { port: 'PROXY_SECURE_PORT', value: '443', host: 'PAVICS_FQDN' },
  derived: {
    publicHost: true,
    port80: true,
    extraRepoVolumes: 'AUTODEPLOY',
    components: 'none',
    services: 'none',
    version: false,
  },
};

/** In the order of the tags; each change stands for itself, so that a tag between two of them, or a fork, is read right. */
export const CHANGES: readonly Change[] = [
  {
    since: '1.16.0',
    mark: { in: 'compose script', text: 'fix-geoserver-data-dir-perm' },
    traits: { creates: { geoserverScript: true } },
  },
  { since: '1.22.7', mark: { in: 'reader', text: 'DELAYED_EVAL' }, traits: { delayed: 'words' } },
  {
    since: '1.22.11',
    mark: { in: 'compose script', text: 'get-components-json' },
    traits: { derived: { components: 'listed' } },
  },
  {
    since: '1.24.0',
    mark: { in: 'reader', text: 'DEFAULT_CONF_DIRS' },
    traits: {
      lists: { default: 'DEFAULT_CONF_DIRS', extra: 'EXTRA_CONF_DIRS' },
      components: 'breadth first',
      composeList: 'overrides last',
      templateRoots: [],
    },
  },
  {
    since: '1.24.0',
    mark: { in: 'compose script', text: 'network create', absent: true },
    traits: { creates: { network: undefined, volumes: [], geoserverScript: false } },
  },
  { since: '1.24.0', mark: { in: 'reader', text: 'ALREADY_EVALED' }, traits: { delayedEachMention: false } },
  {
    since: '1.24.0',
    mark: { in: 'compose script', text: 'INCLUDE_FOR_PORT_80=', absent: true },
    traits: { derived: { port80: false } },
  },
  {
    since: '1.25.4',
    mark: { in: 'reader', text: '_adir_stack' },
    traits: { components: 'depth first', composeList: 'pending overrides' },
  },
  { since: '1.25.4', mark: { in: 'reader', text: 'BIRDHOUSE_LOCAL_ENV' }, traits: { envFile: 'named' } },
  {
    since: '1.25.6',
    mark: { in: 'compose script', text: 'PAVICS_FQDN_PUBLIC="', absent: true },
    traits: { derived: { publicHost: false } },
  },
  { since: '1.26.3', mark: { in: 'reader', text: 'BIRDHOUSE_LOCAL_ENV_REAL' }, traits: { envFile: 'resolved' } },
  {
    since: '1.26.7',
    mark: { in: 'compose script', text: 'get-services-json' },
    traits: { derived: { services: 'text', version: true } },
  },
  {
    since: '2.1.0',
    mark: { in: 'reader', text: 'logging.include.sh' },
    traits: { logging: 'level' },
  },
  { since: '2.1.0', mark: { in: 'reader', text: 'value=`eval' }, traits: { delayed: 'collapsed' } },
  { since: '2.2.0', mark: { in: 'services', text: 'SERVICE_CONF' }, traits: { derived: { services: 'trimmed' } } },
  {
    since: '2.4.0',
    mark: { in: 'reader', text: 'set_old_backwards_compatible_variables' },
    traits: {
      composeScript: 'birdhouse-compose.sh',
      lists: { default: 'BIRDHOUSE_DEFAULT_CONF_DIRS', extra: 'BIRDHOUSE_EXTRA_CONF_DIRS' },
      envFile: 'real',
      aliases: 'before the second env.local',
      guard: { host: 'BIRDHOUSE_FQDN' },
      derived: { extraRepoVolumes: 'BIRDHOUSE_AUTODEPLOY' },
    },
  },
  {
    since: '2.7.0',
    mark: { in: 'compose script', text: 'PROXY_HTTP_PORT=' },
    traits: { guard: { port: 'PROXY_HTTP_PORT', value: '80' } },
  },
  {
    since: '2.7.0',
    mark: { in: 'compose script', text: 'pre-docker-compose-up.include' },
    traits: { includes: true, logging: 'destinations' },
  },
  { since: '2.15.0', mark: { in: 'reader', text: '\n    export COMPOSE_DIR\n' }, traits: { exportsComposeDir: true } },
  {
    since: '2.15.0',
    mark: { in: 'compose script', text: 'EXTRA_REPOS_AS_DOCKER_VOLUMES=', absent: true },
    traits: { derived: { extraRepoVolumes: undefined } },
  },
  {
    since: '2.15.1',
    mark: { in: 'compose script', text: 'error-handling.include.sh' },
    traits: { logging: 'error handling' },
  },
  { since: '2.16.0', mark: { in: 'services', text: "tr '\\n' ' '" }, traits: { derived: { services: 'one line' } } },
  {
    since: '2.18.3',
    mark: { in: 'reader', text: '_read_basic_configs_pre' },
    traits: { aliases: 'after the second env.local', delayed: 'text' },
  },
  {
    since: '2.18.3',
    mark: { in: 'compose script', text: "\nVARS='", absent: true },
    traits: { baseLists: 'default.env' },
  },
  { since: '2.18.8', mark: { in: 'reader', text: 'stage_process_env' }, traits: { processWins: true } },
  {
    since: '2.18.9',
    mark: { in: 'reader', text: 'export BIRDHOUSE_LOCAL_ENV_REAL_PATH' },
    traits: { envFile: 'exported' },
  },
  { since: '2.20.3', mark: { in: 'components', text: 'real_adir' }, traits: { derived: { components: 'real path' } } },
  {
    since: '2.26.0',
    mark: { in: 'reader', text: '_BIRDHOUSE_ALREADY_PROCESSED_DELAYED_EVAL' },
    traits: { delayedKeepsFailed: true },
  },
];

/** A directory without the scripts of birdhouse-deploy: today's order, without what belongs to those scripts. */
export const PLAIN: Generation = {
  ...FIRST,
  composeScript: undefined,
  lists: { default: 'BIRDHOUSE_DEFAULT_CONF_DIRS', extra: 'BIRDHOUSE_EXTRA_CONF_DIRS' },
  baseLists: 'default.env',
  envFile: 'named',
  exportsComposeDir: true,
  components: 'depth first',
  composeList: 'pending overrides',
  templateRoots: [],
  delayed: 'text',
  delayedEachMention: false,
  delayedKeepsFailed: true,
  aliases: 'after the second env.local',
  creates: { network: undefined, volumes: [], geoserverScript: false },
  derived: {
    publicHost: false,
    port80: false,
    extraRepoVolumes: undefined,
    components: 'none',
    services: 'none',
    version: false,
  },
};
