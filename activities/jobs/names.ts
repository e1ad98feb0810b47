/** Names of jobs: of a schedule, a container and a log file at once. Pure. */
import { SCHEDULE_KINDS } from '../../workflows/contract.js';

/** The engine's own rule for a container's name; shorter, because a file name has an end and a rotation's date. */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/;

/** Jobs of the platform's own components that a workflow of ours does in their place. */
export const REPLACED: ReadonlySet<string> = new Set([
  'autodeploy',
  'notebookdeploy',
  'logrotate',
  'store_backups_to_restic_repository',
]);

/** The name itself when it can be a container's, else what docker-crontab makes of it for its scripts. */
export function jobName(text: string): string | undefined {
  const name = CONTAINER_NAME.test(text) ? text : slug(text);
  return name === '' ? undefined : name.slice(0, 100);
}

const OWN_KINDS: readonly string[] = SCHEDULE_KINDS;

/** As people are told of a job of the stack's own, and as commands take it: one named like one of ours is `job/backup`. */
export const toldName = (name: string): string => (OWN_KINDS.includes(name) ? `job/${name}` : name);

/** Letters and digits in lower case, everything between them a dash. */
export const slug = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/[~^]+/g, '')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
