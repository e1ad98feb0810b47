/** What one look at Weaver and its birds sees. Plain data: an answer of the command line, never part of a history. */
import type { BirdOutcome } from './bird-model.js';

export interface BirdSight {
  bird: string;
  /** As it is registered, or is to be. */
  url?: string;
  wanted: boolean;
  registered: boolean;
  /** To who is signed in. null: its name is not known here, so that only Weaver can tell. */
  answers: boolean | null;
  /** How many Weaver reads of it; absent when it reads none at all. */
  processes?: number;
  why?: string;
  todo?: string;
}

export interface WeaverSight {
  stack: string;
  url: string;
  /** HYBRID, EMS …; absent: Weaver did not answer. */
  role?: string;
  /** Why nothing could be asked; the birds are what was recorded last then. */
  problem?: string;
  birds: BirdSight[];
  /** The newest registration, when there was one. */
  last?: { at: string; inStep: boolean; summary: string; birds: BirdOutcome[] };
}
