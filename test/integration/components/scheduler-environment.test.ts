import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const COMPONENT = join(import.meta.dirname, '..', '..', '..', 'components', 'scheduler');
const dir = mkdtempSync(join(tmpdir(), 'bk-scheduler-environment-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Variables that Compose takes over as it has them: those without a value in the template. */
const handedOn = (): string[] =>
  [
    ...readFileSync(join(COMPONENT, 'docker-compose-extra.yml.template'), 'utf8').matchAll(/^ {6}([A-Z_]+):$/gm),
  ].flatMap(([, name = '']) => name);

describe('components/scheduler', () => {
  it('hands on the settings of a host that env.local sets after default.env, exported or not', () => {
    const names = handedOn();
    expect(names).toEqual(expect.arrayContaining(['BIRDKEEPER_METRICS_LISTEN', 'BIRDKEEPER_WEBHOOK_LISTEN']));
    const script = [
      `. ${COMPONENT}/default.env 2>/dev/null`,
      ...names.map((name) => `${name}='set for ${name}'`),
      'env',
    ].join('\n');
    const env = { PATH: process.env['PATH'], HOME: dir, COMPOSE_DIR: dir };
    const { stdout } = spawnSync('sh', ['-c', script], { cwd: dir, env, encoding: 'utf8' });
    const lines = stdout.split('\n');
    expect(names.filter((name) => !lines.includes(`${name}=set for ${name}`))).toEqual([]);
  });
});
