import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseServer } from '../../../client/address.js';
import { processStart } from '../../../activities/shared/process.js';
import { writeEmbeddedRecord } from '../../../client/embedded-record.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-address-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const choose = (temporalEnvironment: Record<string, string>, stateDirectories: string[] = []) =>
  chooseServer({ option: undefined, temporalEnvironment, stateDirectories });

async function profileFile(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('client/address', () => {
  it("reads the profile file that Temporal's own command line reads", async () => {
    const text =
      '[profile.default]\naddress = "default:7233"\n[profile.prod]\naddress = "prod:7233"\nnamespace = "p"\n';
    const file = await profileFile(join(dir, 'temporal.toml'), text);
    expect(await choose({ TEMPORAL_CONFIG_FILE: file })).toMatchObject({ address: 'default:7233', source: 'profile' });
    const prod = await choose({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod', TEMPORAL_API_KEY: 'k' });
    expect(prod).toMatchObject({ address: 'prod:7233', namespace: 'p', security: { apiKey: 'k', tls: true } });
    const both = await choose({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_ADDRESS: 'env:1' });
    expect(both).toMatchObject({ address: 'env:1', source: 'environment' });
  });

  it.each([
    ['', 'empty'],
    ['# nothing\n', 'comment'],
    ['[other]\nx = 1\n', 'other table'],
  ])('takes a file without a profile for none (%j)', async (text) => {
    const file = await profileFile(join(dir, 'temporal.toml'), text);
    expect(await choose({ TEMPORAL_CONFIG_FILE: file })).toBeUndefined();
    expect(await choose({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_ADDRESS: 'x:1' })).toMatchObject({ address: 'x:1' });
  });

  it('ends with wrong use on a profile that is not there or not readable', async () => {
    const file = await profileFile(join(dir, 'temporal.toml'), 'not toml =');
    await expect(choose({ TEMPORAL_CONFIG_FILE: file })).rejects.toMatchObject({ status: 2 });
    await expect(choose({ TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_PROFILE: 'x' })).rejects.toMatchObject({
      status: 2,
    });
  });

  it('prefers the place whose server runs to the one that comes first', async () => {
    const record = { uiAddress: '127.0.0.1:2', database: '/d', serverVersion: '1', cliVersion: '1' };
    const [own, system] = [join(dir, 'own'), join(dir, 'system')];
    await writeEmbeddedRecord(own, { ...record, address: '127.0.0.1:1111' });
    const none = { TEMPORAL_CONFIG_FILE: '/dev/null' };
    expect(await choose(none, [own, system])).toMatchObject({ address: '127.0.0.1:1111', isRunning: false });
    const pidStart = await processStart(process.pid);
    const alive = { ...record, address: '127.0.0.1:2222', pid: process.pid, ...(pidStart ? { pidStart } : {}) };
    await writeEmbeddedRecord(system, alive);
    expect(await choose(none, [own, system])).toMatchObject({ address: '127.0.0.1:2222', isRunning: true });
  });
});
