import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../activities/stack/diagnostics.js';
import { validateConfig } from '../../../worker/config-checks.js';
import { birdkeeper } from '../../support/command-line.js';
import { writeEraStack } from '../../support/era-stack.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper-birds-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const EXTRA = 'docker-compose-extra.yml';
const services = (...names: string[]): string =>
  `services:\n${names.map((name) => `  ${name}: { image: x }\n`).join('')}`;

/** As the platform's own components have it: no `component.yml`. */
const PLATFORM = {
  'components/magpie/default.env': 'export MAGPIE_VERSION=3.35.0\nVARS="$VARS \\$MAGPIE_ADMIN_USERNAME"\n',
  [`components/magpie/${EXTRA}`]: services('magpie', 'postgres-magpie'),
  'components/weaver/default.env': `export WEAVER_CONFIG=HYBRID
export WEAVER_VERSION=6.8.3 WEAVER_MONGODB_VERSION=5.0
export WEAVER_WPS_PROVIDERS='finch raven'
export WEAVER_WPS_PROVIDERS_MAX_TIME=120
`,
  [`components/weaver/${EXTRA}`]: services('weaver', 'weaver-worker'),
  'components/cowbird/default.env': 'export COWBIRD_VERSION=2.6.0 COWBIRD_MONGODB_VERSION=5.0\n',
  [`components/cowbird/${EXTRA}`]: services('cowbird'),
  [`components/finch/${EXTRA}`]: services('finch'),
  // A file that is rendered counts as it will be.
  [`components/raven/${EXTRA}.template`]: services('${RAVEN_NAME}'),
  'components/raven/default.env': 'export RAVEN_NAME=raven\nOPTIONAL_VARS="$OPTIONAL_VARS \\$RAVEN_NAME"\n',
  'optional-components/all-public-access/default.env': '',
};
const NAMES = ['magpie', 'weaver', 'cowbird', 'finch', 'raven'].map((name) => `./components/${name}`);
const PUBLIC = './optional-components/all-public-access';
const CREDENTIALS = "export MAGPIE_ADMIN_USERNAME=admin MAGPIE_ADMIN_PASSWORD='owl-perch-22-x'";

interface Written {
  lines?: readonly string[];
  components?: readonly string[];
  files?: Readonly<Record<string, string>>;
}

function write(kind: string, { lines = [CREDENTIALS], components = [...NAMES, PUBLIC], files = {} }: Written): string {
  const isNew = kind.startsWith('2.');
  const local = [
    `export ${isNew ? 'BIRDHOUSE' : 'PAVICS'}_FQDN=birds.example.org`,
    `export ${isNew ? 'BIRDHOUSE_EXTRA_CONF_DIRS' : 'EXTRA_CONF_DIRS'}='${components.join(' ')}'`,
    ...lines,
    '',
  ].join('\n');
  const all = { ...PLATFORM, 'env.local': local, 'default.env': '', ...files };
  if (kind === 'our own form') {
    for (const [name, text] of Object.entries({ 'docker-compose.yml': 'services: {}\n', ...all })) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  } else {
    writeEraStack(dir, kind, all, { required: '', optional: '' });
  }
  return local;
}

/** Of what is asked about here: `error: PLACE: SENTENCE`. */
async function told(): Promise<string[]> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: '/' };
  const settings = { stateDirectories: ['/none'], environment };
  const ran = await birdkeeper({ settings, cwd: dir, handlers: { validateConfig } }, 'config', 'validate', '--json');
  const { diagnostics } = JSON.parse(ran.out) as { diagnostics: Diagnostic[] };
  return diagnostics
    .filter(({ message }) => /WEAVER|COWBIRD|MAGPIE|Weaver|Magpie/.test(message))
    .map(({ severity, file, line, message }) =>
      [severity, ...(file === undefined ? [] : [`${file.slice(dir.length + 1)} ${line}`]), message].join(': '),
    );
}

