/** Of a WPS Twitcher lets through what looks like one, and puts its own address into the capabilities. */
import type { Answer } from '../http.js';
import { owsException } from './exception.js';
import { forward, textOf, type Asked } from './forward.js';

const LET_THROUGH = [
  'application/xml',
  'text/xml',
  'application/vnd.ogc.se+xml',
  'application/vnd.ogc.wms_xml',
  'application/vnd.google-earth.kml+xml',
  'application/vnd.google-earth.kmz',
  'image/png',
  'image/gif',
  'image/jpeg',
  'application/json',
];
/** Exactly so: with another charset nothing is replaced. */
const REPLACED = ['text/xml', 'application/xml', 'text/xml;charset=ISO-8859-1'];

export interface ForwardedWps {
  url: string;
  publicUrl: string;
}

export async function throughWps(asked: Asked, { url, publicUrl }: ForwardedWps): Promise<Answer> {
  const { status, headers, body } = await forward(asked);
  const text = await textOf(body);
  if (status >= 400 && !text.includes('ExceptionReport')) {
    return owsException({
      status: 400,
      locator: 'NotAcceptable',
      text: `Response is not ok: ${body.statusMessage ?? ''}`,
    });
  }
  const type = headers['content-type'] as string | undefined;
  if (type !== undefined && !LET_THROUGH.includes(type.split(';')[0] ?? '')) {
    return owsException({ status: 401, locator: 'AccessForbidden', text: `Content type is not allowed: ${type}.` });
  }
  if (type === undefined || !REPLACED.includes(type)) return { status, headers: only(type), body: text };
  const root = rootOf(text);
  if (root === undefined)
    return owsException({ status: 400, locator: 'NotAcceptable', text: 'Could not decode content.' });
  const replaced = root.includes('Capabilities') ? inOperations(text, publicUrl) : text.replaceAll(url, publicUrl);
  return { status, headers: only(type), body: replaced };
}

const only = (type: string | undefined) => (type === undefined ? {} : { 'content-type': type });

/** Its name; undefined: this is no document that begins and ends. */
function rootOf(text: string): string | undefined {
  const [, root = ''] = /^(?:\s*<[?!][^>]*>)*\s*<([\w:.-]+)/.exec(text) ?? [];
  const ends = new RegExp(`(</${root}\\s*>|/>)\\s*$`).test(text);
  return root === '' || !ends ? undefined : root;
}

const inOperations = (text: string, publicUrl: string): string =>
  text.replace(/<(\w+:)?OperationsMetadata[^]*?OperationsMetadata>/, (operations) =>
    operations.replace(/(xlink:href=)("[^"]*"|'[^']*')/g, `$1"${publicUrl}"`),
  );
