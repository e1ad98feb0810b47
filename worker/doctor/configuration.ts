/** Does the configuration of the stack read? */
import { birdErrors } from '../../activities/deployment/bird-settings.js';
import { upOptionsOf } from '../../activities/deployment/make-plan.js';
import { opening } from '../../activities/deployment/policy.js';
import type { StackView } from '../../activities/stack/view.js';
import { NO_WINDOW, NO_WINDOW_TODO } from '../../workflows/contract.js';
import { messageOf } from '../../activities/shared/failures.js';
import { fail, NotLooked, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { DoctorContext } from './context.js';

export const configuration: Check<DoctorContext> = {
  name: 'configuration',
  limitMs: 25_000,
  async run(context) {
    try {
      const view = await context.view();
      const { name, missingRequired, components, checkouts } = view;
      const refusals = [...view.refusals, ...birdErrors(view, [...view.refusals, ...missingRequired])];
      const warnings = [...view.warnings, ...upOptionsOf(view).warnings, ...windowWarnings(view)];
      const read = `${name}: ${checkouts.length} checkouts, ${components.length} components`;
      return [
        ...(missingRequired.length + refusals.length === 0 ? [ok('configuration', read)] : []),
        ...(missingRequired.length === 0
          ? []
          : [fail('configuration', `no value for ${missingRequired.join(', ')}`, 'Set them in env.local.')]),
        ...refusals.slice(0, MOST_LINES).map((line) => fail('configuration', line, TODO)),
        ...warnings.map((sentence) => warn('configuration', sentence)),
      ];
    } catch (error) {
      // One line per wrong setting, with file and line.
      return messageOf(error)
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, MOST_LINES)
        .map((line) => fail('configuration', line, TODO));
    }
  },
};

export const composeFiles: Check<DoctorContext> = {
  name: 'compose files',
  limitMs: 45_000,
  async run(context) {
    try {
      return [ok('compose files', `${Object.keys((await context.model()).services).length} services`)];
    } catch (error) {
      if (error instanceof NotLooked) throw error;
      return [fail('compose files', messageOf(error), 'Look at it with: docker compose config')];
    }
  },
};

const MOST_LINES = 10;
const TODO = 'Correct it there; birdkeeper plan shows what it then gives.';

const windowWarnings = ({ settings }: Pick<StackView, 'settings'>): string[] =>
  opening(settings, new Date()) === NO_WINDOW ? [`Of the deploy windows ${NO_WINDOW_TODO}.`] : [];
