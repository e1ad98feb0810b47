/** Lines that a copy of the compose script gets, which write down what it knows at that place. They change nothing. */

/**
 * Every variable, NUL-separated.
 *
 * @param {string} file where to
 */
const variablesProbe = (file) => `
for _probe in $(set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' | sort -u); do
  eval "if [ -n \\"\\\${$_probe+x}\\" ]; then printf '%s=%s\\\\000' $_probe \\"\\$$_probe\\"; fi"
done > '${file}'
unset _probe
`;

/** @param {string} file */
const listProbe = (file) => `printf '%s' "$COMPOSE_CONF_LIST" > '${file}'\n`;

const AFTER_READING = /^(?:check_required_vars|for i in \$\{VARS\})/m;
const AFTER_LISTING = /^create_compose_conf_list.*\n/m;

/**
 * The script with its probes; undefined where it is none that we know.
 *
 * @param {string} script
 * @param {{ variables: string, list: string }} files
 */
export function probed(script, { variables, list }) {
  if (!AFTER_READING.test(script)) return undefined;
  return script
    .replace(AFTER_READING, (line) => `${variablesProbe(variables)}${line}`)
    .replace(AFTER_LISTING, (line) => `${line}${listProbe(list)}`);
}

/**
 * The real docker under another home: it finds its plugins by its own configuration.
 *
 * @param {string} real path of the real docker
 * @param {string} configuration
 * @param {string} [first] word that goes before the arguments
 */
export const dockerWrapper = (real, configuration, first = '') =>
  `#!/bin/sh\nDOCKER_CONFIG='${configuration}' exec '${real}' ${first} "$@"\n`;

/**
 * Stands in the place of docker and docker-compose: writes down how `up` was called, lets the real one tell what a configuration
 * holds, and does nothing else.
 *
 * @param {string} real path of the real docker
 */
export const dockerStub = (real) => `#!/bin/sh
here=\${0%/*}
[ "\${0##*/}" = docker ] || set -- compose "$@"
command=
if [ "$1" = compose ]; then
  for word in "$@"; do
    case $word in up | config | restart | ps) command=$word ;; esac
    [ -z "$command" ] || break
  done
fi
case $command in
  up)
    printf '%s\\000' "$@" > "$here/up.arguments"
    env -0 > "$here/up.environment"
    ;;
  config) exec '${real}' "$@" ;;
esac
exit 0
`;
