/** The variables of thresholds, as lines of a default.env. Pure. */
import type { Threshold } from '../model.js';
import { ALL_RULES } from '../rules/index.js';

type Settable = Threshold & { variable: string };
const isSettable = (threshold: Threshold): threshold is Settable => threshold.variable !== undefined;

export const settable = (): Settable[] => ALL_RULES.flatMap(({ thresholds = [] }) => thresholds).filter(isSettable);

export const thresholdLines = (): string[] =>
  settable().map(({ variable, value, unit }) => `export ${variable}=${value} # ${unit}`);

/** `$NAME`, for OPTIONAL_VARS. */
export const thresholdNames = (): string[] => settable().map(({ variable }) => `  \\$${variable}`);

/** components/monitoring/thresholds.env */
export const thresholdsEnv = (): string =>
  [
    '# Thresholds of the alert rules. Written by `node scripts/monitoring.mjs` of what is in scripts/monitoring/rules/.',
    ...thresholdLines(),
    '',
    'OPTIONAL_VARS="$OPTIONAL_VARS',
    ...thresholdNames(),
    '"',
    '',
  ].join('\n');
