/** What the program that stands for Magpie, Twitcher and the front is told by its environment. */
import { birdService, cowbirdService, cowbirdWebhooks, weaverService, type MagpieUser } from '../magpie/index.js';
import type { Environment } from '../program.js';
import type { PlatformOptions } from './index.js';

/**
 * MAGPIE_ADMIN_USERNAME, MAGPIE_ADMIN_PASSWORD; USERS (`anne bob`, whose passwords are their names, doubled); WEAVER_URL and COWBIRD_URL
 * (where Twitcher finds them), BIRDS and PRIVATE_BIRDS (`finch=http://finch:5000/wps …`); FORM (seed or today); PUBLIC_URL.
 */
export function platformSettings(env: Environment): PlatformOptions {
  const { WEAVER_URL: weaver, COWBIRD_URL: cowbird, PUBLIC_URL: publicUrl, FORM: form } = env;
  return {
    admin: {
      name: env['MAGPIE_ADMIN_USERNAME'] || 'admin',
      password: env['MAGPIE_ADMIN_PASSWORD'] || 'qwertyqwerty',
    },
    users: words(env['USERS']).map((name): MagpieUser => ({ name, password: `${name}${name}`, groups: ['users'] })),
    services: [
      ...(weaver ? [weaverService(weaver)] : []),
      ...(cowbird ? [cowbirdService(cowbird)] : []),
      ...named(env['BIRDS']).map(([name, url]) => birdService(name, url)),
      ...named(env['PRIVATE_BIRDS']).map(([name, url]) => birdService(name, url, { isPublic: false })),
    ],
    webhooks: cowbird ? cowbirdWebhooks(cowbird) : [],
    form: form === 'today' ? 'today' : 'seed',
    ...(weaver ? { weaver } : {}),
    ...(publicUrl ? { publicUrl: publicUrl.replace(/\/+$/, '') } : {}),
  };
}

const words = (text = ''): string[] => text.split(/\s+/).filter((word) => word !== '');

const named = (text?: string): (readonly [name: string, url: string])[] =>
  words(text).map((word) => {
    const [name = '', ...url] = word.split('=');
    return [name, url.join('=')];
  });
