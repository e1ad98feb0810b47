/**
 * What a component finds around it: birdhouse-deploy at an era, or a stack of no such form. The services of the platform are there by
 * name, with the variables that it has for them; everything is of our own writing. Pure.
 */
type Files = Readonly<Record<string, string>>;

export interface Platform {
  /** A tag; undefined: no birdhouse-deploy. */
  era?: string;
  /** Name of the list of components in env.local. */
  list: string;
  files: Files;
  /** Of env.local. */
  values: Record<string, string>;
}

const service = (...names: string[]): string =>
  `services:\n${names.map((name) => `  ${name}:\n    image: birds/${name}:1\n`).join('')}`;

/** Components in the form of 1.24 and newer, below `place`. */
const components = (place: string, defaults: Record<string, string>, others: Record<string, string[]> = {}): Files =>
  Object.fromEntries(
    Object.entries({ proxy: ['proxy'], magpie: ['magpie'], twitcher: ['twitcher'], ...others }).flatMap(
      ([name, services]) => [
        [`${place}/${name}/docker-compose-extra.yml`, services.length === 0 ? 'services: {}\n' : service(...services)],
        [`${place}/${name}/default.env`, defaults[name] ?? ''],
      ],
    ),
  );

const MAGPIE = `export MAGPIE_VERSION=1
export MAGPIE_PROVIDERS_CONFIG_PATH=/opt/local/src/magpie/config/providers
export MAGPIE_PERMISSIONS_CONFIG_PATH=/opt/local/src/magpie/config/permissions
export MAGPIE_WEBHOOKS_CONFIG_PATH=/opt/local/src/magpie/config/webhooks
`;
const CANARIE = 'export CANARIE_MONITORING_EXTRA_CONF_DIR=/conf.d\n';
const ADMINISTRATOR = { MAGPIE_ADMIN_USERNAME: 'admin', MAGPIE_ADMIN_PASSWORD: 'tawny-owl-31-perch' };

/** The era of the first release with Cowbird: proxy, Magpie and Twitcher are of the core file, and nothing is evaluated late. */
export const SEED: Platform = {
  era: '1.22.0',
  list: 'EXTRA_CONF_DIRS',
  files: {
    'docker-compose.yml': service('proxy', 'magpie', 'twitcher', 'geoserver', 'jupyterhub', 'mongodb'),
    'default.env': `export MAGPIE_VERSION=1\nexport DATA_PERSIST_ROOT=/data\n${CANARIE}`,
  },
  values: {
    ...ADMINISTRATOR,
    PAVICS_FQDN: 'old.example.org',
    PAVICS_FQDN_PUBLIC: 'public.old.example.org',
    TWITCHER_PROTECTED_PATH: '/twitcher/ows/proxy',
  },
};

/** Components that can be overridden, values that are evaluated late, the names of before 2.4. */
export const MIDDLE: Platform = {
  era: '1.26.0',
  list: 'EXTRA_CONF_DIRS',
  files: {
    ...components(
      './config',
      { magpie: MAGPIE, twitcher: 'export TWITCHER_PROTECTED_PATH=/twitcher/ows/proxy\n', 'canarie-api': CANARIE },
      { 'canarie-api': [], 'wps_outputs-volume': [] },
    ),
    'default.env': `export DATA_PERSIST_ROOT=/data
export DEFAULT_CONF_DIRS='
  ./config/proxy
  ./config/magpie
  ./config/twitcher
  ./config/canarie-api
'
`,
  },
  values: { ...ADMINISTRATOR, PAVICS_FQDN: 'middle.example.org' },
};

/** Names, proxy and node monitoring of today. */
export const TODAY: Platform = {
  era: '2.26.0',
  list: 'BIRDHOUSE_EXTRA_CONF_DIRS',
  files: {
    ...components(
      './components',
      {
        proxy: `export BIRDHOUSE_PROXY_SCHEME='$([ x"$BIRDHOUSE_HTTP_ONLY" = x"True" ] && echo http || echo https )'
export DELAYED_EVAL="$DELAYED_EVAL
  BIRDHOUSE_PROXY_SCHEME"
`,
        magpie: MAGPIE,
        twitcher: `export TWITCHER_PROTECTED_PATH=/twitcher/ows/proxy
export TWITCHER_VERIFY_PATH=/twitcher/ows/verify
`,
        'canarie-api': CANARIE,
      },
      { 'canarie-api': ['canarie-api', 'canarie-api-cron'], 'wps_outputs-volume': [] },
    ),
    'default.env': `export BIRDHOUSE_DATA_PERSIST_ROOT=/data
export BIRDHOUSE_DATA_PERSIST_SHARED_ROOT='\${BIRDHOUSE_DATA_PERSIST_ROOT}'
export BIRDHOUSE_WPS_OUTPUTS_DIR='\${BIRDHOUSE_DATA_PERSIST_SHARED_ROOT}/wps_outputs'
export DELAYED_EVAL="
  BIRDHOUSE_DATA_PERSIST_SHARED_ROOT
  BIRDHOUSE_WPS_OUTPUTS_DIR
"
export BIRDHOUSE_DEFAULT_CONF_DIRS='
  ./components/proxy
  ./components/magpie
  ./components/twitcher
  ./components/canarie-api
'
`,
  },
  values: { ...ADMINISTRATOR, BIRDHOUSE_FQDN: 'new.example.org', BIRDHOUSE_FQDN_PUBLIC: 'public.new.example.org' },
};

/** Two birds and nothing of the platform. */
export const ALONE: Platform = {
  list: 'EXTRA_CONF_DIRS',
  files: { 'docker-compose.yml': service('finch', 'raven') },
  values: {
    WEAVER_URL: 'http://127.0.0.1:4001/weaver',
    WEAVER_WPS_PROVIDERS: 'finch raven',
    WEAVER_PROVIDERS_URL_TEMPLATE: 'http://{name}:5000/wps',
  },
};

export const PLATFORMS: readonly (readonly [string, Platform])[] = [
  ['seed', SEED],
  ['1.26', MIDDLE],
  ['today', TODAY],
  ['alone', ALONE],
];
