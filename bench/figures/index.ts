import type { Figure } from '../bench.js';
import { check } from './check.js';

export const FIGURES: readonly Figure[] = [check];
