/** Known rules: the network. */
import { boundary, fires, rising, type Rule, setBy, silent, steady, stepping, VALUE } from '../model.js';
import { REAL_NETWORK } from './selectors.js';

const MEBI = 1024 * 1024;

const throughput = (name: 'In' | 'Out'): Rule => {
  const alert = `HostUnusualNetworkThroughput${name}`;
  const metric = `node_network_${name === 'In' ? 'receive' : 'transmit'}_bytes_total`;
  const verb = name === 'In' ? 'received' : 'sent';
  return {
    name: alert,
    thresholds: [setBy(alert, 100, 'MB/s')],
    expr: (limit) => `sum by (instance) (rate(${metric}{${REAL_NETWORK}}[5m])) / 1024 / 1024 > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: `{{ $labels.instance }}: much is ${verb} over the network`,
    description: `${VALUE} MB/s are ${verb}.`,
    means: `More is ${verb} than is usual. It may be wanted (a download of a large data set, a backup).`,
    look: `Panels "Network Traffic" and "${name === 'In' ? 'Received' : 'Sent'} traffic per container" of the first dashboard.`,
    todo: 'Nothing, when it is wanted; else stop the container, or block who asks. Raise the threshold where it is usual.',
    was: 'sum over all devices: traffic of containers counted on the bridge and on their own devices again',
    now: 'sum over real devices only, over five minutes',
    cases: [
      fires(
        'two devices with 60 MB/s',
        '12m',
        {
          [`${metric}{instance="h",device="eth0"}`]: rising(60 * 60 * MEBI, 15),
          [`${metric}{instance="h",device="enp3s0"}`]: rising(60 * 60 * MEBI, 15),
        },
        { labels: { instance: 'h' }, value: '120.0' },
      ),
      silent('60 MB/s of a container, on three devices', '12m', {
        [`${metric}{instance="h",device="eth0"}`]: rising(60 * 60 * MEBI, 15),
        [`${metric}{instance="h",device="docker0"}`]: rising(60 * 60 * MEBI, 15),
        [`${metric}{instance="h",device="veth12ab"}`]: rising(60 * 60 * MEBI, 15),
      }),
      boundary(
        '12m',
        {
          [`${metric}{instance="at",device="eth0"}`]: rising(100 * 60 * MEBI, 15, 0),
          [`${metric}{instance="beyond",device="eth0"}`]: rising(101 * 60 * MEBI, 15, 0),
        },
        { labels: { instance: 'beyond' }, value: '101.0' },
      ),
    ],
  };
};

const errors = (name: 'Receive' | 'Transmit'): Rule => {
  const metric = `node_network_${name.toLowerCase()}_errs_total`;
  const verb = name === 'Receive' ? 'receives' : 'sends';
  return {
    name: `HostNetwork${name}Errors`,
    expr: () => `increase(${metric}[10m]) > 0`,
    for: '0m',
    severity: 'warning',
    summary: `{{ $labels.instance }}: {{ $labels.device }} ${verb} with errors`,
    description: `{{ $labels.device }} counted errors in the last ten minutes.`,
    means: `A network device ${verb} broken packets: a cable, a switch, a driver; of a virtual machine, its host.`,
    look: '`ip -s link`, `ethtool -S` of the device: which errors, and whether they go on.',
    todo: 'One burst after a restart of a switch is harmless. If it comes back, exchange cable or port.',
    was: 'errors within five minutes, for five minutes: a burst, however large, was never told',
    now: 'a single burst is told at once, for ten minutes',
    cases: [
      fires(
        'a burst of 5000',
        '12m',
        { [`${metric}{instance="h",device="eth0"}`]: stepping(5000, 8, 20) },
        { labels: { instance: 'h', device: 'eth0' } },
      ),
      silent('errors of long ago', '12m', { [`${metric}{instance="h",device="eth0"}`]: steady(5000, 20) }),
    ],
  };
};

export const hostThroughputRules: readonly Rule[] = [throughput('In'), throughput('Out')];
export const hostNetworkErrorRules: readonly Rule[] = [errors('Receive'), errors('Transmit')];
