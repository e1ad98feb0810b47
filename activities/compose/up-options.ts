/** What is understood of `COMPOSE_UP_EXTRA_OPTS`. Pure. */

/** As Compose takes it. */
const REMOVE_ORPHANS = /^--remove-orphans(?:=(?:true|false))?$/;

export interface UpOptions {
  removeOrphans: boolean;
  /** A sentence that names the options that have no effect. */
  warnings: string[];
}

/** `name`: the variable that holds the words. Values of options are not repeated. */
export function readUpOptions(words: readonly string[], name: string): UpOptions {
  const last = words.findLast((word) => REMOVE_ORPHANS.test(word));
  const idle = words.filter((word) => !REMOVE_ORPHANS.test(word));
  const options = idle.filter((word) => word.startsWith('-')).map((word) => word.replace(/=[^]*$/, ''));
  const what = options.length === 0 ? 'what it holds' : [...new Set(options)].join(', ');
  const warning = `${name}: ${what} has no effect, because services are touched one by one; only --remove-orphans is understood.`;
  return {
    removeOrphans: last !== undefined && !last.endsWith('=false'),
    warnings: idle.length === 0 ? [] : [warning],
  };
}
