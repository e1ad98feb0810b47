/** Who may do what with a service: as Magpie resolves it, from the place that is asked for upwards. */
import { ADMINISTRATORS, ANONYMOUS, type Grant, type MagpieService } from './model.js';

export interface Wish {
  method: string;
  /** Below the service; `` or `/…`. */
  path: string;
  query: URLSearchParams;
  /** Body, of which an XML request tells its operation. */
  text?: string;
}

/** undefined: the request says no operation, and nobody may do that. */
export function permissionOf(service: MagpieService, { method, query, text = '' }: Wish): string | undefined {
  if (service.type === 'api') return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  const [, named] = [...query].find(([key]) => key.toLowerCase() === 'request') ?? [];
  const inBody = /<(?:\w+:)?(GetCapabilities|DescribeProcess|Execute)\b/.exec(text)?.[1];
  return (named ?? inBody)?.toLowerCase();
}

/** groups: those of the caller without `anonymous`; an administrator may everything. */
export function may(service: MagpieService, groups: readonly string[], wish: Wish): boolean {
  const permission = permissionOf(service, wish);
  if (permission === undefined) return false;
  if (groups.includes(ADMINISTRATORS)) return true;
  const mine = [...groups, ANONYMOUS];
  const path = service.type === 'wps' ? '' : wish.path.replace(/\/+$/, '');
  for (const place of upwards(path)) {
    const here = service.grants.filter(
      (grant) =>
        mine.includes(grant.group) &&
        grant.permission === permission &&
        (grant.route ?? '') === place &&
        (place === path || grant.scope !== 'match'),
    );
    if (here.length > 0) return here.every(({ access }) => access !== 'deny');
  }
  return false;
}

/** `/a/b`, `/a` and the service itself. */
function upwards(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`), ''];
}

export const grantsOf = (service: MagpieService, group: string, route?: string): Grant[] =>
  service.grants.filter((grant) => grant.group === group && grant.route === route);
