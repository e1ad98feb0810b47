import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  askConditionalTrigger,
  TRIGGER_PATH,
  type TriggerRequest,
} from '../../../../activities/git/conditional-trigger.js';
import { commit, git, giveAway, makeScratch, removeScratch, writeFiles } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';

describe('activities/git/conditional-trigger', () => {
  let root: string;
  let dir: string;
  let from: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('trigger');
  });
  afterAll(() => removeScratch(root));
  beforeEach(async () => {
    dir = join(root, `platform-${(count += 1)}`);
    await mkdir(dir);
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    from = await commit(dir, { 'a.txt': 'one\n', 'old name.txt': 'moved\nwithout\nchange\n' }, 'first');
  });

  /** A commit with that script that is not checked out. */
  async function push(script: string | null, files: Record<string, string | null> = {}): Promise<string> {
    const to = await commit(dir, { [TRIGGER_PATH]: script, ...files }, 'second');
    await git(dir, ['reset', '--hard', '--quiet', from]);
    return to;
  }
  const ask = (to: string, overrides: Partial<TriggerRequest> = {}) =>
    askConditionalTrigger({
      checkout: { name: 'platform', dir },
      from,
      to,
      limitSeconds: 20,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      ...overrides,
    });

  it('a commit without the script answers none, whatever lies in the work tree', async () => {
    const to = await push(null);
    await writeFiles(dir, { [TRIGGER_PATH]: '#!/bin/sh\nexit 1\n' });
    await chmod(join(dir, TRIGGER_PATH), 0o755);
    expect(await ask(to)).toMatchObject({ answer: 'none' });
  });

  it('the script of the commit is asked, not that of the work tree', async () => {
    from = await commit(dir, { [TRIGGER_PATH]: '#!/bin/sh\nexit 7\n' }, 'refuses');
    const to = await push('#!/bin/sh\necho deploy it\n');
    expect(await ask(to)).toEqual({ answer: 'deploy', detail: 'it says yes (deploy it)' });
  });

  it('any other status skips, with its last words and no credentials', async () => {
    const to = await push('#!/bin/sh\necho nothing\necho "only docs, see https://me:s3cr3t@host/x" >&2\nexit 3\n');
    const { answer, detail } = await ask(to);
    expect(answer).toBe('skip');
    expect(detail).toContain('status 3 (only docs');
    expect(detail).not.toContain('s3cr3t');
  });

  it('a script that names no program is one for the shell', async () => {
    expect(await ask(await push('test -f a.txt && exit 4\n'))).toMatchObject({ answer: 'skip' });
  });

  it('it runs in the root with the changed files and nothing of ours', async () => {
    const environment = { PATH: process.env['PATH'] ?? '', SSH_AUTH_SOCK: '/x', HTTPS_PROXY: 'http://me:pw@proxy' };
    // What it saw is written where the test can read it, since only the last line is told.
    const seen = join(root, `seen-${count}`);
    const to = await push(`#!/bin/sh\n{ pwd; printf '%s\\n' "$GIT_CHANGED_FILES"; env; } > ${seen}\nexit 1\n`, {
      'a.txt': 'two\n',
      'old name.txt': null,
      'new name.txt': 'moved\nwithout\nchange\n',
      'sch\u00f6n.txt': 'x\n',
    });
    expect(await ask(to, { environment })).toEqual({ answer: 'skip', detail: 'it ended with status 1' });
    const lines = (await readFile(seen, 'utf8')).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      dir,
      'M\ta.txt',
      `A\t${TRIGGER_PATH}`,
      'R100\told name.txt\tnew name.txt',
      'A\t"sch\\303\\266n.txt"',
    ]);
    expect(lines.join('\n')).not.toMatch(/SSH_AUTH_SOCK|PROXY|GIT_DIR|GIT_INDEX_FILE/);
  });

  it('one that does not end in time is ended with its children, and deploys', async () => {
    const alive = join(root, `alive-${count}`);
    const to = await push(`#!/bin/sh\n(sleep 3; touch ${alive}) &\necho waiting\nwait\n`);
    const { answer, detail } = await ask(to, { limitSeconds: 1 });
    expect([answer, detail]).toEqual(['deploy', expect.stringContaining('did not end within 1 s') as string]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(existsSync(alive)).toBe(false);
  });

  it.each([
    ['killed by a signal', '#!/bin/sh\nkill -9 $$\n', 'killed by a signal'],
    ['for a program that is not there', '#!/no/such/program\n', 'could not be started'],
  ])('one that is broken (%s) deploys and says so', async (_, script, words) => {
    const { answer, detail } = await ask(await push(script));
    expect([answer, detail]).toEqual(['deploy', expect.stringContaining(words) as string]);
  });

  it('a link in its place is no script', async () => {
    await git(dir, ['update-index', '--add', '--cacheinfo', `120000,${await hashOf('/bin/false')},${TRIGGER_PATH}`]);
    await git(dir, ['commit', '--quiet', '--message', 'link']);
    const to = await git(dir, ['rev-parse', 'HEAD']);
    await git(dir, ['reset', '--hard', '--quiet', from]);
    expect(await ask(to)).toMatchObject({ answer: 'deploy', detail: expect.stringContaining('link') as string });
  });
  async function hashOf(text: string): Promise<string> {
    await writeFiles(root, { blob: text });
    return git(dir, ['hash-object', '-w', join(root, 'blob')]);
  }

  it('more names than one variable holds deploy without asking', async () => {
    const names = Array.from({ length: 1_300 }, (_, n) => [`${'long'.repeat(24)}-${n}`, ''] as const);
    const to = await push('#!/bin/sh\nexit 1\n', Object.fromEntries(names));
    expect(await ask(to)).toMatchObject({
      answer: 'deploy',
      detail: expect.stringContaining('was not asked') as string,
    });
    const fits = await push('#!/bin/sh\nexit 1\n', Object.fromEntries(names.slice(0, 1_150)));
    expect(await ask(fits)).toMatchObject({ answer: 'skip' });
  });

  it('bytes of the script stay as they are', async () => {
    await git(dir, ['config', 'core.autocrlf', 'true']);
    const to = await push('#!/bin/sh\ntest "$(printf "%s" "\u00e9" | wc -c)" = 2 && exit 9\n');
    expect(await ask(to)).toMatchObject({ detail: 'it ended with status 9' });
  });

  it('cancelling ends it and is no answer; no script file stays behind', async () => {
    vi.stubEnv('TMPDIR', root);
    const abort = new AbortController();
    const to = await push('#!/bin/sh\nsleep 20\n');
    const asking = ask(to, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('cancelled by test')), 700);
    await expect(asking).rejects.toThrow('cancelled by test');
    expect((await readdir(root)).filter((name) => name.startsWith('birdkeeper-trigger-'))).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('as root, it runs as the owner of the checkout', async (context) => {
    needsRoot(context);
    const to = await push('#!/bin/sh\necho "$(id -u):$(id -g):$(id -G)"\nexit 1\n');
    expect((await ask(to)).detail).toContain('(0:0:0)');
    await giveAway(dir, 4242);
    expect((await ask(to)).detail).toContain('(4242:4242:4242)');
  });
});
