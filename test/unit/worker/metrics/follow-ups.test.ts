import { describe, expect, it } from 'vitest';
import type { CowbirdNote, WeaverNote } from '../../../../activities/state/index.js';
import { BIRD_WORDS, type BirdOutcome, type BirdWord } from '../../../../workflows/bird-model.js';
import { cowbirdSamples, MOST_BIRDS, MOST_FINDINGS, weaverSamples } from '../../../../worker/metrics/follow-ups.js';
import { exposition } from '../../../../worker/metrics/text.js';
import { parsePage } from '../../../support/metrics-page.js';

const AT = '2026-11-27T12:00:00.000Z';
const AT_SECONDS = Date.parse(AT) / 1_000;
const bird = (name: string, word: BirdWord, processes?: number): BirdOutcome => ({
  ...{ bird: name, word, why: 'password-in-a-reason' },
  ...(processes === undefined ? {} : { processes }),
});
const weaverNote = (more: Partial<WeaverNote> = {}): WeaverNote => ({
  ...{ at: AT, inStep: true, birds: [], others: [], summary: 'password-in-a-summary', wanted: '' },
  ...more,
});
const cowbirdNote = (more: Partial<CowbirdNote> = {}): CowbirdNote => ({
  ...{ at: AT, inStep: true, handlers: [], findings: [], withoutWorkspace: [] },
  ...more,
});
const finding = (what: string) => ({ what, why: 'password-in-a-reason', todo: '' });
const text = (values: ReturnType<typeof weaverSamples>) => exposition({ values, distributions: [] });
const weaver = (more?: Partial<WeaverNote>) => parsePage(text(weaverSamples('s', weaverNote(more))));
const cowbird = (more?: Partial<CowbirdNote>) => parsePage(text(cowbirdSamples('s', cowbirdNote(more))));
const of = (name: string, labels = '') => `birdkeeper_${name}{stack="s"${labels}}`;
const birds = (state: string) => of('weaver_birds', `,state="${state}"`);
const named = (name: string, what: string) => of(`weaver_bird_${what}`, `,bird="${name}"`);

