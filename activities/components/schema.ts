/**
 * What a `component.yml` may hold. Every key is optional:
 *
 *     hooks:
 *       pre: { timeout: 5m, policy: stop }      # of pre-docker-compose-up; policy: stop | continue
 *       post: { timeout: 30, policy: continue } # of post-docker-compose-up; a number is seconds
 *     busy:                                     # who would be interrupted: an address or a command of this host
 *       url: http://127.0.0.1:8081/busy
 *       services: [jupyterhub]                  # asked only when one of them is touched; absent or empty: always
 *       limit: 1h                               # how long a deployment waits for them
 *       every: 30s
 *     probes:
 *       - { url: "http://127.0.0.1/health", status: 200, text: ok }
 *     follow-up:
 *       - { name: registerWeaverProviders, policy: warn } # policy: warn | fail | roll back
 *     on-change:
 *       - { path: config/nginx.conf, services: [proxy], action: signal, signal: HUP }
 *
 *     private: [config/weaver.ini]              # rendered with mode 0600
 *
 * `merge` and `needs` have schemas of their own, which the reader of the stack knows too. `backup` is read where backups are made.
 */
import { FOLLOW_UP_POLICIES, FOLLOW_UPS } from '../../workflows/follow-up-model.js';
import { MergeSchema } from '../shared/merge-schema.js';
import { PrivateSchema } from '../shared/private-schema.js';
import { NeedsSchema } from '../shared/needs-schema.js';
import { parseDuration } from '../shared/duration.js';
import { listOf, looseMap, oneOf, strictMap, text, understood } from '../shared/yaml-schema.js';

export const MANIFEST_FILE = 'component.yml';

/** fetch refuses credentials in an address, and a file that is in git is no place for them. */
const address = understood((value): string => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new RangeError('should be an http(s) address without user and password');
  }
  return url.href;
});

const command = understood((value): string | [string, ...string[]] => {
  if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return value;
  const words: unknown[] = Array.isArray(value) ? value : [];
  const [file, ...rest] = words.filter((word) => typeof word === 'string' && !word.includes('\0')) as string[];
  if (file === undefined || file === '' || rest.length + 1 !== words.length) {
    throw new RangeError('should be text for /bin/sh, or a list of words: the program and its arguments');
  }
  return [file, ...rest];
});

const status = understood((value): number => {
  if (!Number.isInteger(value) || Number(value) < 100 || Number(value) > 599) {
    throw new RangeError('should be an HTTP status (200)');
  }
  return Number(value);
});

/** Without `SIG`, as `docker compose kill` takes it. */
const signal = understood((value): string => {
  const given = typeof value === 'number' ? String(value) : value;
  const name = typeof given === 'string' ? /^(?:SIG)?([A-Z][A-Z0-9+-]*|[1-9]\d?)$/.exec(given)?.[1] : undefined;
  if (name === undefined) throw new RangeError('should be a signal (HUP, USR1)');
  return name;
});

const services = listOf(text('the name of a service'), 'services ([web, db])');

const hook = strictMap({
  timeout: understood((value) => parseDuration(value, { least: 1 })).optional(),
  policy: oneOf('stop', 'continue').optional(),
});

const busy = strictMap({
  url: address.optional(),
  command: command.optional(),
  services: services.default([]),
  limit: understood((value) => parseDuration(value, { least: 0 })).optional(),
  every: understood((value) => parseDuration(value, { least: 1 })).optional(),
});

const probe = strictMap({
  url: address,
  status: status.default(200),
  text: text('text that the answer holds').optional(),
});

const onChange = strictMap({
  path: text('a path, from the directory of the component or absolute'),
  services: services.default([]),
  action: oneOf('nothing', 'signal', 'restart', 'recreate'),
  signal: signal.optional(),
});

const followUp = strictMap({
  name: oneOf(...FOLLOW_UPS),
  policy: oneOf(...FOLLOW_UP_POLICIES).default('warn'),
});

const later = looseMap();

export const ManifestSchema = strictMap({
  hooks: strictMap({ pre: hook.optional(), post: hook.optional() }).default({}),
  busy: busy.optional(),
  probes: listOf(probe, 'maps (- url: …)').default([]),
  'on-change': listOf(onChange, 'maps (- path: …)').default([]),
  /** `{ volumes, paths, dumps, stop }`: read by a later release. */
  backup: later.optional(),
  merge: MergeSchema,
  'follow-up': listOf(followUp, 'maps (- name: …)').default([]),
  needs: NeedsSchema,
  private: PrivateSchema,
});
