/** The files of the stack that is measured. Pure: what varies is handed in. */
import { platformFiles, STACK_FOLDER, type Files } from '../test/support/world/index.js';

/** As many files as make `git status` do some work; birdhouse-deploy has about a thousand. */
const FURTHER_FILES = 300;

export const serviceNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `s${String(index + 1).padStart(2, '0')}`);

/** Variable that holds the port of a service. */
export const portVariable = (service: string): string => `PORT_${service.toUpperCase()}`;

/** The service that the deployments change. */
export const CHANGED = 's01';

/**
 * A compose file of so many services, each an HTTP server with a directory of ours mounted. Only the changed one has a
 * health check: one a second for each of two stacks would be most of what a small machine does.
 */
export function stackFile(services: number, version: string): Files {
  const texts = serviceNames(services).map((name) => serviceText(name, name === CHANGED ? version : '0'));
  return { [`${STACK_FOLDER}/docker-compose.yml`]: `services:\n${texts.join('\n')}` };
}

function serviceText(name: string, version: string): string {
  const healthCheck = `    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 5
`;
  return `  ${name}:
    image: \${BASE_IMAGE}
    init: true
    stop_grace_period: 1s
    environment:
      VERSION: "${version}"
    command: ["sh", "-c", "mkdir -p /www && echo ${name} $$VERSION > /www/index.html && exec httpd -f -p 8080 -h /www"]
    ports:
      - "127.0.0.1:\${${portVariable(name)}}:8080"
    volumes:
      - ./config/${name}:/etc/service:ro
${name === CHANGED ? healthCheck : ''}`;
}

/** The platform repository, in the place of the sample's own files. */
export function repositoryFiles(base: string, services: number): Record<string, string | null> {
  const former = Object.keys(platformFiles({ base, api: '' })).map((path) => [path, null] as const);
  const configuration = serviceNames(services).map(
    (name) => [`${STACK_FOLDER}/config/${name}/settings.conf`, `name = ${name}\n`] as const,
  );
  return {
    ...Object.fromEntries(former),
    '.gitignore': `/${STACK_FOLDER}/env.local\n`,
    [`${STACK_FOLDER}/default.env`]: `export BASE_IMAGE='${base}'\n`,
    ...stackFile(services, '1'),
    ...Object.fromEntries(configuration),
    ...furtherFiles(),
  };
}

/** What any other checkout holds. */
export const furtherFiles = (): Files =>
  Object.fromEntries(
    Array.from({ length: FURTHER_FILES }, (_, index) => [`data/${index % 20}/${index}.txt`, `content ${index}\n`]),
  );

/** Lines of `env.local`; the last word. */
export function environmentLines(ports: Readonly<Record<string, number>>, extraCheckouts: readonly string[]): string[] {
  return [
    ...Object.entries(ports).map(([service, port]) => `export ${portVariable(service)}='${port}'`),
    "export EXTRA_CONF_DIRS='' BIRDKEEPER_PROBES=''",
    `export AUTODEPLOY_EXTRA_REPOS='${extraCheckouts.join(' ')}'`,
    // The window is waiting by intent, not work: it is left out, and told with the result.
    "export BIRDKEEPER_SETTLE_SECONDS='0' BIRDKEEPER_SETTLE_SECONDS_NO_HEALTHCHECK='0'",
  ];
}
