/** Activities of follow-ups, all of which go well. */
import type { FollowUpActivities } from '../../activities/follow-up-types.js';

export const FOLLOWED: FollowUpActivities = {
  lookAtWeaver: () =>
    Promise.resolve({
      ...{ has: true, wanted: ['finch', 'raven'], registered: [], drops: false },
      ...{ lookSeconds: 20, maxTimeSeconds: 120 },
    }),
  registerProvider: ({ bird }) => Promise.resolve({ bird, word: 'registered', processes: 2 }),
  findSilentProviders: () => Promise.resolve({ others: [], silent: [] }),
  unregisterProvider: () => Promise.resolve({ removed: true }),
  checkWeaverWorker: () => Promise.resolve({ state: 'ready' }),
  restartWeaver: () => Promise.resolve({ restarted: ['weaver', 'weaver-worker'] }),
  listWeaverProcesses: () => Promise.resolve({ holds: { finch: 2, raven: 2 }, breaks: [], breaksIds: [] }),
  concludeWeaver: () => Promise.resolve({ summary: 'registered 2 of 2' }),
  verifyCowbird: () => Promise.resolve({ inStep: true, handlers: [], findings: [], withoutWorkspace: [] }),
  resyncCowbird: ({ handler }) => Promise.resolve({ handler }),
};
