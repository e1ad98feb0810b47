import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, NoticeMemory, NOTHING_TOLD } from '../../../../activities/notices/mute.js';
import { noticeOfDeployment, noticeOfLook, type Notice } from '../../../../activities/notices/notice.js';
import { NOTICE_KINDS, type NoticeKind } from '../../../../activities/stack/notify.js';
import { aLook, anEnded, aNotice, AT } from './builders.js';

const START = Date.parse(AT);
type Event = Notice | undefined;

/** Kinds and titles of what is sent when these happen, each at its minute; everything is delivered. */
function told(events: [minute: number, event: Event][], wanted: readonly NoticeKind[] = NOTICE_KINDS): string[] {
  let memory = NOTHING_TOLD;
  return events.flatMap(([minute, event]) => {
    const decision = decide(memory, event, new Date(START + minute * 60_000), wanted);
    // A restart lies between any two of them.
    memory = NoticeMemory.parse(JSON.parse(JSON.stringify(decision.memory)));
    return decision.send === undefined ? [] : [`${minute}: ${decision.send.kind}`];
  });
}

const failed = (number = 12, message = 'weaver:4.2.1 is not in the registry') =>
  noticeOfDeployment(anEnded({ outcome: 'failed', phase: 'pull', number, message }));
const rolledBack = (number = 12) => noticeOfDeployment(anEnded({ outcome: 'rolled back', number }));
const stuck = (number = 12) => noticeOfDeployment(anEnded({ outcome: 'roll back failed', number }));
const deployed = (number: number) => noticeOfDeployment(anEnded({ outcome: 'deployed', number }));
const waiting = (number: number) => noticeOfDeployment(anEnded({ outcome: 'waiting', number }));
const blocked = (reason = 'private has local changes: a.yml.') => noticeOfLook(aLook({ word: 'blocked', reason }));
const degraded = noticeOfLook(aLook({ word: 'degraded', reason: 'private is unreachable.' }));
const fine = noticeOfLook(aLook());
const behind = noticeOfLook(aLook({ word: 'behind' }));

