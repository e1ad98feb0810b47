import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../activities/shared/redact.js';
import { secretsInYaml } from '../../../../activities/shared/yaml-secrets.js';

describe('activities/shared/yaml-secrets', () => {
  it.each<[string, string[]]>([
    ["\n  smtp_auth_username: 'alertmanager'\n  smtp_auth_password: 'letmein please'\n", ['letmein please']],
    ['global: {smtp_auth_password: hunter2x, smtp_hello: host.example.org}', ['hunter2x']],
    ['- name: x\n  pagerduty_configs:\n  - routing_key: abcdefgh # ours\n', ['abcdefgh']],
    [
      '- name: x\n  slack_configs:\n    - api_url: https://hooks.example.org/services/T0/B0/xyz\n',
      ['services/T0/B0/xyz'],
    ],
    ['- name: x\n  webhook_configs: [{url: "https://x.example.org/hook?t=1"}]\n', ['hook?t=1']],
    ['- bearer_token: "a\\"bcdef"\n', ['a\\"bcdef']],
    ["password: 'it''s mine'\n", ["it's mine"]],
    // Broken, as messages about it are.
    ['receivers:\n\t- password: abcdefg\n  [', ['abcdefg']],
    // No secrets.
    ['- url: https://thredds.example.org/thredds/catalog.html\n', []],
    ['- webhook_configs:\n  - url: http://pager.example.org/\n', []],
    ['routes:\n- matchers: [severity="critical"]\n  receiver: pager\n', []],
    ['password: short\n', []],
    ['password:\nnext: line\n', []],
    ['just words', []],
  ])('%j', (text, secrets) => {
    expect(secretsInYaml(text)).toEqual(secrets);
  });

  it('is done with a large text at once', () => {
    const started = Date.now();
    expect(secretsInYaml(`${'- a: {b: "'.repeat(20_000)}\npassword: abcdefgh\n${' '.repeat(200_000)}`)).toContain(
      'abcdefgh',
    );
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('is what a redactor masks, and no more', () => {
    const redact = createRedactor({
      ALERTMANAGER_EXTRA_GLOBAL: "\n  smtp_auth_username: alertmanager\n  smtp_auth_password: 'correct horse'\n",
      ALERTMANAGER_EXTRA_RECEIVERS:
        '\n- name: chat\n  slack_configs:\n    - api_url: https://hooks.example.org/services/T0/B0\n',
    });
    expect(redact('alertmanager said: correct horse, https://hooks.example.org/services/T0/B0 of chat')).toBe(
      'alertmanager said: ‹redacted›, https://hooks.example.org/‹redacted› of chat',
    );
  });
});
