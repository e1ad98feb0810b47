/** Settings of jobs, log rotation, notebooks and backups; see settings-table.ts. */
import type { SettingRow } from './settings-table.js';

export const JOB_SETTINGS = {
  notebookFrequency: {
    names: ['AUTODEPLOY_NOTEBOOK_FREQUENCY', 'BIRDHOUSE_AUTODEPLOY_NOTEBOOK_FREQUENCY'],
    default: '',
    meaning:
      'How often the notebooks are deployed; unset: @hourly when BIRDKEEPER_NOTEBOOK_SOURCE or BIRDKEEPER_NOTEBOOK_LIST is set',
    emptyCounts: true,
  },
  dataJobs: {
    names: ['BIRDKEEPER_DATA_JOBS'],
    default: '',
    meaning:
      'How jobs that call deploy-data are run: built-in | container; unset: built-in, where the worker runs in no container',
  },
  jobTimeoutSeconds: {
    names: ['BIRDKEEPER_JOB_TIMEOUT_SECONDS'],
    default: '43200',
    meaning: 'Longest time of one run of a job, unless its x-birdkeeper says otherwise',
  },
  jobRetries: {
    names: ['BIRDKEEPER_JOB_RETRIES'],
    default: '0',
    meaning: 'Further tries of a run of a job that failed, unless its x-birdkeeper says otherwise',
  },
  logrotateFrequency: {
    names: ['BIRDKEEPER_LOGROTATE_FREQUENCY'],
    default: '@daily',
    meaning:
      'How often logs are looked at, which are rotated when they are due; unset, with BIRDKEEPER_NGINX_LOGS: every ten minutes; empty: never',
    emptyCounts: true,
  },
  logrotateFile: {
    names: ['BIRDKEEPER_LOGROTATE_FILE'],
    default: '',
    meaning: "A file of logrotate's own that decides what becomes of the logs, in the place of our rules",
  },
  nginxLogs: {
    names: ['BIRDKEEPER_NGINX_LOGS'],
    default: '',
    meaning: 'Logs of nginx that are rotated: a volume (volume:NAME) or a directory (absolute)',
  },
  nginxContainer: {
    names: ['BIRDKEEPER_NGINX_CONTAINER'],
    default: 'proxy',
    meaning: 'Container of the nginx that is told to open its logs anew',
  },
  backupFrequency: {
    names: ['BIRDKEEPER_BACKUP_FREQUENCY', 'SCHEDULER_JOB_BACKUP_FREQUENCY'],
    default: '',
    meaning: 'How often the stack is backed up; empty: never by itself',
    emptyCounts: true,
  },
  backupArguments: {
    names: ['BIRDKEEPER_BACKUP_ARGS', 'SCHEDULER_JOB_BACKUP_ARGS'],
    default: "-a '*' -u '*'",
    meaning:
      'What a backup holds: -a application, -u user, -l logs data, each of a component or *; --birdhouse-logs; --local-env-file',
  },
  backupKeep: {
    names: ['BIRDKEEPER_BACKUP_KEEP', 'BIRDHOUSE_BACKUP_RESTIC_FORGET_ARGS'],
    default: '',
    meaning: 'Which backups are kept, in the words of restic forget; empty: all',
  },
  backupEnvFile: {
    names: ['BIRDKEEPER_BACKUP_RESTIC_ENV_FILE', 'BIRDHOUSE_BACKUP_RESTIC_ENV_FILE'],
    default: '',
    meaning:
      'File of variables for restic, where BIRDKEEPER_BACKUP_REPOSITORY is not set: restic.env of birdhouse-deploy',
  },
  backupBefore: {
    names: ['BIRDKEEPER_BACKUP_BEFORE'],
    default: 'never',
    meaning: 'Which deployments are preceded by a backup: never | risky (something cannot be rolled back) | always',
  },
  backupMaxAgeHours: {
    names: ['BIRDKEEPER_BACKUP_MAX_AGE_HOURS'],
    default: '48',
    meaning: 'How old the newest backup may be when it is verified, in hours',
  },
  backupDataSubset: {
    names: ['BIRDKEEPER_BACKUP_DATA_SUBSET'],
    default: '',
    meaning: 'How much of the repository is read when a backup is verified, beside what is restored',
  },
  verifyFrequency: {
    names: ['BIRDKEEPER_VERIFY_BACKUP_FREQUENCY'],
    default: '',
    meaning: 'How often the newest backup is tried; unset: @weekly when backups are made; empty: never by itself',
    emptyCounts: true,
  },
  backupPaths: {
    names: ['BIRDKEEPER_BACKUP_PATHS'],
    default: '',
    meaning: 'Volumes (volume:NAME) and directories (absolute) that a backup holds, whitespace separated',
  },
  backupRepository: {
    names: ['BIRDKEEPER_BACKUP_REPOSITORY'],
    default: '',
    meaning: 'restic repository',
  },
  backupPasswordFile: {
    names: ['BIRDKEEPER_BACKUP_PASSWORD_FILE'],
    default: '',
    meaning: 'File that holds the password of the restic repository',
  },
  notebookList: {
    names: ['BIRDKEEPER_NOTEBOOK_LIST'],
    default: '',
    meaning:
      'File that lists the sources of the notebooks and what of them goes where; unset, without a source: the tree of the platform',
  },
  notebookKeep: {
    names: ['BIRDKEEPER_NOTEBOOK_KEEP'],
    default: '2',
    meaning: 'Former states of the notebooks that are kept for going back',
  },
  notebookSource: {
    names: ['BIRDKEEPER_NOTEBOOK_SOURCE'],
    default: '',
    meaning: 'git repository of the tutorial notebooks',
  },
  notebookBranch: {
    names: ['BIRDKEEPER_NOTEBOOK_BRANCH'],
    default: '',
    meaning: "Branch of the notebooks; unset: the repository's own",
  },
  notebookDir: {
    names: ['BIRDKEEPER_NOTEBOOK_DIR'],
    default: '${JUPYTERHUB_USER_DATA_DIR}/tutorial-notebooks',
    meaning: 'Directory that is replaced by the notebooks',
  },
} as const satisfies Record<string, SettingRow>;
