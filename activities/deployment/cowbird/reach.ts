/** Cowbird of a stack: whether there is one, and where. */
import { basename } from 'node:path';
import type { Configuration } from '../../stack/view.js';

/** A stack has it as a component, or says that it is elsewhere. */
export const hasCowbird = ({ components, variables }: Pick<Configuration, 'components' | 'variables'>): boolean =>
  components.some((directory) => basename(directory) === 'cowbird') || (variables['COWBIRD_URL'] ?? '') !== '';
