import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '@temporalio/client';
import { StateDirectory } from '../../../../activities/state/index.js';
import { ok } from '../../../../client/doctor/findings.js';
import { ensureNamespace } from '../../../../client/namespace.js';
import { DoctorAnswer } from '../../../../client/schemas.js';
import { NAMESPACE } from '../../../../workflows/contract.js';
import { birdkeeper } from '../../../support/command-line.js';
import { ownTemporal, type OwnTemporal } from '../../../support/own-temporal.js';

let temporal: OwnTemporal;
let dir: string;
let stack: string;

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-doctor-')));
  stack = join(dir, 'web');
  await mkdir(stack);
  temporal = await ownTemporal('doctor');
  const connection = await Connection.connect({ address: temporal.server.address });
  await ensureNamespace(connection, NAMESPACE);
  await connection.close();
}, 120_000);
afterAll(async () => {
  await temporal?.remove();
  await rm(dir, { recursive: true, force: true });
});

const asked: unknown[] = [];
const run = (stateDirectory: string, ...args: string[]) =>
  birdkeeper(
    {
      settings: { stateDirectories: [stateDirectory] },
      cwd: stack,
      handlers: {
        doctor: async (options) => {
          asked.push(options);
          return [ok('git', '2.39.5')];
        },
      },
    },
    'doctor',
    ...args,
  );

describe('client/commands/doctor', { timeout: 60_000 }, () => {
  it('tells line by line when there is nothing at all, and ends with 1', async () => {
    const { status, out } = await run(join(dir, 'nothing'));
    expect(status).toBe(1);
    expect(out).toContain(`warn  stack: none in ${stack} is known on this host. Start to keep it with: birdkeeper up`);
    expect(out).toMatch(/^ok {4}git: 2.39.5\.$/m);
    expect(out).toMatch(/^FAIL {2}Temporal: No Temporal server.* Start it with: birdkeeper up/m);
    expect(out).toMatch(/^warn {2}worker: not looked at/m);
    expect(out).toMatch(/^1 failed, /m);
    expect(asked.at(-1)).toEqual({ stackDir: stack, stateDirectory: join(dir, 'nothing') });
  });

  it('looks at the server, its clock, worker and keeper, with what is known of the stack', async () => {
    await new StateDirectory(temporal.stateDirectory).register({ name: 'web', directory: stack });
    const { status, out } = await run(temporal.stateDirectory, '--json');
    const answer = DoctorAnswer.strict().parse(JSON.parse(out));
    const of = (what: string) => answer.findings.find((finding) => finding.what === what);
    expect(answer.stack).toBe('web');
    expect(of('Temporal')).toMatchObject({ result: 'ok' });
    expect(of("Temporal's clock")).toMatchObject({ result: 'ok', finding: 'agrees with this one' });
    expect(of('worker')).toMatchObject({ result: 'fail', finding: 'none of host alpha polls' });
    expect(of('keeper')).toMatchObject({ result: 'fail' });
    expect(of('schedules')).toMatchObject({ result: 'warn' });
    expect(of('state files')).toMatchObject({ result: 'ok' });
    expect(status).toBe(1);
    expect(asked.at(-1)).toEqual({ stackDir: stack, stateDirectory: temporal.stateDirectory, stack: 'web' });
  });

  it('tells of a registry of stacks that does not parse', async () => {
    const broken = join(dir, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'stacks.json'), '[{');
    const { status, out } = await run(broken);
    expect(status).toBe(1);
    expect(out).toMatch(/^FAIL {2}stack: .*stacks\.json is not JSON/m);
    expect(out).toMatch(/^FAIL {2}state files: .*stacks\.json is not JSON/m);
    expect(out).toMatch(/^ok {4}git/m);
  });
});
