import { mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listComposeFiles, readConfig, renderConfig } from '../../../worker/config.js';
import { explainConfig, validateConfig } from '../../../worker/config-checks.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { writeEraStack } from '../../support/era-stack.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper-config-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const handlers = { readConfig, listComposeFiles, renderConfig, explainConfig, validateConfig };
const run = (args: string[], environment: Record<string, string> = {}): Promise<Ran> =>
  birdkeeper(
    {
      settings: {
        stateDirectories: ['/none'],
        environment: { PATH: process.env['PATH'] ?? '', HOME: '/', ...environment },
      },
      cwd: dir,
      handlers,
    },
    'config',
    ...args,
  );

const EXTRA = 'docker-compose-extra.yml';
/** Today's shape: a default component that needs another one, an override, a template, a delayed value, a secret. */
function stack(envLocal: string, files: Record<string, string> = {}): void {
  writeEraStack(
    dir,
    '2.26.0',
    {
      'default.env': `export BIRDHOUSE_DEFAULT_CONF_DIRS=./components/web
export LATE='\${BASE}/late' DELAYED_EVAL="$DELAYED_EVAL LATE"
BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES="PAVICS_FQDN=BIRDHOUSE_FQDN"
`,
      'components/web/default.env': "export BASE=/data\nCOMPONENT_DEPENDENCIES='./components/data'\n",
      [`components/web/${EXTRA}`]: 'services: {}\n',
      [`components/web/config/data/${EXTRA}`]: 'services: {}\n',
      [`components/data/${EXTRA}`]: 'services: {}\n',
      'components/web/x.conf.template': 'host $BIRDHOUSE_FQDN late $LATE $not\n',
      'env.local': envLocal,
      ...files,
    },
    { required: '$BIRDHOUSE_FQDN', optional: '$LATE' },
  );
}
const USUAL = "export BIRDHOUSE_FQDN=birds.example.org\nexport ADMIN_PASSWORD='correct-horse-7'\nPLAIN='two\nlines'\n";

