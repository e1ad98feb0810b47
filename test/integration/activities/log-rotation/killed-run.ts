/** A run in a process of its own, which kills itself before a step, or is killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Point } from '../../../../activities/log-rotation/run.js';
import type { Compiled } from '../../../support/compiled.js';
import type { World } from './world.js';

interface Options {
  /** SIGKILL before the first step of this kind. */
  before?: Point | 'signal';
  /** As logs of nginx. */
  nginx?: boolean;
}

export function startRun(compiled: Compiled, world: World, { before, nginx = false }: Options): ChildProcess {
  const script = `
    const { rotateLogs } = await import(${JSON.stringify(join(compiled.dir, 'activities/log-rotation/index.js'))});
    const { localStep } = await import(${JSON.stringify(join(compiled.dir, 'activities/shared/step.js'))});
    const { logDir, stateDir, environment } = ${JSON.stringify(world.request)};
    const heartbeat = ({ doing }) => {
      if (doing === ${JSON.stringify(before ?? 'never')}) process.kill(process.pid, 'SIGKILL');
    };
    const signalNginx = async () => heartbeat({ doing: 'signal' });
    const own = ${nginx ? '{ directory: logDir, rules: { minimumBytes: 1 }, create: { mode: 0o640, uid: process.getuid(), gid: process.getgid() }, signalNginx }' : 'undefined'};
    const now = () => new Date(${world.now.getTime()});
    const request = own ? { logDir: logDir + '/none', nginx: own } : { logDir };
    await rotateLogs({ ...request, stateDir, environment, now }, localStep({ heartbeat }));`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** The signal that ended it, or null. */
export async function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}
