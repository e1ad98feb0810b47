/** The files of the sample stack's two repositories. Pure: what varies is handed in. */

export type Files = Readonly<Record<string, string>>;

/** Where the stack lies in its repository, as in birdhouse-deploy. */
export const STACK_FOLDER = 'birdhouse';

/** Value of a variable of `env.local` that no log and no history may show. */
export const SECRET = 'correct-horse-77-staple';

export interface Ports {
  web: number;
  api: number;
  reader: number;
}

/** Host part and project part of the sample's images. */
export interface ImageNames {
  base: string;
  /** Without a tag. */
  api: string;
}

const QUICK = `    init: true
    stop_grace_period: 1s`;
/**
 * What most pushes change is asked every other second, so that a sick service is known within four. Each question costs a
 * small machine a tenth of a second of CPU, and is asked for as long as the stack runs: the others are asked less often.
 */
const OFTEN = '2s';
const SELDOM = '5s';
const HEALTH_CHECK = (path: string, interval: string) => `    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080${path}"]
      interval: ${interval}
      timeout: 2s
      retries: 2`;

export function platformFiles(images: ImageNames): Files {
  return {
    '.gitignore': [`/${STACK_FOLDER}/env.local`, `/${STACK_FOLDER}/components/reader/config/reader.conf`, ''].join(
      '\n',
    ),
    ...baseFile({ version: '1' }),
    [`${STACK_FOLDER}/default.env`]: `export BASE_IMAGE='${images.base}'
export READER_GREETING='hello'
VARS='
$READER_GREETING
'
OPTIONAL_VARS='
$READER_NOTE
'
export VARS OPTIONAL_VARS
`,
    ...apiTag('1.0'),
    [`${STACK_FOLDER}/components/api/docker-compose-extra.yml`]: `services:
  api:
    image: ${images.api}:\${API_TAG}
${QUICK}
    ports:
      - "127.0.0.1:\${API_PORT}:8080"
${HEALTH_CHECK('/health', OFTEN)}
`,
    [`${STACK_FOLDER}/components/reader/docker-compose-extra.yml`]: `services:
  reader:
    image: \${BASE_IMAGE}
${QUICK}
    command: ["sh", "-c", "mkdir -p /www && cp /etc/reader.conf /www/index.html && exec httpd -f -p 8080 -h /www"]
    ports:
      - "127.0.0.1:\${READER_PORT}:8080"
    volumes:
      - ./components/reader/config/reader.conf:/etc/reader.conf:ro
${HEALTH_CHECK('/', SELDOM)}
`,
    ...readerConfiguration('greeting=$READER_GREETING note=$READER_NOTE path=$not_listed'),
    [`${STACK_FOLDER}/components/worker/docker-compose-extra.yml`]: `services:
  worker:
    image: \${BASE_IMAGE}
${QUICK}
    command: ["sh", "/tasks/run.sh"]
    volumes:
      - ./components/worker/tasks:/tasks:ro
    healthcheck:
      test: ["CMD", "test", "-e", "/ready"]
      interval: ${SELDOM}
      timeout: 2s
      retries: 3
`,
    ...workerTask('1'),
  };
}

/** The base compose file; `version` is what the page of `web` says. */
export function baseFile({ version, extra = '' }: { version: string; extra?: string }): Files {
  return {
    [`${STACK_FOLDER}/docker-compose.yml`]: `services:
  web:
    image: \${BASE_IMAGE}
${QUICK}
    environment:
      VERSION: "${version}"
      PASSWORD: "\${WEB_PASSWORD}"
    command: ["sh", "-c", "mkdir -p /www && echo version $$VERSION > /www/index.html && exec httpd -f -p 8080 -h /www"]
    ports:
      - "127.0.0.1:\${WEB_PORT}:8080"
    depends_on:
      setup:
        condition: service_completed_successfully
${HEALTH_CHECK('/', OFTEN)}

  setup:
    image: \${BASE_IMAGE}
    command: ["sh", "-c", "echo prepared"]

  store:
    image: \${BASE_IMAGE}
${QUICK}
    command: ["sh", "-c", "date > /data/started && exec sleep 1000000"]
    volumes:
      - store-data:/data
${extra}
volumes:
  store-data:
`,
  };
}

export const apiTag = (tag: string): Files => ({
  [`${STACK_FOLDER}/components/api/default.env`]: `export API_TAG='${tag}'\n`,
});

export const readerConfiguration = (text: string): Files => ({
  [`${STACK_FOLDER}/components/reader/config/reader.conf.template`]: `${text}\n`,
});

export const workerTask = (text: string): Files => ({
  [`${STACK_FOLDER}/components/worker/tasks/run.sh`]: `echo task ${text}
touch /ready
exec sleep 1000000
`,
});

export interface EnvLocal {
  project: string;
  privateDirectory: string;
  keyDirectory: string;
  logDirectory: string;
  ports: Ports;
  /** Seldom unless given: looks that nobody waits for are most of what a small machine would do. */
  frequency?: string;
  /** Further lines, the last word. */
  extra?: readonly string[];
}

export function envLocal(options: EnvLocal): Files {
  const { project, privateDirectory, keyDirectory, logDirectory, ports, frequency = '@every 1h', extra = [] } = options;
  return {
    'env.local': [
      `export COMPOSE_PROJECT_NAME='${project}'`,
      `export WEB_PORT='${ports.web}' API_PORT='${ports.api}' READER_PORT='${ports.reader}'`,
      `export WEB_PASSWORD='${SECRET}'`,
      `export PAVICS_LOG_DIR='${logDirectory}'`,
      `export AUTODEPLOY_EXTRA_REPOS='${privateDirectory}'`,
      `export AUTODEPLOY_DEPLOY_KEY_ROOT_DIR='${keyDirectory}'`,
      `export AUTODEPLOY_PLATFORM_FREQUENCY='${frequency}'`,
      "export EXTRA_CONF_DIRS='",
      '  ./components/api',
      '  ./components/reader',
      '  ./components/worker',
      "'",
      `export BIRDKEEPER_PROBES='http://127.0.0.1:${ports.web}/ 200 version'`,
      "export BIRDKEEPER_SETTLE_SECONDS='1' BIRDKEEPER_SETTLE_SECONDS_NO_HEALTHCHECK='1'",
      "export BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='30'",
      ...extra,
      '',
    ].join('\n'),
  };
}
