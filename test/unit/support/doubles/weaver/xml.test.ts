import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml } from '../../../../support/doubles/bird-documents.js';
import { attributeOf, childrenOf, readXml, textAt } from '../../../../support/doubles/weaver/xml.js';

describe('support/doubles/weaver/xml', () => {
  it('an element is told by its namespace and its local name, whatever its prefix', () => {
    for (const text of [
      '<a:x xmlns:a="urn:n"/>',
      '<x xmlns="urn:n"/>',
      "<?xml version='1.0'?>\n<!-- x --><b:x xmlns:b='urn:n'></b:x>",
    ]) {
      expect(readXml(text)).toMatchObject({ namespace: 'urn:n', name: 'x' });
    }
  });

  it('a namespace holds for what is inside, until another is declared, and not outside', () => {
    const root = readXml('<x xmlns="urn:a"><y/><z xmlns="urn:b"><y/></z><y/></x>');
    expect(root?.children.map(({ namespace }) => namespace)).toEqual(['urn:a', 'urn:b', 'urn:a']);
    expect(root?.children[1]?.children[0]?.namespace).toBe('urn:b');
  });

  it('a prefix that nobody declared is part of the name', () => {
    expect(readXml('<ows:x/>')).toMatchObject({ namespace: '', name: 'ows:x' });
  });

  it('text, entities and raw sections are read, comments are not', () => {
    const root = readXml('<x><y> a &lt;b&gt; &amp;&#33;&#x21; <!-- no --><![CDATA[<c>]]></y></x>');
    expect(root && textAt(root, '', 'y')).toBe('a <b> &!! <c>');
  });

  it('what is not there is null, and so is what is empty', () => {
    const root = readXml('<x><y>  </y></x>');
    expect(root && [textAt(root, '', 'y'), textAt(root, '', 'z'), attributeOf(root, 'href')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('attributes are found whatever their prefix', () => {
    const root = readXml('<x a:href="http://b/?c=1&amp;d=2"/>');
    expect(root && attributeOf(root, 'href')).toBe('http://b/?c=1&d=2');
  });

  it('a document that breaks off is read as far as it goes', () => {
    const root = readXml('<x><y>one</y><y>two</y><y at="');
    expect(root && childrenOf(root, 'y', '').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(readXml('<x><y>on')?.children[0]?.text).toBe('on');
  });

  it.each(['', '   ', '{"a":1}', 'hello', '<', '<!DOCTYPE html>', '<!-- <x/> -->'])('%j has no root', (text) => {
    expect(readXml(text)).toBeUndefined();
  });

  it('a page of HTML has a root, though its tags are not closed', () => {
    expect(readXml('<!DOCTYPE html>\n<html><br><p>a &nbsp; b</html>')).toMatchObject({ name: 'html' });
  });

  it('whatever text is written is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const root = readXml(`<x a="${escapeXml(text)}">${escapeXml(text)}</x>`);
        expect([root?.text, root?.attributes['a']]).toEqual([text, text]);
      }),
    );
  });

  it('no text makes it fail or go on for ever', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '<a',
      '</a>',
      ' x="',
      '"',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '&#99999999;',
      'z',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => void readXml(pieces.join(''))));
  });
});
