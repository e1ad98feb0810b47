/** The steps of a reading that give deprecated names and their replacements each other's values. */
import { ALIASES, ALIASES_OF_COMPONENTS, type AliasPair } from './alias-table.js';
import { copiedAs, extended, fillNew, fillOld, parseAliases, type Assignment, type Copied } from './aliases.js';
import type { Conversation } from './conversation.js';
import type { Generation } from './generations.js';
import { isName } from './variables.js';

/** `True` lets deprecated names decide. */
export const ALLOWED = 'BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED';

export class AliasSteps {
  private readonly said = new Set<string>();
  private readonly copied: Copied;
  private readonly how: 'text' | 'words';
  /** Deprecated names that only have the value of their replacement: 2.4.0 to 2.18.2 do not give it back. */
  private readonly filled = new Set<string>();

  constructor(
    private readonly shell: Conversation,
    private readonly generation: Generation,
  ) {
    this.how = generation.aliases === 'before the second env.local' ? 'words' : 'text';
    this.copied = copiedAs(this.how);
  }

  /** What an operator may want to know, each once: the append idiom runs twice. */
  get notes(): string[] {
    return [...this.said];
  }

  /** Deprecated names get the values of their replacements. */
  async fill(): Promise<void> {
    if (!(await this.isAllowed())) return;
    const pairs = await this.pairs();
    const values = await this.shell.values(pairs.flat());
    this.note(pairs, values);
    const assignments = fillOld(pairs, values, this.copied);
    this.copy(assignments);
    if (this.how === 'words') for (const { to } of assignments) this.filled.add(to);
    await this.putFormerDefaultsBack();
  }

  /** Replacements get the values of the deprecated names that are set. */
  async give(which: 'of components' | 'all'): Promise<void> {
    if (!(await this.isAllowed())) return;
    const isWanted = (old: string) => which === 'all' || this.namesOfComponents.has(old);
    const pairs = (await this.pairs(which === 'of components')).filter(
      ([old]) => isWanted(old) && !this.filled.has(old),
    );
    const values = await this.shell.values(pairs.flat());
    if (this.isPlain) dropBlanks(pairs, values);
    this.copy(fillNew(pairs, values, this.copied));
    if (which === 'all' && this.generation.aliases === 'after the second env.local') await this.extendLists();
    if (!this.isPlain) this.shell.append(this.generation.lists.extra, ` ${OVERRIDES}`, 'suffix');
  }

  private get isPlain(): boolean {
    return this.generation.composeScript === undefined;
  }

  private namesOfComponents = new Set(ALIASES_OF_COMPONENTS);

  private async isAllowed(): Promise<boolean> {
    return this.isPlain || (await this.shell.values([ALLOWED])).get(ALLOWED) === 'True';
  }

  private async pairs(ofComponents = false): Promise<readonly AliasPair[]> {
    if (this.isPlain) return ALIASES;
    const names = [
      'BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES',
      'BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES_PRE_COMPONENTS',
    ];
    const values = await this.shell.values(names);
    if (ofComponents) this.namesOfComponents = new Set((values.get(names[1] ?? '') ?? '').split(/\s+/));
    const { pairs, wrong } = parseAliases(values.get(names[0] ?? '') ?? '');
    if (wrong.length > 0 && !ofComponents) {
      const words = [...new Set(wrong)].join(' ');
      this.said.add(`BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES holds words that are not OLD=NEW: ${words}.`);
    }
    return pairs;
  }

  private copy(assignments: readonly Assignment[]): void {
    for (const { to, from } of assignments) this.shell.copy(to, from, this.how);
  }

  private note(pairs: readonly AliasPair[], values: ReadonlyMap<string, string>): void {
    for (const [old, replacement] of pairs) {
      if (values.has(old) && old !== replacement)
        this.said.add(`${old} is deprecated: write ${replacement} in its place.`);
    }
  }

  /** Values that were fixed before they had a name (BIRDHOUSE_BACKWARDS_COMPATIBLE_HARDCODED_DEFAULTS). */
  private async putFormerDefaultsBack(): Promise<void> {
    if (this.isPlain) return;
    const list = 'BIRDHOUSE_BACKWARDS_COMPATIBLE_HARDCODED_DEFAULTS';
    const { pairs } = parsePairs((await this.shell.values([list])).get(list) ?? '');
    const values = await this.shell.values(pairs.map(([name]) => name));
    for (const [name, former] of pairs) {
      if (values.get(name) === `\${__DEFAULT_${name}}`) this.shell.export(name, former);
    }
  }

  private async extendLists(): Promise<void> {
    const pairs = await this.pairs();
    const lists = { VARS: '$', OPTIONAL_VARS: '$', DELAYED_EVAL: '' } as const;
    const values = await this.shell.values(Object.keys(lists));
    for (const [name, mark] of Object.entries(lists)) {
      const list = values.get(name);
      if (list === undefined) continue;
      for (const word of extended(pairs, list, mark)) this.shell.append(name, `  ${word}`, 'line');
    }
  }
}

const OVERRIDES = './optional-components/backwards-compatible-overrides';

function parsePairs(list: string): { pairs: [string, string][] } {
  const words = list.split(/\s+/).filter((word) => word.includes('='));
  const pairs = words.map((word): [string, string] => [
    word.slice(0, word.indexOf('=')),
    word.slice(word.indexOf('=') + 1),
  ]);
  return { pairs: pairs.filter(([name]) => isName(name)) };
}

/** Outside birdhouse-deploy a blank deprecated name does not beat a replacement that holds something. */
function dropBlanks(pairs: readonly AliasPair[], values: Map<string, string>): void {
  for (const [old, replacement] of pairs) {
    if ((values.get(old) ?? '').trim() === '' && (values.get(replacement) ?? '').trim() !== '') values.delete(old);
  }
}
