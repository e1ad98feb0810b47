/** The call that the platform promises its users, `GET <public>/weaver/processes?providers=true`, and which birds spoil it. */
import { z } from 'zod';
import { jsonOf, WebFailure } from '../shared/web.js';
import { askBird, type BirdAnswer } from './bird.js';
import { askWeaver, descriptionOf, type Reach } from './client.js';

/** holds: number of processes by bird. failed: why nobody gets an answer, a clause. */
export type Listing = { holds: Record<string, number> } | { failed: string };

const LIST_MS = 30_000;

const Listed = z.object({
  providers: z.array(z.object({ id: z.string(), processes: z.array(z.unknown()) })),
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
    const words = answer.status === 200 ? 'names no providers' : `has status ${answer.status}`;
    return { failed: `its answer ${words}${said === '' ? '' : ` (${said})`}` };
  } catch (error) {
    if (error instanceof WebFailure) return { failed: `it ${error.message}` };
    throw error;
  }
}

/** What one registered bird does to listings of all. */
export interface Spoils {
  /** It is left out of them. */
  missing: boolean;
  /** `GET /processes?providers=true` fails as a whole. */
  breaksListing: boolean;
  /** `GET /providers` fails as a whole, and the former one with `detail=true`. */
  breaksDetails: boolean;
}

const FINE: Spoils = { missing: false, breaksListing: false, breaksDetails: false };

/**
 * As Weaver asks, without a session: `probe` is what is said within 2 s, `read` within the 5 s of its client. Pure. Source: Weaver's
 * `get_provider_services` and `get_processes_filtered_by_valid_schemas`; an answer to its probe of 200, 400, 405 or 500 passes there.
 */
export function spoils(probe: BirdAnswer, read: BirdAnswer): Spoils {
  if (probe.is !== 'not ready') return isSlow(read) ? { ...FINE, breaksListing: true } : FINE;
  const { status } = probe;
  if (status === 500) return { ...FINE, breaksListing: true };
  if (status === 400) return { ...FINE, missing: true, breaksDetails: true };
  // It answers with something else than capabilities: listed, with no process or none that is right.
  if (status === 200 || status === 405) return FINE;
  return { ...FINE, missing: true };
}

const isSlow = (answer: BirdAnswer): boolean => answer.is === 'not ready' && answer.slow === true;

const PROBE_MS = 2_000;

/** Asks a bird as Weaver would. */
export async function lookAtSpoils(url: string, reach: Reach): Promise<Spoils> {
  const [probe, read] = await Promise.all([
    askBird(url, { ...reach, cookies: false, limitMs: PROBE_MS }),
    askBird(url, { ...reach, cookies: false }),
  ]);
  return spoils(probe, read);
}
