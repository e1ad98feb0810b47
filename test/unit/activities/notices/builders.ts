import type { EndedDeployment, Look, Notice } from '../../../../activities/notices/notice.js';

export const AT = '2026-03-01T05:07:00.000Z';

export const anEnded = (over: Partial<EndedDeployment> = {}): EndedDeployment => ({
  host: 'alpha',
  stack: 'birds',
  number: 12,
  outcome: 'deployed',
  phase: 'record',
  message: '2 services touched, healthy and quiet',
  reason: 'private is behind origin/main by 1.',
  at: AT,
  ...over,
});

export const aLook = (over: Partial<Look> = {}): Look => ({
  host: 'alpha',
  stack: 'birds',
  word: 'up to date',
  reason: 'every checkout is level with its upstream and deployed.',
  at: AT,
  ...over,
});

export const aNotice = (over: Partial<Notice> = {}): Notice => ({
  kind: 'failed',
  stack: 'birds',
  host: 'alpha',
  number: 12,
  title: 'birds on alpha: deployment 12 failed in pull',
  text: 'weaver:4.2.1 is not in the registry.',
  at: AT,
  ...over,
});
