/**
 * Stands for the platform's front as a program: `node main.js`. HOST, PORT (80). With MAGPIE_PORT and TWITCHER_PORT the same Magpie and
 * Twitcher are there, too, as they are behind a proxy that is not ours. What else it is told is in settings.ts.
 */
import { serve } from '../http.js';
import { Magpie, magpieHandler } from '../magpie/index.js';
import { placeOf, runUntilTold } from '../program.js';
import { twitcherHandler } from '../twitcher/index.js';
import { startPlatform } from './index.js';
import { platformSettings } from './settings.js';

const settings = platformSettings(process.env);
const place = placeOf(process.env, 80);
const magpie = new Magpie(settings);
const parts = [
  { port: process.env['MAGPIE_PORT'], handler: magpieHandler(magpie) },
  { port: process.env['TWITCHER_PORT'], handler: twitcherHandler(magpie) },
];
const behind = await Promise.all(
  parts.flatMap(({ port, handler }) => (port ? [serve(handler, { host: place.host, port: Number(port) })] : [])),
);
const front = await startPlatform({ ...settings, ...place, magpie });
const all = [front, ...behind];
runUntilTold('What stands for the platform', {
  port: front.port,
  close: async () => void (await Promise.all(all.map((server) => server.close()))),
});
