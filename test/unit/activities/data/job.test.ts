import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDataJob } from '../../../../activities/data/job.js';

const parse = (text: string, environment: Record<string, string> = {}) =>
  parseDataJob({ bytes: Buffer.from(text), file: 'job.yml', environment, stateDir: '/var/lib/birdkeeper' });

const ENTRY = '- repo_url: https://example.org/data\n  checkout_name: data\n';

describe('activities/data/job', () => {
  it('reads what upstream reads, with its defaults', () => {
    const { job, problems } = parse(`# two entries of one clone, and one more
config:
  # nothing but comments
deploy:
- repo_url: git@example.org:group/data.git
  branch: origin/main
  checkout_name: data
  dir_maps:
  - source_dir: ./sets
    dest_dir: /data/sets/
    rsync_extra_opts: >-
      --include=*/
      --include=*.nc
      --exclude=*
  - source_dir: .
    dest_dir: /data/all
    rsync_extra_opts:
  post_actions:
  - action: A=1 ./tell.sh "$GIT_CHANGED_FILES"
- repo_url: git@example.org:group/data.git
  checkout_name: data
  dir_maps:
  post_actions: []
- repo_url: https://example.org/other
  branch: 0b1592a7102c95a1e5090877b0edfc7d192ce0e2
  checkout_name: other
`);
    expect(problems).toBeUndefined();
    const entry = {
      url: 'git@example.org:group/data.git',
      checkout: 'data',
      clone: '/tmp/deploy-data-clone-cache/data',
    };
    expect(job).toEqual({
      checkoutCache: '/tmp/deploy-data-clone-cache',
      identityFile: undefined,
      owner: undefined,
      warnings: [],
      entries: [
        {
          ...entry,
          number: 1,
          turn: 0,
          branch: 'origin/main',
          maps: [
            {
              source: './sets',
              destination: '/data/sets/',
              options: ['--include=*/', '--include=*.nc', '--exclude=*'],
            },
            { source: '.', destination: '/data/all', options: [] },
          ],
          actions: ['A=1 ./tell.sh "$GIT_CHANGED_FILES"'],
        },
        { ...entry, number: 2, turn: 1, branch: 'origin/master', maps: [], actions: [] },
        {
          number: 3,
          turn: 0,
          url: 'https://example.org/other',
          checkout: 'other',
          clone: '/tmp/deploy-data-clone-cache/other',
          branch: '0b1592a7102c95a1e5090877b0edfc7d192ce0e2',
          maps: [],
          actions: [],
        },
      ],
    });
  });

  it('the file beats the environment, and what is set to nothing is not set', () => {
    const environment = {
      DEPLOY_DATA_CHECKOUT_CACHE: '/env/cache/',
      DEPLOY_DATA_GIT_SSH_IDENTITY_FILE: '/env/key',
      DEPLOY_DATA_RSYNC_USER_GRP: '1000:1001',
    };
    const settings = { checkoutCache: '/env/cache', identityFile: '/env/key', owner: { uid: 1000, gid: 1001 } };
    expect(parse(`deploy:\n${ENTRY}`, environment).job).toMatchObject(settings);
    const config = 'config: { checkout_cache: /file/cache, git_ssh_identity_file: /file/key }\n';
    expect(parse(`${config}deploy:\n${ENTRY}`, environment).job).toMatchObject({
      checkoutCache: '/file/cache',
      identityFile: '/file/key',
    });
    const empty = Object.fromEntries(Object.keys(environment).map((name) => [name, '']));
    expect(parse(`deploy:\n${ENTRY}`, empty).job).toMatchObject({
      checkoutCache: '/tmp/deploy-data-clone-cache',
      owner: undefined,
    });
    expect(parse(`deploy:\n${ENTRY}`, { DEPLOY_DATA_RSYNC_USER_GRP: '1000' }).job?.owner).toEqual({
      uid: 1000,
      gid: 0,
    });
  });

  it('tells every mistake at once, with its line', () => {
    const { problems } = parse(
      `config:
  checkout_cache: cache
  checkout_cach: x
deploy:
- repo_url:
  checkout_name: a/b
  branch: ""
  dir_maps:
  - source_dir: ./data
    dest_dir: /
    rsync_extra_opts: --rsh=ssh host:x
  - sourcedir: ./data
  - source_dir: ""
    dest_dir: relative
  post_actions:
  - action:
- repo_url: https://example.org/a
  checkout_name: twice
  branch: 1234567
  dir_maps:
  - { source_dir: ., dest_dir: /tmp }
  - { source_dir: ., dest_dir: /var/lib/birdkeeper/x }
  - { source_dir: ., dest_dir: /var/lib/ }
- repo_url: https://example.org/b
  checkout_name: twice
`,
      { DEPLOY_DATA_RSYNC_USER_GRP: 'nobody' },
    );
    expect(problems).toEqual([
      'DEPLOY_DATA_RSYNC_USER_GRP should be two numbers, UID:GID (see them with: id).',
      'job.yml line 2: config.checkout_cache: should be an absolute path of this machine.',
      'job.yml line 3: config.checkout_cach: is no key here; the nearest is checkout_cache (of checkout_cache, git_ssh_identity_file).',
      'job.yml line 5: deploy[0].repo_url: should be the address of a git repository.',
      'job.yml line 6: deploy[0].checkout_name: should be the name of a directory, without "/", blanks or a dot in front.',
      'job.yml line 7: deploy[0].branch: should be a branch (origin/main), a tag or a commit.',
      'job.yml line 10: deploy[0].dir_maps[0].dest_dir: would delete everything on this machine that is not in the source.',
      expect.stringMatching(/^job.yml line 11: deploy\[0\].dir_maps\[0\].rsync_extra_opts: --rsh is refused/),
      expect.stringMatching(/^job.yml line 11: .*"host:x" is no option/),
      expect.stringMatching(/^job.yml line 12: deploy\[0\].dir_maps\[1\].source_dir: should be a directory/),
      'job.yml line 12: deploy[0].dir_maps[1].dest_dir: should be an absolute path of this machine.',
      expect.stringMatching(/^job.yml line 12: .*sourcedir: is no key here; the nearest is source_dir/),
      expect.stringMatching(/^job.yml line 13: deploy\[0\].dir_maps\[2\].source_dir: should be a directory/),
      'job.yml line 14: deploy[0].dir_maps[2].dest_dir: should be an absolute path of this machine.',
      'job.yml line 16: deploy[0].post_actions[0].action: should be text for /bin/sh.',
      'job.yml line 19: deploy[1].branch: should be text: write it in quotes ("1234567").',
      'job.yml line 21: deploy[1].dir_maps[0].dest_dir: belongs to the system, and what is not in the source would be deleted; name a directory in it.',
      expect.stringMatching(/^job.yml line 22: .*lies in the state of birdkeeper/),
      expect.stringMatching(/^job.yml line 23: .*holds the state of birdkeeper/),
      'job.yml line 25: deploy[2].checkout_name: is the name of the clone of another repository above; give each its own.',
    ]);
  });

  it.each<[string, string, string, Record<string, string>?]>([
    ['an empty file', '', 'line 1: deploy: should be a list of maps'],
    ['an empty list', 'deploy: []', 'line 1: deploy: should name a repository'],
    ['no list', 'deploy: x', 'line 1: deploy: should be a list of maps'],
    ['a list', '- a', 'line 1: should be a map'],
    ['a key twice', `deploy:\n${ENTRY}${ENTRY.replace('- ', '  ')}`, 'each key may be there once'],
    [
      'a user that is none',
      `deploy:\n${ENTRY}`,
      'should be two numbers',
      { DEPLOY_DATA_RSYNC_USER_GRP: '4294967295:1' },
    ],
    ['a second document', `deploy:\n${ENTRY}---\ndeploy:\n${ENTRY}`, 'one file holds one document'],
    ['an alias', `deploy: &a\n${ENTRY}  dir_maps: *a`, 'write the value out'],
    [
      'a name with an escape',
      `deploy:\n${ENTRY.replace(/checkout_name: .*/, String.raw`checkout_name: "a\e[2J"`)}`,
      'the name of a directory',
    ],
    [
      'a name that no file can have',
      `deploy:\n${ENTRY.replace(/checkout_name: .*/, `checkout_name: ${'a'.repeat(256)}`)}`,
      'the name of a directory',
    ],
    ['a NUL in an action', `deploy:\n${ENTRY}  post_actions: [{ action: "a\\0b" }]`, 'should be text for /bin/sh'],
    ['very many entries', `deploy:\n${ENTRY.repeat(51)}`, 'at most 50 entries'],
    [
      'the cache as a place',
      `deploy:\n${ENTRY}  dir_maps: [{ source_dir: a, dest_dir: /tmp/deploy-data-clone-cache }]`,
      'holds the clone',
    ],
    [
      'the clone as a place',
      `deploy:\n${ENTRY}  dir_maps: [{ source_dir: a, dest_dir: /tmp/deploy-data-clone-cache/x/../data }]`,
      'holds the clone',
    ],
  ])('refuses %s', (_, text, message, environment = {}) => {
    expect(parse(text, environment).problems?.join('\n')).toContain(message);
  });

  it('quotes in options are taken for what they are, with a warning', () => {
    const map = `  dir_maps: [{ source_dir: a, dest_dir: /d, rsync_extra_opts: "--exclude='*.tmp'" }]`;
    expect(parse(`deploy:\n${ENTRY}${map}`).job?.warnings).toEqual([
      'job.yml line 4: deploy[0].dir_maps[0].rsync_extra_opts: the quotes are part of the words: no shell takes them away.',
    ]);
  });

  it('reads the example of the docs', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../../docs/data.md'), 'utf8');
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    expect(parse(example).job?.entries).toMatchObject([{ checkout: 'data', maps: [{ source: './sets' }] }]);
  });

  it('gives a job or sentences for any values', () => {
    const leaf = fc.constantFrom<unknown>(null, '', '/', '/d', 'x', 7, true, [], {}, [{}], [null]);
    const map = fc.dictionary(fc.constantFrom('source_dir', 'dest_dir', 'rsync_extra_opts', 'x'), leaf);
    const action = fc.dictionary(fc.constantFrom('action', 'x'), leaf);
    const keys = fc.constantFrom('repo_url', 'checkout_name', 'branch', 'dir_maps', 'post_actions', 'x');
    const entry = fc.dictionary(keys, fc.oneof(leaf, fc.array(fc.oneof(map, action, leaf), { maxLength: 3 })));
    const file = fc.record({ config: leaf, deploy: fc.oneof(leaf, fc.array(fc.oneof(entry, leaf), { maxLength: 3 })) });
    fc.assert(
      fc.property(fc.oneof(file, leaf), (value) => {
        const { job, problems } = parse(JSON.stringify(value));
        expect((job === undefined) !== (problems === undefined)).toBe(true);
        for (const problem of problems ?? []) expect(problem).toMatch(/^job\.yml line \d+: .+\.$/);
      }),
    );
  });
});
