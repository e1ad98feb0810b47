/** What changed content asks of a service: its own label first, else the rules of the components. Pure. */
import type { ServiceAction } from '../../workflows/model.js';
import { ON_CHANGE_LABEL } from './content.js';
import { onChange, type OnChange } from './on-change.js';

/** `on-change` of a component.yml, its path made absolute. */
export interface ChangeRule {
  /** Live path; whatever is mounted from there or from below. */
  path: string;
  /** Empty: every service that mounts it. */
  services: readonly string[];
  action: ServiceAction;
  signal?: string | undefined;
}

const STRENGTH: Readonly<Record<ServiceAction, number>> = { nothing: 0, signal: 1, restart: 2, recreate: 3 };
const DEFAULT: OnChange = { action: 'restart' };

/** The strongest of what the changed paths ask for; a path without a rule asks for a restart. */
export function changeAction(
  service: string,
  labels: Readonly<Record<string, string>>,
  changed: readonly string[],
  rules: readonly ChangeRule[],
): OnChange {
  if (labels[ON_CHANGE_LABEL] !== undefined) return onChange(service, labels);
  return changed
    .map((path) => ruleFor(service, path, rules))
    .reduce((strongest, asked) => (STRENGTH[asked.action] > STRENGTH[strongest.action] ? asked : strongest), {
      action: 'nothing',
    });
}

/** The rule with the longest path is the nearest. */
function ruleFor(service: string, path: string, rules: readonly ChangeRule[]): OnChange {
  const own = rules
    .filter((rule) => rule.services.length === 0 || rule.services.includes(service))
    .filter((rule) => path === rule.path || path.startsWith(`${rule.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (own === undefined) return DEFAULT;
  return { action: own.action, ...(own.signal === undefined ? {} : { signal: own.signal }) };
}
