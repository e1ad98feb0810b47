/** A stack that has the monitoring component, which lies outside of it; nothing runs. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfig, renderConfig } from '../../../worker/config.js';
import { validateConfig } from '../../../worker/config-checks.js';
import { birdkeeper, type Ran } from '../command-line.js';
import { writeEraStack } from '../era-stack.js';
import { COMPONENT } from './component.js';

/** What must be set. */
export const GOOD = {
  GRAFANA_ADMIN_PASSWORD: 'tawny-owl-31-perch',
  ALERTMANAGER_ADMIN_EMAIL_RECEIVER: 'ops@example.org,night@example.org',
  SMTP_SERVER: 'smtp.example.org:25',
};

export class MonitoredStack {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper-monitoring-')));
  readonly directory = join(this.root, 'checkout');
  readonly component = join(this.root, 'elsewhere/monitoring');

  /** `values`: what env.local exports. `kind`: a tag of birdhouse-deploy, whose form the stack has then. */
  write(values: Record<string, string>, kind = 'our own form'): void {
    cpSync(COMPONENT, this.component, { recursive: true });
    rmSync(this.directory, { recursive: true, force: true });
    mkdirSync(this.directory, { recursive: true });
    const lists = kind.startsWith('2.') ? 'BIRDHOUSE_EXTRA_CONF_DIRS' : 'EXTRA_CONF_DIRS';
    const local = Object.entries({ [lists]: this.component, ...values })
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
      .join('');
    if (kind === 'our own form') {
      writeFileSync(join(this.directory, 'docker-compose.yml'), 'services: {}\n');
      writeFileSync(join(this.directory, 'env.local'), local);
    } else {
      const files = { 'env.local': local, 'default.env': '' };
      writeEraStack(this.directory, kind, files, { required: '', optional: '' });
    }
  }

  /** `birdkeeper config …`. */
  config(...args: string[]): Promise<Ran> {
    const environment = { PATH: process.env['PATH'] ?? '', HOME: '/' };
    return birdkeeper(
      {
        settings: { stateDirectories: ['/none'], environment },
        cwd: this.directory,
        handlers: { readConfig, renderConfig, validateConfig },
      },
      'config',
      ...args,
    );
  }

  /** Path of a rendered file of the component. */
  async rendered(file: string): Promise<string> {
    const out = join(this.root, 'out');
    if (!existsSync(out)) {
      const ran = await this.config('render', '--out', out);
      if (ran.status !== 0) throw new Error(ran.err);
    }
    return join(out, this.component, file);
  }

  async variables(...names: string[]): Promise<Record<string, string>> {
    const { out } = await this.config('env', '--format', 'json');
    const all = z.record(z.string(), z.string()).parse(JSON.parse(out));
    return Object.fromEntries(names.map((name) => [name, all[name] ?? 'unset']));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
