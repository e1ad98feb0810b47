/** Takes out of a history what tells about the machine and decides nothing. Pure. */

const REPLACED: Readonly<Record<string, string>> = { identity: 'recorder', stackTrace: '' };

/** Sticky queues carry the name of the process that had them. */
const isStickyQueue = (value: unknown): value is { name: string; kind: string } =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';

export function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  if (isStickyQueue(value)) return { ...value, name: 'sticky' };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' ? (REPLACED[key] ?? inner) : scrub(inner),
    ]),
  );
}

/** Names of one machine in every text, those inside payloads too; longer ones first where one holds another. */
export function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  const rename = (text: string) =>
    Object.entries(names).reduce((result, [name, other]) => result.replaceAll(name, other), text);
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((inner) => renamed(inner, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'data' && typeof inner === 'string'
        ? Buffer.from(rename(Buffer.from(inner, 'base64').toString())).toString('base64')
        : renamed(inner, names),
    ]),
  );
}

/** Every text in a history, those inside payloads decoded. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'data' && typeof inner === 'string' ? [Buffer.from(inner, 'base64').toString()] : textsOf(inner),
  );
}
