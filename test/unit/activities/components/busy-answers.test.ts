import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  interruptsOf,
  isAsked,
  nextMove,
  whoInBody,
  whoInOutput,
} from '../../../../activities/components/busy-answers.js';

describe('activities/components/busy-answers', () => {
  it.each(['', ' \n', '[]', '[ ]', '{}', '{\n}\n', '0', 'false', 'null', 'idle', '"idle"\n'])(
    'nobody works when the body is %j',
    (body) => {
      expect(whoInBody(body)).toEqual([]);
    },
  );

  it.each<[string, string[]]>([
    ['["ann (notebook-3)", "bob"]', ['ann (notebook-3)', 'bob']],
    ['[{"user":"ann"}, 5]', ['{"user":"ann"}', '5']],
    ['{"users":\n 3}', ['{"users":3}']],
    ['ann\r\n\n bob \n', ['ann', 'bob']],
    ['"ann"', ['ann']],
    ['3', ['3']],
    ['true', ['true']],
    ['[broken', ['[broken']],
    ['a\u001b[31mb\u0007', ['a [31mb']],
  ])('of the body %j it takes %j', (body, who) => {
    expect(whoInBody(body)).toEqual(who);
  });

  it('keeps names short and few', () => {
    const who = whoInBody(JSON.stringify(Array.from({ length: 30 }, (_, at) => `${at} ${'é'.repeat(200)}`)));
    expect(who.length).toBe(21);
    expect(who.at(-1)).toBe('… and 10 more');
    expect([...(who[0] ?? '')].length).toBe(100);
  });

  it('somebody works when a command says so without a name', () => {
    expect(whoInOutput('ann\nbob\n')).toEqual(['ann', 'bob']);
    expect(whoInOutput('\n')).toEqual(['somebody (it does not say who)']);
  });

  it('names the component with each of who works there', () => {
    expect(
      interruptsOf([
        { component: 'jupyter', who: ['ann', 'bob'] },
        { component: 'db', who: [] },
      ]),
    ).toEqual(['jupyter: ann', 'jupyter: bob']);
  });

  it('asks who has a touched service, and who lists none, when anything is touched', () => {
    expect(isAsked(['web', 'db'], ['db'])).toBe(true);
    expect(isAsked(['web'], ['db'])).toBe(false);
    expect(isAsked([], ['db'])).toBe(true);
    expect(isAsked([], [])).toBe(false);
  });

  it('any body gives at most 21 lines of at most 100 characters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const who = whoInBody(body);
        return who.length <= 21 && who.every((name) => [...name].length <= 100 && !name.includes('\n') && name !== '');
      }),
    );
  });

  describe('next move', () => {
    const holder = (component: string, busy: boolean, limitSeconds: number, everySeconds: number) => ({
      component,
      busy,
      limitSeconds,
      everySeconds,
    });

    it('goes on when nobody works, or is waited for', () => {
      expect(nextMove([], 0)).toEqual({ waitSeconds: 0 });
      expect(nextMove([holder('a', false, 100, 10)], 0)).toEqual({ waitSeconds: 0 });
      expect(nextMove([holder('a', true, 0, 10)], 0)).toEqual({ waitSeconds: 0 });
      expect(nextMove([holder('a', true, 100, 10)], 100)).toEqual({ waitSeconds: 0 });
    });

    it('asks again as often as the most impatient says, and not later than a limit ends', () => {
      expect(nextMove([holder('a', true, 100, 30), holder('b', true, 100, 10)], 5)).toEqual({
        waitSeconds: 10,
        for: ['a', 'b'],
      });
      expect(nextMove([holder('a', true, 100, 30)], 95)).toEqual({ waitSeconds: 5, for: ['a'] });
    });

    it('waits for those whose own limit is not over', () => {
      expect(nextMove([holder('a', true, 10, 5), holder('b', true, 100, 50)], 20)).toEqual({
        waitSeconds: 50,
        for: ['b'],
      });
    });
  });
});
