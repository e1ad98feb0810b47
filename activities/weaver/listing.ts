/** The call that the platform promises its users, `GET <public>/weaver/processes?providers=true`, and which birds spoil it. */
import { z } from 'zod';
import { jsonOf, WebFailure } from '../shared/web.js';
import { askBird, type BirdAnswer, type NoCapabilities } from './bird.js';
import { askWeaver, descriptionOf, type Reach } from './client.js';

/** holds: number of processes by bird. failed: why nobody gets an answer, a clause. */
export type Listing = { holds: Record<string, number> } | { failed: string };

const LIST_MS = 30_000;

const Listed = z.object({
  processes: z.array(z.unknown()),
  // Absent when no bird answers.
  providers: z.array(z.object({ id: z.string(), processes: z.array(z.unknown()) })).default([]),
});

/** Once: a listing that fails because of one bird fails again. */
export async function listProcesses(reach: Reach): Promise<Listing> {
  try {
    const answer = await askWeaver(reach, { path: '/processes?providers=true', limitMs: LIST_MS });
    const read = Listed.safeParse(jsonOf(answer));
    if (answer.status === 200 && read.success) {
      return { holds: Object.fromEntries(read.data.providers.map(({ id, processes }) => [id, processes.length])) };
    }
    const said = descriptionOf(answer.text);
    const words = answer.status === 200 ? 'is no list' : `has status ${answer.status}`;
    return { failed: `its answer ${words}${said === '' ? '' : ` (${said})`}` };
  } catch (error) {
    if (error instanceof WebFailure) return { failed: `it ${error.message}` };
    throw error;
  }
}

/** What one registered bird does to listings of all. */
export interface Spoils {
  /** It is left out of the list. */
  missing: boolean;
  /** `GET /processes?providers=true` fails as a whole, and `GET /providers` with it. */
  breaksListing: boolean;
  /** The same with `detail=false` fails as a whole. */
  breaksIds: boolean;
}

const FINE: Spoils = { missing: false, breaksListing: false, breaksIds: false };
const MISSING: Spoils = { ...FINE, missing: true };
const BREAKS: Spoils = { ...FINE, breaksListing: true };
const BREAKS_IDS: Spoils = { ...MISSING, breaksIds: true };

/** Answers to its probe with which Weaver goes on to its client. */
const PASSES = [200, 400, 405, 500];

/**
 * As Weaver asks, without a session: `probe` is what is said within 2 s, `read` within the 5 s of its client. Pure. Source: seen of Weaver
 * 6.8.3, of which `get_provider_services` and the listing of processes are as in 4.22.0.
 */
export function spoils(probe: BirdAnswer, read: BirdAnswer): Spoils {
  if (probe.is === 'unseen' || read.is === 'unseen') return FINE;
  if (probe.is === 'not ready' && !PASSES.includes(probe.status ?? 0)) return MISSING;
  if (read.is !== 'not ready') return FINE;
  const { status, document } = read;
  if (status === 200) return ofDocument(document);
  if (status === 405) return MISSING;
  // An exception of OWS is no failure of the transport to Weaver's client: it is one of the whole list.
  return status === 400 || status === 401 || status === 403 ? BREAKS : BREAKS_IDS;
}

function ofDocument(document: NoCapabilities | undefined): Spoils {
  if (document === 'exception' || document === 'empty') return BREAKS;
  return document === 'no XML' ? BREAKS_IDS : MISSING;
}

const PROBE_MS = 2_000;

/** Asks a bird as Weaver would. */
export async function lookAtSpoils(url: string, reach: Reach): Promise<Spoils> {
  const [probe, read] = await Promise.all([
    askBird(url, { ...reach, cookies: false, limitMs: PROBE_MS }),
    askBird(url, { ...reach, cookies: false }),
  ]);
  return spoils(probe, read);
}
