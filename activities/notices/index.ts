import type { Redact } from '../shared/redact.js';
import type { NoticeSettings } from '../stack/notify.js';
import { decide, type NoticeMemory } from './mute.js';
import type { Notice } from './notice.js';
import { sendNotice, type Delivery } from './send.js';

export { NOTHING_TOLD, NoticeMemory } from './mute.js';
export { movedCheckouts, noticeOfDeployment, noticeOfHeldUp, noticeOfJob, noticeOfLook } from './notice.js';
export type { EndedDeployment, EndedJob, HeldUp, Look, Notice, NoticeCheckout } from './notice.js';
export { createReceiverRedactor } from './secrets.js';
export { sendNotice, type Delivery, type SendOptions } from './send.js';

export interface TellOptions {
  settings: NoticeSettings;
  redact: Redact;
  signal: AbortSignal;
}

export interface Told extends Delivery {
  /** To be kept for the next call. */
  memory: NoticeMemory;
}

/**
 * Tells who wants to hear it, unless it was told within the hour. To be called after every deployment and every look, with
 * `notice` undefined where there is none. Nothing counts as told that reached nobody, so that the next look tells it. Throws
 * only the reason of the caller's abort.
 */
export async function tell(memory: NoticeMemory, notice: Notice | undefined, options: TellOptions): Promise<Told> {
  const { settings } = options;
  const decision = decide(memory, notice, new Date(), settings.notifyOn);
  if (decision.send === undefined || settings.notify.length === 0) {
    return { memory: settings.notify.length === 0 ? memory : decision.memory, sent: [], failed: [] };
  }
  const delivery = await sendNotice(decision.send, options);
  return { memory: delivery.sent.length > 0 ? decision.memory : memory, ...delivery };
}
