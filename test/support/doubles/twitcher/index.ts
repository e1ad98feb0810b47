/** Twitcher's double: forwards to a service of Magpie whoever may, or only says whether one may. */
import type { Answer, Handler, Reply, Seen } from '../http.js';
import { may } from '../magpie/may.js';
import type { MagpieService } from '../magpie/model.js';
import type { Magpie } from '../magpie/state.js';
import { spacedJsonAnswer } from '../http.js';
import { forward } from './forward.js';
import { throughWps } from './wps.js';
import { owsException } from './exception.js';

const FORBIDDEN = { status: 401, locator: 'AccessForbidden', text: 'Access to service is forbidden.' };

/** prefix: `/twitcher` behind the platform's proxy. */
export function twitcherHandler(magpie: Magpie, prefix = ''): Handler {
  return async (seen) => {
    const [, verb, name = '', path = ''] =
      /^\/ows\/(proxy|verify)\/+([^/]+)(\/.*)?$/.exec(seen.path.slice(prefix.length)) ?? [];
    if (verb === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found\n' };
    const service = magpie.service(name);
    const isAllowed = service !== undefined && allows(magpie, service, seen, path);
    if (verb === 'verify') return verdict(isAllowed);
    if (service === undefined) {
      return owsException({ status: 400, locator: 'NotAcceptable', text: `Could not find service: ${name}` });
    }
    return isAllowed ? pass(magpie, service, seen, path) : owsException(FORBIDDEN);
  };
}

function allows(magpie: Magpie, service: MagpieService, seen: Seen, path: string): boolean {
  const { method, query, text } = seen;
  return may(service, magpie.caller(seen.cookie)?.groups ?? [], { method, path, query, text });
}

const verdict = (access: boolean): Answer =>
  spacedJsonAnswer(access ? 200 : 403, {
    description: `Access to service is ${access ? 'allowed' : 'forbidden'}.`,
    access,
  });

async function pass(magpie: Magpie, service: MagpieService, seen: Seen, path: string): Promise<Reply> {
  const query = /\?.*$/.exec(seen.url)?.[0] ?? '';
  const asked = { url: `${service.url}${path}${query}`, seen };
  try {
    return service.type === 'wps'
      ? await throughWps(asked, { ...service, publicUrl: `${magpie.publicUrl}/twitcher/ows/proxy/${service.name}` })
      : await forward(asked);
  } catch (error) {
    if (seen.gone.aborted) return 'hang up';
    return owsException({ status: 400, locator: 'NotAcceptable', text: `Request failed: ${String(error)}` });
  }
}
