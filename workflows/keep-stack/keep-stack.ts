import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { activities } from '../activities.js';
import { deploymentId, FAILURES, SIGNALS, type StackRef } from '../contract.js';
import { deployStack } from '../deploy-stack/deploy-stack.js';
import type { DeployStackInput, DeployStackResult } from '../deploy-stack/messages.js';
import { failureOf } from '../failure-of.js';
import type { WorkRequest } from '../keeper-model.js';
import type { DeployRequest, KeeperStatus } from '../model.js';
import { attribute } from '../search-attributes.js';
import { inline } from '../tables.js';
import { isStackInput } from '../validate.js';
import {
  deployUpdate,
  keeperStatusQuery,
  rollbackUpdate,
  type DeployAnswer,
  type KeeperMemory,
  type KeepStackInput,
  type RollbackAnswer,
  type Verdict,
} from './messages.js';
import { withApproval } from './approval.js';
import { afterHandOver, afterTakeOver, isHandedOver } from './hand-over.js';
import { readMemory } from './memory.js';
import { runWork, tellRequester } from './run-work.js';
import {
  afterBeginning,
  afterRequest,
  afterWithdraw,
  afterWork,
  backInQueue,
  parseWork,
  withTurn,
  workNow,
} from './work.js';
import { keeperDetails } from './narrate.js';
import {
  afterApprove,
  afterOpening,
  afterPause,
  afterReject,
  afterResume,
  noteOf,
  parseRollback,
  parseVerdict,
  PREVIOUS,
  rollbackRefusal,
  rollbackRequest,
  untilOpening,
} from './people.js';
import { afterDeployment, afterLook, afterNumbering, enqueue, parseAsk, parseNeeded, requestFor } from './queue.js';

/**
 * Owns the right to change a stack, for ever: a queue, not a lock. One piece of work at a time, as a child that outlives
 * it; continues as new after each, when no child runs. Handlers never await, and survive any input.
 */
export async function keepStack(input: KeepStackInput): Promise<void> {
  const remembered = isStackInput(input) ? readMemory(input.memory) : undefined;
  if (remembered === undefined)
    throw ApplicationFailure.nonRetryable('keepStack needs {v: 1, host, stack, memory}', FAILURES.badInput);
  const keeper = new Keeper(input, remembered);
  keeper.listen();
  await keeper.work();
  await condition(allHandlersFinished);
  const { host, stack } = input;
  await continueAsNew<typeof keepStack>({ v: 1, host, stack, memory: keeper.memory });
}

class Keeper {
  private running: DeployRequest | undefined;
  private isToContinueAsNew = false;

  constructor(
    private readonly ref: StackRef,
    public memory: KeeperMemory,
  ) {
    this.change(memory);
  }

  get status(): KeeperStatus {
    const { stack, host } = this.ref;
    const { queue, nextNumber, last, look, backOff, paused, waiting, handedOver, working, work } = this.memory;
    const known = { last, look, backOff, paused, waiting, handedOver, working, queuedWork: work };
    const there = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    return { stack, host, ...(this.running ? { running: this.running } : {}), queued: queue, nextNumber, ...there };
  }

  /**
   * Handlers never await, and survive any input: what makes no sense is answered in the log. The one for all signals comes first,
   * because the SDK hands what came before the first task to named ones in the order of their names: a pause after a resume would
   * be undone by it, and a replay could see another order than the first run did. The named ones are what the Temporal UI offers.
   */
  listen(): void {
    const { signals } = this;
    setDefaultSignalHandler((name, payload) => {
      const handle = Object.hasOwn(signals, name) ? signals[name] : undefined;
      if (handle) handle(payload);
      else log.warn('a signal came that no keeper knows: ignored');
    });
    for (const [name, handle] of Object.entries(signals)) setHandler(defineSignal<[unknown?]>(name), handle);
    setHandler(keeperStatusQuery, () => this.status);
    setHandler(deployUpdate, (payload) => this.enqueue(requestFor(parseAsk(payload))));
    setHandler(rollbackUpdate, (payload) => this.rollback(payload), { validator: refuseUnclear });
  }

