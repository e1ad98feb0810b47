/** How a deployment that is followed is shown: lines as they come, or on a terminal one region that is drawn again. */
import type { DeploymentStatus } from '../../workflows/model.js';
import type { CommandContext, Io } from '../io.js';
import { progressLines } from '../render/progress.js';
import type { KnownStack } from '../stack.js';

export interface Display {
  /** What the deployment says of itself now. */
  seen(status: DeploymentStatus): void;
  /** A line about the following; the same one is shown once. */
  say(line: string): void;
  /** Leaves what is to stay. Twice: nothing. */
  end(): void;
}

/** A terminal is drawn on unless its user wants lines; only then is the code for it loaded. */
export async function displayOn(context: CommandContext, stack: KnownStack, number: number): Promise<Display> {
  const { io, settings } = context;
  if (io.screen === undefined || settings.plain) return linesOn(io);
  const { liveOn } = await import('./live.js');
  return liveOn({ context, screen: io.screen, stack, number });
}

export function linesOn(io: Pick<Io, 'out'>): Display {
  const said = new Set<string>();
  let before: DeploymentStatus | undefined;
  return {
    seen(status) {
      progressLines(before, status).forEach((line) => io.out(line));
      before = status;
    },
    say(line) {
      if (!said.has(line)) io.out(line);
      said.add(line);
    },
    end: () => undefined,
  };
}
