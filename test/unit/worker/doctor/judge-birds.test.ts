import { describe, expect, it } from 'vitest';
import type { CowbirdLook } from '../../../../activities/cowbird/look.js';
import { judgeBirds, judgeCowbird, judgeRole, judgeWorkers } from '../../../../worker/doctor/judge-birds.js';

const URL = 'https://birds.example.org/weaver';
const place = { url: URL, birds: [{ name: 'finch', url: 'http://finch:5000/wps' }] };
const lines = (found: readonly { result: string; what: string; finding: string }[]) =>
  found.map(({ result, what, finding }) => `${result} ${what}: ${finding}`);

describe('worker/doctor/judge-birds', () => {
  it.each([
    [{ role: 'HYBRID' }, `ok Weaver: is there as HYBRID (${URL})`, false],
    [{ role: '' }, `ok Weaver: is there (${URL})`, false],
    [{ role: 'ADES' }, 'warn Weaver: runs as ADES, which has no providers, while 1 bird is wanted', true],
    [{ why: 'refuses connections' }, `warn Weaver: ${URL}/ refuses connections`, true],
    [{ answer: { status: 502 } }, `warn Weaver: ${URL}/ answers with status 502 and is not Weaver`, true],
  ])('%j: %s', (seen, line, stops) => {
    const judged = judgeRole(seen, place);
    expect(lines(judged.findings)).toEqual([line]);
    expect(judged.stops).toBe(stops);
  });

  it('a role without providers is well where no birds are wanted', () => {
    expect(judgeRole({ role: 'ADES' }, { url: URL, birds: [] })).toMatchObject({
      findings: [{ result: 'ok' }],
      stops: true,
    });
  });

  it('counts what is well, and says nothing where nothing is wanted', () => {
    const well = { registered: true };
    expect(
      lines(
        judgeBirds([
          { bird: 'a', ...well },
          { bird: 'b', ...well },
        ]),
      ),
    ).toEqual(['ok birds: 2 are registered in Weaver, which can read them']);
    expect(judgeBirds([])).toEqual([]);
    expect(lines(judgeBirds({ why: 'does not answer within 3 s' }))).toEqual([
      'warn birds: Weaver does not answer within 3 s',
    ]);
  });

  it('says of each that is not, what to do', () => {
    expect(
      judgeBirds([
        { bird: 'a', registered: false },
        { bird: 'b', registered: false, why: 'refuses connections', todo: 'look at the container of b' },
        { bird: 'c', registered: true, why: 'refuses connections' },
        { bird: 'd', registered: true },
      ]),
    ).toEqual([
      {
        ...{ result: 'warn', what: 'bird a', finding: 'is not registered in Weaver' },
        remedy: 'Register it: birdkeeper weaver register a',
      },
      {
        ...{ result: 'warn', what: 'bird b', finding: 'is not registered in Weaver, and refuses connections' },
        remedy: 'Look at the container of b',
      },
      expect.objectContaining({ what: 'bird c', finding: 'is registered, and refuses connections' }),
    ]);
  });

  it('thirty sick birds are ten lines and a number', () => {
    const found = judgeBirds(Array.from({ length: 30 }, (_, i) => ({ bird: `b${i}`, registered: false })));
    expect(found).toHaveLength(11);
    expect(found.at(-1)?.finding).toBe('20 more are not well');
  });

  it('a worker takes jobs, does not, or is somebody else’s', () => {
    const at = (container: string) => ({ container });
    expect(
      lines(
        judgeWorkers([
          { ...at('weaver'), state: 'ready' },
          { ...at('w'), state: 'ready' },
        ]),
      ),
    ).toEqual(["ok Weaver's worker: takes jobs"]);
    expect(judgeWorkers([{ ...at('weaver'), state: 'elsewhere' }])).toEqual([]);
    expect(
      lines(
        judgeWorkers([
          { ...at('weaver'), state: 'ready' },
          { ...at('w'), state: 'elsewhere' },
        ]),
      ),
    ).toEqual(["warn Weaver's worker: container w is not there"]);
    expect(lines(judgeWorkers([{ ...at('weaver'), state: 'failed', why: 'lost' }]))).toEqual([
      "warn Weaver's worker: lost",
    ]);
  });

  it('Cowbird is there with a version, or has findings', () => {
    const look: CowbirdLook = { url: 'http://cowbird:7000', root: { is: 'there' } };
    const version = { is: 'in step', version: '2.6.0', workerVersion: '2.6.0' } as const;
    expect(lines(judgeCowbird({ ...look, version }, []))).toEqual([
      'ok Cowbird: is there 2.6.0, with its worker (http://cowbird:7000)',
    ]);
    expect(judgeCowbird(look, [{ what: 'worker', why: 'It is silent.', todo: 'Restart it.' }])).toEqual([
      { result: 'warn', what: 'Cowbird', finding: 'It is silent', remedy: 'Restart it.' },
    ]);
  });
});
