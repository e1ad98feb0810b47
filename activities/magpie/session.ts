/**
 * A session with Magpie as an administrator: `POST /signin` gives cookies, `GET /session` tells whose they are. The cookies stay in
 * the conversation (`Web`); credentials and cookies reach no message.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Deadline } from '../shared/deadline.js';
import { elapsedMs } from '../shared/elapsed.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { Together } from '../shared/together.js';
import { jsonOf, WebFailure, type Web, type WebAnswer } from '../shared/web.js';

export interface MagpiePlace {
  /** Without a slash at the end. */
  url: string;
  user: string;
  password: string;
  /** Whose members may do everything. */
  adminGroup: string;
}

const ASK_MS = 10_000;
/** Within this a new session does not end by itself. */
const FRESH_MS = 5_000;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 10_000];

const Session = z.object({
  authenticated: z.boolean(),
  user: z.object({ group_names: z.array(z.string()).default([]) }).optional(),
});

/** Shared by all who ask: a sign-in is one for all who wait for it, and nobody's end of waiting ends it for the others. */
export class MagpieSession {
  /** How often it was signed in: who was refused says with which session that was. */
  generation = 0;
  private readonly signIns = new Together<string | undefined>();
  private signedInAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly web: Web,
    private readonly place: MagpiePlace,
    private readonly freshMs = FRESH_MS,
  ) {}

  /**
   * Signs in unless somebody has. Waits for a Magpie that does not answer yet. Throws Unauthorised at once when it refuses the
   * credentials or they are no administrator's, Unhealthy when the time is over.
   */
  async open(deadline: Deadline, signal: AbortSignal): Promise<void> {
    if (this.generation === 0) await this.renew(0, deadline, signal);
  }

  /**
   * Another session in the place of number `stale`, unless there is a newer one already. Who was refused with one that was made a
   * moment ago is not refused because it has ended.
   */
  async renew(stale: number, deadline: Deadline, signal: AbortSignal): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; this.isOver(stale); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const trouble = await this.signIns.ask('', signal, () => this.signIn(stale));
      if (trouble === undefined) continue;
      if (deadline.leftMs() <= pause) throw tooLate(this.place, trouble, deadline);
      await sleep(pause, undefined, { signal });
    }
  }

  private isOver(generation: number): boolean {
    return this.generation <= generation && elapsedMs() - this.signedInAt >= this.freshMs;
  }

  /** Undefined: there is another session. Else why not yet, a clause. */
  private async signIn(stale: number): Promise<string | undefined> {
    if (!this.isOver(stale)) return undefined;
    this.web.forgetCookies();
    const trouble = await this.tryOnce(AbortSignal.timeout(2 * ASK_MS));
    if (trouble !== undefined) return trouble;
    this.generation += 1;
    this.signedInAt = elapsedMs();
    return undefined;
  }

  /** Undefined: signed in. Else why not yet, a clause. */
  private async tryOnce(signal: AbortSignal): Promise<string | undefined> {
    const { url, user, password } = this.place;
    const json = { user_name: user, password };
    try {
      const signIn = `${url}/signin`;
      const answer = await this.web.ask({ url: signIn, method: 'POST', json, limitMs: ASK_MS }, signal);
      const refusal = refusalOf(answer, this.place);
      if (refusal !== undefined) throw refusal;
      if (answer.status !== 200) return `answers the sign-in with status ${answer.status}`;
      if (!(await this.web.hasCookies(`${url}/session`))) return 'accepts the sign-in and sets no cookie';
      return await this.requireAdministrator(signal);
    } catch (error) {
      if (error instanceof WebFailure) return error.message;
      throw error;
    }
  }

  private async requireAdministrator(signal: AbortSignal): Promise<string | undefined> {
    const { url, user, adminGroup } = this.place;
    const answer = await this.web.ask({ url: `${url}/session`, limitMs: ASK_MS }, signal);
    if (answer.status !== 200) return `answers the question for the session with status ${answer.status}`;
    const session = Session.safeParse(jsonOf(answer));
    if (!session.success) return 'answers the question for the session with what is no session';
    if (!session.data.authenticated) return 'accepts the sign-in and does not know the session afterwards';
    if (session.data.user?.group_names.includes(adminGroup) === true) return undefined;
    throw new StepFailure(
      FAILURES.unauthorised,
      `Magpie at ${url} knows ${user}, who is not in the group ${adminGroup}: give MAGPIE_ADMIN_USERNAME and MAGPIE_ADMIN_PASSWORD of an administrator.`,
    );
  }
}

/** Repeating does not mend these: Magpie has understood and said no. */
function refusalOf({ status }: WebAnswer, { url, user }: MagpiePlace): StepFailure | undefined {
  if (![400, 401, 403, 422].includes(status)) return undefined;
  return new StepFailure(
    FAILURES.unauthorised,
    `Magpie at ${url} refuses the credentials of ${user} (status ${status}): look at MAGPIE_ADMIN_USERNAME and MAGPIE_ADMIN_PASSWORD in env.local.`,
  );
}

const tooLate = ({ url }: MagpiePlace, trouble: string, { seconds }: Deadline): StepFailure =>
  new StepFailure(
    FAILURES.unhealthy,
    `Nobody could be signed in at Magpie within ${seconds} s: ${url} ${trouble}. Look at the container magpie and at the proxy before it.`,
  );
