/** A platform with Cowbird behind Magpie, and who looks at it. */
import { deadlineOf } from '../../../../activities/shared/deadline.js';
import { Web } from '../../../../activities/shared/web.js';
import { HANDLERS, type CowbirdPlace } from '../../../../activities/cowbird/place.js';
import { MagpieSession } from '../../../../activities/magpie/session.js';
import { startCowbird, type CowbirdDouble, type CowbirdOptions } from '../../../support/doubles/cowbird/index.js';
import {
  cowbirdService,
  cowbirdWebhooks,
  type MagpieService,
  type MagpieUser,
} from '../../../support/doubles/magpie/index.js';
import { startPlatform, type PlatformDouble, type PlatformOptions } from '../../../support/doubles/platform/index.js';

export const ANNE: MagpieUser = { name: 'anne', password: 'a-long-password', groups: ['users'] };

export interface World {
  cowbird: CowbirdDouble;
  platform: PlatformDouble;
  web: Web;
  /** seconds: how long something that may be starting is waited for. */
  place(change?: Partial<CowbirdPlace> & { seconds?: number }): CowbirdPlace;
  close(): Promise<void>;
}

export interface WorldOptions {
  cowbird?: CowbirdOptions;
  platform?: PlatformOptions;
  isMonitored?: boolean;
  /** Milliseconds for which a session is not taken for an ended one. */
  freshMs?: number;
  service?: (url: string) => MagpieService | undefined;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { isMonitored = true, service = (url) => cowbirdService(url, { isMonitored }) } = options;
  const cowbird = await startCowbird(options.cowbird);
  const services = [service(cowbird.url)].filter((one) => one !== undefined);
  const webhooks = cowbirdWebhooks(cowbird.url);
  const platform = await startPlatform({ users: [ANNE], services, webhooks, ...options.platform });
  const web = new Web();
  const guard = {
    url: `${platform.url}/magpie`,
    user: 'admin',
    password: 'qwertyqwerty',
    adminGroup: 'administrators',
  };
  const session = new MagpieSession(web, guard, options.freshMs);
  return {
    cowbird,
    platform,
    web,
    place: ({ seconds = 0, ...change } = {}) => ({
      url: `${platform.url}/cowbird`,
      magpie: { url: guard.url, session, user: guard.user },
      handlers: HANDLERS,
      hosts: ['cowbird'],
      deadline: deadlineOf(seconds),
      ...change,
    }),
    close: async () => {
      await Promise.all([web.close(), platform.close(), cowbird.close()]);
    },
  };
}