  private readonly signals: Readonly<Record<string, (payload: unknown) => void>> = {
    [SIGNALS.forceDeploy]: (payload) => void this.enqueue(requestFor(parseAsk(payload, true))),
    [SIGNALS.deploymentNeeded]: (payload) => this.needed(payload),
    [SIGNALS.pause]: (payload) => this.change(afterPause(this.memory, payload, new Date())),
    [SIGNALS.resume]: () => this.change(afterResume(this.memory)),
    [SIGNALS.numbering]: (payload) => this.change(afterNumbering(this.memory, payload)),
    [SIGNALS.handOver]: (payload) => this.handOver(payload),
    [SIGNALS.takeOver]: () => this.change(afterTakeOver(this.memory)),
    [SIGNALS.requestWork]: (payload) => this.request(payload),
    [SIGNALS.withdrawWork]: (payload) => this.change(afterWithdraw(this.memory, payload)),
    [SIGNALS.approve]: (payload) => this.verdict('approve', payload, afterApprove),
    [SIGNALS.reject]: (payload) => this.verdict('reject', payload, afterReject),
  };

  /** One piece of work; returns when the keeper is to continue as new. */
  async work(): Promise<void> {
    if (this.memory.attached !== undefined) return this.attend(this.memory.attached);
    if (this.memory.working !== undefined) return this.attendWork(this.memory.working);
    await this.untilThereIsWork();
    this.change(afterOpening(this.memory, new Date()));
    await this.writeDown();
    if (!this.mayBegin()) return;
    const work = workNow(this.memory);
    if (work !== undefined) return this.do(work);
    const [next, ...queue] = this.memory.queue;
    if (next === undefined) return;
    const request = withApproval(next, this.memory.approved);
    this.running = request;
    this.change({ ...afterTakeOver(this.memory), queue });
    const result = await deploy(this.ref, request);
    this.running = undefined;
    this.change(withTurn(afterDeployment(this.memory, result, new Date(), request.by)));
    await this.writeDown();
  }

  /** What is written down comes first: another keeper would begin a deployment beside it. */
  private async do(work: WorkRequest): Promise<void> {
    this.change(afterBeginning(this.memory, work));
    await this.writeDown();
    await tellRequester(work, SIGNALS.workBegun);
    await tellRequester(work, SIGNALS.workDone, await runWork(this.ref, work));
    this.change(afterWork(this.memory));
    await this.writeDown();
  }

  private async untilThereIsWork(): Promise<void> {
    const isThere = () => this.mayBegin() || this.hasNews() || this.isToContinueAsNew || suggested();
    const suggested = () => workflowInfo().continueAsNewSuggested;
    for (;;) {
      const opening = untilOpening(this.memory, new Date());
      if (opening === undefined) {
        // A release may begin to wait for a window, by an approval.
        await condition(() => isThere() || untilOpening(this.memory, new Date()) !== undefined);
        if (isThere()) return;
      } else if ((await condition(isThere, opening)) || untilOpening(this.memory, new Date()) === 0) return;
    }
  }

  private mayBegin(): boolean {
    const { queue, work = [] } = this.memory;
    return queue.length + work.length > 0 && !isHandedOver(this.memory, new Date());
  }

  private needed(payload: unknown): void {
    const needed = parseNeeded(payload);
    if (needed) this.change(afterLook(this.memory, needed, new Date(), this.running));
    else log.warn('deploymentNeeded came with something else than {word, reason, commits, deploys}: ignored');
  }

  private handOver(payload: unknown): void {
    this.isToContinueAsNew = true;
    this.change(afterHandOver(this.memory, payload, new Date()));
  }

  private hasNews(): boolean {
    return this.memory.rejected !== undefined || noteOf(this.memory) !== (this.memory.noted ?? NOTHING_NOTED);
  }

