import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_MANIFEST, parseManifest, type Manifest } from '../../../../activities/components/manifest.js';
import { hostileJson, hostileText, isSentence, nearly } from '../../../support/hostile.js';

const parse = (text: string | Buffer) => parseManifest(Buffer.from(text), 'FILE');
const problemsOf = (text: string | Buffer) => parse(text).problems;

describe('activities/components/manifest', () => {
  it('reads every key', () => {
    const text = `
hooks:
  pre: { timeout: 5m, policy: continue }
  post: { timeout: 90 }
busy:
  command: [./who, "a b"]
  services: [jupyterhub]
  limit: 1h30m
  every: 10s
probes:
  - url: http://localhost:8080/health
  - { url: "https://host/x?y", status: 302, text: ok }
on-change:
  - { path: ./nginx.conf, services: [proxy], action: signal, signal: SIGHUP }
  - { path: /etc/x, action: nothing }
backup: { volumes: [a], anything: { goes: here } }
merge: [{ variable: X, into: x.yml, at: a.b, as: list, unless: { Y: [true, 1] } }]
follow-up: [{ name: registerWeaverProviders }, { name: verifyCowbird, policy: roll back }]
needs: { commands: [rsync], variables: [{ name: X, or: [Y], form: port }], ports: [9100] }
private: [conf/secret.ini]
`;
    expect(parse(text)).toEqual({
      manifest: {
        hooks: { pre: { timeout: 300, policy: 'continue' }, post: { timeout: 90 } },
        busy: { command: ['./who', 'a b'], services: ['jupyterhub'], limit: 5400, every: 10 },
        probes: [
          { url: 'http://localhost:8080/health', status: 200 },
          { url: 'https://host/x?y', status: 302, text: 'ok' },
        ],
        onChange: [
          { path: './nginx.conf', services: ['proxy'], action: 'signal', signal: 'HUP' },
          { path: '/etc/x', services: [], action: 'nothing' },
        ],
        backup: { volumes: ['a'], anything: { goes: 'here' } },
        merge: [
          {
            ...{ variable: 'X', into: 'x.yml', at: ['a', 'b'], as: 'list', where: 'end', lists: [], given: [] },
            unless: { Y: ['true', '1'] },
          },
        ],
        followUp: [
          { name: 'registerWeaverProviders', policy: 'warn' },
          { name: 'verifyCowbird', policy: 'roll back' },
        ],
        needs: {
          ...{ commands: ['rsync'], files: [], ports: [9100] },
          variables: [{ name: 'X', or: ['Y'], form: 'port', not: [], optional: false, given: [] }],
        },
        private: ['conf/secret.ini'],
      },
    });
  });

  it.each<[string, string[]]>([
    ['- { into: a.yml, as: list }', ['merge[0]: should have one of variable and value, and not both']],
    [
      '- { variable: X, value: [], into: a.yml, as: list }',
      ['merge[0]: should have one of variable and value, and not both'],
    ],
    ['- { value: [a], into: a.yml, as: map }', ['merge[0].value: should be a map, since it says as: map']],
    ['- { value: { a: b }, into: a.yml, as: list }', ['merge[0].value: should be a list, since it says as: list']],
    [
      '- { variable: X, into: a.yml, as: list, keys: [a], bare: b }',
      [
        'merge[0].keys: should be there only with as: map',
        'merge[0].bare: should be there only with as: map',
        'merge[0].bare: should be one of lists',
      ],
    ],
    [
      '- { variable: X, into: a.yml, as: map, where: start }',
      ['merge[0].where: should be there only with as: list or with lists'],
    ],
    [
      '- { variable: X, into: ../a.yml, as: set, at: a..b }',
      [
        'merge[0].into: should be the path of a rendered file, from the directory of the component',
        'merge[0].at: should be the keys down to the place (route.routes, or [route, routes])',
        'merge[0].as: should be one of: map, list',
      ],
    ],
    [
      '- { variable: 1X, into: a.yml, as: list, when: [x] }',
      [
        'merge[0].variable: should be the name of a variable (SMTP_SERVER)',
        "merge[0].when: should be variables with the value that is meant ({ NAME: 'true' }), or a list of such values",
      ],
    ],
    [
      '- { variable: X, into: a.yml, as: list, wher: end, check: { requird: [a], refers: { a: b } } }',
      [
        'merge[0].wher: is no key here; the nearest is when (of as, at, bare, check, given, into, keys, lists, says, unless, value, variable, when, where)',
        'merge[0].check.refers: should be keys with the list that their values are names of ({ receiver: { list: receivers, key: name } })',
        'merge[0].check.requird: is no key here; the nearest is required (of keys, refers, required, unique)',
      ],
    ],
  ])('tells what is wrong with an entry of merge: %s', (entry, messages) => {
    const problems = problemsOf(`merge:\n${entry}\n`) ?? [];
    expect([...problems].sort()).toEqual(messages.map((message) => `FILE line 2: ${message}.`).sort());
  });

  it.each<[string, string[]]>([
    ['[rsync]', ['needs: should be a map (KEY: VALUE, one a line)']],
    ['{ variables: [{ form: port }] }', ['needs.variables[0].name: should be the name of a variable (SMTP_SERVER)']],
    [
      '{ variables: [{ name: X, form: ports, pattern: "(" }] }',
      [
        'needs.variables[0].form: should be one of: host-port, addresses, port, number, on-off, word, url',
        'needs.variables[0].pattern: should be a regular expression, which the whole value matches',
      ],
    ],
    [
      '{ ports: [0], commands: rsync, file: [x] }',
      [
        'needs.ports[0]: should be a port (9100)',
        'needs.commands: should be a list of programs ([rsync])',
        'needs.file: is no key here; the nearest is files (of commands, files, ports, variables)',
      ],
    ],
  ])('tells what is wrong with needs: %s', (text, messages) => {
    const problems = problemsOf(`needs: ${text}\n`) ?? [];
    expect([...problems].sort()).toEqual(messages.map((message) => `FILE line 1: ${message}.`).sort());
  });

  it.each(['', '# only a comment\n', '{}', '---\n', '\ufeff# with a byte order mark\n'])(
    'takes %j as empty',
    (text) => {
      expect(parse(text).manifest).toEqual(EMPTY_MANIFEST);
    },
  );

  it('tells all mistakes at once, by line', () => {
    const text = `hooks:
  pre:
    timeout: soon
    polcy: stop
  psot: {}
busy:
  services: web
  limt: 5m
probes:
  - status: 42
    url: ftp://x
  - url: http://user:pw@host/
on-change:
  - path: x
    action: signal
  - path: ''
    action: nothing
    signal: HUP
`;
    expect(problemsOf(text)).toEqual([
      'FILE line 3: hooks.pre.timeout: should be seconds (90) or a time (5m, 1h30m), from 1 s to 7d.',
      'FILE line 4: hooks.pre.polcy: is no key here; the nearest is policy (of policy, timeout).',
      'FILE line 5: hooks.psot: is no key here; the nearest is post (of post, pre).',
      'FILE line 6: busy: should have one of url and command, and not both.',
      'FILE line 7: busy.services: should be a list of services ([web, db]).',
      'FILE line 8: busy.limt: is no key here; the nearest is limit (of command, every, limit, services, url).',
      'FILE line 10: probes[0].status: should be an HTTP status (200).',
      'FILE line 11: probes[0].url: should be an http(s) address without user and password.',
      'FILE line 12: probes[1].url: should be an http(s) address without user and password.',
      'FILE line 14: on-change[0]: should name a signal (signal: HUP), since its action is signal.',
      'FILE line 16: on-change[1].path: should be a path, from the directory of the component or absolute.',
      'FILE line 18: on-change[1].signal: should be there only with action: signal.',
    ]);
  });

  it.each<[string, string, string]>([
    ['a list at the top', '- a', 'line 1: should be a map'],
    ['text at the top', 'hello', 'line 1: should be a map'],
    ['a map without a value', 'a: {}\nhooks:\n', 'line 2: hooks: should be a map'],
    ['a missing key, at the map that should have it', 'probes:\n\n  - text: x\n', 'line 3: probes[0].url: should be'],
    ['an unknown key of a name that objects have', 'hooks: {}\n__proto__: {}\n', 'line 2: __proto__: is no key here'],
    ['another one', 'constructor: {}', 'line 1: constructor: is no key here'],
    ['a key that is no text', '? [a, b]\n: c', 'line 1: "[ a, b ]": is no key here'],
    ['both ways to ask', 'busy:\n  url: http://x\n  command: y', 'line 1: busy: should have one of'],
    ['a command of numbers', 'busy:\n  command: [sleep, 1]', 'line 2: busy.command: should be text for'],
    ['an empty command', 'busy:\n  command: []', 'line 2: busy.command: should be text for'],
    ['a limit of years', 'busy:\n  url: http://x\n  limit: 999999d', 'line 3: busy.limit: should be seconds'],
    ['a policy that is no word of ours', 'hooks: {post: {policy: ignore}}', 'should be one of: stop, continue'],
    ['a list in the place of a map', 'needs: [a]', 'line 1: needs: should be a map'],
    ['a tab', 'hooks:\n\tpre: {}\n', 'line 2: a tab is used to indent'],
    ['a key that is there twice', 'hooks: {}\nneeds: {}\nhooks: {}\n', 'line 3: the key of this line is there already'],
    ['a second document', 'hooks: {}\n---\nneeds: {}\n', 'line 2: a second document begins'],
    ['an alias', 'needs: &a {}\nbackup: *a\n', 'line 2: an alias (*name) is used'],
    ['an alias of what it lies in', 'needs: &a { x: *a }\n', 'line 1: an alias (*name) is used'],
    ['an alias of nothing', 'needs: *none\n', 'line 1: an alias (*name) is used'],
    ['a tag of another language', 'needs: !!python/object x\n', 'line 1: the tag ("!…") is unknown'],
    ['a quote that is not closed', 'busy: { command: "x }\n', 'a quote, a bracket'],
    ['a brace that is not closed', 'needs: { a: 1\n', 'or a bracket is not closed'],
  ])('says of %s what is wrong', (_, text, sentence) => {
    const problems = problemsOf(text) ?? [];
    expect(
      problems.some((problem) => problem.startsWith('FILE line ') && problem.includes(sentence)),
      problems.join('\n'),
    ).toBe(true);
  });

  it('refuses what would fill the memory, or the stack', () => {
    const bomb = `a: &a [x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`;
    expect(problemsOf(bomb)?.every((line) => line.includes('an alias'))).toBe(true);
    expect(problemsOf(bomb)?.length).toBeLessThanOrEqual(20);
    expect(problemsOf('['.repeat(20_000))?.length).toBeGreaterThan(0);
    expect(problemsOf(`needs: ${'{a: '.repeat(10_000)}${'}'.repeat(10_000)}`)?.length).toBeGreaterThan(0);
    expect(problemsOf(`# ${'x'.repeat(65 * 1024)}`)).toEqual(['FILE line 1: the file is larger than 64 kB.']);
  });

  it('says on which line the text is not UTF-8', () => {
    expect(problemsOf(Buffer.from('hooks: {}\nneeds: {a: "\xe9"}\n', 'latin1'))).toEqual([
      'FILE line 2: the text is not UTF-8; save the file in that encoding.',
    ]);
  });

  it('never quotes a value, which may be a secret', () => {
    const secret = 's3cret-0f-the-operator';
    for (const text of [
      `busy:\n  command: [curl, 5, ${secret}]`,
      `busy: { url: "http://u:${secret}@host" }`,
      `busy: { command: "${secret} }`,
      `probes:\n  - { url: ${secret} }`,
    ]) {
      expect(problemsOf(text)?.length).toBeGreaterThan(0);
      expect(problemsOf(text)?.join()).not.toContain(secret);
    }
  });

  it.each([
    ['a line end', '"a\\nb": 1', 'FILE line 1: "a b": is no key here'],
    ['what steers a terminal', '"\\e[31m\\u202e": 1', 'FILE line 1: "[31m": is no key here'],
    ['nothing', '? \n: 1', 'FILE line 1: "": is no key here'],
    ['half a character', '"\\ud800": 1', 'FILE line 1: "\ufffd": is no key here'],
  ])('quotes a key that holds %s, on one line', (_, text, sentence) => {
    expect(problemsOf(text)?.[0]).toMatch(new RegExp(`^${sentence.replace(/[[\]]/g, '\\$&')}`));
  });

  it.each(['{toString: 1}', '[HUP]', '{}', 'true', '1.5', '100'])('refuses %s as a signal', (signal) => {
    expect(problemsOf(`on-change: [{path: x, action: signal, signal: ${signal}}]`)).toEqual([
      'FILE line 1: on-change[0].signal: should be a signal (HUP, USR1).',
    ]);
  });

  it('tells at most twenty mistakes, and how many there are besides', () => {
    const problems = problemsOf(Array.from({ length: 30 }, (_, index) => `k${index}: 1\n`).join('')) ?? [];
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('FILE line 21: from here on 10 more mistakes follow.');
  });

  describe('bad input by the thousand', () => {
    const SECRET = 's3cret-0f-the-operator';
    const isAnswer = (bytes: Buffer): boolean => {
      const { manifest, problems } = parse(bytes);
      if (manifest !== undefined) return isMeant(manifest);
      const areSentences = problems.every(
        (line) => /^FILE line \d+: .+\.$/.test(line) && isSentence(line) && !line.includes(SECRET),
      );
      return problems.length > 0 && problems.length <= 21 && areSentences;
    };
    const isMeant = ({ busy, hooks, probes, onChange }: Manifest): boolean => {
      const limits = [busy?.limit, busy?.every, hooks.pre?.timeout, hooks.post?.timeout];
      return (
        limits.every((limit) => limit === undefined || (limit >= 0 && limit <= 7 * 86_400)) &&
        (busy === undefined || (busy.url === undefined) !== (busy.command === undefined)) &&
        probes.every(({ url, status }) => /^https?:/.test(url) && status >= 100 && status <= 599) &&
        onChange.every(({ action, signal }) => (action === 'signal') === (signal !== undefined))
      );
    };
    const word = fc.constantFrom(
      'hooks',
      'pre',
      'timeout',
      'busy',
      'url',
      'probes',
      'on-change',
      'path',
      '5m',
      '- ',
      ': ',
      '&a',
      '*a',
      '{',
      '[',
      ']',
      '}',
      '"',
      "'",
      '\n',
      '\n  ',
      '\t',
      '!!set',
      '---',
      '#',
      '|',
      '>',
      '\0',
      'é',
    );

    it('gives a manifest or sentences for any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isAnswer(Buffer.from(bytes))),
        { numRuns: 1_000 },
      );
    });
    it('gives a manifest or sentences for pieces of YAML', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(word, hostileText), { maxLength: 30 }), (words) =>
          isAnswer(Buffer.from(words.join(''))),
        ),
        { numRuns: 1_000 },
      );
    });
    it('gives a manifest or sentences for a manifest in which one thing is wrong, or any values', () => {
      const good = {
        hooks: { pre: { timeout: '5m', policy: 'stop' }, post: { timeout: 90 } },
        busy: { url: 'http://localhost/busy', services: ['hub'], limit: '1h30m', every: 10 },
        probes: [{ url: 'https://host/x?y', status: 302, text: 'ok' }],
        'on-change': [{ path: './nginx.conf', services: ['proxy'], action: 'signal', signal: 'HUP' }],
        merge: [
          {
            ...{
              variable: 'X',
              into: 'a.yml',
              at: 'a.b',
              as: 'map',
              where: 'start',
              lists: ['c'],
              bare: 'c',
              keys: ['c'],
            },
            check: { required: ['n'], keys: ['n'], unique: 'n', refers: { r: { list: ['l'], key: 'n' } } },
            ...{ says: 'a map', given: ['X'], when: { Y: ['1'] }, unless: { Z: true } },
          },
          { value: [{ a: 1 }], into: 'a.yml', as: 'list' },
        ],
        needs: {
          ...{ commands: ['rsync'], files: [], ports: [9100] },
          variables: [{ name: 'X', or: ['Y'], form: 'port', pattern: 'a', not: ['x'], optional: true, says: 's' }],
        },
      };
      const wrong = fc.oneof(hostileJson, fc.constantFrom(SECRET, { toString: 1 }, `http://u:${SECRET}@h`, '999999d'));
      fc.assert(
        fc.property(
          fc.oneof({ weight: 4, arbitrary: nearly(good, wrong) }, { weight: 1, arbitrary: hostileJson }),
          (value) => isAnswer(Buffer.from(JSON.stringify(value) ?? '')),
        ),
        { numRuns: 1_000 },
      );
    });
  });
});
