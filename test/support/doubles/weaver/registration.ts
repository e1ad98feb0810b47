/** What `POST /providers` may be asked. Source: `CreateProviderRequestBody`, answers of Weaver 6.8.3. */
import { jsonOf, type Seen } from '../http.js';
import { schemaOf } from './answers.js';
import { HttpFault, OtherFault } from './faults.js';

export interface Registration {
  id: string;
  url: string;
  public?: boolean;
}

/** Groups of letters and digits joined by one dash or underscore. */
const ID = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;
const MISSING = 'Missing value for required field without any default.';

/**
 * A host needs a dot, unless it is `localhost` or an address: the name of a container alone is no URL to Weaver. No two slashes in a row
 * after the scheme. Source: `URL_REGEX` of colander, narrowed by `weaver.wps_restapi.colander_extras`.
 */
export function isUrl(text: string): boolean {
  const [, host = '', rest = ''] =
    /^(?:(?:http|ftp)s?:\/\/)?(\[[\da-f:]+\]|[^\s/?:[\]]+)(?::\d+)?((?:[/?]\S*)?)$/i.exec(text) ?? [];
  if (host === '' || rest.includes('//') || rest === '?') return false;
  return host.startsWith('[') || host.toLowerCase() === 'localhost' || isDotted(host);
}

/** Of labels without underscores, the last of at least two signs; addresses are of the same shape, but for a last number below 10. */
function isDotted(host: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return true;
  const labels = host.replace(/\.$/, '').split('.');
  const last = labels.pop() ?? '';
  const isLabel = (label: string): boolean => label.length <= 63 && /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/i.test(label);
  return labels.length > 0 && labels.every(isLabel) && /^[a-z\d-]{2,}$/i.test(last);
}

/** Other members are dropped. Throws HttpFault 400; what is no JSON object or list ends in OtherFault. */
export function registrationOf(seen: Seen, base: string): Registration {
  const body = jsonOf(seen);
  if (typeof body !== 'object') throw new OtherFault('JSONDecodeError', 'the body is no JSON');
  const said = body === null || Array.isArray(body) ? notMapping(body) : problemOf(body as Record<string, unknown>);
  if (said !== undefined) {
    const description = `Invalid schema: [{${said}}]`;
    throw new HttpFault(400, description, { description, value: null, ...schemaOf(base, 'CreateProviderRequestBody') });
  }
  const { id, url, public: isPublic } = body as Registration;
  return { id, url, ...(isPublic === undefined ? {} : { public: isPublic }) };
}

const notMapping = (body: unknown): string =>
  `'': '"${JSON.stringify(body)}" is not a mapping type: Does not implement dict-like functionality.'`;

function problemOf({ id, url, public: isPublic }: Record<string, unknown>): string | undefined {
  const text = (
    name: string,
    value: unknown,
    isRight: (text: string) => boolean,
    wrong: string,
  ): string | undefined => {
    if (value === undefined) return `'${name}': '${MISSING}'`;
    if (value === null || value === '') return `'${name}': 'Required'`;
    if (typeof value !== 'string') return `'${name}': "${JSON.stringify(value)} is not a string: {'${name}': ''}"`;
    return isRight(value) ? undefined : `'${name}': '${wrong}'`;
  };
  const flag =
    isPublic === undefined || typeof isPublic === 'boolean'
      ? undefined
      : `'public': '"${isPublic === null ? 'None' : JSON.stringify(isPublic).replaceAll('"', '')}" is neither True or False.'`;
  const said = [
    text('id', id, (given) => ID.test(given), 'String does not match expected pattern'),
    flag,
    text('url', url, isUrl, 'Must be a URL'),
  ].filter((problem) => problem !== undefined);
  return said.length === 0 ? undefined : said.join(',\n ');
}
