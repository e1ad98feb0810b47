/** Which components a stack has, in upstream's order of their generation. What is on disk and in the shell is handed in. */
import type { Generation } from './generations.js';

export interface ComponentSource {
  generation: Generation;
  /** Words of a variable. */
  words: (name: string) => Promise<string[]>;
  /** COMPONENT_DEPENDENCIES of a component, by its `default.env`. */
  dependencies: (component: string) => Promise<string[]>;
  /** Reads the component's `default.env`, where there is one. */
  load: (component: string) => void;
  /** By the spelling of the list: one name for each directory; undefined where there is none. */
  identity: (component: string) => string | undefined;
}

export interface Listed {
  /** As the list spells it; a relative one begins at the stack directory. */
  readonly spelling: string;
  /** The list or the component that named it first. */
  readonly askedBy: string;
  readonly exists: boolean;
}

export interface Components {
  listed: readonly Listed[];
  warnings: readonly string[];
}

/** Components ask for each other in a circle. */
export class CircularDependency extends Error {
  override readonly name = 'CircularDependency';
  constructor(readonly circle: readonly string[]) {
    super(
      `Components depend on each other in a circle: ${circle.join(' → ')}. Take one of them out of COMPONENT_DEPENDENCIES in the default.env of the one before it.`,
    );
  }
}

class Loading {
  readonly listed: Listed[] = [];
  readonly warnings: string[] = [];
  private readonly begun: string[] = [];
  private readonly spellings = new Set<string>();
  private readonly known = new Map<string, string>();

  constructor(private readonly source: ComponentSource) {}

  /** True for the first mention of a directory. A second spelling is told, and counts no more than a second mention. */
  isNew(spelling: string): boolean {
    if (this.spellings.has(spelling)) return false;
    const identity = this.source.identity(spelling);
    const known = identity === undefined ? undefined : this.known.get(identity);
    if (known === undefined) return true;
    this.spellings.add(spelling);
    this.warnings.push(`Component ${spelling} is listed twice (also as ${known}): it counts once.`);
    return false;
  }

  add(spelling: string, askedBy: string): void {
    const identity = this.source.identity(spelling);
    this.spellings.add(spelling);
    if (identity !== undefined) this.known.set(identity, spelling);
    this.listed.push({ spelling, askedBy, exists: identity !== undefined });
  }

  warnIfMissing(spelling: string, askedBy: string): void {
    if (this.source.identity(spelling) !== undefined) return;
    this.warnings.push(`Component directory ${spelling} (in ${askedBy}) does not exist: it is left out.`);
  }

  /** Dependencies before who asks for them, each once. */
  async depthFirst(spellings: readonly string[], askedBy: string): Promise<void> {
    for (const spelling of spellings) {
      if (!this.isNew(spelling)) continue;
      this.refuseCircle(spelling);
      this.warnIfMissing(spelling, askedBy);
      this.begun.push(spelling);
      await this.depthFirst(await this.source.dependencies(spelling), spelling);
      this.begun.pop();
      this.source.load(spelling);
      this.add(spelling, askedBy);
    }
  }

  private refuseCircle(spelling: string): void {
    const directory = (name: string) => this.source.identity(name) ?? name;
    const again = this.begun.findIndex((name) => directory(name) === directory(spelling));
    if (again >= 0) throw new CircularDependency([...this.begun.slice(again), spelling]);
  }

  /** In the order of the list, without looking any further. */
  inOrder(spellings: readonly string[], askedBy: string): void {
    for (const spelling of spellings) {
      if (!this.isNew(spelling)) continue;
      this.warnIfMissing(spelling, askedBy);
      if (this.source.identity(spelling) === undefined) {
        this.spellings.add(spelling);
        continue;
      }
      this.add(spelling, askedBy);
      this.source.load(spelling);
    }
  }
}

export async function loadComponents(source: ComponentSource): Promise<Components> {
  const { lists, components } = source.generation;
  const loading = new Loading(source);
  const names = [lists.default, lists.extra].filter((name) => name !== undefined);
  for (const name of names) {
    const words = await source.words(name);
    if (components === 'depth first') await loading.depthFirst(words, name);
    else loading.inOrder(words, name);
  }
  if (components === 'breadth first') await addDependencies(loading, source);
  return loading;
}

/** 1.24.0 to 1.25.3: every `default.env` appends to one list, which is read until it does not grow any more. */
async function addDependencies(loading: Loading, source: ComponentSource): Promise<void> {
  for (let former: string[] = []; ;) {
    const wanted = await source.words('COMPONENT_DEPENDENCIES');
    if (wanted.join('\n') === former.join('\n')) return;
    former = wanted;
    loading.inOrder(wanted, 'COMPONENT_DEPENDENCIES');
  }
}

/** ALL_CONF_DIRS as the shell builds it, blanks included. */
export function allConfDirs(listed: readonly Listed[], { components }: Generation): string | undefined {
  if (components === 'listed') return undefined;
  const [before, after] = components === 'depth first' ? ['        ', '      '] : ['            ', '          '];
  return listed.map(({ spelling }) => `\n${before}${spelling}\n${after}`).join('');
}
