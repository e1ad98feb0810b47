/** What a genuine delivery says it is about. Pure. */
import { z } from 'zod';
import type { Delivery } from './verify.js';

/** Addresses of the repository, none when the delivery names none; or the status that says why it cannot be read. */
export type Parsed = { urls: string[] } | { status: 400 | 415 };

const Text = z.string().max(2_048).optional().catch(undefined);
/** GitHub, Gitea and Forgejo in the first line, GitLab in the second. */
const Repository = z.object({
  ...{ clone_url: Text, ssh_url: Text, git_url: Text, html_url: Text, url: Text, full_name: Text },
  ...{
    git_ssh_url: Text,
    git_http_url: Text,
    http_url: Text,
    homepage: Text,
    web_url: Text,
    path_with_namespace: Text,
  },
});
type Repository = z.infer<typeof Repository>;
/** Answers of others: what is of another shape is as good as absent. */
const Body = z.object({
  repository: z
    .union([z.string().max(2_048), Repository])
    .optional()
    .catch(undefined),
  project: Repository.optional().catch(undefined),
});

export function parseDelivery({ headers, body }: Delivery): Parsed {
  const text = jsonText(headers['content-type'], body);
  if (text === undefined) return { status: 415 };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { status: 400 };
  }
  const read = Body.safeParse(json);
  if (!read.success) return { status: 400 };
  const { repository, project } = read.data;
  if (typeof repository === 'string') return { urls: [repository] };
  const urls = [repository, project].flatMap((found) => (found ? addressesOf(found) : []));
  if (urls.length > 0) return { urls: [...new Set(urls)] };
  return { urls: byName(repository?.full_name ?? project?.path_with_namespace, headers) };
}

function jsonText(contentType: string | undefined, body: Buffer): string | undefined {
  const [type = ''] = (contentType ?? '').split(';');
  switch (type.trim().toLowerCase()) {
    case 'application/json':
      return body.toString();
    case 'application/x-www-form-urlencoded':
      // GitHub and Gitea can send the same JSON as a field of a form.
      return new URLSearchParams(body.toString()).get('payload') ?? '';
    default:
      return undefined;
  }
}

function addressesOf({ full_name: _, path_with_namespace: __, ...addresses }: Repository): string[] {
  return Object.values(addresses).filter((address): address is string => address !== undefined && address !== '');
}

/** The last resort: OWNER/NAME on the host that the provider's headers stand for. */
function byName(name: string | undefined, headers: Delivery['headers']): string[] {
  const host = hostOf(headers);
  return name === undefined || host === undefined ? [] : [`https://${host}/${name}`];
}

function hostOf(headers: Delivery['headers']): string | undefined {
  const instance = headers['x-gitlab-instance'];
  if (typeof instance === 'string') return URL.canParse(instance) ? new URL(instance).host : undefined;
  const enterprise = headers['x-github-enterprise-host'];
  if (typeof enterprise === 'string') return enterprise;
  // Gitea sends GitHub's header beside its own, and may be anywhere.
  const isGitHub = headers['x-github-event'] !== undefined && headers['x-gitea-event'] === undefined;
  return isGitHub ? 'github.com' : undefined;
}
