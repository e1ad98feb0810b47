/** The cases of a rule for `promtool test rules`. Pure. */
import { stringify } from 'yaml';
import type { Alert, Case, Rule } from '../model.js';
import { descriptionOf, runbookOf } from './template.js';

const HEAD = '# Written by `node scripts/monitoring.mjs` of what is in scripts/monitoring/rules/.\n';

export const caseName = (rule: Rule, { kind, says }: Case): string => `${rule.name} (${kind}): ${says}`;

/** What Prometheus makes of a template, of the few forms that rules have. */
export function told(text: string, { labels, value }: Alert): string {
  return text
    .replace(
      /\{\{ if \$labels\.(\w+) \}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}/g,
      (_, name: string, then: string, other: string) => (labels[name] ? then : other),
    )
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '')
    .replace(/\{\{ \$value [^}]*\}\}/g, () => {
      if (value === undefined) throw new Error(`"${text}" tells a value, and a case says none`);
      return value;
    });
}

function expected(rule: Rule, alert: Alert) {
  return {
    exp_labels: { ...alert.labels, severity: rule.severity },
    exp_annotations: {
      summary: told(rule.summary, alert),
      description: told(descriptionOf(rule), alert),
      runbook_url: runbookOf(rule),
    },
  };
}

const asTest = (rule: Rule, one: Case) => ({
  name: caseName(rule, one),
  interval: '1m',
  input_series: Object.entries(one.series).map(([series, values]) => ({ series, values })),
  alert_rule_test: [
    { eval_time: one.at, alertname: rule.name, exp_alerts: one.alerts.map((alert) => expected(rule, alert)) },
  ],
});

/** The rendered rule lies beside it, alone: promtool evaluates all that is in a file for each case. */
export function cases(rule: Rule): string {
  const content = {
    rule_files: [`${rule.name}.rules`],
    evaluation_interval: '1m',
    tests: rule.cases.map((one) => asTest(rule, one)),
  };
  return HEAD + stringify(content, { lineWidth: 0 });
}
