/**
 * Shows staged trees at their live paths to one command, from within a container: the command runs in a sibling container with
 * the mounts of this one, and the staged trees over the live ones. It needs no capability, where a mount namespace of our own
 * needs SYS_ADMIN.
 */
import { onHost } from '../shared/mounts.js';
import type { Command } from '../shared/run-command.js';
import type { Wrap } from './place.js';
import type { Mount, Staged } from './staged-paths.js';

/** The container that this process runs in, as the engine knows it. */
export interface Container {
  readonly id: string;
  readonly imageId: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `source`: path on the engine's host; `target`: path in the container. */
  readonly mounts: readonly Mount[];
}

/** Label of siblings; its value is the id of the container that they are siblings of. */
export const SIBLING_LABEL = 'birdkeeper.sibling-of';

/** Arguments of `docker run`. The environment goes by names, so that no value is on a command line. */
const START_SCRIPT = String.raw`
_bk_names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | tr '\n' ' ')
set -- --env "_BK_NAMES=$_bk_names" --workdir "$(pwd -P)" "$@"
for _bk_name in $_bk_names; do set -- --env "$_bk_name" "$@"; done
exec docker run "$@"
`;

/** In the sibling. What the image and the engine add to the environment is none of the command's. */
const ENTER_SCRIPT = String.raw`
for _bk_name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
  case " $_BK_NAMES " in *" $_bk_name "*) ;; *) [ "$_bk_name" = _BK_NAMES ] || unset "$_bk_name" ;; esac
done
unset _BK_NAMES _bk_name OLDPWD
exec "$@"
`;

/** Lays the symbolic links that lead to checkouts; only our image has it. */
const ENTRY = '/usr/local/lib/birdkeeper/container/entry';

/** Undefined when the engine's host cannot reach the staged trees: why, a clause. */
export function siblingTrouble(staged: Staged, container: Container): string | undefined {
  const hidden = siblingMounts(staged).find(({ source }) => onHost(source, container.mounts) === undefined);
  return hidden && `${hidden.source} is not on a mount of this container`;
}

/** Throws nothing; `siblingTrouble` says beforehand whether it can be. */
export function enterSibling(staged: Staged, container: Container): Wrap {
  const volumes = siblingMounts(staged).flatMap(({ source, target }) => [
    '--volume',
    `${onHost(source, container.mounts)?.path ?? source}:${target}`,
  ]);
  const links = container.environment['BIRDKEEPER_LINKS'];
  const options = [
    ...['--rm', '--init', '--interactive', '--pull', 'never', '--log-driver', 'none'],
    ...['--label', `${SIBLING_LABEL}=${container.id}`, '--network', `container:${container.id}`],
    ...['--volumes-from', container.id, ...volumes],
    ...(links === undefined ? [] : ['--env', `BIRDKEEPER_LINKS=${links}`]),
    ...(links === undefined ? ['--entrypoint', '/bin/sh'] : ['--entrypoint', ENTRY]),
  ];
  const start = links === undefined ? [] : ['/bin/sh'];
  return ({ file, args, ...shown }: Command): Command => ({
    file: '/bin/sh',
    args: [
      ...['-c', START_SCRIPT, 'birdkeeper', ...options, container.imageId],
      ...[...start, '-c', ENTER_SCRIPT, 'birdkeeper', file, ...args],
    ],
    shownAs: shown.shownAs ?? [file, ...args].slice(0, 8).join(' ').slice(0, 200),
  });
}

/** The live side of what git does not track lies over the tree that covers it; the engine sorts them by depth. */
const siblingMounts = ({ checkouts, binds }: Staged): Mount[] => [
  ...checkouts.map(({ tree, dir }) => ({ source: tree, target: dir })),
  ...binds.map(({ live }) => ({ source: live, target: live })),
];
