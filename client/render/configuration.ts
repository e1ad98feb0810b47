/** Diagnostics and origins of a configuration as lines. Pure. */
import type { Diagnostic } from '../../activities/stack/diagnostics.js';
import type { ExplainAnswer } from '../handlers.js';

export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string[] {
  const count = (severity: Diagnostic['severity']) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return [
    ...diagnostics.map(({ severity, message, file, line }) => {
      const where = file === undefined ? '' : `${file}${line === undefined ? '' : `, line ${line}`}: `;
      return `${severity}: ${where}${message}`;
    }),
    `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes`,
  ];
}

export function renderExplanation(answer: ExplainAnswer): string[] {
  const { name, value, exported, steps, delayed, aliases, lists, era } = answer;
  return [
    value === undefined ? `${name} is not set` : `${name}=${shown(value)}`,
    `  ${value === undefined ? '' : exported ? 'exported; ' : 'not exported: templates and compose see it empty; '}read as era ${era}`,
    ...steps.map(({ by, line, value: then }, at) => {
      const where = line === undefined ? by : `${by}, line ${line} (found by its text)`;
      return `  ${at + 1}. ${where}: ${then === undefined ? 'unset' : shown(then)}`;
    }),
    ...(delayed ? ['  evaluated after everything was read (DELAYED_EVAL)'] : []),
    ...(aliases.length === 0 ? [] : [`  also known as ${aliases.join(', ')}`]),
    ...(lists.length === 0 ? [] : [`  templates may use it (${lists.join(', ')})`]),
  ];
}

/** On one line. */
const shown = (value: string): string => (/[\n\r\t]/.test(value) ? JSON.stringify(value) : value);
