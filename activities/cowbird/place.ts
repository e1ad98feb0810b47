/** Where Cowbird is, and what is expected of it. */
import type { MagpieSession } from '../magpie/session.js';
import type { Deadline } from '../shared/deadline.js';
import type { RegisteredWebhooks } from './webhooks.js';

/** Handlers that Cowbird has when its configuration is the platform's. Source: `cowbird/handlers/handler_factory.py`. */
export const HANDLERS = ['Catalog', 'FileSystem', 'Geoserver', 'Magpie', 'Nginx', 'Thredds'] as const;

export interface Guard {
  /** Of Magpie, without a slash at the end. */
  url: string;
  session: Pick<MagpieSession, 'generation' | 'open' | 'renew'>;
  /** Who signs in: made before Cowbird could hear of anybody, and without a workspace. */
  user: string;
}

export interface CowbirdPlace {
  /** Without a slash at the end. */
  url: string;
  /** Absent: nobody guards it, and nobody knows people. */
  magpie?: Guard;
  /** Names that should be active. */
  handlers: readonly string[];
  /** What Magpie was given to read. Absent: this host does not know. */
  webhooks?: RegisteredWebhooks;
  /** Hosts under which Cowbird is found by Magpie. */
  hosts: readonly string[];
  /** Names of directories in the root of workspaces. Absent: it is not on this host. */
  workspaces?: () => Promise<readonly string[]>;
  /** Until when something that may only be starting is waited for. */
  deadline: Deadline;
}