  /** Pause, what waits and what was rejected go to the state directory, out of which another keeper can be made. */
  private async writeDown(): Promise<void> {
    const { stack } = this.ref;
    const { rejected } = this.memory;
    if (rejected !== undefined) {
      await activities.rejectRelease({ stack, ...rejected });
      const { rejected: _written, ...rest } = this.memory;
      this.change(rest);
    }
    const note = noteOf(this.memory);
    if (note === (this.memory.noted ?? NOTHING_NOTED)) return;
    const { paused, waiting, working } = this.memory;
    const held = { ...(paused ? { paused } : {}), ...(waiting ? { waiting } : {}), ...(working ? { working } : {}) };
    await activities.noteKeeper({ stack, ...held });
    this.change({ ...this.memory, noted: note });
  }

  /** A deployment that another keeper started: nothing else is begun before it has closed, however it closes. */
  private async attend(number: number): Promise<void> {
    const { stack } = this.ref;
    this.running = { number, trigger: 'check', force: false, reason: 'it ran when this keeper was started' };
    this.change(this.memory);
    const result = await activities.awaitDeployment({ stack, number });
    this.running = undefined;
    const { attached: _ended, ...rest } = this.memory;
    this.change(result === null ? rest : afterDeployment(rest, result, new Date()));
  }

  /** Work that another keeper began. */
  private async attendWork(work: WorkRequest): Promise<void> {
    this.change(this.memory);
    const { ended } = await activities.awaitWork({ stack: this.ref.stack, requester: work.id });
    if (ended !== null) await tellRequester(work, SIGNALS.workDone, ended);
    this.change(ended === null ? backInQueue(this.memory) : afterWork(this.memory));
    await this.writeDown();
  }

  private request(payload: unknown): void {
    const work = parseWork(payload);
    const next = work && afterRequest(this.memory, work);
    if (next) this.change(next);
    else log.warn('requestWork came with something else than {kind, id, input}, or too much is queued: ignored');
  }

  private enqueue(request: Omit<DeployRequest, 'number'>): DeployAnswer {
    const { memory, answer } = enqueue(this.memory, request);
    this.change(memory);
    return answer;
  }

  private rollback(payload: unknown): RollbackAnswer {
    const request = rollbackRequest(parseRollback(payload));
    return { ...this.enqueue(request), to: request.rollbackTo ?? PREVIOUS };
  }

  private verdict(
    name: string,
    payload: unknown,
    after: (memory: KeeperMemory, verdict: Verdict, now: Date) => KeeperMemory | undefined,
  ): void {
    const verdict = parseVerdict(payload);
    const next = verdict && after(this.memory, verdict, new Date());
    if (next) this.change(next);
    else log.warn(`${name} came without the number of a deployment that waits: ignored`);
  }

  private change(memory: KeeperMemory): void {
    this.memory = memory;
    setCurrentDetails(keeperDetails(this.status));
  }
}

function refuseUnclear(...given: unknown[]): void {
  const refusal = rollbackRefusal(given);
  if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal, FAILURES.badInput);
}

const NOTHING_NOTED = noteOf({ nextNumber: 0, queue: [] });

async function deploy({ host, stack }: StackRef, request: DeployRequest): Promise<DeployStackResult> {
  const { number, trigger, reason } = request;
  try {
    return await executeChild(deployStack, {
      workflowId: deploymentId({ host, stack }, number),
      args: [deploymentInput({ host, stack }, request)],
      // A deployment that runs must not die with its keeper.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host), attribute('Trigger', trigger)],
      staticSummary: `deployment ${number} of ${stack}: ${reason}`.slice(0, 200),
      staticDetails: `Deployment **${number}** of stack **${stack}** on host **${host}**.\n\nTrigger: ${trigger}. Reason: ${inline(reason)}${request.by === undefined ? '' : `. By: ${inline(request.by)}`}`,
    });
  } catch (error) {
    const { message } = failureOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
    log.error('a deployment ended without a result', { number, message });
    return { number, outcome: 'failed', phase: 'inspect', message, commits: {} };
  }
}

/** `commits` is what a look saw: the deployment looks for itself. */
function deploymentInput({ host, stack }: StackRef, { commits: _seen, ...request }: DeployRequest): DeployStackInput {
  return { v: 1, host, stack, ...request };
}
