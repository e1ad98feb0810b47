/** What Weaver keeps of providers. Source: `weaver.store.mongodb.MongodbServiceStore`. */

export interface StoredProvider {
  id: string;
  /** Without a query. */
  url: string;
  public: boolean;
}

export interface Store {
  /** By name. */
  all(): StoredProvider[];
  get(id: string): StoredProvider | undefined;
  /** What has the same address, under whatever name, is gone afterwards. */
  save(provider: StoredProvider): void;
  delete(id: string): void;
}

/** Scheme, in small letters, host and path (`get_base_url`). */
export const withoutQuery = (url: string): string =>
  url.replace(/[?#].*$/s, '').replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());

/** `changed` hears what is kept after each change: a database outlives the program. */
export function memoryStore(
  begin: readonly StoredProvider[] = [],
  changed: (all: readonly StoredProvider[]) => void = () => undefined,
): Store {
  let kept = [...begin];
  const keep = (providers: StoredProvider[]): void => {
    kept = providers.sort((a, b) => (a.id < b.id ? -1 : 1));
    changed(kept);
  };
  return {
    all: () => [...kept],
    get: (id) => kept.find((provider) => provider.id === id),
    save: (given) => {
      const provider = { ...given, url: withoutQuery(given.url) };
      keep([...kept.filter(({ id, url }) => id !== provider.id && url !== provider.url), provider]);
    },
    delete: (id) => keep(kept.filter((provider) => provider.id !== id)),
  };
}