describe('worker/config', () => {
  describe.each(['our own form', '1.26.0', '2.26.0'])('Weaver and Cowbird, %s', (kind) => {
    it('has nothing to say of what is sound', async () => {
      write(kind, {});
      expect(await told()).toEqual([]);
    });

    it('tells everything that cannot work at once, where it is set', async () => {
      const lines = [
        'export MAGPIE_ADMIN_USERNAME=admin',
        'export WEAVER_CONFIG=ADES',
        'export WEAVER_MONGODB_VERSION=4.4',
        'export COWBIRD_MONGODB_VERSION=3.4',
        'export WEAVER_WPS_PROVIDERS_MAX_TIME=soon',
        "export WEAVER_WPS_PROVIDERS='finch finch-2 -raven' WEAVER_PROVIDERS_URL_TEMPLATE=http://finch.birds:5000/wps",
      ];
      const local = write(kind, { lines });
      const at = (text: string) => `error: env.local ${local.split('\n').findIndex((line) => line.includes(text)) + 1}`;
      const found = await told();
      expect(found).toHaveLength(7);
      expect(found).toEqual(
        expect.arrayContaining([
          expect.stringMatching(`^${at('PROVIDERS=')}: WEAVER_WPS_PROVIDERS: "-raven" should be the id of a provider`),
          expect.stringMatching(
            `^${at('PROVIDERS=')}: WEAVER_WPS_PROVIDERS: finch and finch-2 and -raven have one addr`,
          ),
          expect.stringMatching(`^${at('MAX_TIME')}: WEAVER_WPS_PROVIDERS_MAX_TIME: "soon" should be a whole number`),
          expect.stringMatching(`^${at('WEAVER_CONFIG')}: WEAVER_CONFIG: ADES is a role without providers`),
          expect.stringMatching(
            `^${at('WEAVER_MONGODB')}: WEAVER_MONGODB_VERSION: Weaver 4.5 and newer need MongoDB 5.0`,
          ),
          expect.stringMatching(`^${at('COWBIRD_MONGODB')}: COWBIRD_MONGODB_VERSION: Cowbird 2.0 and newer need`),
          expect.stringMatching(/^error: The stack has Magpie, and nobody can be signed in there/),
        ]),
      );
    });

    it('names the default of the component where nobody set another value', async () => {
      const weaver = PLATFORM['components/weaver/default.env'].replace('HYBRID', 'DEFAULT');
      write(kind, { files: { 'components/weaver/default.env': weaver } });
      expect(await told()).toEqual([
        expect.stringMatching(
          /^error: \.\/components\/weaver\/default\.env 1: WEAVER_CONFIG: DEFAULT is a role without/,
        ),
      ]);
    });

    it('warns of birds that may not be read by everybody, and of those that are no service', async () => {
      const lines = [CREDENTIALS, "export WEAVER_WPS_PROVIDERS='finch ravem'"];
      write(kind, { lines, components: NAMES });
      expect(await told()).toEqual([
        expect.stringMatching(/^warning: WEAVER_WPS_PROVIDERS: Weaver asks for finch, ravem at Twitcher/),
        expect.stringMatching(/: ravem is no service of this stack \(the nearest name there is raven\)/),
      ]);
    });

    it('says once what a component says of itself', async () => {
      const needs = `needs:
  variables:
    - { name: WEAVER_CONFIG, pattern: 'HYBRID|EMS', says: one with providers }
    - { name: WEAVER_MONGODB_VERSION, pattern: '[5-9].*', says: 5.0 or newer }
    - { name: MAGPIE_ADMIN_PASSWORD, or: [MAGPIE_ADMIN_PASSWORD_FILE] }
`;
      const lines = ['export MAGPIE_ADMIN_USERNAME=admin WEAVER_CONFIG=ADES', 'export WEAVER_MONGODB_VERSION=4.4'];
      write(kind, { lines, files: { 'components/weaver/component.yml': needs } });
      expect(await told()).toEqual([
        expect.stringContaining('WEAVER_CONFIG should be one with providers; it is'),
        expect.stringContaining('WEAVER_MONGODB_VERSION should be 5.0 or newer; it is'),
        expect.stringContaining('MAGPIE_ADMIN_PASSWORD (or MAGPIE_ADMIN_PASSWORD_FILE) should be set; it is empty'),
      ]);
    });

    it('says once what is required', async () => {
      write(kind, { lines: [] });
      expect(await told()).toEqual([expect.stringMatching(/^error: MAGPIE_ADMIN_USERNAME is required/)]);
    });
  });
});
