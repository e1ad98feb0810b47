/** Where Magpie is and who signs in there, out of a stack's variables. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import type { Generation } from '../stack/reader/generations.js';
import type { MagpiePlace } from './session.js';

export interface MagpieSource {
  variables: Readonly<Record<string, string>>;
  /** Directories of components. */
  components: readonly string[];
  era: { generation: Pick<Generation, 'composeScript' | 'components'> };
}

/** A stack has it as a component, or says that it is elsewhere. In the platform before 1.24 it is no component and always there. */
export const hasMagpie = ({ variables, components, era: { generation } }: MagpieSource): boolean =>
  (variables['MAGPIE_URL'] ?? '') !== '' ||
  components.some((directory) => basename(directory) === 'magpie') ||
  (generation.composeScript !== undefined && generation.components === 'listed');

export const NOBODY =
  'The stack has Magpie, and nobody can be signed in there: set MAGPIE_ADMIN_USERNAME, and MAGPIE_ADMIN_PASSWORD or MAGPIE_ADMIN_PASSWORD_FILE, in env.local.';

/**
 * Undefined: the stack has no Magpie, and nobody signs in. `address`: where it is by the platform, when MAGPIE_URL does not say.
 * Throws Configuration when it has one and no credentials.
 */
export async function magpiePlace(source: MagpieSource, address: string | undefined): Promise<MagpiePlace | undefined> {
  const { variables } = source;
  const own = variables['MAGPIE_URL'] ?? '';
  const url = own === '' ? address : own.replace(/\/+$/, '');
  if (!hasMagpie(source) || url === undefined) return undefined;
  const user = variables['MAGPIE_ADMIN_USERNAME'] ?? '';
  const password = await passwordOf(variables);
  if (user === '' || password === '') throw new StepFailure(FAILURES.configuration, NOBODY);
  return { url, user, password, adminGroup: variables['MAGPIE_ADMIN_GROUP'] || 'administrators' };
}

async function passwordOf(variables: Readonly<Record<string, string>>): Promise<string> {
  const given = variables['MAGPIE_ADMIN_PASSWORD'] ?? '';
  const file = variables['MAGPIE_ADMIN_PASSWORD_FILE'] ?? '';
  if (given !== '' || file === '') return given;
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new StepFailure(FAILURES.configuration, `MAGPIE_ADMIN_PASSWORD_FILE cannot be read: ${messageOf(error)}`);
  }
}
