/** What the rules of the deployment engine have in common. */

/** Labels of a run, of a checkout, of a stack, of a bird of it; `instance` is its host. */
export const RUN = 'instance, stack, task, name';
export const CHECKOUT = 'instance, stack, checkout';
export const STACK = 'instance, stack';
export const BIRD = 'instance, stack, bird';

/** The newest sample, also while the worker is restarted: an alert would be resolved and told again. */
export const held = (by: string, series: string, offset = ''): string =>
  `max by (${by}) (last_over_time(${series}[10m]${offset}))`;

/** As notices begin. */
export const WHO = '{{ $labels.stack }} on {{ $labels.instance }}';
export const JOB = '{{ if $labels.name }}{{ $labels.name }}{{ else }}{{ $labels.task }}{{ end }}';
export const WHAT = '{{ if $labels.name }}job {{ $labels.name }}{{ else }}{{ $labels.task }}{{ end }}';

export const BLOCKED_CHECKOUT = 'dirty|diverged|detached|no upstream|upstream gone|not a repository|missing';

/** What is known of runs and schedules is old then, and BirdkeeperServerUnreachable tells why. */
export const WHILE_SERVER_ANSWERS = `unless on (instance) ${held('instance', 'birdkeeper_server_reachable')} == 0`;
