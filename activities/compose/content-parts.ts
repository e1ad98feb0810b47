/**
 * A mounted directory in parts, as the rules of components name places inside it: what changed there, and what changed
 * elsewhere. Pure.
 */
import { isWithin } from '../shared/within.js';
import { canonicalJson, sha256 } from './definition.js';

/** A file that a service sees: where it lies on the host, and what tells that it changed. */
export interface SeenFile {
  path: string;
  id: string;
}

interface RuleFor {
  path: string;
  services: readonly string[];
}

/** Places below a mount that a rule for this service names. */
export function placesInside(mount: string, service: string, rules: readonly RuleFor[]): string[] {
  const own = rules.filter(({ services }) => services.length === 0 || services.includes(service));
  return [...new Set(own.map(({ path }) => path))].filter((path) => path !== mount && isWithin(path, mount)).sort();
}

/** A hash per place; a file belongs to the nearest one around it, and under the mount's own path stands the rest. */
export function partsOf(mount: string, places: readonly string[], files: readonly SeenFile[]): Record<string, string> {
  const nearest = (file: SeenFile): string =>
    places.filter((place) => isWithin(file.path, place)).sort((a, b) => b.length - a.length)[0] ?? mount;
  const held = files.map((file) => [nearest(file), [file.path, file.id]] as const);
  return Object.fromEntries(
    [mount, ...places].map((place) => {
      const own = held.flatMap(([holder, entry]) => (holder === place ? [entry] : []));
      return [place, sha256(canonicalJson(own.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))))];
    }),
  );
}

interface Parts {
  parts?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

/** Where a mount that changed did so; the mount itself while it is not known, such as when the rules changed too. */
export function changedParts(mount: string, recorded: Parts, wanted: Parts): string[] {
  const [before, after] = [recorded.parts?.[mount], wanted.parts?.[mount]];
  if (before === undefined || after === undefined) return [mount];
  const places = Object.keys(after);
  const isSameRules = places.length === Object.keys(before).length && places.every((place) => place in before);
  const changed = places.filter((place) => before[place] !== after[place]);
  return isSameRules && changed.length > 0 ? changed : [mount];
}
