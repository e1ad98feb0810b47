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

export class Fields {
  /** Own fields after those that are merged in (`<<`), so that the last of a name counts. */
  private readonly pairs: YAMLMap['items'];

  constructor(
    private readonly node: YAMLMap,
    private readonly item: Item,
  ) {
    const isMerge = ({ key }: { key: unknown }) => isScalar(key) && nameOf(key) === '<<';
    const merged = node.items.filter(isMerge).flatMap(({ value }) => {
      const given = this.resolved(value);
      const maps = isSeq(given) ? given.items.map((inner) => this.resolved(inner)).reverse() : [given];
      return maps.flatMap((map) => (isMap(map) ? map.items : []));
    });
    this.pairs = [...merged, ...node.items.filter((pair) => !isMerge(pair))];
  }

  get names(): string[] {
    return this.pairs.flatMap(({ key }) => (isScalar(key) ? [nameOf(key)] : []));
  }

  get line(): number {
    return this.item.lineAt(this.node.range?.[0] ?? 0);
  }

  lineOf(name: string): number {
    const pair = this.pairs.findLast(({ key }) => isScalar(key) && nameOf(key) === name);
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return start === undefined ? this.line : this.item.lineAt(start);
  }

  /** Undefined when it is absent or null. Numbers and the like count as the text that stands there. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!isScalar(value)) throw this.problem(name, 'should be a text');
    return textOf(value);
  }

  list(name: string): string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!isSeq(value)) throw this.problem(name, 'should be a list, an item a line ("- …")');
    return value.items.map((node) => {
      const item = this.resolved(node);
      const text = isScalar(item) ? textOf(item) : undefined;
      if (text === undefined) throw this.problem(name, 'should hold texts only');
      return text;
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
      const map = this.resolved(node);
      if (!isMap(map)) throw this.problem(name, 'should hold mappings, each with "command"');
      return new Fields(map, this.item);
    });
  }

  /** As plain values, for a schema. */
  plain(name: string): unknown {
    const value = this.value(name);
    return value === undefined ? undefined : value.toJS(this.item.document, { maxAliasCount: MOST_ALIASES });
  }

  problem(name: string, what: string): FieldProblem {
    return new FieldProblem(this.lineOf(name), `${name} ${what}`);
  }

  private value(name: string): Node | undefined {
    const found = this.pairs.findLast(({ key }) => isScalar(key) && nameOf(key) === name);
    const value = this.resolved(found?.value);
    return value === undefined || (isScalar(value) && value.value === null) ? undefined : value;
  }

  private resolved(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.item.document);
    return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
  }
}

const MOST_ALIASES = 100;

/** In YAML 1.1 mode a merge key is a symbol, and 8080 a number. */
const nameOf = ({ value, source }: Scalar): string => (typeof value === 'string' ? value : (source ?? '<<'));

/** `22:22` and `0755` are numbers in YAML 1.1: what was meant is what was written. */
function textOf({ value, source, type }: Scalar): string | undefined {
  if (value === null) return undefined;
  if (type === Scalar.PLAIN && source !== undefined) return source;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
