import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logDirectoryChooser, readHostSettings } from '../../../worker/host-settings.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-settings-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const ada = () => ({ isRoot: false, home: dir });

describe('worker/host-settings', () => {
  it('keeps the name of the first start, whatever the machine is called later', async () => {
    const env = { BIRDKEEPER_STATE_DIR: join(dir, 'state') };
    expect((await readHostSettings(env, ada(), 'first.example')).host).toBe('first.example');
    expect((await readHostSettings(env, ada(), 'second')).host).toBe('first.example');
    expect((await readHostSettings({ ...env, BIRDKEEPER_HOST: 'set' }, ada(), 'second')).host).toBe('set');
    expect(JSON.parse(await readFile(join(dir, 'state', 'host.json'), 'utf8'))).toMatchObject({ host: 'set' });
  });

  it('a state directory keeps the id that tells it from others, whatever its host is called', async () => {
    const env = (name: string) => ({ BIRDKEEPER_STATE_DIR: join(dir, name) });
    const { stateId } = await readHostSettings(env('one'), ada(), 'alpha');
    expect((await readHostSettings({ ...env('one'), BIRDKEEPER_HOST: 'set' }, ada(), 'beta')).stateId).toBe(stateId);
    expect((await readHostSettings(env('two'), ada(), 'alpha')).stateId).not.toBe(stateId);
  });

  it('a host file of before it had such an id gains one and keeps its name', async () => {
    await mkdir(join(dir, 'state'));
    await writeFile(join(dir, 'state', 'host.json'), '{ "host": "former" }');
    const env = { BIRDKEEPER_STATE_DIR: join(dir, 'state') };
    const { stateId } = await readHostSettings(env, ada(), 'alpha');
    expect(JSON.parse(await readFile(join(dir, 'state', 'host.json'), 'utf8'))).toEqual({ host: 'former', stateId });
  });

  it('lets everybody pass through the state directory, and says where it is when it is not the system', async () => {
    const settings = await readHostSettings({}, ada(), 'alpha');
    expect(settings.stateDirectory).toBe(join(dir, '.local/state/birdkeeper'));
    expect((await stat(settings.stateDirectory)).mode & 0o777).toBe(0o755);
    expect(settings.notices).toHaveLength(1);
    expect(settings.notices[0]).toContain(settings.stateDirectory);
    const set = await readHostSettings({ BIRDKEEPER_STATE_DIR: join(dir, 'other') }, ada(), 'alpha');
    expect(set.notices).toEqual([]);
  });

  it('names a variable whose value it cannot use, and takes an empty one for none', async () => {
    const env = { BIRDKEEPER_STATE_DIR: dir };
    await expect(readHostSettings({ ...env, BIRDKEEPER_LOG_FORMAT: 'xml' }, ada(), 'a')).rejects.toThrow(
      /BIRDKEEPER_LOG_FORMAT.*"xml"/,
    );
    await expect(readHostSettings({ ...env, BIRDKEEPER_METRICS_LISTEN: 'off' }, ada(), 'a')).rejects.toThrow(
      /BIRDKEEPER_METRICS_LISTEN: should be none, or a list of PORT.*"off"/,
    );
    expect((await readHostSettings({ ...env, BIRDKEEPER_METRICS_LISTEN: ' ' }, ada(), 'a')).metricsListen).toEqual([
      { host: '127.0.0.1', port: 9469 },
      { gateway: true, port: 9469 },
    ]);
    expect((await readHostSettings({ ...env, BIRDKEEPER_METRICS_LISTEN: 'none' }, ada(), 'a')).metricsListen).toEqual(
      [],
    );
    expect((await readHostSettings({ ...env, BIRDKEEPER_LOG_FORMAT: '' }, ada(), 'a')).logFormat).toBe('text');
  });

  it('says what to set when the state directory cannot be used', async () => {
    await writeFile(join(dir, 'file'), '');
    const env = { BIRDKEEPER_STATE_DIR: join(dir, 'file', 'state') };
    await expect(readHostSettings(env, ada(), 'a')).rejects.toThrow(/Set BIRDKEEPER_STATE_DIR/);
  });

  it('uses the configured log directory, made when missing, and its own where it cannot, told once', async () => {
    const told: string[] = [];
    const choose = logDirectoryChooser(join(dir, 'own'), (notice) => told.push(notice));
    expect(await choose(join(dir, 'log', 'PAVICS'))).toBe(join(dir, 'log', 'PAVICS'));
    await writeFile(join(dir, 'file'), '');
    const impossible = join(dir, 'file', 'log');
    expect(await choose(impossible)).toBe(join(dir, 'own'));
    expect(await choose(impossible)).toBe(join(dir, 'own'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(impossible);
  });
});
