import { describe, expect, it } from 'vitest';
import { noticeOfDeployment, noticeOfJob, noticeOfLook } from '../../../../activities/notices/index.js';
import type { Outcome } from '../../../../workflows/contract.js';
import { summaryOf } from '../../../../workflows/register-weaver-providers/judge.js';
import { ALL_RULES } from '../../../../scripts/monitoring/rules/index.js';
import { told } from '../../../../scripts/monitoring/write/cases.js';
import { descriptionOf } from '../../../../scripts/monitoring/write/template.js';
import { aLook, anEnded, AT } from '../../activities/notices/builders.js';

const ABOUT = { stack: 'birds', instance: 'alpha' };

/** As people get it: one line, and what to do. */
function alert(name: string, labels: Record<string, string>, value = ''): { summary: string; description: string } {
  const rule = ALL_RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`there is no alert ${name}`);
  const about = { labels: { ...ABOUT, ...labels }, value };
  return { summary: told(rule.summary, about), description: told(descriptionOf(rule), about) };
}

/** Notices and alerts tell the same event in the same words. */
describe('scripts/monitoring/words', () => {
  it.each<[Outcome, string]>([
    ['failed', 'BirdkeeperDeploymentFailed'],
    ['rolled back', 'BirdkeeperDeploymentRolledBack'],
    ['roll back failed', 'BirdkeeperRollbackFailed'],
    ['roll back withheld', 'BirdkeeperRollbackWithheld'],
  ])('a deployment that ends %s', (outcome, name) => {
    const phase = outcome === 'failed' ? 'pull' : 'roll back';
    const notice = noticeOfDeployment(anEnded({ outcome, phase }));
    const { summary, description } = alert(name, { outcome, phase }, '12');
    expect(summary).toBe(notice?.title);
    if (notice?.todo !== undefined) expect(description).toContain(notice.todo);
    // What the outcome means for the host is said after the message, before why it was begun.
    const meaning = notice?.text.split('\n\n').slice(1, -1).join() ?? '';
    if (outcome === 'failed' || outcome === 'rolled back') expect(meaning).not.toBe('');
    expect(description).toContain(meaning);
  });

  it.each([
    ['job', 'tidy', 'tidy'],
    ['backup', '', 'backup'],
  ])('a run of %s %s that fails', (task, name, job) => {
    const notice = noticeOfJob({ host: 'alpha', stack: 'birds', job, trouble: { what: 'failed', text: '' }, at: AT });
    const { summary, description } = alert('BirdkeeperRunFailed', { task, name });
    expect(summary).toBe(notice.title);
    expect(description).toContain(notice.todo);
  });

  it('a verification that fails', () => {
    const trouble = { what: 'failed', text: '' };
    const notice = noticeOfJob({ host: 'alpha', stack: 'birds', job: 'verify', trouble, at: AT });
    const { summary, description } = alert('BirdkeeperBackupVerificationFailed', {});
    expect(summary).toBe(notice.title);
    expect(description).toContain(notice.todo);
  });

  it.each([
    ['weaver', 'BirdkeeperRegistrationFailed', 'birdkeeper weaver register'],
    ['cowbird', 'BirdkeeperCowbirdNotInStep', 'birdkeeper cowbird verify'],
  ])('%s that is not in step', (job, name, command) => {
    const notice = noticeOfJob({ host: 'alpha', stack: 'birds', job, trouble: { what: 'failed', text: '' }, at: AT });
    const { summary, description } = alert(name, {});
    expect(summary).toBe(notice.title);
    expect(summary).toMatch(/is not in step$/);
    expect(description).toContain(notice.todo);
    expect(description).toContain(command);
  });

  it('the worker and the list of Weaver, as a registration says it', () => {
    const nothing = { birds: [], removed: [], others: [] };
    const lists = { breaks: [], breaksIds: [], failed: 'it answers with status 500' };
    const said = summaryOf({ ...nothing, worker: { state: 'failed' }, listing: lists }).join('\n');
    const what = (name: string) => alert(name, {}).summary.replace('birds on alpha: ', '').replace(' of Weaver', '');
    expect(said).toContain(what('BirdkeeperWeaverWorkerNotReady'));
    expect(said).toContain(what('BirdkeeperWeaverListingFailing'));
  });

  it.each([
    ['BirdkeeperCheckoutBlocked', 'blocked', ': platform is dirty'],
    ['BirdkeeperStackBlocked', 'blocked', ''],
    ['BirdkeeperConfigurationInvalid', 'blocked', ': the configuration cannot be read'],
    ['BirdkeeperFetchFailing', 'degraded', ': platform cannot be fetched'],
  ] as const)('%s, as a look that finds it %s, and what of', (name, word, more) => {
    const notice = noticeOfLook(aLook({ word }));
    expect(alert(name, { checkout: 'platform', state: 'dirty' }).summary).toBe(`${notice?.title ?? ''}${more}`);
  });
});
