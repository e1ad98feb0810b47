import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NeedsSchema, type NeededVariable } from '../../../../activities/shared/needs-schema.js';
import { unmetNeeds } from '../../../../activities/stack/needs.js';
import { hostileText, isSentence } from '../../../support/hostile.js';

const need = (one: object): NeededVariable[] => NeedsSchema.parse({ variables: [{ name: 'X', ...one }] }).variables;
const told = (one: object, all: Record<string, string>, required: string[] = []) =>
  unmetNeeds(need(one), all, required).map(({ message }) => message);

describe('activities/stack/needs', () => {
  it.each<[string, string[], string[]]>([
    [
      'host-port',
      ['smtp.example.org:25', 'localhost:1025', '10.0.0.1:587', '[2001:db8::1]:25', ' mx:25 '],
      [
        'smtp.example.org',
        ':25',
        'mx:',
        'mx:0',
        'mx:65536',
        'mx:25 x',
        'http://mx:25',
        'a b:25',
        '2001:db8::1:25',
        'mx:025',
      ],
    ],
    [
      'addresses',
      ['a@b.org', 'a@b.org,c@d.org', 'a@b.org, Ann <c@d.org>', 'root@localhost'],
      ['a', 'a@', '@b', 'a@b.org,', 'a@b.org c@d.org', 'a@b.org;c@d.org', 'a@b@c', '<a@b.org> x'],
    ],
    ['port', ['1', '9093', '65535'], ['0', '65536', '-1', '80a', '080', '1.5']],
    ['number', ['10', '0.5', '-3'], ['10%', '1e3', 'ten', '.']],
    ['on-off', ['on', 'off'], ['On', 'true', '1', 'on off']],
    ['word', ['info', 'v1.2-x', 'a_b'], ['a b', "a'b", 'a/b', '$X']],
    ['url', ['http://x', 'https://x:8/y?z'], ['x', 'ftp://x', 'http://', 'https:///x', 'http:// x']],
  ])('form %s', (form, good, bad) => {
    for (const value of good) expect(told({ form }, { X: value }), value).toEqual([]);
    for (const value of bad)
      expect(told({ form }, { X: value }), value).toEqual([expect.stringMatching(/^X should be .+; it /)]);
  });

  it('tells what is empty, unless that is told already or does no harm', () => {
    expect(told({}, {})).toEqual(['X should be set; it is empty: set it in env.local']);
    expect(told({ form: 'port', says: 'the port of the database' }, { X: ' \n' })).toEqual([
      'X should be the port of the database; it is empty: set it in env.local',
    ]);
    expect(told({ or: ['Y', 'Z'] }, {})).toEqual(['X (or Y, Z) should be set; it is empty: set it in env.local']);
    expect(told({}, {}, ['X'])).toEqual([]);
    expect(told({ optional: true, form: 'port' }, {})).toEqual([]);
    expect(told({ optional: true, form: 'port' }, { X: 'a' })).toHaveLength(1);
  });

  it('looks at the first of several names that says something, and names that one', () => {
    expect(told({ or: ['Y'], form: 'port' }, { X: '', Y: '25' })).toEqual([]);
    expect(told({ or: ['Y'], form: 'port' }, { Y: 'mx' })).toEqual(['Y should be a port (1 to 65535); it is "mx"']);
    expect(told({ or: ['Y'], form: 'port' }, { X: 'mx', Y: '25' })).toEqual([
      'X should be a port (1 to 65535); it is "mx"',
    ]);
  });

  it('says the same of another name with the same value, which it may be taken from', () => {
    const said = (name: string) => ({ variable: name, message: `${name} should be a port (1 to 65535); it is "mx"` });
    expect(unmetNeeds(need({ or: ['Y', 'Z'], form: 'port' }), { X: 'mx', Y: 'mx', Z: 'my' }, [])).toEqual([
      { ...said('X'), instead: [said('Y')] },
    ]);
  });

  it.each(['${Y}', '${Y:-}', ' ${Y-} '])('takes %j, which DELAYED_EVAL leaves of what is empty, as empty', (X) => {
    const empty = ['X (or Y) should be a port (1 to 65535); it is empty: set it in env.local'];
    expect(told({ or: ['Y'], form: 'port' }, { X })).toEqual(empty);
    expect(told({ or: ['Y'], form: 'port' }, { X, Y: '${Y:-}' })).toEqual(empty);
    // VARS sees a text there, and does not tell it.
    expect(told({ or: ['Y'], form: 'port' }, { X }, ['X'])).toEqual(empty);
    expect(told({ form: 'port', or: ['Y'] }, { X, Y: '25' })).toEqual([
      `X should be a port (1 to 65535); it is "${X.trim()}"`,
    ]);
  });

  it('refuses what everybody knows, unless that is allowed', () => {
    const one = { not: ['changeme!'], unless: { ALLOWED: ['true', 'yes'] } };
    const refused = ['X should be set to a value of your own; it has a value that everybody knows'];
    expect(told(one, { X: 'changeme!' })).toEqual(refused);
    expect(told(one, { X: ' changeme! ', ALLOWED: 'no' })).toEqual(refused);
    expect(told(one, { X: 'changeme!', ALLOWED: 'Yes' })).toEqual([]);
    expect(told(one, { X: 'changeme' })).toEqual([]);
    expect(told({ when: { MODE: 'a' } }, { MODE: 'b' })).toEqual([]);
    expect(told({ when: { MODE: 'a' }, given: ['OTHER'] }, { MODE: 'a' })).toEqual([]);
    expect(told({ when: { MODE: 'a' } }, { MODE: 'a' })).toHaveLength(1);
  });

  it('compares a pattern with the whole value', () => {
    expect(told({ pattern: '[a-z]+|\\d' }, { X: 'abc' })).toEqual([]);
    expect(told({ pattern: '[a-z]+|\\d' }, { X: 'abc1' })).toHaveLength(1);
  });

  it('shows no value of a variable whose name is that of a secret, nor one that looks like one', () => {
    for (const name of ['GRAFANA_PASSWORD', 'API_TOKEN']) {
      for (const value of ['ab', 'hunter two', 'p4ssw0rd-long']) {
        expect(told({ name, form: 'port' }, { [name]: value })).toEqual([
          `${name} should be a port (1 to 65535); it has another value, which is not shown`,
        ]);
      }
    }
    expect(told({ form: 'port' }, { X: 'Zx9k22mWq1' })).toEqual([
      'X should be a port (1 to 65535); it has another value, which is not shown',
    ]);
  });

  it('whatever the values are, tells one sentence', () => {
    fc.assert(
      fc.property(
        hostileText,
        fc.constantFrom('host-port', 'addresses', 'port', 'number', 'word', 'url'),
        (value, form) => {
          for (const message of told({ form }, { X: value })) expect(isSentence(message), message).toBe(true);
        },
      ),
    );
  });
});
