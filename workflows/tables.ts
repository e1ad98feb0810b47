/** Markdown tables that the details of several workflows share. Pure. */
import { short } from './check-stack/decide.js';
import type { CheckoutObservation, ServiceDecision, ServiceHealth } from './model.js';

/** Details are kept small: a stack of a hundred services names those that matter. */
const MAX_ROWS = 40;

export function checkoutTable(checkouts: readonly CheckoutObservation[]): string {
  return table(
    ['checkout', 'word', 'old → new', 'subject'],
    checkouts.map(({ name, word, head, upstreamCommit, subject, error, files }) => [
      name,
      word,
      word === 'behind' ? `${short(head)} → ${short(upstreamCommit)}` : short(head),
      error ?? (files === undefined ? (subject ?? '') : files.join(', ')),
    ]),
  );
}

export function serviceTable(decisions: readonly ServiceDecision[], health: readonly ServiceHealth[]): string {
  const words = new Map(
    health.map(({ service, health: word, detail }) => [service, detail === undefined ? word : `${word} (${detail})`]),
  );
  const planned = decisions.map(({ service, action, signal, reason }) => [
    service,
    signal === undefined ? action : `${action} ${signal}`,
    reason,
    words.get(service) ?? '',
  ]);
  const named = new Set(decisions.map(({ service }) => service));
  const others = health
    .filter(({ service }) => !named.has(service))
    .map(({ service }) => [service, 'nothing', '', words.get(service) ?? '']);
  return table(['service', 'decision', 'reason', 'health'], [...planned, ...others]);
}

export function table(heads: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const more = rows.length > MAX_ROWS ? [`\n… and ${rows.length - MAX_ROWS} more`] : [];
  return [line(heads), line(heads.map(() => '---')), ...rows.slice(0, MAX_ROWS).map(line), ...more].join('\n');
}

const cell = (text: string): string => inline(text.slice(0, 160));

/**
 * Commit subjects, reasons and file names are data: on one line, and kept from becoming markup or breaking a table. Options
 * are shown as code: the UI would make a dash of their two, which nobody can paste.
 */
export const inline = (text: string): string =>
  text
    .replace(/[\r\n\u2028\u2029]+/g, ' ')
    .split(OPTION)
    .map((part, index) => (index % 2 === 1 ? `\`${part}\`` : part.replace(/[|<>`*_~[\]\\]/g, '\\$&')))
    .join('');

const OPTION = /(--[a-z][\w-]*(?:=[\w./:@-]+)?)/;
