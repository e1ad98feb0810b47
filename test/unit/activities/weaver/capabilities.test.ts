import { describe, expect, it } from 'vitest';
import { readCapabilities } from '../../../../activities/weaver/capabilities.js';

const WPS = 'http://www.opengis.net/wps/1.0.0';
const process = '<w:Process><o:Identifier xmlns:o="http://www.opengis.net/ows/1.1">a</o:Identifier></w:Process>';

describe('activities/weaver/capabilities', () => {
  it.each([
    ['the usual prefix', `<wps:Capabilities xmlns:wps="${WPS}"/>`],
    ['another prefix', `<w:Capabilities xmlns:w="${WPS}"/>`],
    ['no prefix', `<Capabilities xmlns="${WPS}"/>`],
    ['a declaration and a comment before it', `<?xml version="1.0"?>\n<!-- x --><Capabilities xmlns="${WPS}"/>`],
    ['an entity in a document type', `<!DOCTYPE a [<!ENTITY x "y">]><Capabilities xmlns="${WPS}"/>`],
  ])('%s is WPS 1.0.0', (_, text) => {
    expect(readCapabilities(text)).toEqual({ is: 'wps-1', processes: 0 });
  });

  it('counts processes by namespace and name', () => {
    const text = `<w:Capabilities xmlns:w="${WPS}"><w:ProcessOfferings>${process.repeat(3)}</w:ProcessOfferings><Process/></w:Capabilities>`;
    expect(readCapabilities(text)).toEqual({ is: 'wps-1', processes: 3 });
  });

  it('reads what is cut off as far as it goes', () => {
    expect(readCapabilities(`<w:Capabilities xmlns:w="${WPS}">${process}<w:Proc`)).toEqual({
      is: 'wps-1',
      processes: 1,
    });
  });

  it('text that only holds the words is none', () => {
    expect(readCapabilities('<html><p>wps:Capabilities</p></html>')).toEqual({ is: 'other', root: 'html' });
    expect(readCapabilities('<wps:Capabilities xmlns:wps="http://example.org"/>')).toMatchObject({ is: 'other' });
    expect(readCapabilities('<wps:Capabilities/>')).toMatchObject({ is: 'other' });
  });

  it('WPS 2.0 is told apart', () => {
    const text = `<wps:Capabilities xmlns:wps="http://www.opengis.net/wps/2.0"><wps:Contents><wps:ProcessSummary/></wps:Contents></wps:Capabilities>`;
    expect(readCapabilities(text)).toEqual({ is: 'wps-2', processes: 1 });
  });

  it('an exception is told with its code', () => {
    const text = `<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="NoApplicableCode"/></ows:ExceptionReport>`;
    expect(readCapabilities(text)).toEqual({ is: 'exception', code: 'NoApplicableCode' });
  });

  it.each(['', 'not XML at all', '{"a": 1}', '\u0000', '<'])('%j has no root', (text) => {
    expect(readCapabilities(text)).toEqual({ is: 'other', root: undefined });
  });

  it('a billion laughs are not expanded', () => {
    const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
    const text = `<!DOCTYPE a [<!ENTITY l0 "ha">${entities}]><Capabilities xmlns="${WPS}">&l9;</Capabilities>`;
    expect(readCapabilities(text)).toMatchObject({ is: 'wps-1' });
  });
});
