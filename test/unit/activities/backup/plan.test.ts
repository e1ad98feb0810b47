import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containersOf, planBackup, selectionWord, stoppedWhileCopied } from '../../../../activities/backup/plan.js';
import { DATA_KINDS, type Declaration, type Part, type Selection } from '../../../../activities/backup/types.js';

const path = (name: string, ...stop: string[]): Part => ({
  kind: 'path',
  path: name,
  ...(stop.length ? { stop } : {}),
});
const dump = (container: string, ...stop: string[]): Part => ({ kind: 'dump', database: 'postgres', container, stop });
const DECLARATIONS: Declaration[] = [
  { component: 'magpie', application: [dump('postgres-magpie', 'magpie', 'twitcher')] },
  { component: 'jupyterhub', application: [path('/persist')], user: [path('${USERS}', 'hub')], logs: [path('/log')] },
  { component: 'plain' },
];

describe('activities/backup/plan', () => {
  const plan = (
    selection: Selection,
    changes: { declarations?: Declaration[]; variables?: Record<string, string> } = {},
  ) => planBackup({ declarations: DECLARATIONS, selection, variables: { USERS: '/data/users' }, ...changes });
  const keys = (selection: Selection) => plan(selection).parts?.map(({ key }) => key);

  it('a star is every component that declares such data', () => {
    expect(keys({ application: '*' })).toEqual(['magpie/application/1', 'jupyterhub/application/1']);
    expect(keys({ application: ['*'], logs: '*' })).toEqual([
      'magpie/application/1',
      'jupyterhub/application/1',
      'jupyterhub/logs/1',
    ]);
  });

  it('variables have their values', () => {
    expect(plan({ user: ['jupyterhub'] }).parts?.[0]?.part).toEqual({
      kind: 'path',
      path: '/data/users',
      stop: ['hub'],
    });
  });

  it.each<[Selection, RegExp]>([
    [{}, /the selection is empty/],
    [{ application: [] }, /the selection is empty/],
    [{ user: ['magpie'] }, /no component magpie declares user data \(these do: jupyterhub\)/],
    [{ application: ['magpie', 'owl'] }, /no component owl declares application data/],
  ])('%j is refused', (selection, message) => {
    expect(plan(selection).problems?.join('; ')).toMatch(message);
  });

  it('nothing that is declared is a problem, and so is a variable without a value', () => {
    expect(plan({ application: '*' }, { declarations: [{ component: 'a' }] }).problems).toEqual([
      'none of 1 components declares application data',
    ]);
    const inherited = { declarations: [{ component: 'a', user: [path('/${constructor}')] }] };
    expect(plan({ user: '*' }, inherited).problems).toEqual([
      'a/user/1 names the variable constructor, which has no value',
    ]);
    for (const variables of [{}, { USERS: '' }]) {
      expect(plan({ user: '*' }, { variables }).problems).toEqual([
        'jupyterhub/user/1 names the variable USERS, which has no value',
      ]);
    }
  });

  it('what two components share is copied once, with what either of them stops', () => {
    const declarations = ['raven', 'finch'].map((component) => ({
      component,
      application: [dump('postgres', component)],
    }));
    const { parts = [] } = plan({ application: '*' }, { declarations });
    expect(parts.map(({ key, part }) => [key, part.stop])).toEqual([['raven/application/1', ['raven', 'finch']]]);
    expect(containersOf(parts)).toEqual(['postgres', 'raven', 'finch']);
  });

  it('a dump has ended before restic reads: what it stops runs by then', () => {
    const { parts = [] } = plan({ application: '*', user: '*' });
    expect(stoppedWhileCopied(parts)).toEqual(['hub']);
  });

  it('the word of a selection is a tag: no blank, no comma, the same for the same selection', () => {
    expect(selectionWord({ application: ['b', 'a', 'b'], user: '*', logs: [] })).toBe('application:a.b+user:*');
    const names = fc.oneof(fc.constant('*' as const), fc.array(fc.string()));
    const selections = fc.record({ application: names, user: names, logs: names }, { requiredKeys: [] });
    fc.assert(
      fc.property(selections, (selection) => {
        const word = selectionWord(selection);
        expect(word).not.toMatch(/[\s,]/);
        const turned = Object.fromEntries(
          DATA_KINDS.flatMap((kind) => {
            const wanted = selection[kind];
            return wanted === undefined ? [] : [[kind, wanted === '*' ? wanted : [...wanted].reverse()]];
          }),
        );
        expect(selectionWord(turned)).toBe(word);
      }),
    );
  });
});
