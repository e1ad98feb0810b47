/** The monitoring component in a sample world: a copy of it beside the checkouts, its images, and where it tells. */
import { cp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { output } from '../world/programs.js';
import type { ImageNames } from './images.js';
import { SOURCES } from './sources.js';

export const COMPONENT = join(SOURCES, 'components/monitoring');

/** Rendered files are written beside their templates: not into the sources. */
export async function copyComponent(parent: string): Promise<string> {
  const path = join(parent, 'monitoring');
  await cp(COMPONENT, path, { recursive: true });
  return path;
}

/** As `default.env` of the component has them. */
export async function imageNames(): Promise<ImageNames> {
  const defaults = await readFile(join(COMPONENT, 'default.env'), 'utf8');
  const value = (name: string): string => {
    const found = new RegExp(`^export ${name}='?([^'\\n]+)'?$`, 'm').exec(defaults)?.[1];
    if (found === undefined) throw new Error(`default.env of monitoring has no ${name}`);
    return found.replaceAll(/\$\{(\w+)\}/g, (_, other: string) => value(other));
  };
  return {
    prometheus: value('PROMETHEUS_IMAGE'),
    alertmanager: value('ALERTMANAGER_IMAGE'),
    nodeExporter: value('NODE_EXPORTER_IMAGE'),
    cadvisor: value('CADVISOR_IMAGE'),
    grafana: value('GRAFANA_IMAGE'),
  };
}

/** Of the engine's default bridge: containers reach this host there, and nobody else does. */
export async function bridgeAddress(env: Record<string, string>): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}}{{end}}';
  return (await output('docker', ['network', 'inspect', 'bridge', '--format', format], { env })).trim();
}

export interface Alert {
  status: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface Webhook {
  port: number;
  /** Bodies as they came. */
  received: { status: string; alerts: Alert[] }[];
  close(): Promise<void>;
}

/** Takes what Alertmanager posts. */
export async function webhook(address: string): Promise<Webhook> {
  const received: Webhook['received'] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push(JSON.parse(body) as Webhook['received'][number]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
