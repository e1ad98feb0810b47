import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED, TEMPLATE } from '../../../../support/merging/alertmanager.js';
import { merge } from '../../../../support/merging/merge.js';

/** Without the places where a text would be pasted. */
const PLAIN = TEMPLATE.replace(/^\$\{.*\n/gm, '');
/** With what is merged whatever the operator writes. */
const WATCHDOG = { receiver: 'nobody', matchers: ['alertname="Watchdog"'] };

describe('activities/stack/merging/render-merged', () => {
  it('merges the texts as they are documented', () => {
    const { text, troubles } = merge(DOCUMENTED);
    expect(troubles).toEqual([]);
    expect(parse(text, { version: '1.1' })).toEqual({
      global: {
        smtp_smarthost: 'smtp.example.org:25',
        smtp_from: 'alertmanager@host.example.org',
        smtp_require_tls: false,
        resolve_timeout: '10m',
      },
      route: {
        group_by: ['alertname', 'cluster'],
        group_wait: '30s',
        receiver: 'admin-emails',
        routes: [
          { receiver: 'admin-emails', matchers: ['alertname!="Watchdog"'], continue: true },
          { match: { severity: 'critical' }, receiver: 'duty', continue: true },
          { match_re: { alertname: '^(HostOutOfMemory|HostOutOfDiskSpace)$' }, receiver: 'chat' },
          WATCHDOG,
        ],
      },
      inhibit_rules: [
        { source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'] },
        { source_match: { alertname: 'Watchdog' }, target_match: { alertname: 'HostContextSwitching' } },
      ],
      receivers: [
        { name: 'admin-emails', email_configs: [{ to: 'ann@example.org,bob@example.org' }] },
        { name: 'nobody' },
        {
          name: 'duty',
          webhook_configs: [{ url: 'https://duty.example.org/hook/Zx9-secret-$TOKEN', send_resolved: true }],
        },
        { name: 'chat', slack_configs: [{ api_url: 'https://chat.example.org/T00/B00', channel: '#alerts' }] },
      ],
    });
  });

  it('keeps comments, quotes and words as they are written, and the mode of the file', () => {
    const { text, mode } = merge({
      ...DOCUMENTED,
      EXTRA_GLOBAL:
        "# ours\n\nsmtp_require_tls: no # plain\nslack_api_url: 'yes'\nnumber: 0755\nbig: 12345678901234567890\n",
    });
    expect(text).toContain(
      "  # ours\n  smtp_require_tls: no # plain\n  slack_api_url: 'yes'\n  number: 0755\n  big: 12345678901234567890\n",
    );
    for (const kept of [
      '# Who is told.\n',
      '# of this host\n',
      '# The critical one is enough.\n',
      '# The people on duty.\n',
    ]) {
      expect(text).toContain(kept);
    }
    expect(text).toContain('group_by: [alertname, cluster]\n');
    expect(mode).toBe(0o640);
  });

  it('leaves a file as it is rendered while nothing is to be merged, placeholders blank whether or not they are listed', () => {
    const component = `merge:
  - { variable: EXTRA_GLOBAL, into: alertmanager.yml, at: global, as: map }
  - { variable: EXTRA_RECEIVERS, into: alertmanager.yml, at: receivers, as: list }
`;
    const template = 'global:\n      a: 1\n$EXTRA_GLOBAL\nreceivers:   [ ]\n${EXTRA_RECEIVERS}\n$OTHER\n';
    const { text, troubles } = merge({ EXTRA_GLOBAL: ' \n # nothing yet\n' }, { component, template });
    expect(troubles).toEqual([]);
    expect(text).toBe('global:\n      a: 1\n\nreceivers:   [ ]\n\n$OTHER\n');
  });

  it('lets routed alerts go to mail as well, unless that is switched off', () => {
    const routes = (values: Record<string, string>) =>
      (parse(merge(values).text) as { route: { routes: { receiver: string }[] } }).route.routes.map(
        ({ receiver }) => receiver,
      );
    const EXTRA_ROUTES = 'routes: [{ receiver: nobody }]';
    expect(routes({ EXTRA_ROUTES })).toEqual(['admin-emails', 'nobody', 'nobody']);
    for (const ALSO_EMAIL of ['false', 'False', ' FALSE ']) {
      expect(routes({ EXTRA_ROUTES, ALSO_EMAIL })).toEqual(['nobody', 'nobody']);
    }
    expect(routes({ EXTRA_ROUTES: '# none' })).toEqual(['nobody']);
    expect(routes({ EXTRA_ROUTES, ALSO_EMAIL: 'true' })).toHaveLength(3);
  });

  it('takes a list of routes without its key, which pasted as text was an error', () => {
    const bare = merge({ ...DOCUMENTED, EXTRA_ROUTES: '- receiver: duty\n' });
    expect(bare.troubles).toEqual([]);
    expect(bare.text).toBe(merge({ ...DOCUMENTED, EXTRA_ROUTES: 'routes:\n- receiver: duty\n' }).text);
  });

  it.each([
    ['routes:', 'nothing behind the key'],
    ['routes: []', 'an empty list'],
    ['---\n', 'a document of nothing'],
  ])('takes %j as nothing: %s', (EXTRA_ROUTES) => {
    expect(merge({ EXTRA_ROUTES, ALSO_EMAIL: 'false' })).toMatchObject({ troubles: [], text: merge({}).text });
  });

  it('puts what goes to the start before what is there, and makes what is not there', () => {
    const component = `merge:
  - { value: [{ first: 1 }], into: alertmanager.yml, at: receivers, as: list, where: start }
  - { value: { on: 'yes', n: '0755' }, into: alertmanager.yml, at: [a.b, c], as: map }
  - { value: [x], into: alertmanager.yml, at: receivers.2.email_configs, as: list }
`;
    const template = 'receivers:\n- name: a\n- name: b\n  email_configs: # none\n';
    expect(parse(merge({}, { component, template }).text, { version: '1.1' })).toEqual({
      receivers: [{ first: 1 }, { name: 'a' }, { name: 'b', email_configs: ['x'] }],
      'a.b': { c: { on: 'yes', n: '0755' } },
    });
    expect(
      parse(merge({}, { component: component.replace(/ {2}- .*email.*\n/, ''), template: '# empty\n' }).text),
    ).toEqual({
      receivers: [{ first: 1 }],
      'a.b': { c: { on: 'yes', n: '0755' } },
    });
  });

  describe('refuses', () => {
    const ROUTES = 'should be the key "routes:" with a list of routes below it';
    it.each<[string, Record<string, string>, string[]]>([
      ['text for a map', { EXTRA_ROUTES: '\n\nhunter2' }, [`EXTRA_ROUTES line 3: ${ROUTES}; found text`]],
      [
        'a list for a map',
        { EXTRA_GLOBAL: '- a: 1' },
        ['EXTRA_GLOBAL line 1: should be a map ("KEY: VALUE", one a line) for global; found a list'],
      ],
      [
        'a map for a list, with its key',
        { EXTRA_RECEIVERS: 'receivers:\n- name: x' },
        [
          'EXTRA_RECEIVERS line 1: should be a list ("- …", one item a line) for receivers; found a map with the key receivers: leave the key receivers out',
        ],
      ],
      [
        'the key of the place',
        { EXTRA_GLOBAL: 'global:\n  a: 1' },
        [
          'EXTRA_GLOBAL line 1: should be a map ("KEY: VALUE", one a line) for global; found a map with the key global: leave the key global out',
        ],
      ],
      [
        'keys that are there already',
        { EXTRA_ROUTES: 'routes: []\nreceiver: hunter2\ngroup_by: [hunter2]' },
        [
          'EXTRA_ROUTES line 2: the key receiver is there already (route.receiver of alertmanager.yml)',
          'EXTRA_ROUTES line 3: the key group_by is there already (route.group_by of alertmanager.yml)',
        ],
      ],
      [
        'a key that cannot be there',
        { EXTRA_ROUTES: 'route:\n- receiver: nobody\nx: 1' },
        [
          'EXTRA_ROUTES line 1: the key route cannot be here; the nearest is routes (of routes)',
          'EXTRA_ROUTES line 3: the key x cannot be here; the nearest is routes (of routes)',
        ],
      ],
      [
        'a map where its list should be',
        { EXTRA_ROUTES: 'routes:\n  receiver: nobody' },
        ['EXTRA_ROUTES line 1: the key routes should hold a list; found a map with the key receiver'],
      ],
      [
        'items without what each needs, and names twice',
        { EXTRA_RECEIVERS: '- name: a\n- nam: hunter2\n- hunter2\n- name: "a"\n- name: nobody\n- name:\n' },
        [
          'EXTRA_RECEIVERS line 2: the item lacks the key name',
          'EXTRA_RECEIVERS line 3: the item should be a map ("KEY: VALUE", one a line); found text',
          'EXTRA_RECEIVERS line 4: another item has the same name already',
          'EXTRA_RECEIVERS line 5: another item has the same name already',
          'EXTRA_RECEIVERS line 6: the item lacks the key name',
        ],
      ],
      [
        'a route, however deep, to a receiver that is none',
        { EXTRA_ROUTES: '- receiver: nobody\n  routes:\n  - {receiver: hunter2}', EXTRA_RECEIVERS: '- name: a' },
        ['EXTRA_ROUTES line 3: the value of receiver is the name of no item of receivers'],
      ],
      ['a tab', { EXTRA_GLOBAL: 'a: 1\n\tb: hunter2' }, ['EXTRA_GLOBAL line 2: a tab is used to indent; use blanks']],
      [
        'indentation that does not fit',
        { EXTRA_INHIBITION: '  - a: hunter2\n- b: 1' },
        [
          'EXTRA_INHIBITION line 2: the text cannot stand here; look at the indentation, quotes and brackets of this line and the one before',
        ],
      ],
      [
        'a key twice in the text',
        { EXTRA_GLOBAL: 'a: hunter2\nb: 1\na: 2' },
        ['EXTRA_GLOBAL line 3: the key of this line is there already; each key may be there once'],
      ],
      [
        'a second document',
        { EXTRA_GLOBAL: 'a: 1\n---\nb: 1' },
        ['EXTRA_GLOBAL line 2: a second document begins here ("---"); one file holds one document'],
      ],
      [
        'aliases',
        { EXTRA_GLOBAL: 'a: &x [1]\nb: *x' },
        ['EXTRA_GLOBAL line 2: an alias (*name) is used; write the value out'],
      ],
      [
        'an open quote',
        { EXTRA_GLOBAL: "a: 'hunter2" },
        ['EXTRA_GLOBAL line 1: a quote, a bracket or a blank after ":" or "," is missing'],
      ],
      [
        'a tag that nobody knows',
        { EXTRA_GLOBAL: 'a: !env x' },
        ['EXTRA_GLOBAL line 1: the tag ("!…") is unknown; leave it out'],
      ],
      ['a tag', { EXTRA_GLOBAL: 'b: 1\na: !!binary x' }, ['EXTRA_GLOBAL line 2: a tag ("!…") is used; leave it out']],
      [
        'more than any has',
        { EXTRA_GLOBAL: `a: ${'x'.repeat(70_000)}` },
        ['EXTRA_GLOBAL line 1: it is larger than 64 kB'],
      ],
      ['what is not UTF-8', { EXTRA_GLOBAL: 'a: \udcff' }, ['EXTRA_GLOBAL line 1: the text is not UTF-8']],
      [
        'depth without end',
        { EXTRA_GLOBAL: `a: ${'['.repeat(30_000)}` },
        ['EXTRA_GLOBAL line 1: maps and lists lie in each other too deeply'],
      ],
    ])('%s', (_, values, messages) => {
      const { troubles, text, ...told } = merge(values);
      expect(told.messages).toEqual(messages);
      expect(JSON.stringify(troubles)).not.toContain('hunter2');
      // Nothing half merged: what is told keeps it from being written.
      expect(text).not.toContain('Watchdog');
    });

    it.each<[string, string, string, string]>([
      [
        'a file of no template',
        'into: other.yml, at: receivers',
        PLAIN,
        'merge[0].into: nothing is rendered to other.yml',
      ],
      ['a place in what is text', 'into: alertmanager.yml, at: global.smtp_from', PLAIN, 'is text, and no list'],
      ['a place below text', 'into: alertmanager.yml, at: global.smtp_from.x', PLAIN, 'there is no global.smtp_from.x'],
      [
        'a place in a list that it has not',
        'into: alertmanager.yml, at: receivers.7.x',
        PLAIN,
        'there is no receivers.7',
      ],
      [
        'a template that is not YAML',
        'into: alertmanager.yml, at: a',
        'a: "\nb: 1',
        'line 2 of what is rendered from it',
      ],
      [
        'a template with a map for the list',
        'into: alertmanager.yml, at: a',
        'a: { b: 1 }',
        'is a map with the key b, and no list',
      ],
    ])('%s, and names the file', (_, where, template, message) => {
      const component = `merge:\n  - { value: [x], as: list, ${where} }\n`;
      const { troubles } = merge({}, { component, template });
      expect(troubles).toHaveLength(1);
      expect(troubles[0]?.message).toContain(message);
      expect(troubles[0]?.file).toMatch(/^\/c\/(?:component\.yml|alertmanager\.yml\.template)$/);
    });
  });
});
