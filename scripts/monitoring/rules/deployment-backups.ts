/** Rules of the deployment engine: backups. */
import { boundary, fires, fixed, type Rule, silent, steady } from '../model.js';
import { jobLine, jobTodo } from '../../../activities/notices/words.js';
import { held, STACK, WHO } from './deployment-words.js';

const backups = (stack: string) => `birdkeeper_schedule_interval_seconds{instance="h",stack="${stack}",task="backup"}`;

export const deploymentBackupRules: readonly Rule[] = [
  {
    name: 'BirdkeeperBackupTooOld',
    thresholds: [fixed(2, 'intervals of its schedule')],
    expr: (limit) =>
      `(time() - (${held(STACK, 'birdkeeper_backup_last_snapshot_timestamp_seconds')} > 0))\n` +
      `/ ${held(STACK, 'birdkeeper_schedule_interval_seconds{task="backup"}')} > ${limit}\n` +
      `or ${held(STACK, 'birdkeeper_backup_last_snapshot_timestamp_seconds')} == 0\n` +
      `and ${held(STACK, 'birdkeeper_schedule_interval_seconds{task="backup"}')} <= 86400\n` +
      `and ${held(STACK, 'birdkeeper_schedule_interval_seconds{task="backup"}', ' offset 2d')} > 0`,
    for: '15m',
    severity: 'critical',
    summary: `${WHO}: the newest backup is too old`,
    description:
      'No snapshot has been made for two intervals of its schedule, or none at all since it has been set for two days.',
    means: 'Backups are scheduled, and the newest snapshot is older than two intervals; or there has never been one.',
    look: '`birdkeeper jobs`, `birdkeeper restore --dry-run`; BirdkeeperRunFailed says when it failed; whether its schedule is paused.',
    todo: 'Make one now: birdkeeper jobs run backup. What it said: birdkeeper jobs logs backup',
    cases: [
      fires(
        'hourly, and three hours old',
        '200m',
        {
          'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="birds"}': '600x220',
          [backups('birds')]: steady(3600, 220),
        },
        { labels: { instance: 'h', stack: 'birds' } },
      ),
      fires(
        'daily for two days, and there is none',
        '51h',
        {
          'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="birds"}': steady(0, 3100),
          [backups('birds')]: steady(86_400, 3100),
        },
        { labels: { instance: 'h', stack: 'birds' } },
      ),
      silent('daily since yesterday, and there is none; none is scheduled', '24h', {
        'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="birds"}': steady(0, 1500),
        [backups('birds')]: steady(86_400, 1500),
        'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="off"}': '60x1500',
      }),
      boundary(
        '180m',
        {
          'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="at"}': '-7200+60x200',
          [backups('at')]: steady(3600, 200),
          'birdkeeper_backup_last_snapshot_timestamp_seconds{instance="h",stack="beyond"}': '-7201+60x200',
          [backups('beyond')]: steady(3600, 200),
        },
        { labels: { instance: 'h', stack: 'beyond' } },
      ),
    ],
  },
  {
    name: 'BirdkeeperBackupVerificationFailed',
    expr: () => `${held(STACK, 'birdkeeper_backup_verification_failed')} == 1`,
    for: '0m',
    severity: 'critical',
    summary: jobLine(WHO, 'verify', 'failed'),
    description: 'A backup was restored for a trial, and that failed: it may be worth nothing.',
    means: 'A backup was restored for a trial, as is done regularly, and that failed. It may be worth nothing.',
    look: '`birdkeeper status`; `birdkeeper jobs logs verify`.',
    todo: `${jobTodo('verify')}. A new backup: birdkeeper jobs run backup`,
    cases: [
      fires(
        'the newest one failed',
        '10m',
        { 'birdkeeper_backup_verification_failed{instance="h",stack="birds"}': '0x5 1x10' },
        { labels: { instance: 'h', stack: 'birds' } },
      ),
      silent('a later one succeeded', '10m', {
        'birdkeeper_backup_verification_failed{instance="h",stack="birds"}': '1x5 0x10',
      }),
    ],
  },
];
