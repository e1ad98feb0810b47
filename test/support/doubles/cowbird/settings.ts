/** What the program that stands for Cowbird is told: by its files as the real one is, and by its environment. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../program.js';
import { HANDLERS, type CowbirdOptions } from './state.js';

/**
 * COWBIRD_CONFIG_PATH: file or directory whose `handlers` are active or not; what is not there is none; all are when it is unset.
 * COWBIRD_INI_FILE_PATH: `cowbird.url`. WORKSPACE_DIR: where people get directories. WORKER_URL: where the worker is; unset: it runs.
 * VERSION: of the real one.
 */
export function cowbirdSettings(env: Environment): CowbirdOptions {
  const {
    COWBIRD_CONFIG_PATH: config,
    COWBIRD_INI_FILE_PATH: ini,
    WORKSPACE_DIR: workspaces,
    WORKER_URL: workerUrl,
  } = env;
  const url = ini === undefined ? undefined : /^cowbird\.url\s*=\s*(\S+)/m.exec(textOf(ini))?.[1];
  return {
    ...(env['VERSION'] ? { version: env['VERSION'] } : {}),
    ...(url === undefined ? {} : { url }),
    ...(workspaces && isDirectory(workspaces) ? { workspaces } : {}),
    ...(workerUrl ? { workerUrl } : {}),
    behaviour: { handlers: config ? handlersAt(config, env) : HANDLERS },
  };
}

function handlersAt(path: string, env: Environment): string[] {
  const files = isDirectory(path)
    ? readdirSync(path)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  return [...new Set(files.flatMap((file) => activeHandlers(textOf(file), env)))];
}

/** Names below `handlers:` that are active: of files that are indented by two, as those of the platform are. */
export function activeHandlers(text: string, env: Environment): string[] {
  const [, section = ''] = /^handlers:[^\n]*\n((?:[ #\n].*\n?|\n)*)/m.exec(text) ?? [];
  return section.split(/^ {2}(?=\w)/m).flatMap((part) => {
    const [, name = ''] = /^(\w+):/.exec(part) ?? [];
    const [, active = ''] = /\bactive:\s*([^\s,}]+|\$\{\w+\})/.exec(part) ?? [];
    const value = active.replace(/\$\{(\w+)\}?/, (all, variable: string) => env[variable] ?? all);
    return (HANDLERS as readonly string[]).includes(name) && /^(true|yes|on)$/i.test(value) ? [name] : [];
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
