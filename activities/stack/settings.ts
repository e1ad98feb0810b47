/** Our settings, read once per reading of a stack out of its variables. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { createRedactor } from '../shared/redact.js';
import { parseFrequency } from '../shared/frequency.js';
import { parseMailServer, parseNoticeKinds, parseReceivers, parseSender } from './notify.js';
import { parseProbes } from './probes.js';
import { lookUp } from './settings-lookup.js';
import { SETTING_KEYS, type SettingKey } from './settings-table.js';
import { shownValue } from './shown-value.js';
import { parseWindows } from './windows.js';

const parsed = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });

const optional = <T>(parse: (text: string) => T) => parsed((text) => (text === '' ? undefined : parse(text)));
const words = parsed((text) => text.split(/\s+/).filter((word) => word !== ''));
const path = (text: string): string => {
  if (!text.startsWith('/')) throw new RangeError('should be an absolute path');
  return resolve(text);
};
const volumeOrPath = (text: string): string => {
  if (/^volume:[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text)) return text;
  if (!text.startsWith('/')) throw new RangeError('should be volume:NAME or an absolute path');
  return resolve(text);
};
const webAddress = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new RangeError('should be an http(s) address without user and password');
  return url.href;
};
const containerName = (text: string): string => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text)) throw new RangeError('should be the name of a container');
  return text;
};
const dataSubset = (text: string): string => {
  if (text !== '' && !/^(\d{1,3}(\.\d+)?%|\d+\/\d+|\d+[KMGT]?)$/.test(text))
    throw new RangeError('should be a share (5%), a part (1/7) or a size (500M)');
  return text;
};
const DECIMAL = /^\d{1,7}(\.\d{1,3})?$/;
const decimal = (text: string): number => {
  if (!DECIMAL.test(text)) throw new RangeError('should be a number of 0 or more');
  return Number(text);
};
/** Timers of Node end at 24 days: what is longer would end at once. */
const MOST_SECONDS = 7 * 86_400;
const seconds = (text: string): number => {
  if (!DECIMAL.test(text) || Number(text) > MOST_SECONDS)
    throw new RangeError(`should be a number of 0 or more, at most ${MOST_SECONDS} (7 days)`);
  return Number(text);
};
const secondsAbove0 = (text: string): number => {
  if (!DECIMAL.test(text) || Number(text) === 0 || Number(text) > MOST_SECONDS)
    throw new RangeError(`should be a number above 0, at most ${MOST_SECONDS} (7 days)`);
  return Number(text);
};
const wholeAbove0 = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new RangeError('should be a whole number above 0');
  return Number(text);
};
const wholeTo100 = (text: string): number => {
  if (!/^(\d{1,2}|100)$/.test(text)) throw new RangeError('should be a whole number from 0 to 100');
  return Number(text);
};
const oneOf = <const Words extends readonly string[]>(...allowed: Words) =>
  parsed((text): Words[number] => {
    const word = allowed.find((candidate) => candidate === text);
    if (word === undefined) throw new RangeError(`should be one of: ${allowed.join(', ')}`);
    return word;
  });
/** VERIFY_SSL is the platform's own, which its Python services read. */
const anyCaseYesOrNo = (text: string): boolean => {
  if (!/^(true|false)$/i.test(text)) throw new RangeError('should be true or false');
  return text.toLowerCase() === 'true';
};
const policy = oneOf('', 'warn', 'fail', 'roll-back');
const yesOrNo = parsed((text) => {
  if (text !== 'true' && text !== 'false') throw new RangeError('should be true or false');
  return text === 'true';
});
const ownership = (text: string): { uid: number; gid: number } => {
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) throw new RangeError('should be two numbers, uid:gid');
  return { uid: Number(uid), gid: Number(gid) };
};
/** Text that is parsed again where it is used. */
const textOf = (check: (text: string) => unknown) =>
  parsed((text) => {
    check(text);
    return text;
  });
const frequency = textOf(parseFrequency);
const noWindows = { windows: '', freeze: '', timeZone: '' };

