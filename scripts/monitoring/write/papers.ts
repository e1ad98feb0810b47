/** What operators read of the rules. Pure. */
import type { Group, Rule, Threshold } from '../model.js';
import { KNOWN, RULE_FILES, rulesOf } from '../rules/index.js';

const HEAD = '<!-- Written by `node scripts/monitoring.mjs` of what is in scripts/monitoring/rules/. -->\n';

const threshold = ({ variable, value, unit }: Threshold): string =>
  variable === undefined ? `fixed: ${value} ${unit}` : `\`${variable}\` = ${value} ${unit}`;
const thresholdsOf = ({ thresholds = [] }: Rule): string => thresholds.map(threshold).join('; ');

const firstLine = ({ severity, for: after, thresholds = [], needs }: Rule): string =>
  [
    `${severity}, ${after === '0m' ? 'at once' : `after ${after}`}`,
    ...thresholds.map(threshold),
    ...(needs === undefined ? [] : [`needs ${needs}`]),
  ].join(' · ');

/** Papers tell of no single alert: `NAME` stands for what an alert fills in. */
const withoutLabels = (text: string): string =>
  text.replace(/\{\{ if [^}]*\}\}.*?\{\{ end \}\}|\{\{[^}]*\}\}/g, 'NAME');

const paragraph = (rule: Rule): string =>
  [
    `### ${rule.name}`,
    `_${firstLine(rule)}_`,
    `${rule.means}\n**Look at** ${rule.look}\n**Do** ${withoutLabels(rule.todo)}`.replaceAll('\n', '  \n'),
  ].join('\n\n');

const chapter = ({ title, rules }: Group, variable?: string): string =>
  [
    `## ${title}`,
    ...(variable === undefined ? [] : [`\`${variable}=off\` leaves them out.`]),
    ...rules.map(paragraph),
  ].join('\n\n');

const index = (): string =>
  RULE_FILES.flatMap(({ groups }) => groups)
    .map(({ title, rules }) => `- ${title}: ${rules.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}`)
    .join('\n');

/** docs/alerts.md */
export const alertsPaper = (): string =>
  [
    `${HEAD}\n# Alerts`,
    'What each alert of [components/monitoring](../components/monitoring/README.md) means, what to look at, and what to do. ' +
      'The link in an alert (`runbook_url`) leads to its heading. Severity `critical` is for now, `warning` for today, `info` for whenever. ' +
      'Which rules were mended against those of the platform, and all thresholds: [RULES.md](../components/monitoring/RULES.md). ' +
      'What birdkeeper tells without Prometheus: [notices.md](notices.md); the same event has the same words in both, and a host is ' +
      'named as Prometheus names it, by its domain name.',
    index(),
    ...RULE_FILES.flatMap(({ groups, variable }) => groups.map((group) => chapter(group, variable))),
  ].join('\n\n') + '\n';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const changed = (): string[] =>
  rulesOf(KNOWN).flatMap(({ name, was = '', now, severity, thresholds = [] }) =>
    row(
      `[${name}](../../docs/alerts.md#${name.toLowerCase()})`,
      severity,
      thresholds.map(threshold).join('; '),
      was,
      now ?? 'the same',
    ),
  );

const added = (): string[] =>
  RULE_FILES.filter(({ variable }) => variable !== undefined).flatMap((file) =>
    rulesOf(file).map((rule) =>
      row(
        `[${rule.name}](../../docs/alerts.md#${rule.name.toLowerCase()})`,
        rule.severity,
        thresholdsOf(rule),
        `\`${file.variable ?? ''}\``,
      ),
    ),
  );

/** components/monitoring/RULES.md */
export const rulesPaper = (): string =>
  [
    `${HEAD}\n# Alert rules`,
    `The ${rulesOf(KNOWN).length} rules that the platform's own component has, under the same names, with the same severities, variables and units. ` +
      'None is gone. Those that never fired, fired for nothing or measured something else were mended; the defaults are the same but for ' +
      '`PROMETHEUS_HostContextSwitching_ALERT`, which is raised. A variable that you have set keeps its value, and where the meaning has changed below ' +
      'it is compared with something else than before: look whether it still says what you want.',
    [row('alert', 'severity', 'threshold', 'was', 'is'), '| --- | --- | --- | --- | --- |', ...changed()].join('\n'),
    '## Added',
    'Groups that come on top, each with a variable that switches it (`on`, the default, or `off`).',
    [row('alert', 'severity', 'threshold', 'switched by'), '| --- | --- | --- | --- |', ...added()].join('\n'),
    '## Rules of your own',
    'Mount them as `/etc/prometheus/NAME.rules` ([README.md](README.md#add-to-it)). To switch one of these off, inhibit it by `Watchdog`, ' +
      'which always fires ([README.md](README.md#mails-routes-silences)).',
  ].join('\n\n') + '\n';
