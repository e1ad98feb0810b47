import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeWebhooks, registeredWebhooks } from '../../../../activities/cowbird/webhooks.js';

const CONFIG = `
providers:
  cowbird: { url: http://cowbird:7000, type: api }
permissions:
  - { service: cowbird, permission: read, group: administrators, action: create }
webhooks:
  - name: cowbird_create_user
    action: create_user
    method: POST
    url: http://cowbird:7000/webhooks/users
    payload:
      event : "created"
      user_name : "{{user.name}}"
      callback_url : "{{callback_url}}"
`;

const [WEBHOOKS, PROVIDERS, PERMISSIONS] = ['webhooks', 'providers', 'permissions'].map(
  (name) => `/opt/magpie/${name}`,
);
const SEED = { MAGPIE_PROVIDERS_CONFIG_PATH: PROVIDERS, MAGPIE_PERMISSIONS_CONFIG_PATH: PERMISSIONS };
const TODAY = { ...SEED, MAGPIE_WEBHOOKS_CONFIG_PATH: WEBHOOKS };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bk-test-webhooks-'));
  await writeFile(join(root, 'config.yml'), CONFIG);
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const mount = (target: string, source = 'config.yml') => ({ type: 'bind', source: join(root, source), target });

describe('activities/cowbird/webhooks', () => {
  it("reads the file that is mounted among Magpie's webhooks", async () => {
    const volumes = [PROVIDERS, PERMISSIONS, WEBHOOKS].map((path) => mount(`${path}/cowbird.yml`));
    const found = await registeredWebhooks({ environment: TODAY, volumes });
    expect(found).toMatchObject({ looksAt: WEBHOOKS, unread: [], aside: [] });
    expect(found.webhooks.map(({ name }) => name)).toEqual(['cowbird_create_user']);
    expect(judgeWebhooks(found.webhooks, ['cowbird']).missing).not.toContain('create_user');
  });

  it('the seed mounts it among providers and permissions only: none is registered', async () => {
    const volumes = [PROVIDERS, PERMISSIONS].map((path) => mount(`${path}/cowbird.yml`));
    const found = await registeredWebhooks({ environment: SEED, volumes });
    expect(found).toEqual({ webhooks: [], unread: [], aside: [join(root, 'config.yml')] });
    expect(await registeredWebhooks({ environment: TODAY, volumes })).toEqual({
      looksAt: WEBHOOKS,
      webhooks: [],
      unread: [],
      aside: [join(root, 'config.yml')],
    });
  });

  it('with one file for everything Magpie reads nothing else', async () => {
    const environment = { ...TODAY, MAGPIE_CONFIG_PATH: '/opt/magpie/config.yml' };
    const volumes = [mount('/opt/magpie/config.yml'), mount(`${WEBHOOKS}/other.yml`, 'other.yml')];
    await writeFile(join(root, 'other.yml'), CONFIG.replace('cowbird_create_user', 'other'));
    const found = await registeredWebhooks({ environment, volumes });
    expect(found.webhooks.map(({ name }) => name)).toEqual(['cowbird_create_user']);
    expect(found.aside).toEqual([join(root, 'other.yml')]);
  });

  it('reads a whole directory that is mounted, files of its kinds only', async () => {
    await mkdir(join(root, 'all'));
    await writeFile(join(root, 'all', 'b.yaml'), CONFIG);
    await writeFile(
      join(root, 'all', 'a.json'),
      '{"webhooks": [{"name": "x", "action": "a", "method": "POST", "url": "u"}]}',
    );
    await writeFile(join(root, 'all', 'notes.txt'), CONFIG);
    const found = await registeredWebhooks({ environment: TODAY, volumes: [mount(`${WEBHOOKS}/`, 'all')] });
    expect(found.webhooks.map(({ name }) => name)).toEqual(['x', 'cowbird_create_user']);
  });

  it('a file without webhooks is none', async () => {
    await writeFile(join(root, 'config.yml'), 'providers: {}\n');
    const found = await registeredWebhooks({ environment: TODAY, volumes: [mount(`${WEBHOOKS}/cowbird.yml`)] });
    expect(found).toMatchObject({ webhooks: [], unread: [] });
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['is missing', () => rm(join(root, 'config.yml')), /cannot be read: ENOENT/],
    [
      'became a directory',
      async () => {
        await rm(join(root, 'config.yml'));
        await mkdir(join(root, 'config.yml'));
      },
      /is a directory where a file should be mounted/,
    ],
    ['is no YAML', () => writeFile(join(root, 'config.yml'), 'webhooks: [\n'), /is no YAML/],
    [
      'lacks what Magpie needs',
      () => writeFile(join(root, 'config.yml'), 'webhooks:\n  - name: x\n'),
      /without name, action, method or url/,
    ],
  ])('a file that %s is told', async (_, break_, words) => {
    await break_();
    const found = await registeredWebhooks({ environment: TODAY, volumes: [mount(`${WEBHOOKS}/cowbird.yml`)] });
    expect(found.webhooks).toEqual([]);
    expect(found.unread).toEqual([expect.stringMatching(words)]);
  });

  it('the file of the component that we ship tells Cowbird of all', async () => {
    const source = fileURLToPath(new URL('../../../../components/cowbird/config/magpie/cowbird.yml', import.meta.url));
    const volumes = [{ type: 'bind', source, target: `${WEBHOOKS}/cowbird.yml` }];
    const { webhooks, unread } = await registeredWebhooks({ environment: TODAY, volumes });
    expect({ ...judgeWebhooks(webhooks, ['cowbird']), unread }).toEqual({ missing: [], wrong: [], unread: [] });
  });

  it('nothing mounted and nothing said is nothing', async () => {
    expect(await registeredWebhooks({ environment: {}, volumes: [] })).toEqual({ webhooks: [], unread: [], aside: [] });
  });
});
