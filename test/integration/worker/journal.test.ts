import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFiles } from '../../../worker/journal.js';
import { createLogger, type Logger } from '../../../worker/logger.js';

let dir: string;
let logger: Logger;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-journal-'));
  logger = createLogger({ format: 'text', level: 'error' });
});
afterEach(async () => {
  await logger.close();
  await rm(dir, { recursive: true, force: true });
});

const read = async () => (await readFile(join(dir, 'autodeploy.log'), 'utf8')).trim().split('\n');

describe('worker/journal', () => {
  it('every line of a deployment has its number and the phase of the story', async () => {
    const redact = (text: string) => text.replaceAll('hunter22', '***');
    const journal = new LogFiles({
      format: 'text',
      logger,
      fallbackDir: dir,
      remembered: () => ({ redact, logDir: dir }),
    });
    const at = { stack: 'web', number: 7 };
    const cases: [string, object, string][] = [
      ['observeStack', { fetch: false }, 'inspect'],
      ['observeStack', { fetch: true }, 'fetch'],
      ['stageRelease', {}, 'stage'],
      ['validateRelease', {}, 'validate'],
      ['pullImages', {}, 'pull'],
      ['advanceCheckouts', {}, 'advance'],
      ['applyServices', { direction: 'forward' }, 'apply'],
      ['settleServices', { direction: 'forward' }, 'settle'],
      ['concludeDeployment', {}, 'record'],
      ['reverseCheckouts', {}, 'roll back'],
      ['applyServices', { direction: 'back' }, 'roll back'],
      ['settleServices', { direction: 'back' }, 'roll back'],
    ];
    for (const [activity, more] of cases) journal.forActivity(activity, { ...at, ...more }).info('with hunter22');
    expect((await read()).map((line) => line.replace(/^\S+ /, ''))).toEqual(
      cases.map(([, , phase]) => `[web 7 ${phase}] with ***`),
    );
  });
});
