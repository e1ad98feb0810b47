import { describe, expect, it } from 'vitest';
import {
  asRecovery,
  movedCheckouts,
  noticeOfDeployment,
  noticeOfHeldUp,
  noticeOfJob,
  noticeOfLook,
  redactNotice,
} from '../../../../activities/notices/notice.js';
import { OUTCOMES, STACK_WORDS } from '../../../../workflows/contract.js';
import { aLook, anEnded, aNotice, AT } from './builders.js';

describe('activities/notices/notice', () => {
  it('tells of a deployment that is held up, with what it waits for', () => {
    expect(noticeOfHeldUp({ host: 'alpha', stack: 'birds', number: 12, why: 'The engine is away.', at: AT })).toEqual({
      kind: 'blocked',
      stack: 'birds',
      host: 'alpha',
      number: 12,
      title: 'birds on alpha: deployment 12 is held up',
      text: 'The engine is away.',
      todo: expect.stringContaining('goes on by itself') as string,
      at: AT,
    });
  });

  describe('a job', () => {
    const of = (job: string, what?: string) => {
      const about = { host: 'alpha', stack: 'birds', job, at: AT };
      return noticeOfJob(what === undefined ? about : { ...about, trouble: { what, text: '' } });
    };

    it.each([
      ['tidy', 'failed', 'birds on alpha: job tidy failed'],
      ['tidy', undefined, 'birds on alpha: job tidy is done again'],
      ['weaver', 'failed', 'birds on alpha: Weaver is not in step'],
      ['weaver', undefined, 'birds on alpha: Weaver is in step again'],
      ['cowbird', 'failed', 'birds on alpha: Cowbird is not in step'],
      ['cowbird', 'found something', 'birds on alpha: Cowbird is not in step'],
      ['job/weaver', 'failed', 'birds on alpha: job job/weaver failed'],
      ['constructor', 'failed', 'birds on alpha: job constructor failed'],
    ])('%s that %s: %s', (job, what, title) => {
      expect(of(job, what)).toMatchObject({ title, kind: what === undefined ? 'recovered' : 'job-failed' });
    });

    it.each([
      ['tidy', 'birdkeeper jobs run tidy'],
      ['weaver', 'birdkeeper weaver register'],
      ['cowbird', 'birdkeeper cowbird verify'],
      ['job/weaver', 'birdkeeper jobs run job/weaver'],
    ])('%s: what to do ends with %s', (job, command) => {
      expect(of(job, 'failed').todo).toMatch(new RegExp(`${command}$`));
    });
  });

  describe('a deployment that ended', () => {
    it.each([
      ['deployed', 'deployed'],
      ['failed', 'failed'],
      ['roll back failed', 'failed'],
      ['rolled back', 'rolled-back'],
      ['blocked', 'blocked'],
      ['degraded', 'blocked'],
      ['waiting', 'waiting'],
      ['up to date', undefined],
      ['quarantined', undefined],
      ['cancelled', undefined],
      ['rejected', undefined],
    ] as const)('%s is told as %s', (outcome, kind) => {
      expect(noticeOfDeployment(anEnded({ outcome }))?.kind).toBe(kind);
    });

    it('has no outcome that is missing above', () => {
      expect(OUTCOMES).toHaveLength(12);
    });

    it('says what happened, why it was begun, and by whom', () => {
      const checkouts = [{ name: 'private', to: 'b'.repeat(40) }];
      expect(noticeOfDeployment(anEnded({ by: 'ann@alpha', checkouts }))).toEqual({
        kind: 'deployed',
        stack: 'birds',
        host: 'alpha',
        number: 12,
        title: 'birds on alpha: deployment 12 succeeded',
        text: '2 services touched, healthy and quiet\n\nBegun because: private is behind origin/main by 1. (ann@alpha)',
        checkouts,
        at: AT,
      });
    });

    it('that failed before anything moved says so, and one that failed later does not', () => {
      const text = (phase: 'pull' | 'record') => noticeOfDeployment(anEnded({ outcome: 'failed', phase }))?.text;
      expect(text('pull')).toContain('Nothing was changed: what ran before still runs.');
      expect(text('record')).not.toContain('Nothing was changed');
    });

    it('that was rolled back is never told as a success', () => {
      const notice = noticeOfDeployment(
        anEnded({ outcome: 'rolled back', phase: 'roll back', message: 'web is unhealthy' }),
      );
      expect(notice?.title).toBe('birds on alpha: deployment 12 was rolled back');
      expect(notice?.text).toMatch(/^web is unhealthy\n\nThe former release runs again\./);
      expect(notice?.todo).toContain('birdkeeper deploy --force');
    });

    it('that could not be rolled back needs a person, and no look can see that it is over', () => {
      const notice = noticeOfDeployment(anEnded({ outcome: 'roll back failed' }));
      expect(notice).toMatchObject({
        title: expect.stringContaining('could not be rolled back') as string,
        lasting: true,
      });
      expect(notice?.todo).toContain('needs a person now');
    });

    it('that waits for approval says what to type', () => {
      expect(noticeOfDeployment(anEnded({ outcome: 'waiting' }))?.todo).toBe(
        'birdkeeper approve 12, or birdkeeper reject 12',
      );
    });

    it('that waits for a window which opens by itself is not told; for one that never opens it is', () => {
      const waits = (opensAt: string) =>
        noticeOfDeployment(anEnded({ outcome: 'waiting', waiting: { needsApproval: false, opensAt } }));
      expect(waits('2026-03-02T02:00:00Z')).toBeUndefined();
      expect(waits('never')?.todo).toContain('BIRDKEEPER_DEPLOY_WINDOWS');
    });
  });

  describe('a look', () => {
    it.each([
      ['up to date', 'recovered'],
      ['blocked', 'blocked'],
      ['degraded', 'blocked'],
      ['behind', undefined],
      ['skipped by conditional trigger', undefined],
      ['quarantined', undefined],
      ['drifted', undefined],
    ] as const)('%s is told as %s', (word, kind) => {
      expect(noticeOfLook(aLook({ word }))?.kind).toBe(kind);
      expect(STACK_WORDS).toHaveLength(7);
    });

    it('says why and what clears it', () => {
      const look = aLook({
        word: 'blocked',
        reason: 'private has local changes: a.yml',
        remedy: 'private: commit them.',
      });
      expect(noticeOfLook(look)).toEqual({
        kind: 'blocked',
        stack: 'birds',
        host: 'alpha',
        title: 'birds on alpha is blocked',
        text: 'private has local changes: a.yml',
        todo: 'private: commit them.',
        at: AT,
      });
    });

    it('that could not see a checkout is perhaps a hiccup', () => {
      expect(noticeOfLook(aLook({ word: 'degraded' }))?.unsure).toBe(true);
      expect(noticeOfDeployment(anEnded({ outcome: 'degraded' }))?.unsure).toBe(true);
    });
  });

  describe('a recovery', () => {
    const was = { kind: 'rolled-back', at: '2026-03-01T04:00:00.000Z' } as const;

    it('by a deployment names it and what was wrong since when', () => {
      const news = aNotice({ kind: 'deployed', number: 13, text: 'all well' });
      expect(asRecovery(news, was)).toMatchObject({
        kind: 'recovered',
        title: 'birds on alpha has recovered: deployment 13 succeeded',
        text: 'all well\n\nIt was rolled back (told at 2026-03-01T04:00:00.000Z).',
      });
    });

    it('that a look saw keeps its title', () => {
      const look = noticeOfLook(aLook());
      expect(look && asRecovery(look, was).title).toBe('birds on alpha is up to date again');
    });
  });

  it('names the checkouts whose commit differs, with the subject', () => {
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    expect(
      movedCheckouts({ same: a, moved: a }, { same: a, moved: b, added: b, constructor: b }, { moved: 'Mend' }),
    ).toEqual([
      { name: 'moved', from: a, to: b, subject: 'Mend' },
      { name: 'added', to: b },
      { name: 'constructor', to: b },
    ]);
  });

  it('is redacted in every text', () => {
    const secret = 'hunter2';
    const notice = aNotice({ title: secret, text: secret, todo: secret, checkouts: [{ name: 'a', subject: secret }] });
    expect(JSON.stringify(redactNotice(notice, (text) => text.replaceAll(secret, '***')))).not.toContain(secret);
    expect(redactNotice(aNotice(), (text) => text)).toEqual(aNotice());
  });
});
