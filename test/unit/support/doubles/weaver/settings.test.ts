import { describe, expect, it } from 'vitest';
import { readIni, settingsOf } from '../../../../support/doubles/weaver/settings.js';

const INI = `# Written by a template.
[app:main]
use = egg:weaver
weaver.configuration = EMS
weaver.url=https://host.example/weaver/
weaver.wps_metadata_keywords =
    one
    two
[server:main]
use = egg:gunicorn#main
bind = 0.0.0.0:4002
`;

describe('support/doubles/weaver/settings', () => {
  it('an ini file is read by section, lines that go on are joined', () => {
    expect(readIni(INI).get('app:main')?.get('weaver.wps_metadata_keywords')).toBe('\none\ntwo');
    expect(readIni(INI).get('server:main')?.get('use')).toBe('egg:gunicorn#main');
  });

  it('role, address and port are those of the file', () => {
    expect(settingsOf({ SCRIPT_NAME: '/weaver' }, INI)).toEqual({
      host: '0.0.0.0',
      port: 4_002,
      role: 'EMS',
      prefix: '/weaver',
      base: 'https://host.example/weaver',
    });
  });

  it('the environment wins, and without anything it is a Weaver as it comes', () => {
    const env = { WEAVER_CONFIGURATION: 'ADES', WEAVER_URL: 'http://a.b', HOST: '127.0.0.1', PORT: '0' };
    expect(settingsOf(env, INI)).toMatchObject({
      role: 'ADES',
      base: 'http://a.b',
      host: '127.0.0.1',
      port: 0,
      prefix: '',
    });
    expect(settingsOf({})).toEqual({ host: '0.0.0.0', port: 4_001, role: 'HYBRID', prefix: '' });
  });

  it('a role that is none is refused: a template was not rendered', () => {
    expect(() => settingsOf({}, '[app:main]\nweaver.configuration = ${WEAVER_CONFIG}')).toThrow('${WEAVER_CONFIG}');
  });
});