export const StackSettings = z.object({
  /** Absolute directories. */
  extraRepos: words,
  keyDirectory: optional(path),
  knownHostsFile: optional(path),
  gitTimeoutSeconds: parsed(secondsAbove0),
  /** Text that `parseFrequency` accepts; empty: no schedule. */
  platformFrequency: frequency,
  notebookFrequency: frequency,
  dataJobs: oneOf('', 'built-in', 'container'),
  jobTimeoutSeconds: parsed(secondsAbove0),
  jobRetries: parsed(wholeTo100),
  logrotateFrequency: frequency,
  logrotateFile: optional(path),
  /** `volume:NAME` or an absolute directory. */
  nginxLogs: optional(volumeOrPath),
  nginxContainer: parsed(containerName),
  backupFrequency: frequency,
  logDir: parsed(path),
  composeUpExtraOptions: words,
  healthTimeoutSeconds: parsed(secondsAbove0),
  handOverSeconds: parsed(secondsAbove0),
  settleSeconds: parsed(seconds),
  settleSecondsNoHealthcheck: parsed(seconds),
  probes: parsed(parseProbes),
  prometheusUrl: optional(webAddress),
  keepReleases: parsed(wholeAbove0),
  minFreeDiskMb: parsed(decimal),
  backupArguments: parsed(String),
  backupKeep: parsed(String),
  backupEnvFile: optional(path),
  backupBefore: oneOf('never', 'risky', 'always'),
  backupMaxAgeHours: parsed(wholeAbove0),
  backupDataSubset: parsed(dataSubset),
  verifyFrequency: frequency,
  /** `volume:NAME` and absolute directories. */
  backupPaths: words,
  /** May hold credentials. */
  backupRepository: optional(String),
  backupPasswordFile: optional(path),
  /** May hold credentials. */
  notebookSource: optional(String),
  notebookBranch: optional(String),
  notebookList: optional(path),
  notebookKeep: parsed(wholeAbove0),
  notebookDir: optional(path),
  codeOwnership: optional(ownership),
  rewrittenUpstream: oneOf('report', 'follow'),
  triggerTimeoutSeconds: parsed(secondsAbove0),
  pull: oneOf('missing', 'always'),
  hookTimeoutSeconds: parsed(secondsAbove0),
  /** Unset: by the kind of the stack. */
  hookPolicy: oneOf('', 'stop', 'continue'),
  busyLimitSeconds: parsed(seconds),
  approval: oneOf('never', 'always', 'risky'),
  /** Texts that `parseWindows` accepts. */
  deployWindows: textOf((windows) => parseWindows({ ...noWindows, windows })),
  deployFreeze: textOf((freeze) => parseWindows({ ...noWindows, freeze })),
  timeZone: textOf((timeZone) => parseWindows({ ...noWindows, timeZone })),
  verifySignatures: oneOf('no', 'tip', 'every'),
  allowedSigners: optional(path),
  gpgKeyring: optional(path),
  onDrift: oneOf('report', 'repair'),
  stopFirst: yesOrNo,
  besideAutodeploy: yesOrNo,
  /** Holds secrets: the path of a webhook is its password. */
  notify: parsed(parseReceivers),
  notifyOn: parsed(parseNoticeKinds),
  /** May hold a password. */
  smtpUrl: parsed(parseMailServer),
  mailFrom: parsed(parseSender),
  verifyTls: parsed(anyCaseYesOrNo),
  weaverPolicy: policy,
  weaverFrequency: frequency,
  weaverLookSeconds: parsed(seconds),
  cowbirdPolicy: policy,
  cowbirdFrequency: frequency,
  cowbirdSeconds: parsed(seconds),
}) satisfies z.ZodType<Record<SettingKey, unknown>>;
/** What the table says, and the pins, whose names hold that of the checkout. */
export type StackSettings = z.infer<typeof StackSettings> & {
  /** Tag or commit by checkout, as `pinKey` spells its name. */
  pins: Readonly<Record<string, string>>;
};

const PIN = 'BIRDKEEPER_PIN_';

/** Variables cannot hold the `-` and `.` of a repository's name: `birdhouse-deploy` is `BIRDKEEPER_PIN_BIRDHOUSE_DEPLOY`. */
export const pinKey = (checkout: string): string => checkout.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();

function readPins(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      name.startsWith(PIN) && value.trim() !== '' ? [[pinKey(name.slice(PIN.length)), value.trim()]] : [],
    ),
  );
}

/** What is written there is a secret, or holds one that redaction does not know: messages do not repeat it. */
const UNREPEATED: readonly string[] = ['notify', 'smtpUrl'] satisfies SettingKey[];

/** Where a variable was assigned, for messages. */
export type Origin = (name: string) => { file: string; line: number } | undefined;

/**
 * Throws `Configuration` with one line per wrong setting: `NAME: should be … (got "…", FILE line N)`.
 */
export function readSettings(
  variables: Readonly<Record<string, string>>,
  directory: string,
  originOf: Origin = () => undefined,
): StackSettings {
  const found = Object.fromEntries(SETTING_KEYS.map((key) => [key, lookUp(key, variables)]));
  const texts = Object.fromEntries(SETTING_KEYS.map((key) => [key, found[key]?.text ?? '']));
  const result = StackSettings.safeParse(texts);
  if (result.success) {
    return {
      ...result.data,
      pins: readPins(variables),
      extraRepos: result.data.extraRepos.map((dir) => resolve(directory, dir)),
    };
  }
  const redact = createRedactor(variables);
  const lines = result.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    const { name, text } = found[key] ?? { name: 'setting', text: '' };
    const origin = originOf(name);
    const from = origin ? `, ${origin.file} line ${origin.line}` : '';
    const got = UNREPEATED.includes(key) ? 'what it holds is not shown' : `got ${shownValue(redact(text))}`;
    return `${name}: ${issue.message} (${got}${from})`;
  });
  throw new StepFailure(FAILURES.configuration, lines.join('\n'));
}
