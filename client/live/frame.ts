/** What a deployment that is followed looks like on a terminal, as lines. Pure. */
import { PHASES } from '../../workflows/contract.js';
import type { DeploymentStatus, ServiceHealth } from '../../workflows/model.js';
import { serviceCells } from '../render/plan.js';
import { columns, oneLine } from '../text.js';

export interface LiveState {
  number: number;
  /** Undefined until the deployment has begun. */
  status: DeploymentStatus | undefined;
  /** What was said of the following; the newest counts. */
  said: string | undefined;
  /** Newest line of the log. */
  log: string | undefined;
  /** When the following began, milliseconds since 1970. */
  since: number;
}

export interface FrameSize {
  columns: number;
  /** Above it a terminal scrolls, and a region that scrolled cannot be drawn again. */
  rows: number;
}

/** At most `rows` lines of at most `columns` characters. `now`: milliseconds since 1970. */
export function liveFrame(state: LiveState, size: FrameSize, now: number): string[] {
  const head = [headLine(state, now), ...(state.status === undefined ? [] : [phaseLine(state.status)])];
  const tail = [state.said, state.log].flatMap((line) => (line === undefined ? [] : [`  ${oneLine(line)}`]));
  const room = Math.max(0, size.rows - head.length - tail.length);
  const services = state.status === undefined ? [] : serviceLines(state.status);
  return [...head, ...fitting(services, room), ...tail].slice(0, size.rows).map((line) => cut(line, size.columns));
}

function headLine({ number, status, since }: LiveState, now: number): string {
  const what = status === undefined ? 'has yet to begin' : `(${status.trigger}) ${oneLine(status.reason)}`;
  return `${elapsed(now - since)}  deployment ${number} ${what}`;
}

/** `3 min 05 s` */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
}

function phaseLine({ phase, outcome, next }: DeploymentStatus): string {
  const step = PHASES.indexOf(phase) + 1;
  const where = phase === 'roll back' ? phase : `${phase} (${step} of ${PHASES.length - 1})`;
  return outcome === undefined ? `phase: ${where}${next === '' ? '' : `: ${oneLine(next)}`}` : `ended in: ${phase}`;
}

/** Services that are touched, and those that are not well whoever touched them. */
function serviceLines({ plan, health }: DeploymentStatus): string[] {
  const words = new Map(health.map((each) => [each.service, healthWord(each)]));
  const touched = (plan?.services ?? []).map((decision) => {
    const [service = '', action = '', reason = ''] = serviceCells(decision);
    return [service, action, words.get(service) ?? '-', reason];
  });
  const named = new Set(touched.map(([service]) => service));
  const others = health
    .filter(({ service }) => !named.has(service))
    .map((each) => [each.service, '-', healthWord(each), '']);
  return columns([...touched, ...others], '  ');
}

const healthWord = ({ health, detail }: ServiceHealth): string =>
  detail === undefined ? health : `${health} (${detail})`;

function fitting(lines: readonly string[], room: number): string[] {
  if (lines.length <= room) return [...lines];
  if (room === 0) return [];
  return [...lines.slice(0, room - 1), `  … and ${lines.length - room + 1} more`];
}

/** One column is left free: a terminal wraps when the last one is written. */
function cut(line: string, width: number): string {
  const characters = [...line];
  const most = Math.max(1, width - 1);
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}
