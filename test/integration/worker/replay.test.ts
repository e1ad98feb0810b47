import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { installQuietRuntime, replayHistory } from '../../../worker/replay.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/replay/${name}`, import.meta.url));
let history: unknown;

beforeAll(async () => {
  installQuietRuntime();
  history = JSON.parse(await readFile(fixture('story.json'), 'utf8'));
});

const replay = (code: string) => replayHistory(history, 'story', { workflowsPath: fixture(code) });

describe('worker/replay', { timeout: 60_000 }, () => {
  it('replays a history against the code that it was recorded with', async () => {
    expect(await replay('as-recorded.ts')).toEqual({ replays: true, events: 22, workflowType: 'story' });
  });

  it('names the first activity that differs', async () => {
    expect(await replay('another-activity.ts')).toMatchObject({
      replays: false,
      difference: 'event 16, ActivityTaskScheduled two, is in the history; this code asks for three there.',
    });
  });

  it('names the first command that is missing', async () => {
    expect(await replay('without-timer.ts')).toMatchObject({
      replays: false,
      difference: 'event 11, TimerStarted timer 1, is in the history; this code gives the command "Activity" there.',
    });
  });

  it('says when the code has no workflow of that type', async () => {
    expect(await replay('other-name.ts')).toMatchObject({
      replays: false,
      difference: 'this code has no workflow of type story.',
    });
  });

  it.each([[{}], [{ events: [] }], [[]], ['text'], [{ events: [{ eventType: 'X' }] }]])(
    'refuses %j as a history',
    async (nonsense) => {
      await expect(replayHistory(nonsense, 'x', { workflowsPath: fixture('as-recorded.ts') })).rejects.toMatchObject({
        type: 'BadInput',
      });
    },
  );
});
