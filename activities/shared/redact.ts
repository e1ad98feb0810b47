/**
 * Takes secrets out of text that people will read. The rule is design's: values of variables whose names look like
 * secrets, credentials in URLs, and other values of eight characters or more that mix letters and digits and are no
 * path, host, URL, cron line or image; in YAML, values of keys whose names look like secrets. Messages still name files, hosts
 * and tags.
 */
import { secretsInYaml } from './yaml-secrets.js';

export type Redact = (text: string) => string;

const MASK = '‹redacted›';
const SECRET_NAME = /(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|_KEY|AUTH|COOKIE|SALT|HASH)/i;
/** Names that match the pattern above and hold no secret. */
const PUBLIC_NAME = /(_DIR|_PATH|_FILE|_ROOT|_URL|_USER|_ENABLED|_NAME)$/i;
/** The stack's own name is part of every container, volume and network that a message is about. */
const PROJECT_NAME = 'COMPOSE_PROJECT_NAME';
/** Up to the last "@" before the path: a password may hold one. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/?#]*)@/gi;

/** Redactor for text that knows no variables: credentials in URLs only. The user of an ssh address is no secret. */
export const redactUrls: Redact = (text) =>
  text.replace(URL_CREDENTIALS, (whole, scheme: string, credentials: string) =>
    /ssh:/i.test(scheme) && !credentials.includes(':') ? whole : `${scheme}${MASK}@`,
  );

export function createRedactor(variables: Readonly<Record<string, string>>): Redact {
  const secrets = [...new Set(Object.entries(variables).flatMap(([name, value]) => secretParts(name, value)))];
  // Longest first, so that a secret that contains another is masked whole.
  secrets.sort((a, b) => b.length - a.length);
  return (text) => redactUrls(secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text));
}

function secretParts(name: string, value: string): string[] {
  const trimmed = value.trim();
  if (looksSecret(name, trimmed)) {
    // A multi-line value reaches a log line by line.
    return trimmed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length >= 4)
      .flatMap(spellings);
  }
  return secretsInYaml(value).flatMap(spellings);
}

/** The forms in which programs repeat a value: as it is, in JSON, in a URL, with Compose's doubled dollar signs. */
function spellings(value: string): string[] {
  const inUrl = encodeURIComponent(Buffer.from(value).toString());
  return [value, JSON.stringify(value).slice(1, -1), inUrl, value.replaceAll('$', '$$$$')];
}

/** Whatever the value is. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !PUBLIC_NAME.test(name);

export function looksSecret(name: string, value: string): boolean {
  if (value.length < 4 || name === PROJECT_NAME) return false;
  if (isSecretName(name)) return !/^(true|false|none|null|yes|no)$/i.test(value);
  return value.length >= 8 && !/\s/.test(value) && /[a-z]/i.test(value) && /[0-9]/.test(value) && !isPublicShape(value);
}

function isPublicShape(value: string): boolean {
  return (
    /[/\\]/.test(value) || // path, URL, image with a registry
    /^[\w.-]+\.[a-z]{2,}(:\d+)?$/i.test(value) || // host
    /^\d+(\.\d+){1,3}([:-]\S*)?$/.test(value) || // address or version
    /^[a-z0-9][\w.-]*:[\w.-]+$/i.test(value) || // image:tag, host:port
    /^v?\d+(\.\d+)+([-+.]?[a-z]{1,6}[\d.]{0,8}){0,2}$/i.test(value) || // version
    /^\d{4}-\d{2}(-\d{2})?(T[\d:.]+(Z|[+-][\d:]+)?)?$/.test(value) || // date
    /^\d+(\.\d+)?[a-z]{1,3}$/i.test(value) // size
  );
}
