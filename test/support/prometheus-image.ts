/** Prometheus in an image, as the official one: its own user, its data in /prometheus. It looks at itself every other moment. */
import { createProgramsImage, type ProgramsImage } from './programs-image.js';

const CONFIGURATION = `global: {scrape_interval: 500ms}
scrape_configs:
  - job_name: self
    metrics_path: /prometheus/metrics
    static_configs: [{targets: ["127.0.0.1:9090"]}]
    metric_relabel_configs: [{source_labels: [__name__], regex: prometheus_build_info|process_.*, action: keep}]
`;
/** Options that every container of it has; the monitoring of birdhouse-deploy has such a prefix too. */
export const PROMETHEUS = [
  'prometheus',
  '--config.file=/etc/prometheus.yml',
  '--storage.tsdb.path=/prometheus',
  '--web.listen-address=127.0.0.1:9090',
  '--web.external-url=http://birds.example.org/prometheus',
];

const DOCKERFILE = `RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && chown 65534:65534 /prometheus"]
ENV PATH=/usr/bin:/bin
VOLUME /prometheus
USER 65534:65534
`;

export const createPrometheusImage = (): Promise<ProgramsImage> =>
  createProgramsImage({
    name: 'prometheus',
    linked: ['/usr/bin/prometheus'],
    directories: ['prometheus', 'tmp', 'etc'],
    files: {
      'etc/prometheus.yml': CONFIGURATION,
      'etc/passwd': 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
    },
    dockerfile: DOCKERFILE,
  });