describe('worker/config', () => {
  it('prints variables, those that are named, and says which are not there', async () => {
    stack(USUAL);
    expect((await run(['env', 'LATE', 'PLAIN'])).out).toBe("export LATE='/data/late'\nPLAIN='two\nlines'\n");
    expect(await run(['env', 'LATE', 'NOPE', '--format', 'nul'])).toMatchObject({
      status: 1,
      out: 'LATE=/data/late\0',
    });
    expect(await run(['env', '--exported', 'PLAIN'])).toMatchObject({
      status: 1,
      err: expect.stringContaining('PLAIN is not exported.') as string,
    });
    const all = JSON.parse((await run(['env', '--format', 'json'])).out) as Record<string, string>;
    expect(all).toMatchObject({
      PAVICS_FQDN: 'birds.example.org',
      BIRDHOUSE_COMPOSE: join(dir, 'birdhouse-compose.sh'),
    });
    expect(all['ALL_CONF_DIRS']?.split(/\s+/).filter(Boolean)).toEqual([
      ...['./components/data', './components/web', './optional-components/backwards-compatible-overrides'],
    ]);
    expect(Object.keys(all)).toEqual([...Object.keys(all)].sort());
    expect((await run(['env', '--basic', 'BASE'])).status).toBe(1);
  });

  it('lets the environment of who asks decide, or what a worker passes on', async () => {
    stack(USUAL);
    const environment = { BIRDHOUSE_FQDN: 'other.example.org' };
    expect((await run(['env', 'BIRDHOUSE_FQDN'], environment)).out).toContain('other.example.org');
    expect((await run(['env', 'BIRDHOUSE_FQDN', '--as-worker'], environment)).out).toContain('birds.example.org');
    writeFileSync(join(dir, 'other.env'), 'export BIRDHOUSE_FQDN=file.example.org\n');
    const named = { BIRDHOUSE_LOCAL_ENV: join(dir, 'other.env') };
    expect((await run(['env', 'BIRDHOUSE_FQDN'], named)).out).toContain('file.example.org');
  });

  it('reads as another era when it is told, and refuses one that is none', async () => {
    stack(`${USUAL}EXTRA_CONF_DIRS=./components/data\n`);
    expect((await run(['components', '--era', '1.14'])).out).toBe('./components/data');
    expect((await run(['--era', '1.14', 'components'])).out).toBe('./components/data');
    expect(await run(['components', '--era', 'yesterday'])).toMatchObject({ status: 2 });
  });

  it('tells components with who asked for them, and compose files', async () => {
    stack(`${USUAL}BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED=False\n`);
    expect((await run(['components', '--why'])).out).toBe(
      './components/data  (./components/web)\n./components/web  (BIRDHOUSE_DEFAULT_CONF_DIRS)',
    );
    expect((await run(['files'])).out.split('\n')).toEqual([
      ...['docker-compose.yml', `components/data/${EXTRA}`, `components/web/${EXTRA}`],
      `components/web/config/data/${EXTRA}`,
    ]);
    expect(JSON.parse((await run(['files', '--json'])).out)).toHaveLength(4);
    renameSync(join(dir, `components/data/${EXTRA}`), join(dir, `components/data/${EXTRA}.template`));
    expect((await run(['files'])).out).toContain(`components/data/${EXTRA}\n`);
  });

  it('with or without what .include files add', async () => {
    const include = 'echo "services: {}" > more.yml; COMPOSE_CONF_LIST="$COMPOSE_CONF_LIST -f ${COMPOSE_DIR}/more.yml"';
    stack(USUAL, { 'components/web/pre-docker-compose-up.include': include });
    expect((await run(['files'])).out.split('\n').at(-1)).toBe('more.yml');
    expect((await run(['files', '--no-includes'])).out).not.toContain('more.yml');
  });

  it('tells rendered files that would change, elsewhere or not at all', async () => {
    stack(USUAL);
    expect(await run(['render', '--check'])).toMatchObject({ status: 1, out: 'components/web/x.conf' });
    expect(await run(['render', '--out', join(dir, 'out')])).toMatchObject({ status: 0 });
    const text = 'host birds.example.org late /data/late $not\n';
    expect(readFileSync(join(dir, 'out/components/web/x.conf'), 'utf8')).toBe(text);
    writeFileSync(join(dir, 'components/web/x.conf'), text);
    expect(await run(['render', '--check'])).toMatchObject({ status: 0, out: '' });
  });

  it('renders nothing while a required name is empty, and names it', async () => {
    stack('');
    const ran = await run(['render', '--out', join(dir, 'out')]);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toContain('No value for BIRDHOUSE_FQDN');
    expect(() => readFileSync(join(dir, 'out/components/web/x.conf'))).toThrow(/ENOENT/);
  });

  it('explains where a value comes from, step by step, and masks secrets', async () => {
    stack(USUAL);
    const late = (await run(['explain', 'LATE'])).out;
    expect(late).toContain('LATE=/data/late');
    expect(late).toMatch(
      /1\. .*default\.env, line \d+ \(found by its text\): \$\{BASE\}\/late\n.*2\. delayed evaluation/,
    );
    expect((await run(['explain', 'PAVICS_FQDN'])).out).toMatch(
      /the value of BIRDHOUSE_FQDN.*\n.*also known as BIRDHOUSE_FQDN/,
    );
    expect((await run(['explain', 'ADMIN_PASSWORD'])).out).not.toContain('horse');
    expect((await run(['explain', 'ADMIN_PASSWORD', '--reveal'])).out).toContain('correct-horse-7');
    expect(await run(['explain', 'NOPE'])).toMatchObject({ status: 1 });
    expect(await run(['explain', 'A; touch touched'])).toMatchObject({
      status: 2,
      err: '"A; touch touched" is no name of a variable.',
    });
    expect((await run(['explain', 'BIRDHOUSE_FQDN'], { BIRDHOUSE_FQDN: 'x.org' })).out).toContain(
      'the environment of the process',
    );
    expect((await run(['explain', 'BIRDHOUSE_DEPLOY_COMPONENTS_JSON'])).out).toContain("upstream's compose script");
  });

  it('validates everything at once', async () => {
    stack(`BIRDHOUSE_EXTRA_CONF_DIRS=./gone
export BIRDKEEPER_KEEP_RELEASES=many
export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='- name: [x'
`);
    const { status, out } = await run(['validate']);
    expect(status).toBe(2);
    for (const text of [
      'error: BIRDKEEPER_KEEP_RELEASES',
      'error: BIRDHOUSE_FQDN is required',
      './gone',
      'AUTODEPLOY_EXTRA_SCHEDULER_JOBS: What begins here is not YAML',
    ])
      expect(out).toContain(text);
    expect(out.split('\n').at(-1)).toMatch(/^\d errors, \d+ warnings/);
    stack(USUAL);
    expect(await run(['validate'])).toMatchObject({ status: 0 });
    expect(JSON.parse((await run(['validate', '--json'])).out)).toMatchObject({ era: '2.26.0' });
  });

  it('has one diagnostic for what does not read, with file and line', async () => {
    stack('if true\n');
    const ran = await run(['validate']);
    expect(ran.status).toBe(2);
    expect(ran.out).toMatch(/^error: .*env\.local, line \d+: the shell cannot read it/);
    expect(await run(['env'])).toMatchObject({ status: 2, out: '' });
  });

  it('refuses words that it does not know', async () => {
    stack(USUAL);
    expect((await run(['env', '--format', 'yaml'])).status).toBe(2);
    expect((await run(['nonsense'])).status).toBe(2);
    expect((await run(['env', '--stack', join(dir, 'none')])).status).toBe(2);
  });
});
