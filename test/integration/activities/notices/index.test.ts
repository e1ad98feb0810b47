import { afterEach, describe, expect, it } from 'vitest';
import {
  noticeOfDeployment,
  noticeOfLook,
  NOTHING_TOLD,
  tell,
  type NoticeMemory,
} from '../../../../activities/notices/index.js';
import { noticeSettings } from './settings.js';
import { says, webHost, type WebHost } from './web.js';

let server: WebHost | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const about = { host: 'alpha', stack: 'birds', at: '2026-03-01T05:07:00.000Z' };
const blocked = noticeOfLook({ ...about, word: 'blocked', reason: 'private has local changes: a.yml.' });
const fine = noticeOfLook({ ...about, word: 'up to date', reason: 'every checkout is level.' });

const options = (notify: string) => ({
  settings: noticeSettings(notify),
  redact: (text: string) => text,
  signal: new AbortController().signal,
});
const kinds = (): unknown[] => (server?.posted ?? []).map(({ body }) => (JSON.parse(body) as { kind: string }).kind);

describe('activities/notices/index', () => {
  it('tells a bad state once and its end once', async () => {
    server = await webHost(says(200));
    const how = options(`${server.origin}/in`);
    let memory: NoticeMemory = NOTHING_TOLD;
    for (const notice of [undefined, blocked, blocked, fine, fine]) ({ memory } = await tell(memory, notice, how));
    expect(kinds()).toEqual(['blocked', 'recovered']);
  });

  it('does not take for told what reached nobody', async () => {
    server = await webHost((response, count) => says(count <= 2 ? 500 : 200)(response));
    const how = options(`${server.origin}/in`);
    const first = await tell(NOTHING_TOLD, blocked, how);
    expect(first).toMatchObject({ memory: NOTHING_TOLD, sent: [] });
    expect(first.failed).toHaveLength(1);
    const second = await tell(first.memory, blocked, how);
    expect(second.sent).toEqual([`webhook at ${server.host}`]);
    await expect(tell(second.memory, blocked, how)).resolves.toMatchObject({ sent: [], failed: [] });
  });

  it('remembers nothing where nobody is to be told', async () => {
    const failed = noticeOfDeployment({
      ...about,
      number: 1,
      outcome: 'failed',
      phase: 'pull',
      message: 'x',
      reason: '',
    });
    expect(await tell(NOTHING_TOLD, failed, options(''))).toEqual({ memory: NOTHING_TOLD, sent: [], failed: [] });
  });
});