describe('worker/metrics/follow-ups', () => {
  it('of a stack that has neither nothing is told', () => {
    expect(weaverSamples('s', undefined)).toEqual([]);
    expect(cowbirdSamples('s', undefined)).toEqual([]);
  });

  it('counts birds that are wanted, registered and answering', () => {
    const page = weaver({
      birds: [bird('a', 'registered'), bird('b', 'not answering'), bird('c', 'not registered')],
      others: ['old', 'mine'],
    });
    expect([page[birds('wanted')], page[birds('registered')], page[birds('answering')]]).toEqual([3, 2, 1]);
    expect(page[of('weaver_other_providers')]).toBe(2);
    expect(weaver()[birds('wanted')]).toBe(0);
  });

  it.each<[BirdWord, number, number]>([
    ['registered', 1, 1],
    ['replaced', 1, 1],
    ['up to date', 1, 1],
    ['not answering', 1, 0],
    ['not registered', 0, 0],
  ])('a bird that is %s: registered %d, answering %d', (word, registered, answering) => {
    const page = weaver({ birds: [bird('finch', word, 7)] });
    expect(page[named('finch', 'registered')]).toBe(registered);
    expect(page[named('finch', 'answering')]).toBe(answering);
    expect(page[named('finch', 'processes')]).toBe(7);
    expect(BIRD_WORDS).toContain(word);
  });

  it('one of which no process is read has 0', () => {
    expect(weaver({ birds: [bird('finch', 'not answering')] })[named('finch', 'processes')]).toBe(0);
  });

  it('series of birds have an end, counts have none, and those that an alert names are never left out', () => {
    const well = Array.from({ length: MOST_BIRDS + 20 }, (_, at) => bird(`well-${at}`, 'up to date'));
    const page = weaver({ birds: [...well, bird('silent', 'not answering'), bird('gone', 'not registered')] });
    expect(Object.keys(page).filter((key) => key.includes('_bird_registered'))).toHaveLength(MOST_BIRDS);
    expect(page[named('gone', 'registered')]).toBe(0);
    expect(page[named('silent', 'answering')]).toBe(0);
    expect(page[birds('wanted')]).toBe(MOST_BIRDS + 22);
  });

  it('tells the newest registration, and the newest that left everything in step', () => {
    const page = weaver({ inStep: false, goodAt: '2026-11-27T11:00:00.000Z' });
    expect(page[of('weaver_in_step')]).toBe(0);
    expect(page[of('weaver_last_registration_timestamp_seconds')]).toBe(AT_SECONDS);
    expect(page[of('weaver_last_in_step_timestamp_seconds')]).toBe(AT_SECONDS - 3_600);
    expect(weaver()[of('weaver_last_in_step_timestamp_seconds')]).toBe(0);
    expect(weaver()[of('weaver_in_step')]).toBe(1);
  });

  it.each<[WeaverNote['worker'], number | undefined]>([
    ['ready', 1],
    ['failed', 0],
    ['elsewhere', undefined],
    [undefined, undefined],
  ])('a worker that is %s: %s', (worker, value) => {
    expect(weaver(worker === undefined ? {} : { worker })[of('weaver_worker_ready')]).toBe(value);
  });

  it('the promised list is answered, is not, or was not asked for', () => {
    expect(weaver({ listed: true })[of('weaver_listing_answered')]).toBe(1);
    expect(weaver({ listed: false })[of('weaver_listing_answered')]).toBe(0);
    expect(weaver()[of('weaver_listing_answered')]).toBeUndefined();
  });

  it('Cowbird: in step or not, when it was looked at, who has no workspace', () => {
    expect(cowbird({ goodAt: AT })).toEqual({
      [of('cowbird_in_step')]: 1,
      [of('cowbird_worker_version_equal')]: 0,
      [of('cowbird_users_without_workspace')]: 0,
      [of('cowbird_last_verification_timestamp_seconds')]: AT_SECONDS,
      [of('cowbird_last_in_step_timestamp_seconds')]: AT_SECONDS,
    });
    const page = cowbird({ inStep: false, withoutWorkspace: ['ann', 'bob'] });
    expect(page[of('cowbird_in_step')]).toBe(0);
    expect(page[of('cowbird_users_without_workspace')]).toBe(2);
    expect(page[of('cowbird_last_in_step_timestamp_seconds')]).toBe(0);
  });

  it.each<[string | undefined, string | undefined, number]>([
    ['2.6.0', '2.6.0', 1],
    ['2.6.0', '1.0.0', 0],
    ['2.6.0', undefined, 0],
    [undefined, undefined, 0],
  ])('version %s, worker %s: equal %d', (version, workerVersion, equal) => {
    const told = {
      ...(version === undefined ? {} : { version }),
      ...(workerVersion === undefined ? {} : { workerVersion }),
    };
    expect(cowbird(told)[of('cowbird_worker_version_equal')]).toBe(equal);
  });

  it('each kind of finding is told once, and only so many', () => {
    const page = cowbird({ inStep: false, findings: [finding('webhooks'), finding('webhooks'), finding('worker')] });
    const found = (told: typeof page) => Object.keys(told).filter((key) => key.includes('_finding'));
    expect(found(page)).toEqual([of('cowbird_finding', ',what="webhooks"'), of('cowbird_finding', ',what="worker"')]);
    const many = Array.from({ length: MOST_FINDINGS + 5 }, (_, at) => finding(`thing-${at}`));
    expect(found(cowbird({ findings: many }))).toHaveLength(MOST_FINDINGS);
  });

  it('tells names and numbers, and no reason', () => {
    const told = [
      ...weaverSamples('s', weaverNote({ birds: [bird('finch', 'not registered')] })),
      ...cowbirdSamples('s', cowbirdNote({ findings: [finding('worker')], withoutWorkspace: ['ann'] })),
    ];
    expect(text(told)).not.toMatch(/password|ann"/);
  });
});
