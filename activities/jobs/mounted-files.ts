/**
 * The job files that components mount into the platform's scheduler, each at /scheduler-job-configs/<name>.yml, in the order
 * in which its entry point joins them. Pure.
 */
import { posix } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

export interface ComposeText {
  readonly path: string;
  readonly text: string;
}

const TARGET = /^\/scheduler-job-configs\/([^/]+\.yml)$/;
/** The text of AUTODEPLOY_EXTRA_SCHEDULER_JOBS, which is read where it is set. */
const EXTRA = 'extra-scheduler-jobs.yml';

/**
 * Absolute paths of job files. `directory`: what relative sources are relative to. A file that is not YAML is left to Compose,
 * which says so.
 */
export function mountedJobFiles(
  files: readonly ComposeText[],
  directory: string,
  variables: Readonly<Record<string, string>>,
): string[] {
  const found = new Map<string, string>();
  for (const volume of files.flatMap(({ text }) => volumesIn(text))) {
    const [source = '', target = ''] = interpolate(volume, variables).split(':');
    const [, name] = TARGET.exec(target) ?? [];
    // A later file of the same target is the one that Compose mounts.
    if (name !== undefined && name !== EXTRA && source !== '') found.set(name, posix.resolve(directory, source));
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, source]) => source);
}

/** Where docker-crontab looks for its jobs: one file up to 2.14 of birdhouse-deploy, one per job since. */
const READS_JOBS = /^\/(opt\/crontab\/config\.yml|scheduler-job-configs\/)/;

/**
 * Name of the service that is docker-crontab with jobs: it runs them already. A later file that gives the service another image,
 * as our own component does, makes it another one.
 */
export function crontabService(
  files: readonly ComposeText[],
  variables: Readonly<Record<string, string>>,
): string | undefined {
  const services = files.flatMap(({ text }) => servicesIn(text));
  const names = [...new Set(services.map(({ name }) => name))];
  return names.find((name) => {
    const own = services.filter((service) => service.name === name);
    const image = own.findLast((service) => service.image !== undefined)?.image ?? '';
    const targets = own
      .flatMap(({ volumes }) => volumes)
      .map((volume) => interpolate(volume, variables).split(':')[1] ?? '');
    return /crontab/.test(interpolate(image, variables)) && targets.some((target) => READS_JOBS.test(target));
  });
}

interface Service {
  name: string;
  image: string | undefined;
  /** `source:target`. */
  volumes: string[];
}

const volumesIn = (text: string): string[] => servicesIn(text).flatMap(({ volumes }) => volumes);

function servicesIn(text: string): Service[] {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false });
  if (document.errors.length > 0) return [];
  const services: unknown = document.get('services');
  if (!isMap(services)) return [];
  return services.items.flatMap(({ key, value }) => {
    if (!isMap(value) || !isScalar(key)) return [];
    const [volumes, image] = [value.get('volumes'), value.get('image')] as unknown[];
    return [
      {
        name: String(key.value),
        image: typeof image === 'string' ? image : undefined,
        volumes: isSeq(volumes) ? volumes.items.flatMap(volumeOf) : [],
      },
    ];
  });
}

function volumeOf(item: unknown): string[] {
  if (isScalar(item) && typeof item.value === 'string') return [item.value];
  if (!isMap(item)) return [];
  const [source, target] = [item.get('source'), item.get('target')];
  return typeof source === 'string' && typeof target === 'string' ? [`${source}:${target}`] : [];
}

/** `$NAME`, `${NAME}`, `${NAME:-text}`, `${NAME-text}` and `$$`, as Compose does it. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\})/g,
    (whole, plain?: string, braced?: string, operator = '', word = '') => {
      if (whole === '$$') return '$';
      const value = variables[plain ?? braced ?? ''];
      const isSet = value !== undefined && !(String(operator).startsWith(':') && value === '');
      if (String(operator).endsWith('+')) return isSet ? String(word) : '';
      if (isSet) return value;
      return String(operator).endsWith('-') ? String(word) : '';
    },
  );
}
