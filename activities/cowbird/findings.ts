/** What a look at Cowbird says to a person. Pure. */
import type { CowbirdFinding, CowbirdResult } from '../../workflows/cowbird-model.js';
import type { VersionSight } from './answers.js';
import type { CowbirdLook, RootSight } from './look.js';

const MOST_NAMES = 50;

/** Each thing that is not as it should be; none: it is in step. */
export function findingsOf(look: CowbirdLook): CowbirdFinding[] {
  return [
    ...rootFinding(look.root, look.url),
    ...(look.version === undefined ? [] : versionFinding(look.version)),
    ...handlersFinding(look.handlers),
    ...webhooksFindings(look.webhooks),
    ...monitoringFinding(look.unreadable ?? []),
    ...peopleFindings(look.people),
  ];
}

export function resultOf(look: CowbirdLook): CowbirdResult {
  const { version, handlers, people } = look;
  const findings = findingsOf(look);
  const without = people !== undefined && 'failed' in people ? (people.withoutWorkspace ?? []) : [];
  return {
    inStep: findings.length === 0,
    ...(version !== undefined && 'version' in version ? { version: version.version } : {}),
    ...(version !== undefined && 'workerVersion' in version ? { workerVersion: version.workerVersion } : {}),
    handlers: handlers !== undefined && 'names' in handlers ? [...handlers.names].sort() : [],
    findings,
    withoutWorkspace: without.slice(0, MOST_NAMES),
  };
}

function rootFinding(root: RootSight, url: string): CowbirdFinding[] {
  switch (root.is) {
    case 'there':
      return [];
    case 'unknown':
      return finding(
        'address',
        `Magpie knows no service of this name: ${url}/ ${root.why}.`,
        "Mount the component's file for Magpie among its providers (MAGPIE_PROVIDERS_CONFIG_PATH) and restart magpie.",
      );
    case 'refused':
      return finding(
        'address',
        `An administrator is signed in and not let in: ${url}/ ${root.why}.`,
        "Look at Magpie's permissions on the service cowbird, and whether twitcher and magpie share one secret and one database.",
      );
    case 'away':
      return finding(
        'address',
        `Cowbird is not there: ${url}/ ${root.why}.`,
        'Look at the container cowbird (docker logs cowbird) and at the proxy before it.',
      );
  }
}

const BROKER = "Cowbird's database, by which API and worker speak with each other (COWBIRD_MONGODB_HOST)";

function versionFinding(sight: VersionSight): CowbirdFinding[] {
  switch (sight.is) {
    case 'in step':
      return [];
    case 'differs':
      return finding(
        'worker',
        `Cowbird is ${sight.version}, and its worker is ${sight.workerVersion}.`,
        'Give both images one version (COWBIRD_VERSION) and deploy, so that the older one is made anew.',
      );
    case 'silent':
      return finding(
        'worker',
        `Cowbird${numbered(sight.version)} hears nothing of its worker (status ${sight.status}).`,
        `Look at the container cowbird-worker, restart it, and look at ${BROKER}.`,
      );
    case 'unregistered':
      return finding(
        'worker',
        `Cowbird${numbered(sight.version)} does not know the task by which it asks its worker (status ${sight.status}).`,
        'Mount celeryconfig.py into cowbird as well as into cowbird-worker, and restart both.',
      );
    case 'no way':
      return finding(
        'worker',
        `Cowbird${numbered(sight.version)} cannot ask its worker (status ${sight.status}).`,
        `Look at ${BROKER}.`,
      );
    case 'unread':
      return finding(
        'worker',
        `Cowbird does not tell its version: it ${sight.why}.`,
        `Look at the container cowbird (docker logs cowbird), and at ${BROKER}: while that hangs, so does this answer.`,
      );
  }
}

const numbered = (version: string | undefined): string => (version === undefined ? '' : ` ${version}`);

function handlersFinding(handlers: CowbirdLook['handlers']): CowbirdFinding[] {
  if (handlers === undefined) return [];
  if ('why' in handlers) {
    return finding(
      'handlers',
      `Cowbird does not tell its handlers: it ${handlers.why}.`,
      'Give MAGPIE_ADMIN_USERNAME and MAGPIE_ADMIN_PASSWORD of an administrator, and look at the container cowbird.',
    );
  }
  if (handlers.missing.length === 0) return [];
  return finding(
    'handlers',
    `Of Cowbird's handlers ${handlers.missing.join(', ')} ${handlers.missing.length === 1 ? 'is' : 'are'} not active.`,
    'Look whether config.yml is mounted where COWBIRD_CONFIG_PATH says, and whether each has "active: true" there.',
  );
}

function webhooksFindings(webhooks: CowbirdLook['webhooks']): CowbirdFinding[] {
  if (webhooks === undefined) return [];
  const { looksAt, missing, wrong, unread, aside } = webhooks;
  if (looksAt === undefined) {
    return finding(
      'webhooks',
      `Magpie is not told where its webhooks are, so that Cowbird hears of nobody${asideWords(aside)}.`,
      "Set MAGPIE_WEBHOOKS_CONFIG_PATH for magpie, mount the component's file there, and restart magpie.",
    );
  }
  const all = [
    ...(missing.length === 0
      ? []
      : [`Nothing that Magpie reads at ${looksAt} tells Cowbird of ${missing.join(', ')}${asideWords(aside)}.`]),
    ...wrong.map((clause) => `The webhook ${clause}.`),
    ...unread,
  ];
  if (all.length === 0) return [];
  return finding(
    'webhooks',
    all.join(' '),
    `Mount the component's file for Magpie at ${looksAt}, with webhooks that lead to http://cowbird:7000/webhooks/…, and restart magpie: it reads them when it starts.`,
  );
}

const asideWords = (aside: readonly string[]): string =>
  aside.length === 0
    ? ''
    : ` (${aside.join(', ')} ${aside.length === 1 ? 'has' : 'have'} some and ${aside.length === 1 ? 'is' : 'are'} mounted elsewhere)`;

function monitoringFinding(unreadable: readonly string[]): CowbirdFinding[] {
  if (unreadable.length === 0) return [];
  return finding(
    'monitoring',
    `Nobody reads ${unreadable.map((path) => `/cowbird${path}`).join(' and ')} who is not signed in, monitoring above all.`,
    "Mount the component's file for Magpie among its permissions (MAGPIE_PERMISSIONS_CONFIG_PATH): read-match of the group anonymous on cowbird and on its /version.",
  );
}

function peopleFindings(people: CowbirdLook['people']): CowbirdFinding[] {
  if (people === undefined) return [];
  if ('why' in people) {
    return finding('people', `Who has no workspace is not known. ${people.why}.`, 'Look at the container magpie.');
  }
  const { failed } = people;
  if (failed.length === 0) return [];
  const names = failed.slice(0, MOST_NAMES).join(', ');
  return finding(
    'people',
    `Magpie marks ${names} with WebhookError: when ${failed.length === 1 ? 'this one was' : 'they were'} made, something that should have heard of it failed.`,
    'Look into the log of cowbird for the cause; when the workspace is there, give the status OK in Magpie (PATCH /users/NAME).',
  );
}

const finding = (what: string, why: string, todo: string): CowbirdFinding[] => [{ what, why, todo }];
