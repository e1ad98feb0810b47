/** Links in Weaver's answers. Source: `weaver.datatype.Service.links`, `get_process_list_links`. */
import { withoutQuery, type StoredProvider } from './store.js';

export interface Link {
  title: string;
  hreflang?: string;
  href: string;
  type?: string;
  rel: string;
}

const JSON_TYPE = 'application/json';
const PROCESSES = 'http://www.opengis.net/def/rel/ogc/1.0/processes';

/** `language`: of the first; the others are Weaver's own. `self`: what the provider is to the answer. */
export function providerLinks(
  base: string,
  { id, url }: StoredProvider,
  language: string | undefined,
  self = 'self',
): Link[] {
  const here = `${base}/providers/${id}`;
  const own = (title: string, href: string, rel: string): Link => ({
    title,
    hreflang: 'en-CA',
    href,
    type: JSON_TYPE,
    rel,
  });
  return [
    {
      title: 'Service description (GetCapabilities).',
      ...(language === undefined ? {} : { hreflang: language }),
      href: `${withoutQuery(url)}?service=WPS&request=GetCapabilities`,
      type: 'application/xml',
      rel: 'service-desc',
    },
    own('Service definition.', here, 'service'),
    own('Provider definition.', here, self),
    own('Listing of processes provided by this service.', `${here}/processes`, PROCESSES),
  ];
}

/** `asked`: the query of the request. `up`: what is above the list. */
export function listLinks(base: string, path: string, asked: URLSearchParams, up: Link): Link[] {
  const here = `${base}${path}`;
  const query = new URLSearchParams([...asked, ['f', 'json']]).toString();
  const link = (title: string, href: string, rel: string): Link => ({ title, href, type: JSON_TYPE, rel });
  return [
    link('Process listing (no filtering queries applied).', here, 'collection'),
    link('Generic query endpoint to list processes.', here, 'search'),
    link('Process listing summary (identifiers and count only).', `${here}?detail=false`, 'preview'),
    link('List of registered local processes.', `${here}?f=json`, PROCESSES),
    link('Current process listing.', `${here}?${query}`, 'self'),
    up,
  ];
}
