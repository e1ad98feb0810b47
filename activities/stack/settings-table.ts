import { COMPONENT_SETTINGS } from './settings-table-components.js';
import { JOB_SETTINGS } from './settings-table-jobs.js';

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
  prometheusUrl: {
    names: ['BIRDKEEPER_PROMETHEUS_URL'],
    default: '',
    meaning: 'Prometheus, with its prefix, that status and doctor ask for alerts; components/monitoring sets it',
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
  ...JOB_SETTINGS,
  ...COMPONENT_SETTINGS,
} as const satisfies Record<string, SettingRow>;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
