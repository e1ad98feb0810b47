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
const URL_TEXT = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+/i;
const MISSING = 'Missing value for required field without any default.';

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
  const text = (name: string, value: unknown, isRight: RegExp, wrong: string): string | undefined => {
    if (value === undefined) return `'${name}': '${MISSING}'`;
    if (typeof value !== 'string') return `'${name}': "${JSON.stringify(value)} is not a string: {'${name}': ''}"`;
    if (value === '') return `'${name}': 'Required'`;
    return isRight.test(value) ? undefined : `'${name}': '${wrong}'`;
  };
  const flag =
    isPublic === undefined || typeof isPublic === 'boolean'
      ? undefined
      : `'public': '"${isPublic === null ? 'None' : JSON.stringify(isPublic).replaceAll('"', '')}" is neither True or False.'`;
  const said = [
    flag,
    text('id', id, ID, 'String does not match expected pattern'),
    text('url', url, URL_TEXT, 'Must be a URL'),
  ].filter((problem) => problem !== undefined);
  return said.length === 0 ? undefined : said.join(', ');
}
