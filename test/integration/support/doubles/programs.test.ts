import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../conformance/client.js';
import { compileDoubles } from '../../../support/compiled.js';

let dir: string;
const running: ChildProcess[] = [];

// A copy far from node_modules: in a container there are no packages.
beforeAll(async () => {
  const compiled = await compileDoubles();
  dir = await mkdtemp(join(tmpdir(), 'bk-test-doubles-'));
  await cp(compiled.dir, dir, { recursive: true });
  await compiled.remove();
});
afterAll(() => rm(dir, { recursive: true, force: true }));
afterEach(async () => {
  await Promise.all(running.splice(0).map(end));
});

/** Exit status; null when a signal ended it. */
async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  return ((await once(child, 'exit')) as [number | null])[0];
}

async function start(program: string, env: Record<string, string>, ...args: string[]) {
  const path = join(dir, 'test', 'support', 'doubles', program);
  const child = spawn(process.execPath, [path, ...args], {
    cwd: dir,
    env: { HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface(child.stdout)) {
    const port = /listens on port (\d+)/.exec(line)?.[1];
    if (port !== undefined) return { child, url: `http://127.0.0.1:${port}` };
  }
  throw new Error(`${program} ended at once`);
}

const add = (weaver: string, id: string, url: string) =>
  ask(`${weaver}/providers`, { method: 'POST', json: { id, url } });

describe('support/doubles/programs', () => {
  it('a Weaver and a bird run without packages, and what is registered outlives the program', async () => {
    const bird = await start('bird-main.js', { NAME: 'finch', PROCESSES: 'tweet hop' });
    const store = join(dir, 'store.json');
    const before = await start('weaver/main.js', { STORE: store });
    expect((await add(before.url, 'finch', `${bird.url}/wps`)).status).toBe(201);
    expect(await end(before.child)).toBe(0);

    const after = await start('weaver/main.js', { STORE: store });
    expect((await ask(`${after.url}/providers/finch/processes?detail=false`)).json).toMatchObject({
      processes: ['tweet', 'hop'],
    });
  });

  it('Weaver takes its role, its address and its prefix from where the real one has them', async () => {
    const ini = join(dir, 'weaver.ini');
    await writeFile(
      ini,
      '[app:main]\nuse = egg:weaver\nweaver.configuration = EMS\nweaver.url = https://host.example/weaver\n',
    );
    const { url } = await start('weaver/main.js', { SCRIPT_NAME: '/weaver' }, ini);
    const { json } = await ask(`${url}/weaver/`);
    const { configuration, links } = json as { configuration: string; links: { href: string }[] };
    expect([configuration, links[0]?.href]).toEqual(['EMS', 'https://host.example/weaver']);
    expect((await ask(`${url}/providers`)).status).toBe(404);
  });

  it('a bird is as unwell as it is told to be', async () => {
    const { url } = await start('bird-main.js', { BEHAVIOUR: '{"needsCookie":401}' });
    const wanted = `${url}/wps?service=WPS&request=GetCapabilities`;
    expect((await ask(wanted)).status).toBe(401);
    expect((await ask(wanted, {}, 'a=b')).status).toBe(200);
  });
});
