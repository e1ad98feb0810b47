/** A followed deployment on a terminal: one region, drawn again as things change and time goes on. */
import type { CommandContext, Screen } from '../io.js';
import { logDirectories, openLog, type OpenLog } from '../logs/deployment-log.js';
import type { KnownStack } from '../stack.js';
import type { Display } from './display.js';
import { liveFrame, type LiveState } from './frame.js';
import { regionOn } from './region.js';

const DRAW_MS = 250;
/** Left for the line that follows the frame. */
const SPARE_ROWS = 2;

export interface Live {
  context: CommandContext;
  screen: Screen;
  stack: KnownStack;
  number: number;
}

export function liveOn({ context, screen, stack, number }: Live): Display {
  const { io, settings } = context;
  const region = regionOn(screen);
  const state: LiveState = { number, status: undefined, said: undefined, log: undefined, since: io.now().getTime() };
  const log = lastLine(stack, settings, number);
  const draw = () => {
    state.log = log.newest();
    const size = { columns: screen.columns(), rows: Math.max(4, screen.rows() - SPARE_ROWS) };
    region.draw(liveFrame(state, size, io.now().getTime()));
  };
  draw();
  const timer = setInterval(draw, DRAW_MS);
  let isOver = false;
  return {
    seen(status) {
      state.status = status;
      // What was said was of the time before.
      state.said = undefined;
      draw();
    },
    say(line) {
      state.said = line;
      draw();
    },
    end() {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      log.stop();
      draw();
      region.leave();
    },
  };
}

/** Newest line of the deployment in its log; none where this user may not read it: the display is as good without. */
function lastLine(stack: KnownStack, settings: CommandContext['settings'], number: number) {
  let newest: string | undefined;
  let isOver = false;
  const wanted = { stack: stack.ref.stack, number };
  const watch = async () => {
    let log: OpenLog | undefined;
    while (!isOver && log?.items === undefined) {
      await log?.tail.close();
      log = await openLog(await logDirectories(stack, settings), wanted);
      if (log.items === undefined) await pause();
    }
    const messages = (log?.items ?? []).map(({ entry }) => entry.message);
    newest = messages.at(-1);
    while (!isOver && log !== undefined) {
      await pause();
      for (const line of await log.tail.lines()) {
        for (const { entry } of log.reader.push(line))
          if (entry.stack === wanted.stack && entry.run === number) newest = entry.message;
      }
    }
    await log?.tail.close();
  };
  void watch().catch(() => undefined);
  return {
    newest: () => newest,
    stop: () => {
      isOver = true;
    },
  };
}

const LOG_MS = 400;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOG_MS).unref());
