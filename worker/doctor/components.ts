/** Do the files of the components read, and does anything name them as they are? */
import { undeclaredServices } from '../../activities/components/declared-services.js';
import { findHooks } from '../../activities/components/hooks.js';
import type { Component } from '../../activities/components/read.js';
import { componentsOf } from '../../activities/deployment/components.js';
import { messageOf } from '../../activities/shared/failures.js';
import { fail, NotLooked, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { unmetNeeds } from './needs.js';

const MOST_LINES = 10;

export const components: Check<DoctorContext> = {
  name: 'components',
  limitMs: 45_000,
  async run(context, signal) {
    const view = await context.readableView();
    let found: Component[];
    try {
      found = await componentsOf(view);
    } catch (error) {
      // One line per mistake, with file and line.
      return messageOf(error)
        .split('\n')
        .slice(0, MOST_LINES)
        .map((line) => fail('components', line, 'Correct it there; birdkeeper plan shows what it then gives.'));
    }
    const { hooks, warnings } = await findHooks(found, view);
    const sentences = [...warnings, ...(await slips(found, context))];
    const told = [
      ...sentences.map((sentence): Finding => warn('components', sentence)),
      ...(await unmetNeeds(found, context, signal)),
    ];
    return told.length > 0 ? told : [ok('components', `${found.length} read, with ${hooks.length} hooks`)];
  },
};

/** Compose files that make no model have their own check. */
async function slips(found: readonly Component[], context: DoctorContext): Promise<string[]> {
  try {
    return undeclaredServices(found, await context.declared());
  } catch (error) {
    if (error instanceof NotLooked) throw error;
    return [];
  }
}
