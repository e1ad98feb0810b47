/** Samples to the text that Prometheus reads. Pure. */
import { FAMILIES, type FamilyName } from './families.js';

export interface Sample {
  name: FamilyName;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A histogram that was added up elsewhere. `counts`: of each bucket alone, the last one of all that was longer. */
export interface Distribution {
  name: FamilyName;
  labels: Readonly<Record<string, string>>;
  counts: readonly number[];
  sum: number;
}

export interface Samples {
  values: Sample[];
  distributions: Distribution[];
}

/** Ends with a line end. Families without samples are left out; a series that is there twice is told once, the first. */
export function exposition({ values, distributions }: Samples): string {
  return (Object.keys(FAMILIES) as FamilyName[])
    .map((name) => {
      const lines = [
        ...values.filter((sample) => sample.name === name).map((sample) => line(name, sample.labels, sample.value)),
        ...distributions.filter((one) => one.name === name).flatMap(distributionLines),
      ];
      const { help, type } = FAMILIES[name];
      return lines.length === 0
        ? ''
        : `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${unique(lines).join('')}`;
    })
    .join('');
}

function distributionLines({ name, labels, counts, sum }: Distribution): string[] {
  const bounds = [...(FAMILIES[name].buckets ?? []), Infinity];
  let total = 0;
  const buckets = bounds.map((bound, at) => {
    total += counts[at] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: number(bound) }, total);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, total)];
}

const line = (name: string, labels: Readonly<Record<string, string>>, value: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}\n`;
};

/** Prometheus refuses a whole page for one series that is there twice. */
function unique(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((text) => {
    const series = text.slice(0, text.lastIndexOf(' '));
    return seen.has(series) ? false : seen.add(series);
  });
}

const number = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
};

const escapeLabel = (text: string): string =>
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
