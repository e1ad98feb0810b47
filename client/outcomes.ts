/** What an outcome means for whoever asked. Pure. */
import { EXIT, type Outcome } from '../workflows/contract.js';
import type { ExitStatus } from './failures.js';

export function statusOfOutcome(outcome: Outcome): ExitStatus {
  switch (outcome) {
    case 'deployed':
    case 'up to date':
      return EXIT.done;
    case 'failed':
    case 'rolled back':
    case 'roll back failed':
    case 'roll back withheld':
    case 'cancelled':
      return EXIT.failed;
    case 'blocked':
    case 'quarantined':
    case 'degraded':
    case 'waiting':
    case 'rejected':
      return EXIT.blocked;
  }
}
