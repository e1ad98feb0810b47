/** What Weaver's no to a registration means. Pure. Source: `weaver/wps_restapi/providers` and `weaver/datatype.py` (Service). */
import type { WebAnswer } from '../shared/web.js';
import type { BirdAnswer } from './bird.js';
import { descriptionOf, speaksOfRole } from './client.js';
import { ROLE } from './roles.js';

export interface Why {
  /** A clause about the bird. */
  why: string;
  todo?: string;
}

/** added: it is there. compare: one of that id is there. never: asking again does not mend it. again: it may. */
export type Added = { is: 'added' } | { is: 'compare' } | ({ is: 'never' | 'again' } & Why);

export function readAdded(answer: Pick<WebAnswer, 'status' | 'text'>): Added {
  const { status, text } = answer;
  const said = descriptionOf(text);
  if (status === 201) return { is: 'added' };
  if (status === 409) return { is: 'compare' };
  if (status === 400) return { is: 'never', why: `is refused by Weaver: ${said}`, todo: afterBadInput(said) };
  if (speaksOfRole(answer)) {
    return { is: 'never', why: 'cannot be registered, since Weaver has a role without providers', todo: ROLE };
  }
  const words = said === '' ? `status ${status}` : `status ${status}: ${said}`;
  return { is: 'again', why: `is refused by Weaver (${words})` };
}

/** Its schema knows hosts with a dot, `localhost` and addresses in numbers, and no `_` in any of them. */
const afterBadInput = (said: string): string =>
  said.includes('Must be a URL')
    ? 'give the birds names with a dot on the network of Weaver (aliases: [NAME.birds]), for WEAVER_PROVIDERS_URL_TEMPLATE=http://{name}.birds:5000/wps: Weaver takes no host without one'
    : 'look at its name and address in env.local';

/**
 * Weaver asks a bird without the session of who registers it, and says the same whatever the bird's no was: `ServiceParsingError` with
 * "not accessible" (6.8), where its code means to say 504.
 */
export const maybeNotPublic = ({ status, text }: Pick<WebAnswer, 'status' | 'text'>): boolean =>
  status === 422 && /ServiceParsingError|not accessible|504/i.test(text);

/** `withoutSession`: how the bird answers who is not signed in. */
export function notPublic(withoutSession: BirdAnswer): Why | undefined {
  if (withoutSession.is !== 'not ready' || ![401, 403].includes(withoutSession.status ?? 0)) return undefined;
  return {
    why: `is not publicly readable: without a session it answers with status ${withoutSession.status}, and so it does to Weaver`,
    todo: "enable the component all-public-access, or register an internal address: WEAVER_PROVIDERS_URL_TEMPLATE='http://{name}.birds:5000/wps'",
  };
}
