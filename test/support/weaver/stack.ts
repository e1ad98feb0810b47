/** The files of a stack of ours with birds and the component Weaver: no Magpie, no proxy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STACK_FOLDER, type Files } from '../world/sample-stack.js';
import { BIRD_IMAGE, COMPONENT } from './images.js';

/** Bird → its environment besides NAME (`test/support/doubles/bird-main.ts`). */
export type Birds = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** As any compose stack has them, at two addresses. Weaver takes none whose host has no dot. */
export const birdsFile = (birds: Birds): Files => ({
  [`${STACK_FOLDER}/docker-compose.yml`]: `services:\n${Object.entries(birds).map(birdService).join('')}`,
});

const birdService = ([name, environment]: [string, Birds[string]]): string => `  ${name}:
    image: ${BIRD_IMAGE}
    environment: ${JSON.stringify({ NAME: name, ...environment })}
    volumes: ['\${OUR_PLACE}/away:/away:ro']
    networks: { default: { aliases: [${name}.birds, ${name}.nest] } }
`;

/** `dir`: where all is that the containers keep; `component`: path of Weaver's, as EXTRA_CONF_DIRS names it. */
export const stackFiles = (dir: string, component: string, birds: Birds): Files => ({
  '.gitignore': `/${STACK_FOLDER}/env.local\n`,
  [`${STACK_FOLDER}/default.env`]: `export OUR_PLACE='${dir}' OUR_WEAVER='${component}'\n`,
  ...birdsFile(birds),
});

/** The component as it is shipped, in the checkout. */
export function componentFiles(): Files {
  const found = readdirSync(COMPONENT, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map(({ parentPath, name }) => join(parentPath, name).slice(COMPONENT.length));
  const texts = paths.map((path) => [path, readFileSync(join(COMPONENT, path), 'utf8')] as const);
  return Object.fromEntries(texts.map(([path, text]) => [`${STACK_FOLDER}/components/weaver${path}`, text]));
}

/** Answers of health checks without the minute that they take as shipped. */
export const QUICK: Files = {
  [`${STACK_FOLDER}/components/quick/docker-compose-extra.yml`]: `services:
${['weaver', 'weaver-worker', 'weaver-mongodb'].map((name) => `  ${name}: { healthcheck: { interval: 2s } }\n`).join('')}`,
};

/** Lines of env.local of every stack here, whatever it has. */
export const PLACES = [
  "export EXTRA_CONF_DIRS='' BIRDKEEPER_PROBES=''",
  'export DATA_PERSIST_ROOT="$OUR_PLACE/data" WEAVER_WPS_WORKDIR="$OUR_PLACE/workdir"',
  "export BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='120' BIRDKEEPER_WEAVER_FREQUENCY=''",
];

/** Those by which Weaver is part of it. `birds`: WEAVER_WPS_PROVIDERS; `more`: the last word. */
export const withWeaver = (birds: string, more: readonly string[] = []): string[] => [
  ...PLACES,
  'export EXTRA_CONF_DIRS="$OUR_WEAVER ./components/quick"',
  "export WEAVER_URL='http://weaver:4001/weaver'",
  "export WEAVER_PROVIDERS_URL_TEMPLATE='http://{name}.birds:5000/wps'",
  `export WEAVER_WPS_PROVIDERS='${birds}'`,
  "export WEAVER_WPS_PROVIDERS_MAX_TIME='10' WEAVER_WPS_PROVIDERS_RETRY_AFTER='1'",
  ...more,
];
