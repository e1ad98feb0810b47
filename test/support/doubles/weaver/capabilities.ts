/**
 * Weaver's two looks at a bird. Source: `weaver.datatype.Service.check_accessible`, `weaver.wps.utils.get_wps_client`, OWSLib 0.32
 * (`owslib.util.openURL`, `owslib.wps`, `owslib.ows`).
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { ask, type Got } from './ask.js';
import { OtherFault, OwsFault, RequestFault, type NoAnswer } from './faults.js';
import { attributeOf, childrenOf, readXml, textAt, type XmlElement } from './xml.js';

/** null: not there. */
export interface Capabilities {
  identification?: { title: string | null; abstract: string | null; keywords: string[] };
  provider?: { name: string | null; site: string | null; contact: string | null };
  processes: { id: string | null; title: string | null; version: string | null }[];
  /** What it says to speak; absent: says nothing about it. */
  languages?: string[];
  /** Agreed with the caller. */
  language?: string;
}

/** `refused`: a status that the probe does not take. */
export type Probed = 'accessible' | 'refused' | NoAnswer;

export interface Looks {
  /** Without anything of the caller; TLS is not verified. */
  probe(url: string): Promise<Probed>;
  /** With the caller's headers. Throws OwsFault or OtherFault. */
  read(url: string, headers: IncomingHttpHeaders): Promise<Capabilities>;
  /** Throws OtherFault. True: the bird describes that process. */
  describe(url: string, headers: IncomingHttpHeaders, process: string): Promise<boolean>;
}

const PROBE_MS = 2_000;
const READ_MS = 5_000;
/** Services that do not take a request without a version still answer (`allowed_codes`). */
const TAKEN = [200, 400, 405, 500];

/** What the caller's client says of the request to Weaver itself. */
const OWN = [
  'accept',
  'content-length',
  'content-type',
  'content-transfer-encoding',
  'host',
  'connection',
  'transfer-encoding',
];

export const realLooks: Looks = { probe, read, describe };

async function probe(url: string): Promise<Probed> {
  // Without a scheme it is taken for a file, which is not there.
  if (!url.includes('://')) return 'refused';
  try {
    // Appended to whatever the address is, a query included.
    const { status } = await ask(`${url}?service=WPS&request=GetCapabilities`, { limitMs: PROBE_MS });
    return TAKEN.includes(status) ? 'accessible' : 'refused';
  } catch (error) {
    if (error instanceof RequestFault) return error.kind;
    throw error;
  }
}

async function read(url: string, headers: IncomingHttpHeaders): Promise<Capabilities> {
  const root = await document(
    withParameters(url, { service: 'WPS', request: 'GetCapabilities', version: '1.0.0' }),
    headers,
  );
  return agree(capabilitiesOf(root), headers['accept-language']);
}

async function describe(url: string, headers: IncomingHttpHeaders, process: string): Promise<boolean> {
  const asked = { service: 'WPS', request: 'DescribeProcess', version: '1.0.0', identifier: process };
  const root = await document(withParameters(url, asked), headers);
  return root.children.some((child) =>
    child.children.some(({ name, text }) => name === 'Identifier' && text.trim() === process),
  );
}

/** Parameters of the address stay, after those of WPS. */
function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const place = new URL(url);
  const others = [...place.searchParams].filter(([name]) => !Object.keys(parameters).includes(name.toLowerCase()));
  place.search = new URLSearchParams([...Object.entries(parameters), ...others]).toString();
  place.hash = '';
  return place.href;
}

async function document(url: string, headers: IncomingHttpHeaders): Promise<XmlElement> {
  const forwarded: OutgoingHttpHeaders = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OWN.includes(name)),
  );
  let got: Got;
  try {
    got = await ask(url, { headers: forwarded, limitMs: READ_MS });
  } catch (error) {
    if (error instanceof RequestFault) throw new OtherFault(`requests.exceptions.${error.kind}`, error.message);
    throw error;
  }
  return rootOf(got);
}

