import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvFile } from '../../../../activities/backup/restic-env.js';

describe('activities/backup/restic-env', () => {
  it('reads lines as docker does', () => {
    const text = [
      '\uFEFF# comment',
      '',
      '  RESTIC_REPOSITORY=sftp:user@host:/srv/a b',
      'RESTIC_PASSWORD=a=b #c ',
      'EMPTY=',
      'HOME',
      'NOT_THERE',
      'WINDOWS=x\r',
    ].join('\n');
    expect(readEnvFile(text, { HOME: '/root' })).toEqual({
      variables: {
        RESTIC_REPOSITORY: 'sftp:user@host:/srv/a b',
        RESTIC_PASSWORD: 'a=b #c ',
        EMPTY: '',
        HOME: '/root',
        WINDOWS: 'x',
      },
      warnings: [],
      problems: [],
    });
  });

  it('a password command is ignored, quotes are told of, and no value is repeated', () => {
    const { variables, warnings } = readEnvFile(`RESTIC_PASSWORD_COMMAND=cat /x\nRESTIC_PASSWORD="s3cret"\n`, {});
    expect(variables).toEqual({ RESTIC_PASSWORD: '"s3cret"' });
    expect(warnings).toEqual([
      'RESTIC_PASSWORD_COMMAND is ignored: name a file instead',
      'the value of RESTIC_PASSWORD has quotes around it, which are a part of it',
    ]);
  });

  it('names the lines that are none', () => {
    expect(readEnvFile('=x\nexport A=b\nfine=1', {})).toMatchObject({
      variables: { fine: '1' },
      problems: [expect.stringContaining('line 1 '), expect.stringContaining('line 2 ')] as string[],
    });
  });

  it('no name is taken from where a process has no variables', () => {
    expect(readEnvFile('constructor\ntoString\n__proto__\n__proto__=x\nA=1', {})).toEqual({
      variables: { A: '1' },
      warnings: [],
      problems: [],
    });
    expect(readEnvFile('A=a\0b\nRESTIC_REPOSITORY=--help', {}).problems).toEqual(['A holds a NUL byte']);
  });

  it('every value without a line break comes through unchanged', () => {
    const value = fc.string().filter((text) => !/[\r\n\0]/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        expect(readEnvFile(`A=${text}\nB=1`, {}).variables).toEqual({ A: text, B: '1' });
      }),
    );
  });
});
