import { describe, expect, it } from 'vitest';
import { SETTING_KEYS, SETTINGS, type SettingRow } from '../../../../activities/stack/settings-table.js';
import { readSettings, StackSettings } from '../../../../activities/stack/settings.js';

const read = (variables: Record<string, string> = {}) => readSettings(variables, '/srv/the stack');

describe('activities/stack/settings', () => {
  it('has a default for everything', () => {
    expect(read()).toEqual({
      extraRepos: [],
      gitTimeoutSeconds: 120,
      platformFrequency: '7 5 * * *',
      notebookFrequency: '',
      backupFrequency: '',
      dataJobs: '',
      jobTimeoutSeconds: 43_200,
      jobRetries: 0,
      logrotateFrequency: '@daily',
      nginxContainer: 'proxy',
      logDir: '/var/log/PAVICS',
      composeUpExtraOptions: [],
      healthTimeoutSeconds: 180,
      settleSeconds: 2,
      settleSecondsNoHealthcheck: 10,
      probes: [],
      keepReleases: 5,
      minFreeDiskMb: 1024,
      notebookKeep: 2,
      backupPaths: [],
      backupArguments: "-a '*' -u '*'",
      backupKeep: '',
      backupBefore: 'never',
      backupMaxAgeHours: 48,
      backupDataSubset: '',
      verifyFrequency: '',
      pins: {},
      rewrittenUpstream: 'report',
      triggerTimeoutSeconds: 60,
      pull: 'missing',
      hookTimeoutSeconds: 300,
      hookPolicy: '',
      besideAutodeploy: false,
      busyLimitSeconds: 3600,
      approval: 'never',
      deployWindows: '',
      deployFreeze: '',
      timeZone: 'UTC',
      verifySignatures: 'no',
      onDrift: 'report',
      handOverSeconds: 120,
      stopFirst: false,
      notify: [],
      notifyOn: ['failed', 'rolled-back', 'blocked', 'waiting', 'job-failed', 'recovered'],
      smtpUrl: { host: '127.0.0.1', port: 25, secure: false },
      mailFrom: { name: '', address: 'birdkeeper@localhost' },
      verifyTls: true,
      weaverPolicy: '',
      weaverFrequency: '@hourly',
      weaverLookSeconds: 20,
      cowbirdPolicy: '',
      cowbirdFrequency: '@daily',
      cowbirdSeconds: 120,
    });
  });

  it('describes every setting in the table, and no other', () => {
    expect(SETTING_KEYS.slice().sort()).toEqual(Object.keys(StackSettings.shape).sort());
    const rows: SettingRow[] = Object.values(SETTINGS);
    expect(rows.every(({ meaning }) => meaning.length > 10)).toBe(true);
    const names = rows.flatMap((row) => row.names);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [
      'AUTODEPLOY_PLATFORM_FREQUENCY',
      'BIRDHOUSE_AUTODEPLOY_PLATFORM_FREQUENCY',
      '@daily',
      '@hourly',
      'platformFrequency',
    ],
    ['AUTODEPLOY_DEPLOY_KEY_ROOT_DIR', 'BIRDHOUSE_AUTODEPLOY_DEPLOY_KEY_ROOT_DIR', '/old', '/new', 'keyDirectory'],
    ['PAVICS_LOG_DIR', 'BIRDHOUSE_LOG_DIR', '/old', '/new', 'logDir'],
  ] as const)('lets %s beat %s', (old, renamed, a, b, key) => {
    expect(read({ [renamed]: b })[key]).toBe(b);
    expect(read({ [old]: a, [renamed]: b })[key]).toBe(a);
    expect(read({ [old]: '', [renamed]: b })[key]).toBe(b);
  });

  it('takes an empty frequency as no schedule and an empty number as the default', () => {
    const settings = read({ AUTODEPLOY_PLATFORM_FREQUENCY: '', BIRDKEEPER_SETTLE_SECONDS: ' ' });
    expect(settings.platformFrequency).toBe('');
    expect(settings.settleSeconds).toBe(2);
  });

  it('deploys notebooks hourly as soon as they have a source', () => {
    expect(read({ BIRDKEEPER_NOTEBOOK_SOURCE: 'g:n' }).notebookFrequency).toBe('@hourly');
    expect(read({ BIRDKEEPER_NOTEBOOK_SOURCE: 'g:n', AUTODEPLOY_NOTEBOOK_FREQUENCY: '' }).notebookFrequency).toBe('');
  });

  it('puts notebooks below the user data unless told otherwise', () => {
    const data = { JUPYTERHUB_USER_DATA_DIR: '/data/jupyter' };
    expect(read(data).notebookDir).toBe('/data/jupyter/tutorial-notebooks');
    expect(read({ ...data, BIRDKEEPER_NOTEBOOK_DIR: '/elsewhere' }).notebookDir).toBe('/elsewhere');
  });

  it('splits lists at white space and takes relative checkouts from the stack directory', () => {
    const settings = read({
      AUTODEPLOY_EXTRA_REPOS: '\n  /srv/private\n  ../other\n',
      COMPOSE_UP_EXTRA_OPTS: ' --remove-orphans  --quiet-pull',
      BIRDKEEPER_BACKUP_PATHS: 'volume_a /data/b',
    });
    expect(settings.extraRepos).toEqual(['/srv/private', '/srv/other']);
    expect(settings.composeUpExtraOptions).toEqual(['--remove-orphans', '--quiet-pull']);
    expect(settings.backupPaths).toEqual(['volume_a', '/data/b']);
  });

  it('keeps deploy windows, freeze days and time zone as text', () => {
    const windows = '0 2 * * 1-5 for 3h\n0 4 * * 6 for 1h30m';
    const settings = read({
      BIRDKEEPER_DEPLOY_WINDOWS: windows,
      BIRDKEEPER_DEPLOY_FREEZE: '2026-12-20..2027-01-03',
      BIRDKEEPER_TIME_ZONE: 'Europe/Berlin',
    });
    expect(settings.deployWindows).toBe(windows);
    expect(settings.deployFreeze).toBe('2026-12-20..2027-01-03');
    expect(settings.timeZone).toBe('Europe/Berlin');
  });

  it('takes fractions of a second', () => {
    expect(read({ BIRDKEEPER_SETTLE_SECONDS: '0.2' }).settleSeconds).toBe(0.2);
  });

  it.each([
    ['BIRDKEEPER_HEALTH_TIMEOUT_SECONDS', 'soon', 'should be a number above 0'],
    ['BIRDKEEPER_HEALTH_TIMEOUT_SECONDS', '0', 'should be a number above 0'],
    ['BIRDKEEPER_KEEP_RELEASES', '2.5', 'should be a whole number above 0'],
    ['BIRDKEEPER_KEEP_RELEASES', '0', 'should be a whole number above 0'],
    ['BIRDKEEPER_SETTLE_SECONDS', '-1', 'should be a number of 0 or more'],
    ['BIRDHOUSE_LOG_DIR', 'logs', 'should be an absolute path'],
    ['BIRDKEEPER_BACKUP_FREQUENCY', 'x', 'should be empty, five cron fields'],
    ['BIRDKEEPER_PROBES', 'ftp://x', 'should be http(s) addresses'],
    ['BIRDKEEPER_DEPLOY_WINDOWS', '0 2 * * 1-5', 'should be FIVE CRON FIELDS for DURATION'],
    ['BIRDKEEPER_DEPLOY_FREEZE', '24.12.2026', 'should be days (2026-12-24) or ranges'],
    ['BIRDKEEPER_TIME_ZONE', 'Europe/Nowhere', 'should be the name of a time zone'],
    ['BIRDKEEPER_NOTIFY_ON', 'failed rolledback', 'should be some of: deployed failed'],
    ['BIRDKEEPER_MAIL_FROM', 'birdkeeper', 'should be a mail address'],
  ])('refuses %s=%s by name', (name, text, message) => {
    expect(() => read({ [name]: text })).toThrow(`${name}: ${message}`);
    expect(() => read({ [name]: text })).toThrow(`(got "${text}")`);
  });

  it('names every wrong setting, and the file and line where one was set', () => {
    const wrong = { BIRDKEEPER_KEEP_RELEASES: 'a', PAVICS_LOG_DIR: 'b' };
    const origin = (name: string) => (name === 'PAVICS_LOG_DIR' ? { file: '/s/env.local', line: 7 } : undefined);
    expect(() => readSettings(wrong, '/s', origin)).toThrow(
      'PAVICS_LOG_DIR: should be an absolute path (got "b", /s/env.local line 7)\nBIRDKEEPER_KEEP_RELEASES: should be',
    );
  });

  it('does not repeat a receiver or mail server that is wrong: the path of a webhook is its password', () => {
    const wrong = {
      BIRDKEEPER_NOTIFY: 'https://hooks.example.org/services/T0AAAA/B0BBBB ops@example.org',
      BIRDKEEPER_SMTP_URL: 'smtp://ann:hunter2/@relay',
    };
    const origin = (name: string) => (name === 'BIRDKEEPER_NOTIFY' ? { file: '/s/env.local', line: 7 } : undefined);
    const told = () => readSettings(wrong, '/s', origin);
    expect(told).toThrow(
      /BIRDKEEPER_NOTIFY: receiver 2 should be .* \(what it holds is not shown, \/s\/env.local line 7\)/,
    );
    expect(told).toThrow(/BIRDKEEPER_SMTP_URL: should be .* \(what it holds is not shown\)/);
    expect(told).not.toThrow(/services|T0AAAA|hunter2/);
  });

  it('keeps secrets out of the message', () => {
    const variables = { BIRDKEEPER_PROBES: 'x://user:pw@host abc123secret', MAGPIE_TOKEN: 'abc123secret' };
    expect(() => read(variables)).not.toThrow(/abc123secret|pw@/);
    expect(() => read(variables)).toThrow(/BIRDKEEPER_PROBES/);
  });
});
