/**
 * What a configuration asks for and this release does not do. A stack that asks for it would be deployed in part, and be called
 * deployed: nothing of it may be. Pure.
 */

/** The names are birdhouse-deploy's, since 1.22.7 (DELAYED_EVAL) and 1.24.0. */
const NOT_READ: Readonly<Record<string, string>> = {
  DEFAULT_CONF_DIRS: 'components that it lists',
  BIRDHOUSE_DEFAULT_CONF_DIRS: 'components that it lists',
  DELAYED_EVAL: 'values that it names',
};

/** What to do about it. */
export const NOT_READ_TODO =
  "Keep the platform's own scheduler for it, or empty the list at the end of env.local if nothing is lost by that.";

/** A sentence for each of these names that has a value. `variables`: exported or not. */
export const notRead = (variables: Readonly<Record<string, string>>): string[] =>
  Object.entries(NOT_READ)
    .filter(([name]) => (variables[name] ?? '').trim() !== '')
    .map(
      ([name, what]) =>
        `${name} is set, and this release does not read the ${what}: the stack would be deployed in part.`,
    );
