/** What Cowbird makes of names in its configuration when it loads it: `_expand_all` of `cowbird/config.py`. Pure. */

/** As `os.path.expandvars`: a name that is not there stays as it is. Recursive, keys too. */
export function expandAll(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  const expand = (text: string): string =>
    text.replace(/\$(?:\{([^}]*)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      return environment[braced ?? bare ?? ''] ?? whole;
    });
  if (typeof value === 'string') return expand(value);
  if (Array.isArray(value)) return value.map((each) => expandAll(each, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [expand(key), expandAll(each, environment)]));
}
