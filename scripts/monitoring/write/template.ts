/** The rules as Prometheus reads them, with variables where operators set thresholds. Pure. */
import { stringify } from 'yaml';
import type { Group, Rule, RuleFile, Threshold } from '../model.js';

const HEAD = '# Written by `node scripts/monitoring.mjs` of what is in scripts/monitoring/rules/.\n';

/** Makes another comparison of `<` and the like. */
export type Compare = (operator: string) => string;
const asItIs: Compare = (operator) => operator;

const limitOf = ({ variable, value }: Threshold): string =>
  variable === undefined ? String(value) : `\${${variable}}`;

/** With `compare`, comparisons with thresholds are made others: so that a test sees whether the cases mind. */
export function expression(rule: Rule, compare: Compare = asItIs): string {
  const thresholds = rule.thresholds ?? [];
  return thresholds.reduce(
    (text, threshold, index) =>
      text.replace(
        new RegExp(`([<>]=?) §${index}§`),
        (_, operator: string) => `${compare(operator)} ${limitOf(threshold)}`,
      ),
    rule.expr(...thresholds.map((_, index) => `§${index}§`)),
  );
}

/** There is no public site: a place in this project. */
export const runbookOf = ({ name }: Rule): string => `docs/alerts.md#${name.toLowerCase()}`;

/** With what to do, as a notice has it: mails show both. */
export const descriptionOf = ({ description, todo }: Rule): string => `${description}\n${todo.replaceAll('`', '')}`;

const asRule = (rule: Rule, compare?: Compare) => ({
  alert: rule.name,
  expr: expression(rule, compare),
  for: rule.for,
  labels: { severity: rule.severity },
  annotations: { summary: rule.summary, description: descriptionOf(rule), runbook_url: runbookOf(rule) },
});

export function template(groups: readonly Pick<Group, 'name' | 'rules'>[], compare?: Compare): string {
  const content = {
    groups: groups.map(({ name, rules }) => ({ name, rules: rules.map((rule) => asRule(rule, compare)) })),
  };
  return HEAD + stringify(content, { lineWidth: 0 });
}

/** As the stack renders it while operators have set no threshold. */
export const rendered = (text: string, rules: readonly Rule[]): string =>
  rules
    .flatMap(({ thresholds = [] }) => thresholds)
    .reduce((rest, threshold) => rest.replaceAll(limitOf(threshold), String(threshold.value)), text);

export const templatePath = ({ name }: RuleFile): string => `components/monitoring/rules/${name}.rules.template`;
