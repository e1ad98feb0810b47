/** What components merge and need, in the story of a deployment told in this process on the real parts of a world. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { COMPONENT, DOCUMENTED, GOOD, TEMPLATE } from '../../support/merging/alertmanager.js';
import { STACK_FOLDER } from '../../support/world/index.js';
import { LONG, useRules } from './rules-world.js';

const rules = useRules('merge');
const FOLDER = 'components/worker';
const MADE = `${FOLDER}/tasks/alertmanager.yml`;

const files = {
  [`${STACK_FOLDER}/${FOLDER}/component.yml`]: COMPONENT.replaceAll(
    'into: alertmanager.yml',
    'into: tasks/alertmanager.yml',
  ),
  [`${STACK_FOLDER}/${MADE}.template`]: TEMPLATE,
  '.gitignore': `/${STACK_FOLDER}/env.local\n/${STACK_FOLDER}/components/reader/config/reader.conf\n/${STACK_FOLDER}/${MADE}\n`,
};
const settings = (values: Record<string, string>) =>
  rules.pushSettings(
    Object.entries({ ...GOOD, ...values })
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
      .join('\n') + '\nOPTIONAL_VARS="$OPTIONAL_VARS \\$SMTP_SERVER \\$ADMIN \\$FQDN"',
  );
const made = () => readFile(join(rules.world.stackDirectory, MADE), 'utf8');
const running = () => rules.containers();

describe('activities/index', () => {
  it(
    'what cannot be merged or is needed ends a deployment before anything is touched, and what can is merged',
    async () => {
      const before = { commits: await rules.world.checkedOut(), containers: await running() };
      await rules.world.push('platform', files, 'Merge');
      await settings({ EXTRA_RECEIVERS: '- nam: hunter2', SMTP_SERVER: 'nowhere', GRAFANA_PASSWORD: 'changeme!' });
      const refused = await rules.deploy();
      expect(refused).toMatchObject({ phase: 'validate' });
      expect(refused.message).toMatch(/env\.local line \d+: EXTRA_RECEIVERS line 1: the item lacks the key name\./);
      expect(refused.message).toContain('SMTP_SERVER should be HOST:PORT of the mail server; it is "nowhere".');
      expect(refused.message).toContain('GRAFANA_PASSWORD should be set to a value of your own');
      expect(refused.message).not.toMatch(/hunter2|changeme/);
      expect({ commits: await rules.world.checkedOut(), containers: await running() }).toEqual(before);
      await expect(made()).rejects.toThrow('ENOENT');

      await settings(DOCUMENTED);
      const deployed = await rules.deploy();
      expect(deployed).toMatchObject({ outcome: 'deployed' });
      expect(parse(await made())).toMatchObject({
        global: { smtp_smarthost: GOOD.SMTP_SERVER, smtp_require_tls: false },
        receivers: [{ name: 'admin-emails' }, { name: 'nobody' }, { name: 'duty' }, { name: 'chat' }],
      });
      expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });

      // What is merged is part of what is mounted: only who mounts it is touched.
      await settings({ ...DOCUMENTED, EXTRA_ROUTES: '' });
      const changed = await rules.deploy();
      expect(changed.plan?.services.map(({ service, action }) => `${service} ${action}`)).toEqual(['worker restart']);
      expect(parse(await made())).toMatchObject({ route: { routes: [{ receiver: 'nobody' }] } });
    },
    LONG,
  );
});
