/** Asks a bird what Weaver will ask it. */
import type { Deadline } from '../shared/deadline.js';
import { WebFailure, type Web } from '../shared/web.js';
import { readCapabilities } from './capabilities.js';
import { within } from './client.js';

/** Of an answer with status 200 that is no capabilities: an exception of OWS, nothing at all, no XML, or XML of something else. */
export type NoCapabilities = 'exception' | 'empty' | 'no XML' | 'other';

/** unseen: this host does not know its name, which those inside the platform may. `status`: absent without an answer. */
export type BirdAnswer =
  | { is: 'ready'; processes: number }
  | { is: 'wps-2' }
  | { is: 'unseen' }
  | { is: 'not ready'; why: string; status?: number; document?: NoCapabilities; slow?: boolean };

/** Weaver's own client. */
const ASK_MS = 5_000;

export interface Asking {
  web: Web;
  deadline: Deadline;
  signal: AbortSignal;
  /** With the session; Weaver looks without one first. */
  cookies: boolean;
  /** As long as Weaver's client waits, unless given. */
  limitMs?: number;
}

export async function askBird(url: string, { web, deadline, signal, cookies, limitMs }: Asking): Promise<BirdAnswer> {
  try {
    // A WPS that is asked for JSON answers in JSON, which Weaver's client never does.
    const asked = { url: capabilitiesOf(url), accept: '*/*', cookies, limitMs: within(limitMs ?? ASK_MS, deadline) };
    const { status, text } = await web.ask(asked, signal);
    return judge(status, text);
  } catch (error) {
    if (!(error instanceof WebFailure)) throw error;
    if (error.trouble === 'unknown name') return { is: 'unseen' };
    // The last look may have been cut short: its seconds say nothing of the bird.
    if (error.trouble === 'timeout') return { is: 'not ready', why: 'does not answer in time', slow: true };
    return { is: 'not ready', why: error.message };
  }
}

/** Weaver's client asks for version 1.0.0, whatever else the bird speaks. */
export function capabilitiesOf(url: string): string {
  const asked = new URL(url);
  asked.searchParams.set('service', 'WPS');
  asked.searchParams.set('request', 'GetCapabilities');
  asked.searchParams.set('version', '1.0.0');
  return asked.href;
}

function judge(status: number, text: string): BirdAnswer {
  if (status !== 200) return { is: 'not ready', why: `answers with status ${status}`, status };
  const found = readCapabilities(text);
  switch (found.is) {
    case 'wps-1':
      return { is: 'ready', processes: found.processes };
    case 'wps-2':
      return { is: 'wps-2' };
    case 'exception':
      return refused(`an exception${found.code === '' ? '' : ` (${found.code})`}`, 'exception');
    case 'other':
      if (found.root !== undefined) return refused(`<${found.root}> instead of capabilities`, 'other');
      return text.trim() === '' ? refused('nothing', 'empty') : refused('no XML instead of capabilities', 'no XML');
  }
}

const refused = (what: string, document: NoCapabilities): BirdAnswer => ({
  ...{ is: 'not ready', why: `answers with ${what}`, status: 200, document },
});
