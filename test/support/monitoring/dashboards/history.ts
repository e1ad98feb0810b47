/**
 * A past for queries: what exporters said once, stretched over the hours before now. Real names, labels and values, made-up
 * times: counters grew evenly to half of what they are, gauges stood still, what is told as a time happened every six hours.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../../activities/shared/run-command.js';

export interface Recorded {
  /** As the exporter said it. */
  text: string;
  job: string;
  instance: string;
}

export interface Past {
  /** Seconds since 1970. */
  until: number;
  hours: number;
  scrapeSeconds: number;
  /** Only these metrics. */
  names: ReadonlySet<string>;
}

interface Sample {
  series: string;
  at: (time: number) => number;
}

const PERIOD = 6 * 3_600;
/** promtool reads its input once for each block of two hours: so it gets the input of one block at a time. */
const BLOCK = 2 * 3_600;
const AT_ONCE = 2;
/** Seconds after the minute: scrapes are not on it, and a window of one minute holds one of them. */
const OFFSET = 17;

/** Names of the families, with what histograms and summaries make of them. */
export function namesIn(text: string): Set<string> {
  const families = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    families.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
}

/** Blocks of a Prometheus' storage, in `folder`. */
export async function writePast(
  folder: string,
  scratch: string,
  recorded: readonly Recorded[],
  past: Past,
): Promise<void> {
  const samples = recorded.flatMap((one) => samplesOf(one, past));
  const end = Math.floor((past.until - OFFSET) / past.scrapeSeconds) * past.scrapeSeconds + OFFSET;
  const blocks: [from: number, to: number][] = [];
  for (let from = end - past.hours * 3_600; from <= end;) {
    const to = Math.min(Math.floor(from / BLOCK) * BLOCK + BLOCK, end + 1);
    blocks.push([from, to]);
    from = to;
  }
  const work = async () => {
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      await writeBlock(folder, join(scratch, `${block[0]}.txt`), textOf(samples, block, past.scrapeSeconds));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function writeBlock(folder: string, file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await runCommand(
    { file: 'promtool', args: ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, folder] },
    {
      cwd: folder,
      env: process.env as Record<string, string>,
      signal: new AbortController().signal,
      timeoutMs: 60_000,
    },
  );
}

function textOf(samples: readonly Sample[], [from, to]: [number, number], every: number): string {
  const first = Math.ceil((from - OFFSET) / every) * every + OFFSET;
  const lines: string[] = [];
  for (const { series, at } of samples) {
    for (let time = first; time < to; time += every) lines.push(`${series} ${at(time)} ${time}`);
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

function samplesOf({ text, job, instance }: Recorded, { until, names }: Past): Sample[] {
  const counters = new Set([...text.matchAll(/^# TYPE (\w+) (?:counter|histogram)$/gm)].map(([, name = '']) => name));
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels, number = ''] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (!names.has(name)) return [];
    const more = labels ? `,${labels}` : '';
    const counts = counters.has(name) || counters.has(name.replace(/_(bucket|count|sum)$/, ''));
    return [
      {
        series: `${name}{job="${job}",instance="${instance}"${more}}`,
        at: course(name, Number(number), until, counts),
      },
    ];
  });
}

function course(name: string, value: number, until: number, counts: boolean): Sample['at'] {
  if (name === 'container_last_seen') return (time) => time;
  if (counts) {
    const whole = Number.isInteger(value);
    return (time) => {
      const grown = value * (1 - (until - time) / (2 * 86_400));
      return whole ? Math.round(grown) : grown;
    };
  }
  if (!/_timestamp_seconds$/.test(name) || value === 0) return () => value;
  // What is due lies ahead at each time, what has been lies behind.
  const ahead = value > until ? PERIOD : 0;
  return (time) => value - Math.ceil((value - time - ahead) / PERIOD) * PERIOD;
}
