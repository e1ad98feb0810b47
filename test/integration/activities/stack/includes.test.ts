import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { confList, parseConfList, sourceIncludes, type IncludeSource } from '../../../../activities/stack/includes.js';
import { isStepFailure } from '../../../../activities/shared/failures.js';
import { ENV, scratch, write } from './fixture.js';

let root: string;
let stack: string;
let remove: () => void;
beforeEach(() => {
  ({ root, remove } = scratch());
  stack = join(root, 'my stack');
  write(stack, { 'docker-compose.yml': '' });
});
afterEach(() => remove());

const component = (spelling: string) => ({ spelling, askedBy: 'LIST', exists: true });

function source(files: Record<string, string>, more: Partial<IncludeSource> = {}) {
  write(
    stack,
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`${path}/pre-docker-compose-up.include`, text])),
  );
  const all = { ...ENV, COMPOSE_DIR: stack, PLAIN: 'two\nlines', LOG_WARN: 'WARNING:  ', LOG_INFO: 'INFO:     ' };
  const { PLAIN: _, ...exported } = all;
  return sourceIncludes({
    directory: stack,
    components: Object.keys(files).map(component),
    files: [join(stack, 'docker-compose.yml'), join(stack, 'components/a/docker-compose-extra.yml')],
    variables: exported,
    all,
    exists: existsSync,
    wrap: (command) => command,
    signal: new AbortController().signal,
    timeoutSeconds: 20,
    ...more,
  });
}

async function refusal(files: Record<string, string>, more: Partial<IncludeSource> = {}): Promise<string> {
  const error = await source(files, more).then(
    () => new Error('it was sourced'),
    (failure: unknown) => failure,
  );
  if (!isStepFailure(error, 'Configuration')) throw error;
  return error.message;
}

describe('activities/stack/includes', () => {
  it('may append to the list and prepend to it, files with blanks in their paths as well', async () => {
    const { files } = await source({
      './components/a': 'COMPOSE_CONF_LIST="-f docker-compose.yml -f first.yml $COMPOSE_CONF_LIST"',
      '/': 'exit 9',
      'components/b': 'COMPOSE_CONF_LIST="$COMPOSE_CONF_LIST -f ${COMPOSE_DIR}/generated.yml"; unset adir',
    });
    expect(files.map((file) => file.slice(stack.length + 1))).toEqual([
      ...['docker-compose.yml', 'first.yml', 'docker-compose.yml'],
      ...['components/a/docker-compose-extra.yml', 'generated.yml'],
    ]);
  });

  it('is in the stack directory, knows its component and every variable, exported or not', async () => {
    const { variables } = await source({
      './components/a':
        'export SEEN="$(pwd -P)|$adir|$PLAIN|$ALL_CONF_DIRS"; export KIND="$(env | grep -c "^PLAIN=")"; NOT=exported',
    });
    expect(variables['SEEN']).toBe(`${stack}|./components/a|two\nlines|./components/a`);
    expect(variables['KIND']).toBe('0');
    expect(Object.keys(variables).filter((name) => /^_|NOT|PLAIN/.test(name))).toEqual([]);
  });

  it('logs as upstream does: levels, destinations, files', async () => {
    const log = join(root, 'out.log');
    const all = { ...ENV, LOG_WARN: 'WARNING:  ', BIRDHOUSE_LOG_DEST_OVERRIDE: `INFO:quiet::DEBUG:quiet:` };
    const { warnings } = await source(
      {
        a: 'log INFO hidden; log DEBUG never; log WARN "be careful"; log WARN -n "one "; log WARN -p "line"; log ERROR bad',
        b: `BIRDHOUSE_LOG_FILE='${log}'; BIRDHOUSE_LOG_LEVEL=WARN; log INFO no; log WARN into the file`,
      },
      { all, variables: all },
    );
    expect(warnings).toEqual(['be careful', 'one line', 'into the file']);
    expect(readFileSync(log, 'utf8')).toBe('WARNING:  into the file\n');
  });

  it.each([
    ['exit 4', /a\/pre-docker-compose-up\.include: it ended the shell that sources it \(status 4\)/],
    ['log ERROR "no such card"; expect_exit 7', /status 7\).*said last:\n.*no such card/s],
    ['log NOISE x', /status 2\).*Invalid log level/s],
    ['if true', /ended the shell that sources it \(status \d+\)/],
    ['exit 0', /it ended the shell that sources it\. Nothing/],
  ])('refuses one that says %j', async (text, message) => {
    expect(await refusal({ a: text })).toMatch(message);
  });

  it('ends one that never ends', async () => {
    expect(await refusal({ a: 'while :; do :; done' }, { timeoutSeconds: 0.3 })).toMatch(/did not end within 0\.3 s/);
  });

  it('shows no secret in what one said last', async () => {
    const all = { ...ENV, PASSWORD: 'correct-h0rse' };
    expect(await refusal({ a: 'echo "it was $PASSWORD" >&2; exit 1' }, { all, variables: all })).not.toContain('h0rse');
  });

  it('leaves the list alone where no component has one, and follows links', async () => {
    const none = await source({});
    expect(none.files).toHaveLength(2);
    write(root, { 'elsewhere/pre-docker-compose-up.include': 'COMPOSE_CONF_LIST="-f only.yml"' });
    symlinkSync(join(root, 'elsewhere'), join(stack, 'linked'));
    const { files } = await source({}, { components: [component('linked')] });
    expect(files).toEqual([join(stack, 'only.yml')]);
  });

  it('spells a list as upstream does and reads it again', () => {
    const files = ['/s/docker-compose.yml', '/s/c/x y.yml', '/other/z.yml'];
    expect(confList('/s', files)).toBe('-f docker-compose.yml -f ./c/x y.yml -f /other/z.yml');
    expect(parseConfList(confList('/s', files))).toEqual(['docker-compose.yml', './c/x y.yml', '/other/z.yml']);
    expect(parseConfList('  -f a.yml   --file=b.yml\n -f c.yml ')).toEqual(['a.yml', 'b.yml', 'c.yml']);
  });
});
