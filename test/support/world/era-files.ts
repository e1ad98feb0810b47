/**
 * The sample stack in the shape of birdhouse-deploy at an era: its scripts' marks, a default set of components, overrides, hooks, includes,
 * delayed values and the names of that time. Everything is of our own writing. Pure.
 */
import { eraCalled, scriptsOf } from '../era-stack.js';
import { STACK_FOLDER, type Files } from './sample-stack.js';

/** Where hooks leave a line each; on the host. */
export const hookLog = (dir: string): string => `${dir}/hooks.log`;

export function eraFiles(name: string, base: Files, dir: string): Files {
  const { generation } = eraCalled(name);
  const { lists, delayed, includes, baseLists } = generation;
  const fqdn = generation.guard.host;
  const required = `\n  $${fqdn}\n  $READER_GREETING\n`;
  const optional = '\n  $FRONT_NAME\n  $READER_NOTE\n';
  const scripts = scriptsOf(name, { required, optional });
  const inStack = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`${STACK_FOLDER}/${path}`, text]));
  const greeting = "export READER_GREETING='hello'\n";
  const image = /export BASE_IMAGE=.*\n/.exec(base[`${STACK_FOLDER}/default.env`] ?? '')?.[0] ?? '';
  return {
    ...base,
    '.gitignore': `${base['.gitignore'] ?? ''}/${STACK_FOLDER}/components/reader/generated.yml\n`,
    'autodeploy/conditional-trigger': `#!/bin/sh
echo "$GIT_CHANGED_FILES" | grep -qv '[[:space:]]docs/'
`,
    ...inStack({
      ...(generation.composeScript === undefined ? {} : { [generation.composeScript]: scripts.composeScript }),
      ...(scripts.reader === scripts.composeScript ? {} : { 'read-configs.include.sh': scripts.reader }),
      ...(scripts.components === '' ? {} : { 'scripts/get-components-json.include.sh': scripts.components }),
      ...(scripts.services === '' ? {} : { 'scripts/get-services-json.include.sh': scripts.services }),
      'default.env': [
        `${image}${greeting}`,
        baseLists === 'default.env' ? `VARS='${required}'\nOPTIONAL_VARS='${optional}'\n` : '',
        delayed === 'never' ? '' : 'export DELAYED_EVAL="\n  $DELAYED_EVAL\n  FRONT_NAME\n"\n',
        lists.default === undefined ? '' : `export ${lists.default}='\n  ./components/front\n'\n`,
        generation.aliases === 'none' ? '' : ALIASES,
      ].join(''),
      'components/front/default.env': `export FRONT_PREFIX='front'
export FRONT_NAME='${delayed === 'never' ? 'front' : '${FRONT_PREFIX}'} of the house'
COMPONENT_DEPENDENCIES="
  ./components/api
"
`,
      'components/front/config/api/docker-compose-extra.yml': `services:
  api:
    environment:
      FRONT: "\${FRONT_NAME}"
`,
      'components/front/docker-compose-extra.yml': `services:
  proxy:
    image: \${BASE_IMAGE}
    init: true
    stop_grace_period: 1s
    environment:
      GUARD: "\${${generation.guard.port}:?only the script may}"
      SERVER: "\${HOSTNAME}"
    command: ["sleep", "1000000"]
`,
      'components/reader/pre-docker-compose-up': `#!/bin/sh
echo "pre reader $READER_GREETING" >> '${hookLog(dir)}'
`,
      'components/worker/post-docker-compose-up': `#!/bin/sh
echo 'post worker' >> '${hookLog(dir)}'
false
`,
      'components/reader/config/reader.conf.template': `fqdn=$${fqdn} front=$FRONT_NAME path=$not_listed\n`,
      ...(includes ? { 'components/reader/pre-docker-compose-up.include': INCLUDE } : {}),
    }),
  };
}

const ALIASES = `BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES="
  PAVICS_FQDN=BIRDHOUSE_FQDN
  EXTRA_CONF_DIRS=BIRDHOUSE_EXTRA_CONF_DIRS
"
BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES_PRE_COMPONENTS="
  EXTRA_CONF_DIRS
"
`;

/** Writes a compose file beside itself and appends it, as the includes of birdhouse-deploy do. */
const INCLUDE = `GENERATED="\${COMPOSE_DIR}/components/reader/generated.yml"
echo 'services:' > "\${GENERATED}"
for service in $(PROXY_HTTP_PORT=80 HOSTNAME=x \${DOCKER_COMPOSE:-docker compose} \${COMPOSE_CONF_LIST} config --services 2>/dev/null | grep reader); do
  printf ' %s:\\n  labels:\\n   from-include: "yes"\\n' "$service" >> "\${GENERATED}"
done
COMPOSE_CONF_LIST="\${COMPOSE_CONF_LIST} -f \${GENERATED}"
log INFO "adding \${GENERATED}"
`;
