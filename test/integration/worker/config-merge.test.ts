import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig, renderConfig } from '../../../worker/config.js';
import { validateConfig } from '../../../worker/config-checks.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { writeEraStack } from '../../support/era-stack.js';
import { COMPONENT, DOCUMENTED, GOOD, TEMPLATE } from '../../support/merging/alertmanager.js';

let root: string;
let stack: string;
let component: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper-merge-')));
  [stack, component] = [join(root, 'checkout'), join(root, 'elsewhere/monitoring')];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ran> =>
  birdkeeper(
    {
      settings: { stateDirectories: ['/none'], environment: { PATH: process.env['PATH'] ?? '', HOME: '/' } },
      cwd: stack,
      handlers: { readConfig, renderConfig, validateConfig },
    },
    'config',
    ...args,
  );

/** In single quotes, as a shell reads it back. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const assignments = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');

const DEFAULTS = `export EXTRA_GLOBAL='' EXTRA_ROUTES='' EXTRA_INHIBITION='' EXTRA_RECEIVERS=''
export GRAFANA_PASSWORD='changeme!' ADMIN='' SMTP_SERVER='\${MAIL_SERVER:-}' ALSO_EMAIL=true
export DELAYED_EVAL="$DELAYED_EVAL SMTP_SERVER"
OPTIONAL_VARS="$OPTIONAL_VARS \\$EXTRA_GLOBAL \\$EXTRA_ROUTES \\$EXTRA_INHIBITION \\$EXTRA_RECEIVERS \\$SMTP_SERVER \\$ADMIN \\$FQDN"
`;

/** The component lies outside of the stack, and is named by its path. */
function write(kind: string, values: Record<string, string>, extra = ''): string {
  mkdirSync(component, { recursive: true });
  mkdirSync(stack, { recursive: true });
  for (const [name, text] of Object.entries({
    'component.yml': COMPONENT,
    'default.env': DEFAULTS,
    'alertmanager.yml.template': TEMPLATE,
    'docker-compose-extra.yml': 'services: {}\n',
  })) {
    writeFileSync(join(component, name), text);
  }
  const lists = kind.startsWith('2.') ? 'BIRDHOUSE_EXTRA_CONF_DIRS' : 'EXTRA_CONF_DIRS';
  const local = `export ${lists}=${component}\n${assignments(values)}${extra}`;
  if (kind === 'our own form') {
    writeFileSync(join(stack, 'docker-compose.yml'), 'services: {}\n');
    writeFileSync(join(stack, 'env.local'), local);
  } else {
    writeEraStack(stack, kind, { 'env.local': local, 'default.env': '' }, { required: '', optional: '' });
  }
  return local;
}

const merged = async (): Promise<unknown> => {
  const out = join(root, 'out');
  const ran = await run('render', '--out', out);
  expect(ran.status, ran.err).toBe(0);
  return parse(readFileSync(join(out, component, 'alertmanager.yml'), 'utf8'));
};

describe('worker/config', () => {
  describe.each(['our own form', '1.26.0', '2.26.0'])('merges and needs, %s', (kind) => {
    it('merges the texts as they are documented', async () => {
      write(kind, { ...GOOD, ...DOCUMENTED });
      expect((await run('validate')).out).toContain('0 errors');
      expect(await merged()).toMatchObject({
        global: { smtp_smarthost: 'smtp.example.org:25', smtp_require_tls: false },
        route: {
          routes: [
            { receiver: 'admin-emails', continue: true },
            { receiver: 'duty' },
            { receiver: 'chat' },
            { receiver: 'nobody' },
          ],
        },
        receivers: [{ name: 'admin-emails' }, { name: 'nobody' }, { name: 'duty' }, { name: 'chat' }],
      });
    });

    it('refuses what cannot be merged, with its line in env.local and without a value', async () => {
      const local = write(kind, {
        ...GOOD,
        EXTRA_GLOBAL: '\n  resolve_timeout: 10m\n  smtp_from: hunter2@example.org\n',
        EXTRA_RECEIVERS: '- nam: hunter2\n',
      });
      const lineOf = (text: string) => local.split('\n').findIndex((line) => line.includes(text)) + 1;
      const { out, status } = await run('validate');
      expect(status).toBe(2);
      const file = join(stack, 'env.local');
      expect(out.split('\n')).toEqual(
        expect.arrayContaining([
          `error: ${file}, line ${lineOf('smtp_from')}: EXTRA_GLOBAL line 3: the key smtp_from is there already (global.smtp_from of alertmanager.yml).`,
          `error: ${file}, line ${lineOf('nam:')}: EXTRA_RECEIVERS line 1: the item lacks the key name.`,
        ]),
      );
      expect(out).not.toContain('hunter2');
      const ran = await run('render', '--out', join(root, 'out'));
      expect(ran.status).toBe(2);
      expect(ran.err).toContain('EXTRA_RECEIVERS line 1: the item lacks the key name');
    });

    it('refuses needed variables that are empty, malformed or known to everybody', async () => {
      write(kind, { FQDN: 'host.example.org', ADMIN: 'ann', GRAFANA_PASSWORD: 'changeme!' });
      const { out, status } = await run('validate');
      expect(status).toBe(2);
      expect(out).toMatch(/env\.local, line \d+: ADMIN should be mail addresses .*; it is "ann"\./);
      expect(out).toContain(
        'error: SMTP_SERVER (or MAIL_SERVER) should be HOST:PORT of the mail server; it is empty: set it in env.local.\n',
      );
      expect(out).toContain(
        'GRAFANA_PASSWORD should be set to a value of your own; it has a value that everybody knows.',
      );
      expect(out).not.toContain('changeme');
      const { SMTP_SERVER: _, ...rest } = GOOD;
      const local = write(kind, { ...rest, MAIL_SERVER: 'mx' });
      const line = local.split('\n').findIndex((text) => text.includes('MAIL_SERVER')) + 1;
      // The name that the operator set, and not the default that takes its value from it.
      expect((await run('validate')).out).toContain(
        `error: ${stack}/env.local, line ${line}: MAIL_SERVER should be HOST:PORT of the mail server; it is "mx".\n`,
      );
      write(kind, { ...rest, MAIL_SERVER: 'mx:25', GRAFANA_PASSWORD: 'changeme!', ALLOW_DEFAULT: 'True' });
      expect((await run('validate')).out).toContain('0 errors');
    });
  });
});
