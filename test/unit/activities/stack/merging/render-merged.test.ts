import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { parseDeclarations } from '../../../../../activities/shared/declarations.js';
import { renderMerged } from '../../../../../activities/stack/merging/render-merged.js';
import { COMPONENT, DOCUMENTED, GOOD, TEMPLATE } from '../../../../support/merging/alertmanager.js';

const LISTS = { required: ['SMTP_SERVER', 'ADMIN', 'FQDN'], optional: ['EXTRA_GLOBAL', 'EXTRA_ROUTES'] };

function merge(variables: Record<string, string>, { component = COMPONENT, template = TEMPLATE } = {}) {
  const all: Record<string, string> = { ...GOOD, ...variables };
  const declared = {
    dir: '/c',
    file: '/c/component.yml',
    ...parseDeclarations(Buffer.from(component), 'component.yml'),
  };
  expect(declared.problems).toEqual([]);
  const { rendered, troubles } = renderMerged({
    templates: [{ path: '/c/alertmanager.yml', text: Buffer.from(template), mode: 0o640 }],
    lists: LISTS,
    variables: all,
    all,
    declared: [declared],
  });
  const text = rendered[0]?.text.toString() ?? '';
  return { text, troubles, messages: troubles.map(({ message }) => message), mode: rendered[0]?.mode };
}

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
});
