/** The command line in this process, with a world of its own: its output is kept, its environment is empty. */
import type { Handlers } from '../../client/handlers.js';
import type { Interruption, Screen } from '../../client/io.js';
import { runProgram } from '../../client/program.js';
import type { ClientSettings } from '../../client/settings.js';

export interface Ran {
  status: number;
  out: string;
  err: string;
  tookMs: number;
}

const noHandler = async (): Promise<never> => {
  throw new Error('this test gives no such handler');
};

export interface CommandLine {
  settings: Partial<ClientSettings> & Pick<ClientSettings, 'stateDirectories'>;
  cwd: string;
  handlers?: Partial<Handlers>;
  /** Gets each line of standard output as it comes, for who waits for one. */
  heard?: string[];
  /** ^C; nobody presses it unless given. */
  interruption?: Interruption;
  /** Who answers questions; nobody unless given. */
  ask?: (question: string) => Promise<string>;
  /** A terminal; none unless given. */
  screen?: Screen;
}

const NEVER: Interruption = { signal: new AbortController().signal, done: () => undefined };

/** Runs one command as `birdkeeper ARGS` in that directory. */
export async function birdkeeper(line: CommandLine, ...args: string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [line.heard ?? [], []];
  const started = Date.now();
  const status = await runProgram(args, {
    handlers: {
      up: noHandler,
      worker: noHandler,
      plan: noHandler,
      deployLocally: noHandler,
      readConfig: noHandler,
      compose: noHandler,
      findFormer: async () => [],
      removeFormer: noHandler,
      validateConfig: noHandler,
      explainConfig: noHandler,
      lintJobs: noHandler,
      fixWritePerm: noHandler,
      listComposeFiles: noHandler,
      renderConfig: noHandler,
      weaverStatus: noHandler,
      cowbirdStatus: noHandler,
      replay: noHandler,
      replayOpen: noHandler,
      doctor: async () => [],
      health: async () => [],
      ...line.handlers,
    },
    io: {
      out: (text) => out.push(text),
      raw: (bytes) => out.push(Buffer.from(bytes).toString()),
      err: (text) => err.push(text),
      now: () => new Date(),
      interruption: () => line.interruption ?? NEVER,
      ...(line.ask === undefined ? {} : { ask: line.ask }),
      ...(line.screen === undefined ? {} : { screen: line.screen }),
    },
    settings: () => ({
      host: 'alpha',
      machine: 'alpha',
      dockerHost: undefined,
      by: 'ann@alpha',
      plain: true,
      environment: {},
      personalLogDirectory: '/nonexistent',
      // No variable and no profile of whoever runs the tests.
      temporalEnvironment: { TEMPORAL_CONFIG_FILE: '/dev/null' },
      ...line.settings,
    }),
    version: 'test',
    cwd: line.cwd,
  });
  return { status, out: out.join('\n'), err: err.join('\n'), tookMs: Date.now() - started };
}
