import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeBaseline } from '../../../../activities/deployment/baseline.js';
import { beginDeployment } from '../../../../activities/deployment/begin.js';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { BeginRecord, readRecord } from '../../../../activities/deployment/records.js';
import { createEngine } from '../../../../activities/docker/engine.js';
import type { Engine } from '../../../../activities/docker/types.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { type Images, createImages } from '../../../support/images.js';
import { Sample } from '../compose/sample.js';
import { NO_LOG } from '../in-process.js';

let images: Images;
let sample: Sample;
let root: string;
let stack: StackState;
const step = localStep();
const asked = { trigger: 'check', reason: 'behind' } as const;

beforeAll(async () => {
  images = await createImages();
});
afterAll(() => images?.cleanup());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-begin-'));
  const service = (...command: string[]) => ({ image: images.base, init: true, network_mode: 'none', command });
  sample = await Sample.create({ web: service('sleep', '3600'), sick: service('false') });
  stack = await new StateDirectory(root).register({ name: sample.view.name, directory: root });
  const fingerprint = { definition: 'd', content: 'c', contents: {}, image: images.base, imageId: '' };
  await stack.recordRelease({
    number: 1,
    at: '2026-01-01T00:00:00Z',
    commits: {},
    services: { web: fingerprint, sick: fingerprint },
    containers: {},
    rendered: {},
  });
});
afterEach(async () => {
  await sample.remove();
  await rm(root, { recursive: true });
});

const on = (engine: Engine): Dependencies => ({
  host: 'here',
  state: new StateDirectory(root),
  engine,
  environment: {},
  journal: NO_LOG,
  logDirectory: (configured) => Promise.resolve(configured),
  remember: () => Promise.resolve(),
});
const begin = (engine: Engine) => beginDeployment({ stack: stack.name, number: 2, ...asked }, step, on(engine));
const begun = () => readRecord(stack, 2, 'begin.json', BeginRecord);

describe('activities/deployment/begin', () => {
  it('what ran when it began and has ended since is lost; what was sick then is sick', async () => {
    const engine = createEngine();
    await sample.recreateAll();
    await sample.docker('wait', `${stack.name}-sick-1`);
    await begin(engine);
    expect((await begun())?.wellBefore).toEqual(['web']);
    await sample.docker('kill', `${stack.name}-web-1`);
    await begin(engine);
    expect((await begun())?.wellBefore, 'asked once').toEqual(['web']);
    const view = { settings: { probes: [] }, components: [], locate: (path: string) => path };
    const baseline = await takeBaseline({ stack, number: 2, view }, step, on(engine));
    expect(baseline).toEqual({ lost: ['web'], sickBefore: ['sick'], failingBefore: [] });
  });

  it('an engine that is away and a record that does not read do not keep it from beginning', async () => {
    const away = createEngine({ dockerHost: `unix:///nonexistent/${randomBytes(4).toString('hex')}` });
    await begin(away);
    expect((await begun())?.wellBefore).toEqual([]);
    await rm(await stack.deploymentFolder(2), { recursive: true });
    await rm(stack.path('releases.jsonl'));
    await mkdir(stack.path('releases.jsonl'));
    await expect(stack.latestRelease()).rejects.toThrow();
    await begin(createEngine());
    expect((await begun())?.wellBefore).toEqual([]);
  });
});
