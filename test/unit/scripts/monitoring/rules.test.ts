import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RULE_FILES, ALL_RULES, KNOWN, rulesOf } from '../../../../scripts/monitoring/rules/index.js';
import { settable } from '../../../../scripts/monitoring/write/thresholds.js';
import { FAMILIES } from '../../../../worker/metrics/families.js';

/** As operators have them: name, default of its variable, its unit. */
const CONTRACT: readonly [string, number?, RegExp?][] = [
  ['HostOutOfMemory', 10, /^% left/],
  ['HostMemoryUnderMemoryPressure', 1000, /\/s$/],
  ['HostUnusualNetworkThroughputIn', 100, /^MB\/s$/],
  ['HostUnusualNetworkThroughputOut', 100, /^MB\/s$/],
  ['HostUnusualDiskReadRate', 50, /^MB\/s$/],
  ['HostUnusualDiskWriteRate', 50, /^MB\/s$/],
  ['HostOutOfDiskSpace', 10, /^% left/],
  ['HostDiskWillFillIn4Hours'],
  ['HostOutOfInodes', 10, /^% left/],
  ['HostUnusualDiskReadLatency', 100, /^ms$/],
  ['HostUnusualDiskWriteLatency', 100, /^ms$/],
  ['HostHighCpuLoad', 80, /^%/],
  // The one default that is raised, from 2000.
  ['HostContextSwitching', 20_000, /^\/s/],
  ['HostSwapIsFillingUp', 80, /^%/],
  ['HostSystemdServiceCrashed'],
  ['HostPhysicalComponentTooHot', 75, /Celsius/],
  ['HostNodeOvertemperatureAlarm'],
  ['HostRaidArrayGotInactive'],
  ['HostRaidDiskFailure'],
  ['HostKernelVersionDeviations'],
  ['HostOomKillDetected'],
  ['HostEdacCorrectableErrorsDetected'],
  ['HostEdacUncorrectableErrorsDetected'],
  ['HostNetworkReceiveErrors'],
  ['HostNetworkTransmitErrors'],
  ['ContainerKilled'],
  ['ContainerCpuUsage', 80, /^%/],
  ['ContainerMemoryUsage', 80, /^%/],
  ['ContainerVolumeUsage', 80, /^%/],
  ['ContainerVolumeIoUsage', 80, /^%/],
  ['ContainerHighThrottleRate'],
];
const SEVERITIES: Readonly<Record<string, string>> = {
  HostNodeOvertemperatureAlarm: 'critical',
  HostRaidArrayGotInactive: 'critical',
  HostEdacCorrectableErrorsDetected: 'info',
};
/** What is changed against the platform's rules, and is told to the operator. */
const MENDED = CONTRACT.map(([name]) => name).filter(
  (name) =>
    ![
      'HostOutOfMemory',
      'HostSwapIsFillingUp',
      'HostPhysicalComponentTooHot',
      'HostNodeOvertemperatureAlarm',
      'HostRaidArrayGotInactive',
    ].includes(name),
);

const known = rulesOf(KNOWN);
const sorted = (names: readonly string[]) => [...names].sort();

