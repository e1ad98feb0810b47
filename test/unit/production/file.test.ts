/** What must hold of docker-compose.temporal.yml and what it mounts, whoever edits it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imagesIn, PRODUCTION_FILE, tagOf, workerImageOf } from '../../../scripts/production/versions.mjs';
import { NAMESPACE, RETENTION_DAYS, SEARCH_ATTRIBUTES } from '../../../workflows/contract.js';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  image: string;
  restart: string;
  ports?: string[];
  mem_limit?: string;
  logging?: { options?: Record<string, string> };
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
}

const text = read(PRODUCTION_FILE);
const { services, networks, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
};
const entries = Object.entries(services);
const LASTING = ['postgres', 'temporal', 'ui', 'worker'];
const valueOf = (script: string, name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(script)?.[1];

describe('production/file', () => {
  it('the one-shot makes the namespace that the worker would make', () => {
    const script = read('production/setup/namespace.sh');
    expect(valueOf(script, 'NAMESPACE')).toBe(NAMESPACE);
    expect(valueOf(script, 'RETENTION')).toBe(`${RETENTION_DAYS}d`);
    expect(valueOf(script, 'ATTRIBUTES')?.split(' ')).toEqual([...SEARCH_ATTRIBUTES]);
  });

  it('health is asked of that namespace, and the worker uses it', () => {
    expect(services['temporal']?.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:7243/api/v1/namespaces/${NAMESPACE}`);
    expect(services['worker']?.environment?.['TEMPORAL_NAMESPACE']).toBe(NAMESPACE);
    expect(services['ui']?.environment?.['TEMPORAL_DEFAULT_NAMESPACE']).toBe(NAMESPACE);
  });

  it('nothing is published but the UI, on the loopback address', () => {
    const published = entries.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['ui']);
    expect(services['ui']?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });

  it.each(entries)('%s has a limit of memory, a limit of its log, and starts again', (name, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.logging?.options).toMatchObject({ 'max-size': expect.any(String) as string });
    expect(service.restart).toMatch(LASTING.includes(name) ? /^always$/ : /^on-failure/);
  });

  it.each(entries)('%s has a pinned version', (_name, { image }) => {
    expect(image).toMatch(/:(\d+\.\d+\.\d+|\d+\.\d+-bookworm)\}?$/);
  });

  it('server and tools are of one version', () => {
    const images = imagesIn(text);
    expect(tagOf(images, 'temporalio/admin-tools')).toBe(tagOf(images, 'temporalio/server'));
  });

  it('its worker is of the version of this package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(workerImageOf(join(root, PRODUCTION_FILE))).toBe(`birdkeeper/birdkeeper:${version}`);
  });

  it('no password stands in it', () => {
    const names = entries.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names.filter((name) => /PWD|PASSWORD$|SECRET|TOKEN/.test(name))).toEqual([]);
  });

  it('the database has a named volume and a network without a way out', () => {
    expect(Object.keys(volumes)).toEqual(['postgres-data']);
    expect(networks['database']).toEqual({ internal: true });
  });
});
