import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { SEARCH_ATTRIBUTES } from './contract.js';

/** Keyword attributes are cut by the server at 2 kB; ours are a word or a commit. */
export const attribute = (name: (typeof SEARCH_ATTRIBUTES)[number], value: string): SearchAttributePair => ({
  key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
  value: value.slice(0, 200),
});
