import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLiveView } from '../../../../activities/stack/index.js';
import { ENV, write } from './fixture.js';
import { run, sampleStack, type SampleStack } from './sample-stack.js';

let sample: SampleStack;
let root: string;
const deps = () => sample.deps;

beforeEach(() => {
  sample = sampleStack();
  ({ root } = sample);
});
afterEach(() => sample.remove());

describe('activities/stack/project', () => {
  const name = async (files: Record<string, string>, env: Record<string, string> = {}) => {
    const directory = join(root, 'A Plain_dir');
    write(directory, files);
    const given = { ...deps(), env: { ...ENV, ...env } };
    const view = await openLiveView({ directory }, given);
    const told = JSON.parse(await run(view, 'docker', 'compose', 'config', '--format', 'json')) as { name: string };
    return { view, told: told.name, directory };
  };
  const service = 'services:\n  a:\n    image: x\n';

  it('is named as Compose names it, from the directory', async () => {
    const { view, told } = await name({ 'compose.yaml': service });
    expect(view.name).toBe('aplain_dir');
    expect(view.name).toBe(told);
    expect(view.settings.backupFrequency).toBe('');
  });

  it.each<[string, Record<string, string>]>([
    ['from a name in the file', { 'compose.yaml': `name: literal # why\n${service}` }],
    ['from an interpolated name', { 'compose.yaml': `name: "x-\${WHO:-y}"\n${service}`, '.env': 'WHO=z\n' }],
    ['from a file in flow style', { 'compose.yaml': '{"name": "flow", "services": {"a": {"image": "x"}}}' }],
    ['from .env', { 'compose.yaml': `name: literal\n${service}`, '.env': "COMPOSE_PROJECT_NAME='env'\n" }],
    ['from an interpolated .env', { 'compose.yaml': service, '.env': 'A=b\nCOMPOSE_PROJECT_NAME=${A}-c\n' }],
    [
      'from the last file that names it',
      { 'compose.yaml': `name: one\n${service}`, 'compose.override.yaml': 'name: two\n' },
    ],
    [
      'from files of COMPOSE_FILE',
      { 'a.yaml': service, 'b.yaml': 'name: of-b\n', '.env': 'COMPOSE_FILE=a.yaml:b.yaml\n' },
    ],
    [
      'by default with both forms of file',
      { 'compose.yaml': `name: new\n${service}`, 'docker-compose.yml': `name: old\n${service}` },
    ],
  ])('is named as Compose names it, %s', async (_, files) => {
    const { view, told } = await name(files);
    expect(view.name).toBe(told);
  });

  it('takes the name from env.local first', async () => {
    const { view, told } = await name({
      'compose.yaml': service,
      '.env': 'COMPOSE_PROJECT_NAME=env\n',
      'env.local': 'export COMPOSE_PROJECT_NAME=local\n',
    });
    expect([view.name, told]).toEqual(['local', 'local']);
  });

  it('is refused without a compose file', async () => {
    await expect(name({ 'readme.txt': '' })).rejects.toThrow(/holds no compose file/);
  });

  it('is refused when the environment file that was named is gone', async () => {
    write(root, { 'p/compose.yaml': service });
    const opening = openLiveView({ directory: join(root, 'p'), envFile: join(root, 'gone.env') }, deps());
    await expect(opening).rejects.toThrow(/gone\.env.*does not exist/);
  });
});
