import { describe, expect, it } from 'vitest';
import type { Look, Observed } from '../../../../activities/state/index.js';
import { CHECKOUT_WORDS, type Outcome, type StackWord } from '../../../../workflows/contract.js';
import { HEALTH_WORDS, type DeploymentRecord } from '../../../../workflows/model.js';
import { healthSamples, stackSamples, wordNow, type StackFacts } from '../../../../worker/metrics/stack.js';
import { exposition } from '../../../../worker/metrics/text.js';
import { parsePage } from '../../../support/metrics-page.js';

const EARLY = '2026-11-27T12:00:00.000Z';
const LATE = '2026-11-27T13:00:00.000Z';
const look = (word: StackWord, at: string): Look => ({ word, reason: 'r', commits: {}, at });
const ended = (outcome: Outcome, endedAt: string, more: Partial<DeploymentRecord> = {}) =>
  ({ outcome, endedAt, trigger: 'check', to: { platform: 'new' }, ...more }) as DeploymentRecord;
const observed = (more: Partial<Observed['checkouts'][number]> = {}, at = EARLY): Observed => ({
  at,
  configurationError: false,
  checkouts: [{ name: 'platform', word: 'behind', branch: 'main', head: 'old', behind: 2, fetchErrors: 3, ...more }],
});
const told = (facts: Partial<StackFacts>) => {
  const none = { look: undefined, observed: undefined, keeper: {}, newest: undefined };
  return parsePage(exposition({ values: stackSamples('s', { ...none, ...facts }), distributions: [] }));
};
const state = (word: string) => `birdkeeper_checkout_state{stack="s",checkout="platform",state="${word}"}`;
const behind = 'birdkeeper_checkout_behind_commits{stack="s",checkout="platform"}';

describe('worker/metrics/stack', () => {
  it('says of each service in which health it is, and nothing where nobody could be asked', () => {
    const page = (health: Parameters<typeof healthSamples>[1]) =>
      parsePage(exposition({ values: healthSamples('s', health), distributions: [] }));
    const seen = page([{ service: 'web', health: 'unhealthy', detail: 'secret words' }]);
    expect(seen['birdkeeper_service_health{stack="s",service="web",health="unhealthy"}']).toBe(1);
    expect(Object.values(seen).filter((value) => value === 1)).toHaveLength(1);
    expect(Object.keys(seen)).toHaveLength(HEALTH_WORDS.length);
    expect(page([])).toEqual({});
  });

  it.each<[StackWord | undefined, Outcome, StackWord | undefined]>([
    ['behind', 'deployed', 'up to date'],
    ['behind', 'rolled back', 'quarantined'],
    ['behind', 'roll back failed', 'quarantined'],
    ['behind', 'cancelled', 'quarantined'],
    ['behind', 'blocked', 'blocked'],
    ['behind', 'degraded', 'degraded'],
    ['behind', 'waiting', 'behind'],
    ['behind', 'failed', 'behind'],
    ['drifted', 'up to date', 'drifted'],
    ['behind', 'up to date', 'up to date'],
    [undefined, 'deployed', 'up to date'],
    [undefined, 'failed', undefined],
  ])('%s, then %s: %s', (before, outcome, after) => {
    const first = before === undefined ? undefined : look(before, EARLY);
    expect(wordNow(first, ended(outcome, LATE))).toBe(after);
  });

  it('a look after the deployment has the word', () => {
    expect(wordNow(look('drifted', LATE), ended('deployed', EARLY))).toBe('drifted');
    expect(wordNow(look('behind', LATE), undefined)).toBe('behind');
  });

  it('is in no state before the first look, and its configuration is not called wrong', () => {
    const page = told({});
    expect(Object.entries(page).filter(([, value]) => value !== 0)).toEqual([
      ['birdkeeper_configuration_valid{stack="s"}', 1],
    ]);
  });

  it('is in one state', () => {
    const page = told({ look: look('blocked', EARLY) });
    const states = Object.entries(page).filter(
      ([key, value]) => key.startsWith('birdkeeper_stack_state') && value === 1,
    );
    expect(states).toEqual([['birdkeeper_stack_state{stack="s",state="blocked"}', 1]]);
  });

  it('tells a checkout as it was seen', () => {
    const page = told({ observed: observed({ fetchedAt: EARLY }) });
    expect(page[behind]).toBe(2);
    expect(page['birdkeeper_checkout_info{stack="s",checkout="platform",branch="main",commit="old"}']).toBe(1);
    expect(CHECKOUT_WORDS.filter((word) => page[state(word)] === 1)).toEqual(['behind']);
    expect(Object.keys(page).filter((key) => key.startsWith('birdkeeper_checkout_state'))).toHaveLength(11);
    expect(page['birdkeeper_checkout_fetch_errors_total{stack="s",checkout="platform"}']).toBe(3);
    expect(page['birdkeeper_checkout_last_fetch_timestamp_seconds{stack="s",checkout="platform"}']).toBe(
      Date.parse(EARLY) / 1_000,
    );
  });

  it('what was behind and was deployed since is behind no more', () => {
    const page = told({ observed: observed(), newest: ended('deployed', LATE) });
    expect(page[behind]).toBe(0);
    expect(page[state('up to date')]).toBe(1);
    expect(page['birdkeeper_checkout_info{stack="s",checkout="platform",branch="main",commit="new"}']).toBe(1);
  });

  it.each<[string, Partial<StackFacts>]>([
    ['was rolled back', { newest: ended('rolled back', LATE) }],
    ['was deployed before the look', { newest: ended('deployed', EARLY), observed: observed({}, LATE) }],
    ['was gone back from by a person', { newest: ended('deployed', LATE, { trigger: 'rollback' }) }],
  ])('what %s stays behind', (_what, facts) => {
    expect(told({ observed: observed(), ...facts })[behind]).toBe(2);
  });

  it('a configuration that did not read is wrong until one was deployed', () => {
    const wrong = { ...observed(), configurationError: true };
    expect(told({ observed: wrong })['birdkeeper_configuration_valid{stack="s"}']).toBe(0);
    expect(told({ observed: wrong, newest: ended('blocked', LATE) })['birdkeeper_configuration_valid{stack="s"}']).toBe(
      0,
    );
    expect(
      told({ observed: wrong, newest: ended('deployed', LATE) })['birdkeeper_configuration_valid{stack="s"}'],
    ).toBe(1);
  });

  it('is paused and waits as the keeper noted', () => {
    const paused = { reason: 'r', by: 'b', at: EARLY };
    const waiting = { number: 1, commits: {}, digest: '', needsApproval: true, why: 'w', at: EARLY };
    const page = told({ keeper: { paused, waiting } });
    expect(page['birdkeeper_stack_paused{stack="s"}']).toBe(1);
    expect(page['birdkeeper_stack_waiting{stack="s"}']).toBe(1);
  });
});
