/** An alert rule as data: of it the template for Prometheus, the cases for promtool and the papers are written. */

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A number that a series is compared with. */
export interface Threshold {
  value: number;
  unit: string;
  /** Absent: fixed. */
  variable?: string;
}

export interface Alert {
  /** Without `alertname` and `severity`. */
  labels: Readonly<Record<string, string>>;
  /** What the annotations make of the value; absent where they do not tell it. */
  value?: string;
}

/** A story of samples, one a minute from the beginning of 1970 on, in promtool's notation. */
export interface Case {
  kind: 'fires' | 'silent' | 'boundary';
  /** What happens, a phrase. */
  says: string;
  series: Readonly<Record<string, string>>;
  at: string;
  /** All that fire then. */
  alerts: readonly Alert[];
}

export interface Rule {
  name: string;
  /** A token per threshold, in their order. */
  expr: (...limits: string[]) => string;
  thresholds?: readonly Threshold[];
  for: string;
  severity: Severity;
  summary: string;
  description: string;
  means: string;
  look: string;
  todo: string;
  /** Without it there is nothing to measure: hardware, a service of the host. */
  needs?: string;
  /** Of the known rules: what it was, and what it is now where that differs. */
  was?: string;
  now?: string;
  /** How long something that happened once is seen, where no function in the expression says so. */
  window?: string;
  /** On purpose. */
  alwaysFires?: true;
  cases: readonly Case[];
}

export interface Group {
  /** Of the group in Prometheus. */
  name: string;
  /** What it watches, a heading. */
  title: string;
  rules: readonly Rule[];
}

export interface RuleFile {
  /** `rules/NAME.rules.template`. */
  name: string;
  /** That switches the file; its name ends in `.on`. */
  variable?: string;
  groups: readonly Group[];
}

/** The threshold of a known rule, which operators set. */
export const setBy = (rule: string, value: number, unit: string): Threshold => ({
  variable: `PROMETHEUS_${rule}_ALERT`,
  value,
  unit,
});
export const fixed = (value: number, unit: string): Threshold => ({ value, unit });

export const fires = (says: string, at: string, series: Case['series'], ...alerts: Alert[]): Case => ({
  kind: 'fires',
  says,
  at,
  series,
  alerts,
});
export const silent = (says: string, at: string, series: Case['series']): Case => ({
  kind: 'silent',
  says,
  at,
  series,
  alerts: [],
});
/** One series stands at the threshold and is silent, another is beyond it and fires. */
export const boundary = (at: string, series: Case['series'], ...alerts: Alert[]): Case => ({
  kind: 'boundary',
  says: 'at the threshold nothing, beyond it an alert',
  at,
  series,
  alerts,
});

/** The same value each minute. */
export const steady = (value: number, minutes: number): string => `${value}x${minutes}`;
/** From high above 0, where the rate of a counter is not guessed. */
export const rising = (perMinute: number, minutes: number, from = 1e9): string => `${from}+${perMinute}x${minutes}`;
/** One step up, in the middle of a steady counter. */
export const stepping = (by: number, before: number, after: number, from = 0): string =>
  `${from}x${before} ${from + by}x${after}`;

export const labels = (pairs: Readonly<Record<string, string>>): string =>
  `{${Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

export const VALUE = '{{ $value | printf "%.1f" }}';
