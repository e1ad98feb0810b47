import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../conformance/client.js';
import { doublePrograms, type DoublePrograms } from '../../../support/double-programs.js';

let programs: DoublePrograms;
beforeAll(async () => {
  programs = await doublePrograms();
});
afterAll(() => programs.remove());
afterEach(() => programs.endAll());

const add = (weaver: string, id: string, url: string) =>
  ask(`${weaver}/providers`, { method: 'POST', json: { id, url } });

describe('support/doubles/programs', () => {
  it('a Weaver and a bird run without packages, and what is registered outlives the program', async () => {
    const bird = await programs.start('bird-main.js', { NAME: 'finch', PROCESSES: 'tweet hop' });
    const store = join(programs.dir, 'store.json');
    const before = await programs.start('weaver/main.js', { STORE: store });
    expect((await add(before.url, 'finch', `${bird.url}/wps`)).status).toBe(201);
    expect(await before.end()).toBe(0);

    const after = await programs.start('weaver/main.js', { STORE: store });
    expect((await ask(`${after.url}/providers/finch/processes?detail=false`)).json).toMatchObject({
      processes: ['tweet', 'hop'],
    });
  });

  it('Weaver takes its role, its address and its prefix from where the real one has them', async () => {
    const ini = join(programs.dir, 'weaver.ini');
    await writeFile(
      ini,
      '[app:main]\nuse = egg:weaver\nweaver.configuration = EMS\nweaver.url = https://host.example/weaver\n',
    );
    const { url } = await programs.start('weaver/main.js', { SCRIPT_NAME: '/weaver' }, ini);
    const { json } = await ask(`${url}/weaver/`);
    const { configuration, links } = json as { configuration: string; links: { href: string }[] };
    expect([configuration, links[0]?.href]).toEqual(['EMS', 'https://host.example/weaver']);
    expect((await ask(`${url}/providers`)).status).toBe(404);
  });

  it('a bird is as unwell as it is told to be', async () => {
    const { url } = await programs.start('bird-main.js', { BEHAVIOUR: '{"needsCookie":401}' });
    const wanted = `${url}/wps?service=WPS&request=GetCapabilities`;
    expect((await ask(wanted)).status).toBe(401);
    expect((await ask(wanted, {}, 'a=b')).status).toBe(200);
  });
});
