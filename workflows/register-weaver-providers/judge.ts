/** Whether a registration left everything in step, and what is said of it. Pure. */
import { isRegistered, isWell, type BirdOutcome, type WeaverResult } from '../bird-model.js';

/** Lines a person reads, the first one a summary: `registered 5 of 6: raven: does not answer within 5 s`. */
export function summaryOf(result: WeaverResult): string[] {
  const { birds, removed, failed } = result;
  if (failed !== undefined) return failed.split('\n');
  const registered = birds.filter(isRegistered).length;
  const trouble = birds.filter((bird) => !isWell(bird));
  const first = birds.length === 0 ? 'no bird is wanted' : `registered ${registered} of ${birds.length}`;
  return [
    `${first}${trouble.length === 0 ? '' : `: ${trouble.map(troubleOf).join('; ')}`}`,
    ...birds.filter(isWell).flatMap(silent),
    ...(removed.length === 0
      ? []
      : [`unregistered, since nobody wants them and they do not answer: ${removed.join(', ')}`]),
    ...workerLines(result),
    ...listingLines(result),
  ];
}

export const isInStep = ({ birds, worker, listing, failed }: WeaverResult): boolean =>
  failed === undefined && birds.every(isWell) && worker?.state !== 'failed' && listing?.failed === undefined;

function troubleOf({ bird, word, why = word, todo }: BirdOutcome): string {
  const kind = word === 'not answering' ? 'registered, ' : '';
  return `${bird}: ${kind}${why}${todo === undefined ? '' : ` (to do: ${todo})`}`;
}

const silent = ({ bird, why }: BirdOutcome): string[] => (why === undefined ? [] : [`${bird} ${why}`]);

function workerLines({ worker }: WeaverResult): string[] {
  if (worker?.state === 'ready') return worker.restarted ? ['the worker answers after a restart'] : [];
  if (worker?.state !== 'failed') return [];
  const again = worker.restarted ? ', also after a restart' : '';
  return [
    `the worker does not take jobs${again}: ${worker.why ?? 'no reason given'} (to do: look at the log of weaver-worker)`,
  ];
}

function listingLines({ listing }: WeaverResult): string[] {
  if (listing === undefined) return [];
  const { failed, breaks, breaksIds } = listing;
  const by =
    breaks.length === 0
      ? ''
      : `, because of ${breaks.join(', ')}: mend them, or take them off WEAVER_WPS_PROVIDERS and unregister them`;
  return [
    ...(failed === undefined
      ? []
      : [`nobody gets the list of all processes (GET /processes?providers=true): ${failed}${by}`]),
    ...(breaksIds.length === 0
      ? []
      : [`with detail=false the list of all processes fails because of ${breaksIds.join(', ')}`]),
  ];
}
