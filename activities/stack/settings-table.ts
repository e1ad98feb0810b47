/**
 * Every setting of ours that a stack's configuration can hold, as data: the schema, the documentation and its test read
 * this table.
 */
export interface SettingRow {
  /** Names that are looked up, the deciding one first: an old name beats its newer one when both are set. */
  readonly names: readonly [string, ...string[]];
  /** Text that stands for an unset variable; `${NAME}` is another variable of the stack. */
  readonly default: string;
  readonly meaning: string;
  /** An empty value is a value (no schedule) rather than the default. */
  readonly emptyCounts?: true;
}

export const SETTINGS = {
  extraRepos: {
    names: ['AUTODEPLOY_EXTRA_REPOS', 'BIRDHOUSE_AUTODEPLOY_EXTRA_REPOS'],
    default: '',
    meaning: 'Further checkouts that belong to the stack: directories, absolute or relative to the stack directory',
  },
  keyDirectory: {
    names: ['AUTODEPLOY_DEPLOY_KEY_ROOT_DIR', 'BIRDHOUSE_AUTODEPLOY_DEPLOY_KEY_ROOT_DIR'],
    default: '',
    meaning: 'Directory of the ssh keys: <repository>_deploy_key, else id_rsa_git_ssh_read_only',
  },
  knownHostsFile: {
    names: ['BIRDKEEPER_KNOWN_HOSTS'],
    default: '',
    meaning: "File of the git hosts' keys, checked strictly; unset: keys are accepted once and kept",
  },
  gitTimeoutSeconds: {
    names: ['BIRDKEEPER_GIT_TIMEOUT_SECONDS'],
    default: '120',
    meaning: 'Longest time for one git command that talks to a remote',
  },
  platformFrequency: {
    names: ['AUTODEPLOY_PLATFORM_FREQUENCY', 'BIRDHOUSE_AUTODEPLOY_PLATFORM_FREQUENCY'],
    default: '7 5 * * *',
    meaning: 'How often the checkouts are looked at; empty: never by itself',
    emptyCounts: true,
  },
  notebookFrequency: {
    names: ['AUTODEPLOY_NOTEBOOK_FREQUENCY', 'BIRDHOUSE_AUTODEPLOY_NOTEBOOK_FREQUENCY'],
    default: '',
    meaning: 'How often the notebooks are deployed; unset: @hourly when BIRDKEEPER_NOTEBOOK_SOURCE is set',
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
  logDir: {
    names: ['PAVICS_LOG_DIR', 'BIRDHOUSE_LOG_DIR'],
    default: '/var/log/PAVICS',
    meaning: 'Directory of autodeploy.log, notebookdeploy.log and backup.log',
  },
  composeUpExtraOptions: {
    names: ['COMPOSE_UP_EXTRA_OPTS', 'BIRDHOUSE_COMPOSE_UP_EXTRA_OPTS'],
    default: '',
    meaning: 'Further options of docker compose up; --remove-orphans removes services that left the file',
  },
  healthTimeoutSeconds: {
    names: ['BIRDKEEPER_HEALTH_TIMEOUT_SECONDS'],
    default: '180',
    meaning: 'Longest time until every changed service is healthy and quiet',
  },
  settleSeconds: {
    names: ['BIRDKEEPER_SETTLE_SECONDS'],
    default: '2',
    meaning: 'How long a service with a health check must stay quiet',
  },
  settleSecondsNoHealthcheck: {
    names: ['BIRDKEEPER_SETTLE_SECONDS_NO_HEALTHCHECK'],
    default: '10',
    meaning: 'How long a service without a health check must stay quiet',
  },
  probes: {
    names: ['BIRDKEEPER_PROBES'],
    default: '',
    meaning: 'HTTP checks of the stack, one a line or separated by ";": URL [STATUS] [TEXT THAT THE ANSWER HOLDS]',
  },
  keepReleases: {
    names: ['BIRDKEEPER_KEEP_RELEASES'],
    default: '5',
    meaning: 'Good releases that are kept with their images',
  },
  minFreeDiskMb: {
    names: ['BIRDKEEPER_MIN_FREE_DISK_MB'],
    default: '1024',
    meaning: 'Free space below which no deployment is begun, in MB',
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
  codeOwnership: {
    names: ['AUTODEPLOY_CODE_OWNERSHIP', 'BIRDHOUSE_AUTODEPLOY_CODE_OWNERSHIP'],
    default: '',
    meaning: 'uid:gid that owns every file a deployment writes into a checkout; unset: the owner of the checkout',
  },
  rewrittenUpstream: {
    names: ['BIRDKEEPER_REWRITTEN_UPSTREAM'],
    default: 'report',
    meaning: 'A branch whose upstream was force-pushed, without local commits of a person: report | follow',
  },
  triggerTimeoutSeconds: {
    names: ['BIRDKEEPER_CONDITIONAL_TRIGGER_TIMEOUT_SECONDS'],
    default: '60',
    meaning: 'Longest time for autodeploy/conditional-trigger of a checkout; one that does not end in time deploys',
  },
  pull: {
    names: ['BIRDKEEPER_PULL'],
    default: 'missing',
    meaning:
      'missing: images are pulled when they are absent; always: tags that moved in the registry are followed too',
  },
  hookTimeoutSeconds: {
    names: ['BIRDKEEPER_HOOK_TIMEOUT_SECONDS'],
    default: '300',
    meaning: 'Longest time for one hook of a component, unless its component.yml says otherwise',
  },
  hookPolicy: {
    names: ['BIRDKEEPER_HOOK_POLICY'],
    default: '',
    meaning:
      'What a failed hook does, unless its component.yml says otherwise: stop (roll back) | continue; unset: continue in a checkout of birdhouse-deploy, as its own script does, stop elsewhere',
  },
  busyLimitSeconds: {
    names: ['BIRDKEEPER_BUSY_LIMIT_SECONDS'],
    default: '3600',
    meaning: "Longest time that apply waits for users' work, unless component.yml says otherwise",
  },
  approval: {
    names: ['BIRDKEEPER_APPROVAL'],
    default: 'never',
    meaning: 'Which deployments wait for birdkeeper approve: never | always | risky (something cannot be rolled back)',
  },
  deployWindows: {
    names: ['BIRDKEEPER_DEPLOY_WINDOWS'],
    default: '',
    meaning: 'When stacks may be changed, one a line or separated by ";": FIVE CRON FIELDS for DURATION; empty: always',
  },
  deployFreeze: {
    names: ['BIRDKEEPER_DEPLOY_FREEZE'],
    default: '',
    meaning: 'Days on which nothing is deployed by itself, whitespace separated: 2026-12-24 or 2026-12-20..2027-01-03',
  },
  timeZone: {
    names: ['BIRDKEEPER_TIMEZONE', 'BIRDKEEPER_TIME_ZONE'],
    default: 'UTC',
    meaning: 'Time zone of every schedule, of BIRDKEEPER_DEPLOY_WINDOWS and of BIRDKEEPER_DEPLOY_FREEZE',
  },
  verifySignatures: {
    names: ['BIRDKEEPER_VERIFY_SIGNATURES'],
    default: 'no',
    meaning: 'Signatures of new commits: no | tip (the newest of each checkout) | every (each new commit)',
  },
  allowedSigners: {
    names: ['BIRDKEEPER_ALLOWED_SIGNERS'],
    default: '',
    meaning: 'File of ssh keys that may sign (the allowed_signers format of ssh-keygen)',
  },
  gpgKeyring: {
    names: ['BIRDKEEPER_GPG_KEYRING'],
    default: '',
    meaning: 'GPG keyring file whose keys may sign',
  },
  onDrift: {
    names: ['BIRDKEEPER_ON_DRIFT'],
    default: 'report',
    meaning: 'What does not run as recorded: report | repair',
  },
  handOverSeconds: {
    names: ['BIRDKEEPER_HAND_OVER_SECONDS'],
    default: '120',
    meaning: 'Longest time until a new worker polls that replaced this one; else the former one is put back',
  },
  stopFirst: {
    names: ['BIRDKEEPER_STOP_FIRST'],
    default: 'false',
    meaning: 'true: every deployment stops the whole stack before it starts it again, as the scheduler of old did',
  },
  besideAutodeploy: {
    names: ['BIRDKEEPER_BESIDE_AUTODEPLOY'],
    default: 'false',
    meaning: "true: deploy although the platform's own scheduler, with its autodeploy job, is a part of the stack",
  },
  notify: {
    names: ['BIRDKEEPER_NOTIFY'],
    default: '',
    meaning: 'Who is told, one a line or separated by blanks: mailto:ADDRESS, slack+https://…, https://… (JSON)',
  },
  notifyOn: {
    names: ['BIRDKEEPER_NOTIFY_ON'],
    default: 'failed rolled-back blocked waiting job-failed recovered',
    meaning: 'What is told, whitespace separated: deployed failed rolled-back blocked waiting job-failed recovered',
  },
  smtpUrl: {
    names: ['BIRDKEEPER_SMTP_URL'],
    default: 'smtp://127.0.0.1:25',
    meaning: 'Mail server for mailto: receivers: smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…',
  },
  mailFrom: {
    names: ['BIRDKEEPER_MAIL_FROM'],
    default: 'birdkeeper@localhost',
    meaning: 'Sender of mails',
  },
} as const satisfies Record<string, SettingRow>;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
