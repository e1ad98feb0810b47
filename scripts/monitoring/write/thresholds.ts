/** The variables of thresholds, which default.env of the component holds. Pure. */
import type { Threshold } from '../model.js';
import { ALL_RULES } from '../rules/index.js';

type Settable = Threshold & { variable: string };
const isSettable = (threshold: Threshold): threshold is Settable => threshold.variable !== undefined;

export const settable = (): Settable[] => ALL_RULES.flatMap(({ thresholds = [] }) => thresholds).filter(isSettable);
