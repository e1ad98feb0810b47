import { describe, expect, it } from 'vitest';
import { newJournal } from '../../../../activities/compose/journal.js';
import { planRollback } from '../../../../activities/compose/rollback.js';
import type { EngineContainer } from '../../../../activities/docker/types.js';
import type { ServiceDecision } from '../../../../workflows/model.js';
import { aContainer, aFingerprint, aModel } from './builders.js';

const recorded = { web: aFingerprint({ imageId: 'sha256:former' }), db: aFingerprint() };
const { services } = aModel({ web: {}, db: {} });
const web = aContainer('web');
const db = aContainer('db');

const back = (
  decisions: Partial<ServiceDecision>[],
  running: EngineContainer[],
  rest: { removed?: string[]; signalled?: string[]; stopped?: boolean } = {},
) => {
  const full = decisions.map((decision): ServiceDecision => ({
    service: 'web',
    action: 'recreate',
    reason: '',
    ...decision,
  }));
  const forward = {
    ...newJournal({ decisions: full, removed: rest.removed ?? [] }, [web, db]),
    signalled: rest.signalled ?? [],
    ...(rest.stopped === undefined ? {} : { stopped: rest.stopped }),
  };
  return planRollback({ services, recorded, forward, running });
};
const actionOf = (plan: ReturnType<typeof planRollback>, service = 'web') =>
  plan.decisions.find((decision) => decision.service === service)?.action;

describe('activities/compose/rollback', () => {
  it('touches nothing when nothing was applied', () => {
    const plan = planRollback({ services, recorded, forward: undefined, running: [web, db] });
    expect(plan.decisions.map(({ action }) => action)).toEqual(['nothing', 'nothing']);
    expect(plan).toMatchObject({ removed: [], pins: {} });
  });

  it('makes a recreated service anew from the image that was recorded, and leaves the others', () => {
    const plan = back([{}], [aContainer('web'), db]);
    expect([actionOf(plan), actionOf(plan, 'db')]).toEqual(['recreate', 'nothing']);
    expect(plan.pins).toEqual({ web: 'sha256:former' });
  });

  it('leaves a service that the apply did not reach', () => {
    expect(actionOf(back([{}], [web, db]))).toBe('nothing');
  });

  it('brings back a service whose container was taken away', () => {
    expect(actionOf(back([{}], [db]))).toBe('recreate');
    expect(actionOf(back([], [db], { removed: ['web'] }))).toBe('recreate');
  });

  it('brings back a service that was stopped and not started again', () => {
    expect(actionOf(back([{}], [{ ...web, state: 'exited' }, db]))).toBe('recreate');
  });

  it('starts again what was stopped with the whole stack', () => {
    const stopped = [
      { ...web, state: 'exited' as const },
      { ...db, state: 'exited' as const },
    ];
    const plan = back([{}, { service: 'db', action: 'restart' }], stopped, { stopped: true });
    expect([actionOf(plan), actionOf(plan, 'db')]).toEqual(['restart', 'restart']);
  });

  it('restarts what was restarted, and signals what was signalled', () => {
    const restarted = { ...web, startedAt: '2026-02-02T00:00:00Z' };
    expect(actionOf(back([{ action: 'restart' }], [restarted, db]))).toBe('restart');
    expect(actionOf(back([{ action: 'signal', signal: 'HUP' }], [web, db], { signalled: ['web'] }))).toBe('signal');
    expect(actionOf(back([{ action: 'signal', signal: 'HUP' }], [web, db]))).toBe('nothing');
  });

  it('removes what only the failed release made', () => {
    expect(back([{}, { service: 'extra' }], [web, db, aContainer('extra')]).removed).toEqual(['extra']);
  });

  it('removes a service that the former files have too and that never ran, instead of making it', () => {
    const forward = newJournal({ decisions: [{ service: 'db', action: 'recreate', reason: '' }], removed: [] }, [web]);
    const running = [web, aContainer('db')];
    const plan = planRollback({ services, recorded: { web: recorded.web }, forward, running });
    expect([actionOf(plan, 'db'), plan.removed]).toEqual(['nothing', ['db']]);
  });

  it('takes along who shares a namespace', () => {
    const shared = aModel({ web: {}, db: { network_mode: 'service:web' } }).services;
    const forward = newJournal({ decisions: [{ service: 'web', action: 'recreate', reason: '' }], removed: [] }, [
      web,
      db,
    ]);
    const plan = planRollback({ services: shared, recorded, forward, running: [aContainer('web'), db] });
    expect(actionOf(plan, 'db')).toBe('recreate');
  });
});
