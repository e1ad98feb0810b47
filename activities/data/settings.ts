/** What the environment of a data job says, and the configuration of its file, which beats it. Pure. */
import { resolve } from 'node:path';
import { z } from 'zod';

export interface DataSettings {
  /** The clones are kept below it. */
  readonly checkoutCache: string;
  /** Private key for ssh, instead of the host's own deploy keys. */
  readonly identityFile: string | undefined;
  /** As whom rsync runs; undefined: as the worker. */
  readonly owner: Owner | undefined;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** That of upstream. */
const DEFAULT_CACHE = '/tmp/deploy-data-clone-cache';

const absolute = z.string().startsWith('/', 'should be an absolute path').optional();
/** The next is no user: to the kernel it means that nothing changes. */
const LAST_ID = 2 ** 32 - 2;
const Environment = z.object({
  DEPLOY_DATA_CHECKOUT_CACHE: absolute,
  DEPLOY_DATA_GIT_SSH_IDENTITY_FILE: absolute,
  DEPLOY_DATA_LOGFILE: absolute,
  DEPLOY_DATA_RSYNC_USER_GRP: z
    .string()
    .refine(
      (text) => /^\d{1,10}(:\d{1,10})?$/.test(text) && text.split(':').every((number) => Number(number) <= LAST_ID),
      {
        error: 'should be two numbers, UID:GID (see them with: id)',
      },
    )
    .transform((text): Owner => {
      // As the engine has it: who is given without a group has that of root.
      const [uid = 0, gid = 0] = text.split(':').map(Number);
      return { uid, gid };
    })
    .optional(),
});

/** The settings, or what is wrong with the environment, a sentence each. Of the file's `config` only texts count. */
export function readDataSettings(
  environment: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>> = {},
): { settings: DataSettings; problems?: never } | { problems: string[]; settings?: never } {
  const read = Environment.safeParse(withoutEmpty(environment));
  if (!read.success) {
    return { problems: read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`) };
  }
  const { data } = read;
  return {
    settings: {
      checkoutCache: resolve(told(config['checkout_cache']) ?? data.DEPLOY_DATA_CHECKOUT_CACHE ?? DEFAULT_CACHE),
      identityFile: told(config['git_ssh_identity_file']) ?? data.DEPLOY_DATA_GIT_SSH_IDENTITY_FILE,
      owner: data.DEPLOY_DATA_RSYNC_USER_GRP,
    },
  };
}

/** Where the job's log is wanted (DEPLOY_DATA_LOGFILE); undefined when nowhere else than usual. Whoever runs the job opens it. */
export const dataLogFile = (environment: Readonly<Record<string, string>>): string | undefined =>
  environment['DEPLOY_DATA_LOGFILE'] || undefined;

const told = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Set to nothing is not set. */
const withoutEmpty = (environment: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
