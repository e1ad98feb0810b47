/**
 * The five images of the monitoring component, by the names that it uses: Prometheus, Alertmanager and node-exporter are
 * Debian's, cAdvisor is made of its library. **Grafana is a double**: its server cannot be had here, and a web server with
 * its health address stands in its place.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgramsImage, type ProgramsImage, type ProgramsImageOptions } from '../programs-image.js';
import { cadvisor, newerPrometheus } from './programs.js';

/** As `default.env` of the component names them. */
export type ImageNames = Readonly<
  Record<'prometheus' | 'alertmanager' | 'nodeExporter' | 'cadvisor' | 'grafana', string>
>;

const PASSWD = 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n';
const INSTALL = 'RUN ["/bin/busybox", "--install", "-s", "/bin"]\n';
const NOBODYS = (path: string) =>
  `RUN ["/bin/chown", "65534:65534", "${path}", "/tmp"]\nVOLUME ${path}\nUSER 65534:65534\n`;
const HEALTHY = '{"database": "ok"}\n';
/** Alertmanager's own templates, which Debian's looks for at this place. */
const TEMPLATES = '/usr/share/prometheus/alertmanager';

/** `remove` takes all of them away again. */
export async function createMonitoringImages(names: ImageNames): Promise<ProgramsImage> {
  const scratch = await mkdtemp(join(tmpdir(), 'bk-test-monitoring-'));
  const made: ProgramsImage[] = [];
  try {
    const programs = { prometheus: join(scratch, 'prometheus'), cadvisor: join(scratch, 'cadvisor') };
    await copyFile(await newerPrometheus(), programs.prometheus);
    await copyFile(await cadvisor(), programs.cadvisor);
    for (const options of plans(names, programs)) made.push(await createProgramsImage(options));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { tag: 'monitoring', remove: async () => void (await Promise.all(made.map((image) => image.remove()))) };
}

const plans = (
  names: ImageNames,
  programs: Readonly<Record<'prometheus' | 'cadvisor', string>>,
): ProgramsImageOptions[] => [
  {
    name: 'prometheus',
    tag: names.prometheus,
    linked: [programs.prometheus],
    directories: ['prometheus', 'tmp', 'etc/prometheus'],
    files: { 'etc/passwd': PASSWD },
    dockerfile: `${INSTALL}${NOBODYS('/prometheus')}ENTRYPOINT ["${programs.prometheus}"]\n`,
  },
  {
    name: 'alertmanager',
    tag: names.alertmanager,
    linked: ['/usr/bin/prometheus-alertmanager'],
    copied: [TEMPLATES],
    directories: ['alertmanager', 'tmp', 'etc/alertmanager'],
    files: { 'etc/passwd': PASSWD },
    dockerfile: `${INSTALL}${NOBODYS('/alertmanager')}ENTRYPOINT ["/usr/bin/prometheus-alertmanager"]\n`,
  },
  {
    name: 'node-exporter',
    tag: names.nodeExporter,
    linked: ['/usr/bin/prometheus-node-exporter'],
    directories: ['host'],
    files: {},
    dockerfile: `${INSTALL}ENTRYPOINT ["/usr/bin/prometheus-node-exporter"]\n`,
  },
  {
    name: 'cadvisor',
    tag: names.cadvisor,
    linked: [],
    copied: [programs.cadvisor],
    directories: ['rootfs', 'var/lib/docker', 'sys'],
    files: {},
    dockerfile: `${INSTALL}ENTRYPOINT ["${programs.cadvisor}"]\n`,
  },
  {
    name: 'grafana',
    tag: names.grafana,
    linked: [],
    directories: ['www/api', 'www/grafana/api', 'var/lib/grafana', 'etc/grafana'],
    // With and without its prefix.
    files: { 'www/api/health': HEALTHY, 'www/grafana/api/health': HEALTHY },
    dockerfile: `${INSTALL}ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "3000", "-h", "/www"]\n`,
  },
];
