/** Says in words what the SDK found when a history did not replay. Pure. */
import { z } from 'zod';

const Named = z.object({ name: z.string() }).optional();
const Attributes = z.object({ activityType: Named, workflowType: Named, timerId: z.string().optional() });

/** A history in JSON, as far as it is read here; the SDK reads all of it. */
export const HistoryJson = z.object({
  events: z
    .array(
      z
        .object({ eventId: z.coerce.number(), eventType: z.string() })
        .catchall(z.unknown())
        .transform((event) => ({ id: event.eventId, type: wordsOf(event.eventType), subject: subjectOf(event) })),
    )
    .min(1),
});
export type HistoryJson = z.infer<typeof HistoryJson>;
export type HistoryEvent = HistoryJson['events'][number];

/** `EVENT_TYPE_TIMER_STARTED` and `TimerStarted` both as `TimerStarted`. */
function wordsOf(eventType: string): string {
  if (!eventType.startsWith('EVENT_TYPE_')) return eventType;
  return eventType
    .slice('EVENT_TYPE_'.length)
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/** Name of the activity, the child workflow or the timer that the event is about. */
function subjectOf(event: Record<string, unknown>): string | undefined {
  for (const [key, value] of Object.entries(event)) {
    if (!key.endsWith('EventAttributes')) continue;
    const { data } = Attributes.safeParse(value);
    return data?.activityType?.name ?? data?.workflowType?.name ?? (data?.timerId && `timer ${data.timerId}`);
  }
  return undefined;
}

/** Type of the workflow, out of its first event. */
export const workflowTypeOf = ({ events }: HistoryJson): string => events[0]?.subject ?? 'unknown';

/** The first command that differs, out of what the SDK's error says. What is not recognised is given as it is. */
export function describeDifference(message: string, history: HistoryJson): string {
  const said = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message.split('\n')[0] ?? message;
  const text = said.replace(/^\[TMPRL\d+\] Nondeterminism error: /, '');

  const names = /of scheduled event '(.+?)' does not match .+? command '(.+?)'/.exec(text);
  if (names?.[1] !== undefined) {
    const event = history.events.find(({ subject }) => subject === names[1]);
    return `${event ? placeOf(event) : names[1]} is in the history; this code asks for ${names[2]} there.`;
  }
  const id = Number(/HistoryEvent\(id: (\d+)/.exec(text)?.[1]);
  const event = history.events.find((each) => each.id === id);
  const kind = /^(\w[\w ]*?) machine does not handle/.exec(text)?.[1];
  if (event && kind) return `${placeOf(event)} is in the history; this code gives the command "${kind}" there.`;
  if (event && /^No command scheduled/.test(text))
    return `${placeOf(event)} is in the history; this code does nothing there.`;
  if (/no such function is exported/.test(text)) return `this code has no workflow of type ${workflowTypeOf(history)}.`;
  return text;
}

const placeOf = ({ id, type, subject }: HistoryEvent): string =>
  `event ${id}, ${type}${subject === undefined ? '' : ` ${subject}`},`;
