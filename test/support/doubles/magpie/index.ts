/** Magpie's double: the routes that a client of the platform asks, in the form and with the codes of the real one. */
import { serve, type Served, type ServeOptions } from '../http.js';
import { magpieHandler } from './routes.js';
import { Magpie, type MagpieOptions } from './state.js';

export * from './model.js';
export { Magpie, COOKIE, type MagpieBehaviour, type MagpieOptions } from './state.js';
export { magpieHandler } from './routes.js';

export interface MagpieDouble extends Served {
  readonly magpie: Magpie;
}

export async function startMagpie(options: MagpieOptions & ServeOptions = {}): Promise<MagpieDouble> {
  const magpie = new Magpie(options);
  const served = await serve(magpieHandler(magpie), options);
  magpie.ownUrl = served.url;
  return { ...served, magpie };
}
