/** Changes that people push to the sample stack, for property tests. */
import fc from 'fast-check';
import { apiTag, baseFile, readerConfiguration, STACK_FOLDER, workerTask } from '../../support/world/index.js';

export interface Push {
  platform: Record<string, string>;
  /** Lines at the end of env.local. */
  settings: string[];
}

const word = fc.constantFrom('one', 'two', 'three', '$READER_GREETING', '${READER_NOTE}', '$unlisted', 'ünïcode', '');
const at = (path: string) => `${STACK_FOLDER}/${path}`;

const ENV_FILE = at('added.env');
const CONFIG_FILE = at('added.conf');
const ADDED = `
  added:
    image: \${BASE_IMAGE}
    command: ["sleep", "1000000"]
    env_file: [./added.env]
    configs: [added]
    volumes: ["./components/worker/tasks:/tasks:ro"]
`;
const CONFIGS = `
configs:
  added:
    file: ./added.conf
`;

const files = fc.oneof(
  fc.tuple(fc.nat(3), fc.boolean(), word).map(([version, more, text]) => {
    const [path = '', base = ''] =
      Object.entries(baseFile({ version: `${version}`, extra: more ? ADDED : '' }))[0] ?? [];
    return { [path]: more ? base + CONFIGS : base, [ENV_FILE]: `MODE=${text}\n`, [CONFIG_FILE]: `${text}\n` };
  }),
  fc.constantFrom('1.0', '1.1', '2.0').map(apiTag),
  word.map(readerConfiguration),
  word.map(workerTask),
  word.map((text) => ({ [at('components/worker/tasks/deep/down/note.txt')]: `${text}\n` })),
  word.map((text) => ({ [at('components/worker/tasks/rendered.conf.template')]: `${text}\n` })),
  word.map((text) => ({
    [at('components/late/default.env')]: `export LATE='${text}'\n`,
    [at('components/late/docker-compose-extra.yml')]:
      'services:\n  worker:\n    environment:\n      LATE: "${LATE}"\n    labels:\n      birdkeeper.on-change: none\n',
  })),
);

const settings = fc.oneof(
  word.map((text) => `export READER_NOTE="${text}"`),
  word.map((text) => `export READER_GREETING="${text}"`),
  fc.constant(`export EXTRA_CONF_DIRS='./components/reader ./components/api ./components/worker'`),
  fc.constant(`export EXTRA_CONF_DIRS='./components/api ./components/reader'`),
  fc.constant(`export COMPOSE_UP_EXTRA_OPTS='--remove-orphans'`),
);

export const pushes: fc.Arbitrary<Push> = fc.record({
  platform: fc
    .array(files, { minLength: 1, maxLength: 4 })
    .map((all) => Object.assign({}, ...all) as Record<string, string>),
  settings: fc.array(settings, { maxLength: 3 }),
});
