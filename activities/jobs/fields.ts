/** The fields of one job or trigger, read out of its YAML node. Texts are taken as they were written. Pure. */
import { isAlias, isMap, isScalar, isSeq, Scalar, type Node, type YAMLMap } from 'yaml';
import type { Item } from './yaml-items.js';

/** What is wrong with a field; `line` is the field's. */
export class FieldProblem extends Error {
  override readonly name = 'FieldProblem';

  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

type Pair = YAMLMap['items'][number];

export class Fields {
  private readonly pairs: ReadonlyMap<string, Pair>;

  /** Throws FieldProblem when something is merged in that is not there. */
  constructor(
    private readonly node: YAMLMap,
    private readonly item: Item,
  ) {
    this.pairs = this.merged();
  }

  get names(): string[] {
    return [...this.pairs.keys()];
  }

  get line(): number {
    return this.item.lineAt(this.node.range?.[0] ?? 0);
  }

  lineOf(name: string): number {
    const pair = this.pairs.get(name);
    return pair === undefined ? this.line : this.lineOfPair(pair);
  }

  /** Undefined when it is absent or null. Numbers and the like count as the text that stands there. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!isScalar(value)) throw this.problem(name, 'should be a text');
    return this.checked(name, textOf(value));
  }

  /** `form`: of an item, for who has to correct it. */
  list(name: string, form = '- …'): string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!isSeq(value)) throw this.problem(name, `should be a list, an item a line ("${form}")`);
    return value.items.map((node) => {
      const item = this.resolved(name, node);
      const text = isScalar(item) ? textOf(item) : undefined;
      if (text === undefined) throw this.problem(name, `should hold texts only ("${form}")`);
      return this.checked(name, text);
    });
  }

  /** Only a true one counts, as under docker-crontab. */
  flag(name: string): boolean {
    const value = this.value(name);
    return isScalar(value) && (value.value === true || value.value === 'true');
  }

  maps(name: string): Fields[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!isSeq(value)) throw this.problem(name, 'should be a list of commands, each a mapping with "command"');
    return value.items.map((node) => {
      const map = this.resolved(name, node);
      if (!isMap(map)) throw this.problem(name, 'should hold mappings, each with "command"');
      return new Fields(map, this.item);
    });
  }

  /** As a plain value, for a schema. What lies in a map of it and is no scalar is an empty list: no schema here wants more. */
  plain(name: string): unknown {
    const value = this.value(name);
    if (!isMap(value)) return value === undefined ? undefined : plainOf(value);
    const fields = new Fields(value, this.item);
    return Object.fromEntries(fields.names.map((key) => [key, plainOf(fields.value(key))]));
  }

  problem(name: string, what: string): FieldProblem {
    return new FieldProblem(this.lineOf(name), `${name} ${what}`);
  }

  private value(name: string): Node | undefined {
    const value = this.resolved(name, this.pairs.get(name)?.value);
    return value === undefined || (isScalar(value) && value.value === null) ? undefined : value;
  }

  private resolved(name: string, node: unknown): Node | undefined {
    const found = this.item.resolve(node);
    if (found === undefined && isAlias(node)) throw this.problem(name, noAnchor(node.source));
    return found;
  }

  /** No program takes one, and the shell would end the text there. */
  private checked<T extends string | undefined>(name: string, text: T): T {
    if (text?.includes('\0')) throw this.problem(name, 'holds a NUL character; take it out');
    return text;
  }

  private lineOfPair({ key }: Pair): number {
    const start = isScalar(key) ? key.range?.[0] : undefined;
    return start === undefined ? this.line : this.item.lineAt(start);
  }

  /** Own fields, then those of the maps that are merged in (`<<`), from the nearest on; the first of a name counts. */
  private merged(): Map<string, Pair> {
    const found = new Map<string, Pair>();
    const seen = new Set<YAMLMap>();
    for (const open = [this.node]; ;) {
      const map = open.pop();
      if (map === undefined) return found;
      if (seen.has(map)) continue;
      seen.add(map);
      const merges = map.items.filter(isMerge);
      // The last of two keys of one name counts.
      const own = map.items.flatMap((pair): [string, Pair][] =>
        isMerge(pair) || !isScalar(pair.key) ? [] : [[nameOf(pair.key), pair]],
      );
      for (const [name, pair] of new Map(own)) if (!found.has(name)) found.set(name, pair);
      open.push(...merges.flatMap((pair) => this.mapsOf(pair).reverse()));
    }
  }

  private mapsOf(pair: Pair): YAMLMap[] {
    const resolve = (node: unknown): Node | undefined => {
      const found = this.item.resolve(node);
      if (found === undefined && isAlias(node))
        throw new FieldProblem(this.lineOfPair(pair), `"<<" ${noAnchor(node.source)}`);
      return found;
    };
    const given = resolve(pair.value);
    return (isSeq(given) ? given.items.map(resolve) : [given]).filter((each) => isMap(each));
  }
}

const noAnchor = (name: string): string =>
  `names *${name}, and nothing above it is called &${name}; a text that begins with "*" needs quotes`;

const isMerge = ({ key }: Pair): boolean => isScalar(key) && nameOf(key) === '<<';

/** In YAML 1.1 mode a merge key is a symbol, and 8080 a number. */
const nameOf = ({ value, source }: Scalar): string => (typeof value === 'string' ? value : (source ?? '<<'));

/** `22:22` and `0755` are numbers in YAML 1.1: what was meant is what was written. */
function textOf({ value, source, type }: Scalar): string | undefined {
  if (value === null) return undefined;
  if (type === Scalar.PLAIN && source !== undefined) return source;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const plainOf = (node: Node | undefined): unknown => (isScalar(node) ? node.value : node === undefined ? null : []);