function rootOf({ status, reason, headers, text, url }: Got): XmlElement {
  if ([400, 401, 403].includes(status)) throw new OwsFault('ServiceException', text);
  if ([404, 500, 502, 503, 504].includes(status)) {
    const side = status < 500 ? 'Client' : 'Server';
    throw new OtherFault('requests.exceptions.HTTPError', `${status} ${side} Error: ${reason} for url: ${url}`);
  }
  if (text.trim() === '')
    throw new OwsFault('XMLSyntaxError', 'Document is empty, line 1, column 1 (<string>, line 1)');
  const root = readXml(text);
  if (root === undefined) throw new OtherFault('TypeError', "Type 'NoneType' cannot be serialized.");
  // Compared with the whole header: one with a charset is not looked into.
  if (['text/xml', 'application/xml', 'application/vnd.ogc.se_xml'].includes(headers['content-type'] ?? '')) {
    const exception = root.children.find(
      ({ name, namespace }) =>
        (name === 'Exception' && /^http:\/\/www\.opengis\.net\/ows(\/1\.1)?$/.test(namespace)) ||
        name === 'ServiceException',
    );
    if (exception !== undefined) throw new OwsFault('ServiceException', exception.text.trim());
  }
  return root;
}

/** Children are known by the end of their names, in any namespace; what is in them by the namespace of that child. */
export function capabilitiesOf(root: XmlElement): Capabilities {
  const found: Capabilities = { processes: [] };
  for (const child of root.children) {
    const { name, namespace } = child;
    if (name.endsWith('ServiceIdentification')) found.identification = identificationOf(child, namespace);
    else if (name.endsWith('ServiceProvider')) found.provider = providerOf(child, namespace);
    else if (name.endsWith('ProcessOfferings'))
      found.processes = childrenOf(child, 'Process', namespace).map(processOf);
    else if (name.endsWith('Languages')) found.languages = languagesOf(child);
  }
  return found;
}

const identificationOf = (element: XmlElement, ns: string): NonNullable<Capabilities['identification']> => ({
  title: textAt(element, ns, 'Title'),
  abstract: textAt(element, ns, 'Abstract'),
  keywords: childrenOf(element, 'Keywords', ns)
    .flatMap((all) => childrenOf(all, 'Keyword', ns))
    .map(({ text }) => text)
    .filter((text) => text !== ''),
});

function providerOf(element: XmlElement, ns: string): NonNullable<Capabilities['provider']> {
  const site = childrenOf(element, 'ProviderSite', ns)[0];
  return {
    name: textAt(element, ns, 'ProviderName'),
    site: site === undefined ? null : attributeOf(site, 'href'),
    contact: textAt(element, ns, 'ServiceContact', 'IndividualName'),
  };
}

const processOf = (element: XmlElement): Capabilities['processes'][number] => {
  const textOf = (wanted: string): string | null =>
    element.children.find(({ name }) => name.endsWith(wanted))?.text.trim() || null;
  return { id: textOf('Identifier'), title: textOf('Title'), version: attributeOf(element, 'processVersion') };
};

const languagesOf = (element: XmlElement): string[] =>
  element.children
    .filter(({ name }) => name.endsWith('Supported'))
    .flatMap(({ children }) => children.map(({ text }) => text.trim()));

/** Any wish of the caller trips over a bird that does not say what it speaks (`set_wps_language`). */
export function agree(found: Capabilities, wish: string | undefined): Capabilities {
  if (wish === undefined || wish === '') return found;
  if (found.languages === undefined) {
    throw new OtherFault('AttributeError', "'NoneType' object has no attribute 'supported'");
  }
  const ranges = wish.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const language = ranges
    .map((range) => found.languages?.find((known) => range === known.toLowerCase()))
    .find((match) => match !== undefined);
  return language === undefined ? found : { ...found, language };
}
