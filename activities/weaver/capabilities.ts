/**
 * What a WPS answers to GetCapabilities. Names are compared by namespace and local name: a prefix means nothing. Text that is no
 * well-formed XML is read as far as it goes, as the reader of Weaver does.
 * Source: OGC 05-007r7 (WPS 1.0.0), OGC 14-065 (WPS 2.0), OGC 06-121r3 (OWS 1.1).
 */
import { SaxesParser } from 'saxes';

const WPS_1 = 'http://www.opengis.net/wps/1.0.0';
const WPS_2 = 'http://www.opengis.net/wps/2.0';
const OWS = ['http://www.opengis.net/ows/1.1', 'http://www.opengis.net/ows/2.0'];

/** wps-1: what Weaver reads; wps-2: it would list no process of it; exception: an answer of a WPS; other: of something else. */
export type Document =
  | { is: 'wps-1' | 'wps-2'; processes: number }
  | { is: 'exception'; code: string }
  | { is: 'other'; root: string | undefined };

/** Never throws. */
export function readCapabilities(text: string): Document {
  let found: Document | undefined;
  let processes = 0;
  const parser = new SaxesParser({ xmlns: true });
  // Sloppy XML is read on; what cannot be read at all has no root.
  parser.on('error', () => undefined);
  parser.on('opentag', ({ uri, local, attributes }) => {
    found ??= rootOf(uri, local);
    if ((uri === WPS_1 && local === 'Process') || (uri === WPS_2 && local === 'ProcessSummary')) processes += 1;
    if (found.is === 'exception' && local === 'Exception') found.code ||= attributes['exceptionCode']?.value ?? '';
  });
  try {
    parser.write(text).close();
  } catch {
    // What was read until then counts.
  }
  if (found === undefined) return { is: 'other', root: undefined };
  return 'processes' in found ? { ...found, processes } : found;
}

function rootOf(uri: string, local: string): Document {
  if (local === 'Capabilities' && uri === WPS_1) return { is: 'wps-1', processes: 0 };
  if (local === 'Capabilities' && uri === WPS_2) return { is: 'wps-2', processes: 0 };
  if (local === 'ExceptionReport' && OWS.includes(uri)) return { is: 'exception', code: '' };
  return { is: 'other', root: local };
}
