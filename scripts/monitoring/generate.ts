/** Everything that is written of the rules. */
import { format, resolveConfig } from 'prettier';
import { ALL_RULES, RULE_FILES } from './rules/index.js';
import { cases } from './write/cases.js';
import { alertsPaper, rulesPaper } from './write/papers.js';
import { template, templatePath } from './write/template.js';

export interface Written {
  /** From the project's directory. */
  path: string;
  text: string;
}

export const CASES = 'test/fixtures/monitoring';

const parserOf = (path: string): 'markdown' | 'yaml' | undefined =>
  path.endsWith('.md') ? 'markdown' : path.endsWith('.yml') ? 'yaml' : undefined;

/** As the rest of the project is formatted. */
async function formatted({ path, text }: Written): Promise<Written> {
  const parser = parserOf(path);
  if (parser === undefined) return { path, text };
  const proseWrap = parser === 'markdown' ? 'always' : 'preserve';
  const style = { ...(await resolveConfig(path)), proseWrap, parser } as const;
  return { path, text: await format(text, style) };
}

export const generate = (): Promise<Written[]> =>
  Promise.all(
    [
      ...RULE_FILES.map((file) => ({ path: templatePath(file), text: template(file.groups) })),
      ...ALL_RULES.map((rule) => ({ path: `${CASES}/${rule.name}.test.yml`, text: cases(rule) })),
      { path: 'components/monitoring/RULES.md', text: rulesPaper() },
      { path: 'docs/alerts.md', text: alertsPaper() },
    ].map(formatted),
  );