describe('scripts/monitoring/rules', () => {
  it('the 31 names that operators know are all there, in their groups', () => {
    expect(CONTRACT).toHaveLength(31);
    const groups = Object.fromEntries(
      KNOWN.groups.map(({ name, rules }) => [name, sorted(rules.map((rule) => rule.name))]),
    );
    const under = (prefix: string) => sorted(CONTRACT.map(([name]) => name).filter((name) => name.startsWith(prefix)));
    expect(groups).toEqual({ NodeUsage: under('Host'), ContainerUsage: under('Container') });
  });

  it('the 18 variables have their defaults and units', () => {
    const wanted = CONTRACT.filter(([, value]) => value !== undefined);
    expect(wanted).toHaveLength(18);
    const found = new Map(settable().map(({ variable, value, unit }) => [variable, { value, unit }]));
    expect(
      new Set(known.flatMap(({ thresholds = [] }) => thresholds.flatMap(({ variable }) => variable ?? []))).size,
    ).toBe(18);
    for (const [name, value, unit] of wanted) {
      expect(found.get(`PROMETHEUS_${name}_ALERT`), name).toEqual({
        value,
        unit: expect.stringMatching(unit ?? /./) as string,
      });
    }
  });

  it('a variable is of the rule whose name it has', () => {
    for (const { name, thresholds = [] } of ALL_RULES) {
      for (const { variable } of thresholds) if (variable) expect(variable).toBe(`PROMETHEUS_${name}_ALERT`);
    }
  });

  it('the severities are theirs', () => {
    for (const { name, severity } of known) expect(severity, name).toBe(SEVERITIES[name] ?? 'warning');
  });

  it('each that was mended says what it was and what it is', () => {
    expect(
      known
        .filter(({ now }) => now !== undefined)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(sorted(MENDED));
    expect(known.filter(({ was }) => was === undefined)).toEqual([]);
  });

  it('groups that come on top have a variable that switches them', () => {
    expect(
      RULE_FILES.slice(1).map(({ name, variable, groups }) => [name, variable, groups.map((group) => group.name)]),
    ).toEqual([
      ['self-monitoring.on', 'PROMETHEUS_SELF_MONITORING_RULES', ['SelfMonitoring']],
      ['container-health.on', 'PROMETHEUS_CONTAINER_HEALTH_RULES', ['ContainerHealth']],
      ['host-health.on', 'PROMETHEUS_HOST_HEALTH_RULES', ['HostHealth']],
      ['deployment.on', 'PROMETHEUS_DEPLOYMENT_RULES', ['Deployment']],
    ]);
  });

  it('the alerts of the deployment engine are all there', () => {
    const names = ALL_RULES.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(
        [
          'Down',
          'NeverReported',
          'LastSuccessTooOld',
          'RunFailed',
          'BehindTooLong',
          'RunStuck',
          'FetchFailing',
          'ReleaseQuarantined',
        ]
          .concat([
            'CheckoutBlocked',
            'ScheduleLag',
            'BackupTooOld',
            'BackupVerificationFailed',
            'ConfigurationInvalid',
            'BirdNotRegistered',
            'BirdNotAnswering',
            'RegistrationFailed',
            'RegistrationTooOld',
            'WeaverWorkerNotReady',
            'WeaverListingFailing',
            'CowbirdNotInStep',
            'CowbirdVerificationTooOld',
          ])
          .map((name) => `Birdkeeper${name}`)
          .concat('ExpectedServiceMissing', 'Watchdog', 'TargetDown'),
      ),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('begins the alerts of a stack as notices begin', () => {
    const ofStacks = ALL_RULES.filter(({ summary }) => summary.includes('$labels.stack'));
    expect(ofStacks.length).toBeGreaterThan(10);
    for (const { name, summary } of ofStacks) {
      expect(summary, name).toMatch(/^\{\{ \$labels\.stack \}\} on \{\{ \$labels\.instance \}\}(:| is blocked)/);
    }
  });

  it('what they ask of birdkeeper is told by a worker, with these labels', () => {
    const told = new Map<string, readonly string[]>(
      Object.entries(FAMILIES).map(([name, { labels }]) => [name, labels]),
    );
    const texts = ALL_RULES.map(({ expr }) => expr('1', '1'));
    const asked = texts.flatMap((text) => [...text.matchAll(/\b(birdkeeper_\w+)(?:\{([^}]*)\})?/g)]);
    expect(asked.length).toBeGreaterThan(20);
    for (const [series, name = '', matchers = ''] of asked) {
      const labels = told.get(name) ?? told.get(name.replace(/_(sum|count)$/, ''));
      expect(labels, series).toBeDefined();
      for (const [, label] of matchers.matchAll(/(\w+)[!=]~?"/g)) expect(labels, series).toContain(label);
    }
  });

  it('Alertmanager names only alerts that there are', async () => {
    const text = await readFile('components/monitoring/alertmanager.yml.template', 'utf8');
    const named = [...text.matchAll(/alertname=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !ALL_RULES.some((rule) => rule.name === name))).toEqual([]);
  });

  it('a threshold that is no number is refused before Prometheus reads it', async () => {
    const component = parse(await readFile('components/monitoring/component.yml', 'utf8')) as {
      needs: { variables: { name: string; form?: string }[] };
    };
    const numbers = component.needs.variables.filter(({ form }) => form === 'number').map(({ name }) => name);
    expect(sorted(numbers)).toEqual(sorted(settable().map(({ variable }) => variable)));
  });
});