describe('activities/notices/mute', () => {
  describe('the same news', () => {
    it('are told once in an hour, and again after it', () => {
      expect(
        told([
          [0, blocked()],
          [5, blocked()],
          [59, blocked()],
          [60, blocked()],
          [61, blocked()],
        ]),
      ).toEqual(['0: blocked', '60: blocked']);
    });

    it('stay the same with other numbers, times and ids', () => {
      const message = (seconds: number, id: string) =>
        `web (${id}) was unhealthy after ${seconds}.5 s at 05:0${seconds}`;
      expect(
        told([
          [0, failed(12, message(1, '3f2c4d5e6a7b'))],
          [9, failed(13, message(2, 'abcdefabcdef'))],
        ]),
      ).toEqual(['0: failed']);
    });

    it('are other news for another commit', () => {
      const of = (to: string) =>
        noticeOfDeployment(anEnded({ outcome: 'failed', checkouts: [{ name: 'private', to }] }));
      expect(
        told([
          [0, of('a'.repeat(40))],
          [1, of('b'.repeat(40))],
          [2, of('a'.repeat(40))],
        ]),
      ).toEqual(['0: failed', '1: failed']);
    });

    it('are muted also when others come between', () => {
      expect(
        told([
          [0, blocked()],
          [1, blocked('b is dirty.')],
          [2, blocked()],
        ]),
      ).toEqual(['0: blocked', '1: blocked']);
    });

    it('are not muted for longer when the clock was set back', () => {
      expect(
        told([
          [600, blocked()],
          [0, blocked()],
        ]),
      ).toEqual(['600: blocked', '0: blocked']);
    });
  });

  describe('a bad state', () => {
    it('that changes is told', () => {
      expect(
        told([
          [0, failed()],
          [1, blocked()],
          [2, blocked('b is dirty.')],
          [3, rolledBack()],
        ]),
      ).toEqual(['0: failed', '1: blocked', '2: blocked', '3: rolled-back']);
    });

    it('that comes back after a recovery is told at once', () => {
      expect(
        told([
          [0, blocked()],
          [5, fine],
          [10, blocked()],
          [15, deployed(13)],
          [20, blocked()],
        ]),
      ).toEqual(['0: blocked', '5: recovered', '10: blocked', '15: recovered', '20: blocked']);
    });
  });

  describe('a checkout that cannot be seen', () => {
    it('is told at the second look in a row, then as everything else', () => {
      expect(
        told([
          [0, degraded],
          [5, degraded],
          [10, degraded],
          [70, degraded],
        ]),
      ).toEqual(['5: blocked', '70: blocked']);
    });

    it('is not told when the next look sees it, whatever that look says', () => {
      expect(
        told([
          [0, degraded],
          [5, behind],
          [10, degraded],
          [15, fine],
          [20, degraded],
        ]),
      ).toEqual([]);
    });

    it('is not told twice when it is not wanted at all', () => {
      expect(
        told(
          [
            [0, degraded],
            [5, degraded],
            [10, degraded],
          ],
          ['failed', 'recovered'],
        ),
      ).toEqual([]);
    });
  });

  describe('recovery', () => {
    it('is told once, by a deployment or a look', () => {
      expect(
        told([
          [0, rolledBack()],
          [5, deployed(13)],
          [10, fine],
        ]),
      ).toEqual(['0: rolled-back', '5: recovered']);
      expect(
        told([
          [0, blocked()],
          [5, fine],
          [10, fine],
        ]),
      ).toEqual(['0: blocked', '5: recovered']);
    });

    it('is not told when nothing was wrong', () => {
      expect(
        told([
          [0, fine],
          [5, deployed(1)],
          [9, fine],
        ]),
      ).toEqual(['5: deployed']);
    });

    it('is not told of what nobody was told', () => {
      expect(
        told(
          [
            [0, blocked()],
            [5, fine],
          ],
          ['failed', 'recovered'],
        ),
      ).toEqual([]);
    });

    it('takes a deployment after a rollback that failed: a look cannot see it', () => {
      expect(
        told([
          [0, stuck()],
          [5, fine],
          [10, blocked()],
          [15, fine],
          [20, deployed(13)],
        ]),
      ).toEqual(['0: failed', '10: blocked', '20: recovered']);
    });

    it('is a plain success where recoveries are not wanted', () => {
      const wanted = ['failed', 'deployed'] as const;
      expect(
        told(
          [
            [0, failed()],
            [5, deployed(13)],
          ],
          wanted,
        ),
      ).toEqual(['0: failed', '5: deployed']);
      expect(
        told(
          [
            [0, blocked()],
            [5, fine],
          ],
          ['blocked'],
        ),
      ).toEqual(['0: blocked']);
    });

    it('says since when something was wrong', () => {
      const first = decide(NOTHING_TOLD, failed(), new Date(START), NOTICE_KINDS);
      const second = decide(first.memory, blocked(), new Date(START + 60_000), NOTICE_KINDS);
      const { send } = decide(second.memory, fine, new Date(START + 120_000), NOTICE_KINDS);
      expect(send?.text).toContain(`It was blocked (told at ${AT}).`);
    });
  });

  it('what is deployed or waits is told per number, and once when its step runs twice', () => {
    expect(
      told([
        [0, deployed(1)],
        [1, deployed(1)],
        [2, deployed(2)],
      ]),
    ).toEqual(['0: deployed', '2: deployed']);
    expect(
      told([
        [0, waiting(1)],
        [1, waiting(1)],
        [2, waiting(2)],
      ]),
    ).toEqual(['0: waiting', '2: waiting']);
    expect(
      told([
        [0, failed()],
        [1, deployed(2)],
        [2, deployed(2)],
      ]),
    ).toEqual(['0: failed', '1: recovered']);
  });

  it('nothing that is not wanted is sent', () => {
    expect(
      told(
        [
          [0, failed()],
          [1, waiting(2)],
          [2, deployed(3)],
        ],
        ['waiting'],
      ),
    ).toEqual(['1: waiting']);
  });

  it('remembers little, without any text of a notice', () => {
    let memory = NOTHING_TOLD;
    for (let letter = 0; letter < 200; letter += 1) {
      const text = `secret ${String.fromCharCode(0x4e00 + letter)}`;
      memory = decide(memory, aNotice({ text }), new Date(START + letter), NOTICE_KINDS).memory;
    }
    const text = JSON.stringify(memory);
    expect(text.length).toBeLessThan(5000);
    expect(text).not.toContain('secret');
  });

  it('whatever happens, what is sent is wanted, and no recovery comes without a bad state before it', () => {
    const events = [
      failed(),
      failed(13, 'other'),
      rolledBack(),
      stuck(),
      blocked(),
      degraded,
      fine,
      behind,
      deployed(3),
      waiting(4),
    ];
    const happenings = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.constantFrom(...events)), { maxLength: 40 });
    fc.assert(
      fc.property(happenings, fc.subarray([...NOTICE_KINDS]), (steps, wanted) => {
        let minute = 0;
        let isBad = false;
        const sent = told(
          steps.map(([pause, event]): [number, Event] => [(minute += pause), event]),
          wanted,
        ).map((line) => line.split(': '));
        for (const [, kind] of sent) {
          expect(wanted).toContain(kind);
          if (kind === 'recovered') expect(isBad).toBe(true);
          if (kind === 'recovered' || kind === 'deployed') isBad = false;
          else if (kind !== 'waiting') isBad = true;
        }
      }),
    );
  });
});
