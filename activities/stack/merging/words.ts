/** How messages name what is in a value, without the value: it may hold a password. Pure. */
import { isMap, isSeq } from 'yaml';
import { nameOf } from '../../shared/yaml-text.js';
import { isNothing } from './fragment.js';

const WORD = /^[A-Za-z_][\w.-]{0,39}$/;
const MOST_KEYS = 5;

/** A key that is no word may be a value in the wrong place. */
export const shownKey = (key: string): string => (WORD.test(key) ? key : '…');

export function describeNode(node: unknown): string {
  if (isNothing(node)) return 'nothing';
  if (isSeq(node)) return 'a list';
  if (!isMap(node)) return 'text';
  const keys = node.items.map(({ key }) => shownKey(nameOf(key)));
  const shown = keys.slice(0, MOST_KEYS).join(', ');
  if (keys.length === 0) return 'an empty map';
  return `a map with the key${keys.length === 1 ? '' : 's'} ${shown}${keys.length > MOST_KEYS ? ', …' : ''}`;
}
