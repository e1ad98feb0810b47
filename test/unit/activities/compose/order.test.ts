import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependenciesOf, dependentsOf, levelsOf, watchedServices } from '../../../../activities/compose/order.js';
import { aModel } from './builders.js';

const after = (...names: string[]) => ({ depends_on: Object.fromEntries(names.map((name) => [name, {}])) });

describe('activities/compose/order', () => {
  it('puts a service after everything that it needs', () => {
    const { services } = aModel({ web: after('db', 'cache'), db: {}, cache: after('db'), lone: {} });
    expect(levelsOf(services)).toEqual([['db', 'lone'], ['cache'], ['web']]);
  });

  it('knows shared namespaces and volumes as needs', () => {
    const { services } = aModel({
      a: {},
      b: { pid: 'service:a' },
      c: { volumes_from: ['b:ro'] },
      d: { network_mode: 'host' },
    });
    expect(levelsOf(services)).toEqual([['a', 'd'], ['b'], ['c']]);
  });

  it('forgets dependencies that no file defines', () => {
    expect(levelsOf(aModel({ web: after('gone') }).services)).toEqual([['web']]);
  });

  it('names the ring when services depend on each other', () => {
    const { services } = aModel({ a: after('b'), b: after('c'), c: after('a'), d: {} });
    expect(() => levelsOf(services)).toThrow(/ring: a → b → c → a/);
  });

  it('finds dependents at any distance', () => {
    const { services } = aModel({ db: {}, api: after('db'), web: after('api'), lone: {} });
    expect(dependentsOf(['db'], services)).toEqual(['api', 'web']);
  });

  it('watches what is touched and who depends on it', () => {
    const { services } = aModel({ db: {}, api: after('db'), lone: {} });
    const decisions = [
      { service: 'db', action: 'restart', reason: '' },
      { service: 'lone', action: 'nothing', reason: '' },
    ] as const;
    expect(watchedServices(decisions, services)).toEqual(['api', 'db']);
  });

  it('places each service of any stack without rings exactly once, after its needs', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(9), { maxLength: 4 }), { maxLength: 10 }), (drawn) => {
        const entries = drawn.map(
          (needs, at) => [`s${at}`, after(...needs.filter((n) => n < at).map((n) => `s${n}`))] as const,
        );
        const { services } = aModel(Object.fromEntries(entries));
        const levels = levelsOf(services);
        expect(levels.flat().sort()).toEqual(Object.keys(services).sort());
        const levelOf = (name: string) => levels.findIndex((level) => level.includes(name));
        for (const [name, service] of Object.entries(services)) {
          for (const need of dependenciesOf(service, services)) expect(levelOf(need)).toBeLessThan(levelOf(name));
        }
      }),
    );
  });
});
