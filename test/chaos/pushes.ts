/** What the cells push: two good sides by turns, and a bad one. */
import { apiTag, baseFile, readerConfiguration, STACK_FOLDER, type Files, type World } from '../support/world/index.js';
import type { Push } from './places.js';

export type Side = 'a' | 'b';
/** As it stands in YAML. */
export type RestartPolicy = 'always' | '"no"';

const SIDES = {
  a: { version: '1', tag: '1.0', text: 'side=a' },
  b: { version: '2', tag: '1.1', text: 'side=b' },
} as const;

export const other = (side: Side): Side => (side === 'a' ? 'b' : 'a');
export const apiTagOf = (side: Side): string => SIDES[side].tag;

/** A definition, an image and a rendered file change; two services are not touched. */
const goodFiles = (side: Side): Files => filesOf(SIDES[side]);
const badFiles = (): Files => filesOf({ version: 'bad', tag: 'crashing', text: 'side=bad' });

const filesOf = ({ version, tag, text }: { version: string; tag: string; text: string }): Files => ({
  ...baseFile({ version }),
  ...apiTag(tag),
  ...readerConfiguration(text),
});

/** As the platforms that we keep have it: nothing else comes back by itself when an engine that was killed is started again. */
export const withRestart = (files: Files, policy: RestartPolicy): Files =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replaceAll('    stop_grace_period: 1s', `    stop_grace_period: 1s\n    restart: ${policy}`),
    ]),
  );

/** Says that users work there while a file of the world exists; the docker command is one that can be held. */
export const busyComponent = (flag: string): Files => ({
  [`${STACK_FOLDER}/components/reader/component.yml`]: `busy:
  command: "test -e ${flag} || exit 0; docker version >/dev/null 2>&1; echo ann; exit 1"
  limit: 1s
  every: 1s
`,
});

const LARGE = 400;
/** Told by it that git is in the middle. */
export const MIDDLE_FILE = 'data/20/220.txt';

/** Enough for git to be at it for a while; each time all of them are others. */
function largeFiles(round: number): Files {
  const text = (n: number) => `round ${round} file ${n}\n`.repeat(40 + (round % 7));
  return Object.fromEntries(Array.from({ length: LARGE }, (_, n) => [`data/${n % 40}/${n}.txt`, text(n)]));
}

export function filesFor(push: Push, to: Side, round: number, policy: RestartPolicy): Files {
  return withRestart(plainFilesFor(push, to, round), policy);
}

function plainFilesFor(push: Push, to: Side, round: number): Files {
  switch (push) {
    case 'good':
      return goodFiles(to);
    case 'bad':
      return badFiles();
    case 'large':
      return { ...goodFiles(to), ...largeFiles(round) };
  }
}

/** Everything that the pushes name lies in the registry. */
export async function publishImages(world: World): Promise<void> {
  await world.images.publishApi(SIDES.b.tag);
  await world.images.publishApi('crashing', 'crashing');
}
