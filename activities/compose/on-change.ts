import type { ServiceAction } from '../../workflows/model.js';
import { ON_CHANGE_LABEL } from './content.js';

export interface OnChange {
  action: ServiceAction;
  signal?: string;
  /** The label says something we do not know; `restart` is taken. */
  warning?: string;
}

/** What the label `birdkeeper.on-change` of a service asks for when content changed; `restart` unless it is there. */
export function onChange(service: string, labels: Readonly<Record<string, string>>): OnChange {
  const value = labels[ON_CHANGE_LABEL]?.trim();
  if (value === undefined || value === 'restart') return { action: 'restart' };
  if (value === 'recreate') return { action: 'recreate' };
  if (value === 'none') return { action: 'nothing' };
  const signal = /^signal:(?:SIG)?([A-Z][A-Z0-9+-]*|[1-9]\d?)$/.exec(value)?.[1];
  if (signal !== undefined) return { action: 'signal', signal };
  return {
    action: 'restart',
    warning: `Label ${ON_CHANGE_LABEL} of ${service} is none of restart, recreate, none, signal:NAME: it is restarted.`,
  };
}
