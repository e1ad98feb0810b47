/**
 * A bird as a program: `node bird-main.js`. NAME is in its title, PROCESSES are their ids, separated by blanks, BEHAVIOUR is one of bird.ts
 * as JSON or in words, HOST and PORT (5000) where it listens.
 */
import { PROCESSES, startBird, type Behaviour } from './bird.js';
import { placeOf, runUntilTold, type Environment } from './program.js';

const env: Environment = process.env;

const processes = env['PROCESSES']
  ?.split(/\s+/)
  .filter(Boolean)
  .map((id) => ({ id, title: id }));

const bird = await startBird(behaviourOf(env['BEHAVIOUR']), {
  ...placeOf(env, 5_000),
  name: env['NAME'] ?? 'bird',
  processes: processes ?? PROCESSES,
});
runUntilTold('A bird', bird);

function behaviourOf(text = 'good'): Behaviour {
  return (text.startsWith('{') ? JSON.parse(text) : text) as Behaviour;
}
