/** What the program that stands for Weaver is told: by its ini file as Weaver is, and by its environment. */
import type { WeaverOptions, Role } from './index.js';
import { placeOf, type Environment } from '../program.js';

const PORT = 4_001;
const ROLES: readonly string[] = ['HYBRID', 'EMS', 'ADES', 'DEFAULT'];

/** Values of an ini file by section. Lines that go on are joined; what stands twice counts the second time. */
export function readIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, value = ''] = /^([^\s#;=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
    } else if (key !== undefined) {
      last = key;
      section.set(key, value.trim());
    } else if (/^\s+[^\s#;]/.test(line) && section.has(last)) {
      section.set(last, `${section.get(last)}\n${line.trim()}`);
    }
  }
  return sections;
}

/**
 * From the ini: `weaver.configuration`, `weaver.url`, and where `[server:main]` binds. SCRIPT_NAME is the path below which it lives, as
 * gunicorn has it. What is in the environment wins: WEAVER_CONFIGURATION, WEAVER_URL, HOST, PORT. Throws for a role that is none.
 */
export function settingsOf(env: Environment, ini = ''): Omit<WeaverOptions, 'store' | 'looks'> {
  const sections = readIni(ini);
  const app = sections.get('app:main');
  const server = sections.get('server:main');
  const bind = /^(.+):(\d+)$/.exec(server?.get('bind') ?? '');
  const bound = { HOST: bind?.[1] ?? server?.get('host'), PORT: bind?.[2] ?? server?.get('port') };
  const role = env['WEAVER_CONFIGURATION'] || app?.get('weaver.configuration') || 'HYBRID';
  if (!ROLES.includes(role)) throw new Error(`weaver.configuration is ${role}, which is none of ${ROLES.join(', ')}`);
  const base = env['WEAVER_URL'] || app?.get('weaver.url');
  return {
    ...placeOf({ ...bound, ...env }, PORT),
    role: role as Role,
    prefix: (env['SCRIPT_NAME'] ?? '').replace(/\/+$/, ''),
    ...(base === undefined ? {} : { base: base.replace(/\/+$/, '') }),
  };
}
