/** What is said of the birds (WPS services) that Weaver is to know. Plain data, small, free of secrets. */

export const BIRD_WORDS = ['registered', 'replaced', 'up to date', 'not answering', 'not registered'] as const;
/**
 * registered: it was missing; replaced: it had another address; up to date: nothing was to be done; not answering: registered, and
 * Weaver cannot read it; not registered: it is wanted, and could not be added.
 */
export type BirdWord = (typeof BIRD_WORDS)[number];

export interface BirdOutcome {
  /** Id of the provider. */
  bird: string;
  word: BirdWord;
  /** How many processes Weaver reads of it; absent when it reads none at all. */
  processes?: number;
  /** A clause about the bird: "does not answer within 5 s". */
  why?: string;
  /** What a person does about it. */
  todo?: string;
}

export const isRegistered = ({ word }: Pick<BirdOutcome, 'word'>): boolean => word !== 'not registered';
export const isWell = ({ word }: Pick<BirdOutcome, 'word'>): boolean =>
  word === 'registered' || word === 'replaced' || word === 'up to date';

export const WORKER_WORDS = ['ready', 'elsewhere', 'failed'] as const;
/** Of Weaver's Celery workers. elsewhere: they are no containers of this stack. */
export type WorkerWord = (typeof WORKER_WORDS)[number];

/** Answer of the call that the platform promises its users, `GET /weaver/processes?providers=true`. */
export interface WeaverListing {
  /** Number of processes by bird; absent when nobody gets an answer. */
  holds?: Record<string, number>;
  /** Why nobody gets an answer, a clause. */
  failed?: string;
  /** Birds because of which it fails. */
  breaks: string[];
  /** Birds because of which it fails with `detail=false`. */
  breaksIds: string[];
}

/** How one registration ended. */
export interface WeaverResult {
  /** Only those that were asked for. */
  birds: BirdOutcome[];
  /** Providers that nobody wants and that were taken out. */
  removed: string[];
  /** Providers that nobody wants, and that stay. */
  others: string[];
  worker?: { state: WorkerWord; why?: string; restarted?: boolean };
  listing?: WeaverListing;
  /** Why it came to nothing: Weaver, Magpie or the configuration. */
  failed?: string;
  /** Hash of what was wanted when it began. Absent: it is concluded whatever is wanted by now. */
  basis?: string;
}
