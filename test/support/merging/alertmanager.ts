/** A component that merges, and the texts that operators write in the form that birdhouse-deploy documents. */

export const TEMPLATE = `# Who is told.
global:
  smtp_smarthost: '\${SMTP_SERVER}'
  smtp_from: 'alertmanager@\${FQDN}' # of this host
\${EXTRA_GLOBAL}

route:
  group_by: [alertname, cluster]
  group_wait: 30s
  receiver: admin-emails
\${EXTRA_ROUTES}

inhibit_rules:
# The critical one is enough.
- source_matchers: [severity="critical"]
  target_matchers: [severity="warning"]
\${EXTRA_INHIBITION}

receivers:
- name: admin-emails
  email_configs:
    - to: '\${ADMIN}'
- name: nobody
\${EXTRA_RECEIVERS}
`;

export const COMPONENT = `
merge:
  - variable: EXTRA_GLOBAL
    into: alertmanager.yml
    at: global
    as: map
  - value:
      - { receiver: admin-emails, matchers: ['alertname!="Watchdog"'], continue: true }
    into: alertmanager.yml
    at: route.routes
    as: list
    given: [EXTRA_ROUTES]
    unless: { ALSO_EMAIL: 'false' }
  - variable: EXTRA_ROUTES
    into: alertmanager.yml
    at: route
    as: map
    lists: [routes]
    bare: routes
    keys: [routes]
    check:
      refers: { receiver: { list: receivers, key: name } }
    says: 'the key "routes:" with a list of routes below it'
  - value:
      - { receiver: nobody, matchers: ['alertname="Watchdog"'] }
    into: alertmanager.yml
    at: route.routes
    as: list
  - variable: EXTRA_INHIBITION
    into: alertmanager.yml
    at: inhibit_rules
    as: list
  - variable: EXTRA_RECEIVERS
    into: alertmanager.yml
    at: receivers
    as: list
    check: { required: [name], unique: name }
needs:
  variables:
    - { name: ADMIN, form: addresses }
    - { name: SMTP_SERVER, or: [MAIL_SERVER], form: host-port, says: 'HOST:PORT of the mail server' }
    - { name: GRAFANA_PASSWORD, not: ['changeme!'], unless: { ALLOW_DEFAULT: 'true' } }
`;

/** As an operator of today has them: what is pasted has to be indented for its place. */
export const DOCUMENTED = {
  EXTRA_GLOBAL: `
  smtp_require_tls: false
  resolve_timeout: 10m
`,
  EXTRA_ROUTES: `
  routes:
    # The people on duty.
    - match:
        severity: critical
      receiver: 'duty'
      continue: true
    - match_re:
        alertname: ^(HostOutOfMemory|HostOutOfDiskSpace)$
      receiver: chat
`,
  EXTRA_INHIBITION: `
- source_match:
    alertname: 'Watchdog'
  target_match:
    alertname: 'HostContextSwitching'
`,
  EXTRA_RECEIVERS: `
- name: 'duty'
  webhook_configs:
    - url: 'https://duty.example.org/hook/Zx9-secret-$TOKEN'
      send_resolved: yes
- name: chat
  slack_configs:
    - api_url: "https://chat.example.org/T00/B00"
      channel: '#alerts'
`,
} as const;

export const GOOD = {
  ADMIN: 'ann@example.org,bob@example.org',
  SMTP_SERVER: 'smtp.example.org:25',
  GRAFANA_PASSWORD: 'a long one of our own',
  FQDN: 'host.example.org',
} as const;
