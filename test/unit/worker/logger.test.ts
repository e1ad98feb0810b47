import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, temporalLogger, type LoggerOptions } from '../../../worker/logger.js';

async function said(options: Partial<LoggerOptions>, speak: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(...chunk.toString('utf8').trimEnd().split('\n'));
      done();
    },
  });
  const logger = createLogger({ format: 'text', stream, ...options });
  speak(logger);
  await logger.close();
  return lines.map((line) => line.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00/, 'TIME'));
}

describe('worker/logger', () => {
  it('writes lines for people: time, where, message, the rest', async () => {
    const lines = await said({}, (logger) => {
      logger.info('started');
      logger.with({ stack: 'web' }).warn('slow', { deployment: 12, phase: 'pull', seconds: 40 });
      logger.debug('not shown');
    });
    expect(lines).toEqual(['TIME started', 'TIME warn [web 12 pull] slow (seconds=40)']);
  });

  it('writes an object a line by setting', async () => {
    const [line] = await said({ format: 'json' }, (logger) => logger.info('started', { stack: 'web' }));
    expect(JSON.parse(line ?? '')).toEqual({ time: 'TIME', level: 'info', message: 'started', stack: 'web' });
  });

  it('redacts, and takes escape sequences of others out', async () => {
    const redact = (text: string) => text.replaceAll('hunter22', '***');
    const lines = await said({ redact }, (logger) =>
      logger.info('\u001b[31mhunter22\u001b[0m', { password: 'hunter22' }),
    );
    expect(lines).toEqual(['TIME *** (password=***)']);
    expect(await said({}, (logger) => logger.info('from https://u:p@h/x'))).toEqual([
      'TIME from https://‹redacted›@h/x',
    ]);
  });

  it('passes on what Temporal warns of, with the fields that tell one from another', async () => {
    const lines = await said({}, (logger) => {
      const temporal = temporalLogger(logger);
      temporal.info('Worker state changed');
      temporal.warn('task failed', { workflowId: 'w', namespace: 'n', error: new Error('boom') });
    });
    expect(lines).toEqual(['TIME warn task failed (workflowId=w, error=boom)']);
  });
});
