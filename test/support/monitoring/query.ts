/** Questions to a Prometheus: https://prometheus.io/docs/prometheus/latest/querying/api/ */

export interface Sample {
  metric: Record<string, string>;
  /** Seconds and the number as text. */
  value: [number, string];
}

export async function ask<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
  const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
  if (status !== 'success') throw new Error(`${path}: ${error ?? status}`);
  return data;
}

export const query = async (url: string, text: string): Promise<Sample[]> =>
  (await ask<{ result: Sample[] }>(url, `query?query=${encodeURIComponent(text)}`)).result;

/** Names of metrics in an expression; not those of labels, of jobs and of other words. */
export const metricNames = (expression: string): string[] => [
  ...new Set(
    expression.match(
      /\b(?:up|(?:node|container|machine|birdkeeper|temporal|prometheus|alertmanager)_(?!label_)\w+)\b(?!\s*(?:=~?"|![=~]"|"))/g,
    ),
  ),
];
