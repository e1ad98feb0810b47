/** What depends on who that Weaver is, and on a real bird. */
import { expect } from 'vitest';
import { WITHOUT_PROVIDERS, WITH_PROVIDERS, type Point } from '../bench.js';

const EITHER = [...WITH_PROVIDERS, ...WITHOUT_PROVIDERS];

export const ROLES: readonly Point[] = [
  {
    number: 9,
    name: 'without providers all their routes are forbidden, and the listing of processes takes no notice',
    roles: WITHOUT_PROVIDERS,
    judge: async (bench) => {
      const id = bench.id();
      const told = await Promise.all([
        bench.ask('/providers'),
        bench.ask(`/providers/${id}`),
        bench.ask(`/providers/${id}`, { method: 'DELETE' }),
        bench.ask(`/providers/${id}/processes`),
        bench.add(id, (await bench.bird()).url),
      ]);
      const description = `Invalid provider operation on [${bench.role}] instance. Processes requires unsupported remote execution.`;
      expect(told.map(({ status, json }) => ({ status, json }))).toEqual(
        told.map(() => ({ status: 403, json: { description } })),
      );
      const listed = await bench.ask('/processes?providers=true&detail=false');
      expect([listed.status, Object.keys(listed.json as object).includes('providers')]).toEqual([200, false]);
    },
  },
  {
    number: 9,
    name: 'its first page tells the role, a slash at the end of a path means nothing',
    roles: EITHER,
    judge: async (bench) => {
      const paths = ['/', '/versions', '/versions/', '/conformance', '/processes/'];
      const told = await Promise.all(paths.map((path) => bench.ask(path)));
      expect(told.map(({ status }) => status)).toEqual(paths.map(() => 200));
      expect(told[1]?.json).toMatchObject({ versions: [{ name: 'weaver', type: 'api' }] });
      expect((await bench.ask(`/${bench.id()}`)).status).toBe(404);
    },
  },
  {
    number: 1,
    name: 'a real bird is registered, and its processes are listed and described',
    needs: ({ bird }) => (bird === undefined ? 'no real bird was named (--bird URL)' : undefined),
    judge: async (bench) => {
      const id = bench.id();
      expect(await bench.add(id, bench.judged.bird)).toMatchObject({
        status: 201,
        json: { id, url: bench.judged.bird },
      });
      const { json } = await bench.ask(`/providers/${id}/processes?detail=false`);
      const { processes } = json as { processes: string[] };
      expect(processes.length).toBeGreaterThan(0);
      const listed = (await bench.ask('/processes?providers=true&detail=false')).json as { providers: unknown[] };
      expect(listed.providers).toContainEqual(expect.objectContaining({ id, processes }));
      expect(await bench.ask(`/providers/${id}/processes/${processes[0]}`)).toMatchObject({
        status: 200,
        json: { id: processes[0] },
      });
    },
  },
];
