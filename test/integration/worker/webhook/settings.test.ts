import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecret, readWebhookSettings } from '../../../../worker/webhook/settings.js';

const SECRET = 'sixteen bytes 12';

describe('worker/webhook/settings', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'webhook-secret-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const file = async (content: string, mode = 0o600): Promise<string> => {
    const path = join(dir, 'secret');
    await writeFile(path, content);
    await chmod(path, mode);
    return path;
  };

  it.each([SECRET, `${SECRET}\n`, `${SECRET}\r\n`])('reads %j without the last line end', async (content) => {
    expect((await readSecret(await file(content))).toString()).toBe(SECRET);
  });

  it('reads one that the group may read too', async () => {
    expect((await readSecret(await file(SECRET, 0o640))).toString()).toBe(SECRET);
  });

  it('keeps bytes that are no text', async () => {
    const bytes = Buffer.from([...Array(32).keys()].map((byte) => 255 - byte));
    const path = join(dir, 'bytes');
    await writeFile(path, bytes, { mode: 0o600 });
    expect(await readSecret(path)).toEqual(bytes);
  });

  it.each([
    ['', 0o600, 'is empty'],
    ['\n', 0o600, 'is empty'],
    [SECRET.slice(1), 0o600, 'is shorter than 16 bytes'],
    [`${SECRET}\n\n`, 0o600, 'has more than one line'],
    [`${SECRET}\nother`, 0o600, 'has more than one line'],
    ['x'.repeat(1_025), 0o600, 'is longer than 1024 bytes'],
    [SECRET, 0o604, 'may be read or changed by any account'],
    [SECRET, 0o602, 'may be read or changed by any account'],
  ])('refuses %j of mode %o, without saying what it holds', async (content, mode, reason) => {
    const path = await file(content, mode);
    const refused = readWebhookSettings({ host: '127.0.0.1', port: 1 }, path);
    await expect(refused).rejects.toThrow(`The webhook secret ${path} ${reason}`);
    await expect(refused).rejects.not.toThrow(/sixteen|xxx/);
    await expect(refused).rejects.toMatchObject({ type: 'Configuration' });
  });

  it('refuses what is missing, no file, or a pipe that nobody writes into', async () => {
    await expect(readSecret(join(dir, 'missing'))).rejects.toThrow(/cannot be read \(ENOENT/);
    await expect(readSecret(dir)).rejects.toThrow('is not a file');
    const pipe = join(dir, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    await expect(readSecret(pipe)).rejects.toThrow('is not a file');
  });
});
