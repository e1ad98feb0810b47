/** One entry of a data job: its clone, its directories, its actions, its record. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortLine } from '../../workflows/one-line.js';
import { redactUrls, type Redact } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { actionCommand, actionVariables, sortVariables, type ActionFacts } from './action.js';
import { describeEntry, gitFailureOf } from './failure.js';
import type { DataRequest, EntryResult } from './index.js';
import type { DataEntry, DataJob } from './job.js';
import { lockOf, recordCommit, recordedCommit, valuesOf } from './record.js';
import { run, type Surrounding } from './run.js';
import { sync } from './sync.js';

/** Data of terabytes take hours; what hangs longer keeps every later run of the job from its turn. */
const LIMIT_SECONDS = 6 * 3600;
const MOST_OF_ACTION = 80;

export class EntryRun {
  private readonly surrounding: Surrounding;
  private readonly where: string;

  constructor(
    private readonly entry: DataEntry,
    private readonly job: DataJob,
    private readonly request: DataRequest,
    private readonly step: Step,
    private readonly redact: Redact,
  ) {
    this.where = describeEntry(entry);
    this.surrounding = { step, redact, lock: lockOf(request.stateDir, entry.clone) };
  }

  /** Adds what failed to `failures`. */
  async deploy(failures: string[]): Promise<EntryResult> {
    const { entry, step } = this;
    step.heartbeat({ entry: entry.number, doing: 'fetch' });
    const seen = await this.refresh(failures);
    step.log.info('Repository is at', { repository: redactUrls(entry.url), branch: entry.branch, ...seen.shown });

    const before = failures.length;
    const rsyncOutput = await this.copy(failures);
    await this.act({ ...seen.facts, rsyncOutput }, failures);
    if (failures.length === before) await recordCommit(this.request, entry, seen.facts.commit);
    return { ...seen.shown, checkout: entry.checkout, maps: entry.maps.length, actions: entry.actions.length };
  }

  private async refresh(failures: readonly string[]) {
    const { entry, step, job, request } = this;
    const { url, branch, clone } = entry;
    try {
      const source = { url, branch, clone, identityFile: job.identityFile, lock: this.surrounding.lock };
      const { commit, adopted } = await request.git.refresh(source, step);
      const { previous, changedFiles } = await this.changes(commit, adopted);
      const count = changedFiles === '' ? 0 : changedFiles.split('\n').length;
      const { checkoutCache } = job;
      return {
        facts: { entry, checkoutCache, configFile: request.configFile, commit, previous, changedFiles },
        shown: { commit, previous: previous ?? null, changedFiles: count },
      };
    } catch (error) {
      step.signal.throwIfAborted();
      throw gitFailureOf(error, this.where, failures);
    }
  }

  /** Since the last run in which nothing of the entry failed; nothing on the first. */
  private async changes(commit: string, adopted: string | undefined) {
    const { entry, step } = this;
    const previous = (await recordedCommit(this.request, entry)) ?? adopted;
    if (previous === undefined) return { previous, changedFiles: '' };
    const changedFiles = await this.request.git.changedFiles({ clone: entry.clone, from: previous, to: commit }, step);
    if (changedFiles !== undefined) return { previous, changedFiles };
    step.log.warn('The commit of the former run is gone from the repository: actions run as after the first clone', {
      entry: this.where,
      previous,
    });
    return { previous: undefined, changedFiles: '' };
  }

  private async copy(failures: string[]): Promise<string> {
    const { entry, step, job, request } = this;
    const limitSeconds = request.syncLimitSeconds ?? LIMIT_SECONDS;
    const { clone } = entry;
    const { owner } = job;
    const output: string[] = [];
    for (const map of entry.maps) {
      step.heartbeat({ entry: entry.number, doing: 'copy', to: map.destination });
      step.log.info('Copying', { from: map.source, to: map.destination });
      const place = { clone, stateDir: request.stateDir, owner, environment: request.environment, limitSeconds };
      const copied = await sync(map, place, this.surrounding);
      if (copied.output !== '') output.push(copied.output);
      if (copied.problem !== undefined) {
        this.fail(`${map.source} to ${map.destination}: ${copied.problem}`, failures);
      }
    }
    return output.join('\n');
  }

  private async act(facts: ActionFacts, failures: string[]): Promise<void> {
    const { entry, request, step } = this;
    if (entry.actions.length === 0) return;
    const { exported, long } = sortVariables(actionVariables(facts));
    const valuesDir = valuesOf(request, entry.clone);
    await rm(valuesDir, { recursive: true, force: true });
    await mkdir(valuesDir, { mode: 0o700 });
    try {
      for (const [name, value] of Object.entries(long)) await writeFile(join(valuesDir, name), value, { mode: 0o600 });
      for (const [at, action] of entry.actions.entries()) {
        const told = shortLine(this.redact(action), MOST_OF_ACTION);
        step.heartbeat({ entry: entry.number, doing: 'action', action: at + 1 });
        step.log.info('Running a post action', { action: told });
        const options = {
          cwd: entry.clone,
          env: { ...request.environment, ...exported },
          limitSeconds: request.actionLimitSeconds ?? LIMIT_SECONDS,
        };
        const { problem } = await run(actionCommand(action, valuesDir, Object.keys(long)), options, this.surrounding);
        if (problem !== undefined) this.fail(`post action ${at + 1} (${told}) ${problem}`, failures);
      }
    } finally {
      await rm(valuesDir, { recursive: true, force: true });
    }
  }

  private fail(what: string, failures: string[]): void {
    const message = `${this.where}, ${what}`;
    this.step.log.warn('A part of a data job failed', { what: message });
    failures.push(message);
  }
}
