import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { birdkeeper } from '../../../support/command-line.js';

let dir: string;
let script: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-completion-'));
  await mkdir(join(dir, 'a directory'));
  await writeFile(join(dir, 'a file.json'), '');
  const { status, out } = await birdkeeper({ settings: { stateDirectories: [] }, cwd: dir }, 'completion', 'bash');
  expect(status).toBe(0);
  script = join(dir, 'completion.bash');
  await writeFile(script, `${out}\n`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What bash offers after these words; the last one is what stands at the cursor. */
function offered(...words: string[]): string[] {
  const ask = [
    `source ${script}`,
    // Outside a completion there is nothing to set options of.
    'compopt() { :; }',
    `COMP_WORDS=(birdkeeper "$@")`,
    'COMP_CWORD=$#',
    '_birdkeeper',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const { stdout, stderr } = spawnSync('bash', ['-c', ask.join('\n'), 'bash', ...words], {
    cwd: dir,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('client/completion/scripts', () => {
  it('is a script that bash reads', () => {
    expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const loaded = spawnSync('bash', ['-c', `source ${script} && complete -p birdkeeper`], { encoding: 'utf8' });
    expect(loaded.stdout).toContain('complete -F _birdkeeper birdkeeper');
  });

  it('offers commands, then the options of the one that was chosen', () => {
    expect(offered('re').sort()).toEqual(['reject', 'replay', 'restore', 'resume']);
    expect(offered('')).toEqual(expect.arrayContaining(['up', 'deploy', 'status', 'logs', 'completion', '--version']));
    expect(offered('deploy', '--')).toEqual(
      expect.arrayContaining(['--force', '--reason', '--wait', '--stack', '--env-file', '--address', '--help']),
    );
    expect(offered('deploy', '--')).not.toContain('--json');
    expect(offered('status', '--j')).toEqual(['--json']);
  });

  it('offers directories, files or shells where one is wanted, and nothing where only a person knows', () => {
    expect(offered('status', '--stack', 'a')).toEqual(['a directory']);
    expect(offered('up', '--env-file', 'a').sort()).toEqual(['a directory', 'a file.json']);
    expect(offered('replay', 'a f')).toEqual(['a file.json']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('deploy', '--reason', '')).toEqual([]);
    expect(offered('approve', '')).toEqual([]);
  });

  it.each(['zsh', 'fish'])('names every command and option for %s too', async (shell) => {
    const line = { settings: { stateDirectories: [] }, cwd: dir };
    const { out } = await birdkeeper(line, 'completion', shell);
    for (const word of ['rollback', 'schedules', 'reason', 'env-file', 'exit-code']) expect(out).toContain(word);
    await writeFile(join(dir, 'script'), `${out}\n`);
    const checked = spawnSync(shell, ['-n', join(dir, 'script')], { encoding: 'utf8' });
    // Where that shell is not installed, its reading of the script is not checked.
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses a shell that it does not know', async () => {
    const line = { settings: { stateDirectories: [] }, cwd: dir };
    expect((await birdkeeper(line, 'completion', 'csh')).status).toBe(2);
    expect((await birdkeeper(line, 'completion')).status).toBe(2);
  });
});
