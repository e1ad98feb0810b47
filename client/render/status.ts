/** What runs, since when, is it healthy, is it behind, what is wrong, what must I do. Pure. */
import type { Commits, DeploymentRecord } from '../../workflows/model.js';
import { describeMonitoring } from '../monitoring/words.js';
import { describePause } from '../refusals.js';
import type { HistoryAnswer, StackReport } from '../schemas.js';
import { age, columns, oneLine, short } from '../text.js';
import { isSick } from '../todo.js';
import { describeCowbird, describeWeaver } from './follow-ups.js';

export function renderStatus(report: StackReport, now: Date): string[] {
  const { release, running, last, queued } = report;
  return [
    ...columns([
      ['stack', `${report.stack} on ${report.host}, in ${report.directory}`],
      ['runs', release === null ? 'no release is recorded' : describeRelease(release, now)],
      ['health', describeHealth(report.health)],
      ['git', describeLook(report, now)],
      ...(report.monitoring === undefined ? [] : [['alerts', describeMonitoring(report.monitoring, now)]]),
      ...(report.weaver === undefined ? [] : [['birds', describeWeaver(report.weaver, now)]]),
      ...(report.cowbird === undefined ? [] : [['cowbird', describeCowbird(report.cowbird, now)]]),
      ...(running === null ? [] : [['now', describeRunning(running)]]),
      ...(queued.length === 0 ? [] : [['next', queued.map(({ number, reason }) => `${number}: ${reason}`).join('; ')]]),
      ...(report.paused === null ? [] : [['paused', describePause(report.paused, now)]]),
      ...(report.waiting === null ? [] : [['waits', describeWaiting(report.waiting, now)]]),
      ['last', last === null ? 'no deployment yet' : describeLast(last, now)],
      ...report.quarantined.map(({ number, reason, at }) => [
        'bad',
        `release of deployment ${number}, ${age(at, now)} ago: ${reason}`,
      ]),
    ]),
    ...sickServices(report.health),
    ...report.todo.map((todo) => `to do: ${oneLine(todo)}`),
    ...report.notices.flatMap((notice) => notice.split('\n')).map((line) => `note: ${oneLine(line)}`),
  ];
}

function describeWaiting(waiting: NonNullable<StackReport['waiting']>, now: Date): string {
  const { number, commits, why, at, approvedBy } = waiting;
  const approved = approvedBy === undefined ? '' : ` Approved by ${approvedBy}.`;
  return `deployment ${number} (${describeCommits(commits)}), since ${age(at, now)}: ${why}${approved}`;
}

const describeRelease = ({ number, at, commits, services }: NonNullable<StackReport['release']>, now: Date): string =>
  [
    number === 0 ? 'what was found at the start' : `release ${number}`,
    ` since ${at} (${age(at, now)})`,
    `, ${services} ${services === 1 ? 'service' : 'services'}`,
    Object.keys(commits).length === 0 ? ', in no git checkout' : `: ${describeCommits(commits)}`,
  ].join('');

const describeCommits = (commits: Commits): string =>
  Object.entries(commits)
    .map(([name, commit]) => `${name} ${short(commit)}`)
    .join(', ');

function describeHealth(health: StackReport['health']): string {
  if (health === null) return 'not known';
  if (health.length === 0) return 'no container of this stack exists';
  const sick = health.filter((service) => isSick(service.health));
  const starting = health.filter((service) => service.health === 'starting');
  if (sick.length > 0) return `${sick.length} of ${health.length} services not well`;
  return starting.length > 0
    ? `${starting.length} of ${health.length} services starting`
    : `all ${health.length} services well`;
}

function sickServices(health: StackReport['health']): string[] {
  const sick = (health ?? []).filter((service) => isSick(service.health));
  return columns(
    sick.map(({ service, health: word, detail }) => [service, word, detail ?? '']),
    '  ',
  );
}

function describeLook({ look, source }: StackReport, now: Date): string {
  if (look === null) return source === 'keeper' ? 'not looked at yet' : 'not known';
  return `${look.word}, looked at ${age(look.at, now)} ago: ${look.reason}`;
}

export const describeRunning = ({
  number,
  phase,
  trigger,
  reason,
  next,
}: NonNullable<StackReport['running']>): string =>
  `deployment ${number} (${trigger}: ${reason})${phase === null ? '' : `, ${phase}`}${next === '' ? '' : `: ${next}`}`;

const describeLast = ({ number, outcome, message, at }: NonNullable<StackReport['last']>, now: Date): string =>
  `deployment ${number} ${outcome}, ${age(at, now)} ago${message === '' ? '' : `: ${message}`}`;

/** A line per deployment, newest first. */
export function renderHistory(answer: HistoryAnswer): string[] {
  const rows = answer.deployments.map((record) => [
    String(record.number),
    record.startedAt,
    duration(record),
    record.outcome,
    record.trigger,
    record.by ?? '-',
    moved(record),
    record.message === '' ? record.reason : record.message,
  ]);
  return [
    ...(answer.running === null ? [] : [`now: ${oneLine(describeRunning(answer.running))}`]),
    ...(rows.length === 0
      ? [`no deployment of ${answer.stack} is recorded`]
      : columns([['number', 'started', 'took', 'outcome', 'trigger', 'by', 'commits', 'message'], ...rows])),
    ...hookLines(answer.deployments),
    ...answer.notices.flatMap((notice) => notice.split('\n')).map((line) => `note: ${oneLine(line)}`),
  ];
}

/** Below the table: most deployments run none. */
function hookLines(deployments: readonly DeploymentRecord[]): string[] {
  const rows = deployments.flatMap(({ number, hooks = [] }) =>
    hooks.map(({ component, hook, step, status, seconds }) => [
      String(number),
      hook,
      step ?? component,
      status === null ? 'did not end' : status === 0 ? 'ok' : `status ${status}`,
      `${Math.round(seconds)} s`,
    ]),
  );
  return rows.length === 0 ? [] : ['hooks:', ...columns(rows, '  ')];
}

function duration({ startedAt, endedAt }: DeploymentRecord): string {
  const seconds = Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

const moved = ({ from, to }: DeploymentRecord): string =>
  Object.entries(to)
    .filter(([name, commit]) => from[name] !== commit)
    .map(([name, commit]) => `${name} ${short(commit)}`)
    .join(', ') || '-';
