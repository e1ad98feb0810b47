import type { CheckoutObservation, StackDecision } from '../model.js';

export interface CheckStackInput {
  v: 1;
  host: string;
  stack: string;
}

export interface CheckStackResult {
  decision: StackDecision;
  checkouts: CheckoutObservation[];
}
