/** Cowbird's double: its routes with the codes and bodies of the real one, and the ways in which it is not in step. */
import { serve, type Served, type ServeOptions } from '../http.js';
import { cowbirdHandler } from './routes.js';
import { Cowbird, type CowbirdOptions } from './state.js';

export { Cowbird, HANDLERS, type CowbirdBehaviour, type CowbirdOptions } from './state.js';
export { cowbirdHandler } from './routes.js';

export interface CowbirdDouble extends Served {
  readonly cowbird: Cowbird;
}

export async function startCowbird(options: CowbirdOptions & ServeOptions = {}): Promise<CowbirdDouble> {
  const cowbird = new Cowbird(options);
  return { ...(await serve(cowbirdHandler(cowbird), options)), cowbird };
}
