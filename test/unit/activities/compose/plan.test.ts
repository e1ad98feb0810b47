import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../../../activities/compose/plan.js';
import { planServices } from '../../../../activities/compose/plan.js';
import { aContainer, aFingerprint, aPlan } from './builders.js';

const actions = (input: PlanInput): Record<string, string> =>
  Object.fromEntries(planServices(input).decisions.map(({ service, action }) => [service, action]));
const only = (input: PlanInput) => planServices(input).decisions[0];

const content = (path: string, hash: string) => aFingerprint({ contents: { [path]: hash } });

const contentChange = (labels: Record<string, string>, mark: 'file' | 'directory') =>
  aPlan(
    { web: { image: 'app:1', labels } },
    { recorded: { web: content('/r/conf', `${mark}:1`) }, wanted: { web: content('/r/conf', `${mark}:2`) } },
  );

describe('activities/compose/plan', () => {
  it('leaves a stack alone that is as recorded', () => {
    expect(only(aPlan({ web: {} }))).toEqual({ service: 'web', action: 'nothing', reason: 'unchanged' });
  });

  it.each([
    ['its definition', { definition: 'd2' }, 'its definition changed'],
    ['the image reference', { image: 'app:2', imageId: 'sha256:b' }, 'image app:1 → app:2'],
    [
      'the image behind a reference',
      { imageId: 'sha256:bbbb' },
      'image app:1 is another one now (aaaaaaaaaaaa → bbbb)',
    ],
  ])('recreates a service when %s changed', (_, change, reason) => {
    const input = aPlan({ web: {}, db: {} });
    const wanted = { ...input.wanted, web: aFingerprint(change) };
    expect(planServices({ ...input, wanted }).decisions).toEqual([
      { service: 'db', action: 'nothing', reason: 'unchanged' },
      { service: 'web', action: 'recreate', reason },
    ]);
  });

  it('expects another image where one is still to be pulled or built', () => {
    const images = [{ reference: 'app:1', how: 'pull', reason: 'pull_policy is "always"', services: ['web'] } as const];
    expect(only(aPlan({ web: {} }, { images: images.map((need) => ({ ...need, services: ['web'] })) }))).toMatchObject({
      action: 'recreate',
      reason: 'image app:1 is pulled: pull_policy is "always"',
    });
  });

  it('expects another image where a tag moved, and touches nothing when the pull brought the same one', () => {
    const need = {
      reference: 'app:1',
      how: 'pull',
      reason: 'its tag moved in the registry',
      services: ['web'],
    } as const;
    const images = [{ ...need, services: ['web'] }];
    expect(only(aPlan({ web: {} }, { images }))).toMatchObject({
      action: 'recreate',
      reason: 'image app:1 is pulled: its tag moved in the registry',
    });
    expect(only(aPlan({ web: {} }))?.action).toBe('nothing');
    expect(only(aPlan({ web: {} }, { wanted: { web: aFingerprint({ imageId: 'sha256:b' }) } }))?.action).toBe(
      'recreate',
    );
  });

  it('recreates a service that nobody has recorded', () => {
    expect(only(aPlan({ web: {} }, { recorded: {}, running: [] }))?.reason).toBe('not running yet');
    expect(only(aPlan({ web: {} }, { recorded: {} }))?.reason).toBe('runs, but no release has recorded it');
  });

  it('asks for nothing where a new service asks for no container', () => {
    expect(only(aPlan({ web: { deploy: { replicas: 0 } } }, { recorded: {}, running: [] }))?.action).toBe('nothing');
  });

  describe('when mounted content changed', () => {
    it.each([
      [{}, 'directory', 'restart'],
      [{ 'birdkeeper.on-change': 'restart' }, 'directory', 'restart'],
      [{ 'birdkeeper.on-change': 'recreate' }, 'directory', 'recreate'],
      [{ 'birdkeeper.on-change': 'none' }, 'directory', 'nothing'],
      [{ 'birdkeeper.on-change': 'signal:HUP' }, 'directory', 'signal'],
      [{ 'birdkeeper.on-change': 'signal:SIGUSR1' }, 'directory', 'signal'],
      [{ 'birdkeeper.on-change': 'rubbish' }, 'directory', 'restart'],
      [{ 'birdkeeper.on-change': 'none' }, 'file', 'restart'],
      [{ 'birdkeeper.on-change': 'signal:HUP' }, 'file', 'restart'],
      [{ 'birdkeeper.on-change': 'recreate' }, 'file', 'recreate'],
      [{}, 'file', 'restart'],
    ] as const)('and the label is %o, a mounted %s means %s', (labels, mark, action) => {
      expect(only(contentChange(labels, mark))?.action).toBe(action);
    });

    it('names the path and the signal', () => {
      const decision = only(contentChange({ 'birdkeeper.on-change': 'signal:SIGUSR1' }, 'directory'));
      expect(decision).toMatchObject({ signal: 'USR1', reason: '/r/conf changed' });
    });

    it('warns of a label that it does not know', () => {
      expect(planServices(contentChange({ 'birdkeeper.on-change': 'x' }, 'directory')).warnings).toHaveLength(1);
    });

    it('counts a build context as no content', () => {
      const input = aPlan(
        { web: {} },
        { recorded: { web: content('build', '1') }, wanted: { web: content('build', '2') } },
      );
      expect(only(input)?.action).toBe('nothing');
    });
  });

  describe('takes along', () => {
    const recreateWeb = (services: Record<string, unknown>) => {
      const input = aPlan(services);
      return actions({ ...input, wanted: { ...input.wanted, web: aFingerprint({ definition: 'd2' }) } });
    };
    const restartWeb = (services: Record<string, unknown>) => {
      const input = aPlan(services);
      return actions({
        ...input,
        recorded: { ...input.recorded, web: content('/r/c', 'directory:1') },
        wanted: { ...input.wanted, web: content('/r/c', 'directory:2') },
      });
    };

    it.each([
      ['network_mode', { network_mode: 'service:web' }],
      ['pid', { pid: 'service:web' }],
      ['ipc', { ipc: 'service:web' }],
      ['volumes_from', { volumes_from: ['web:ro'] }],
      ['the fixed name of its container', { network_mode: 'container:the-web' }],
    ])('who shares %s with a recreated service', (_, definition) => {
      expect(recreateWeb({ web: { container_name: 'the-web' }, side: definition, other: {} })).toEqual({
        web: 'recreate',
        side: 'recreate',
        other: 'nothing',
      });
    });

    it('who lives in a namespace of a restarted service, but nobody who only mounts its volumes', () => {
      expect(restartWeb({ web: {}, side: { network_mode: 'service:web' }, reader: { volumes_from: ['web'] } })).toEqual(
        {
          web: 'restart',
          side: 'restart',
          reader: 'nothing',
        },
      );
    });

    it('who depends on a touched service with restart: true, and nobody else', () => {
      expect(
        recreateWeb({
          web: {},
          follows: { depends_on: { web: { condition: 'service_started', restart: true } } },
          stays: { depends_on: { web: { condition: 'service_started' } } },
        }),
      ).toEqual({ web: 'recreate', follows: 'restart', stays: 'nothing' });
    });

    it('chains of them, the strongest action winning', () => {
      expect(
        recreateWeb({
          web: {},
          a: { depends_on: { web: { restart: true } } },
          b: { network_mode: 'service:a' },
          c: { network_mode: 'service:web', depends_on: { web: { restart: true } } },
        }),
      ).toEqual({ web: 'recreate', a: 'restart', b: 'restart', c: 'recreate' });
    });
  });

  describe('on repair', () => {
    const repair = (containers: PlanInput['running'], definition: unknown = {}) =>
      only(aPlan({ web: definition }, { running: containers, options: { removeOrphans: false, repair: true } }));

    it.each([
      ['it does not run', []],
      ['it exited with status 3', [aContainer('web', { state: 'exited', exitCode: 3 })]],
      ['it runs another image', [aContainer('web', { imageId: 'sha256:other' })]],
      ['it is restarting', [aContainer('web', { state: 'restarting' })]],
      ['it is created', [aContainer('web', { state: 'created' })]],
    ])('recreates because %s', (reason, containers) => {
      expect(repair(containers)).toEqual({ service: 'web', action: 'recreate', reason });
    });

    it('leaves alone what runs and what is done', () => {
      expect(repair([aContainer('web')])?.action).toBe('nothing');
      expect(repair([aContainer('web', { state: 'exited' })])?.action).toBe('nothing');
    });

    it('brings back a service that should run for ever and was stopped', () => {
      expect(repair([aContainer('web', { state: 'exited' })], { restart: 'always' })?.action).toBe('recreate');
    });

    it('makes the replicas that are missing', () => {
      expect(repair([aContainer('web')], { deploy: { replicas: 2 } })?.reason).toBe('1 of 2 containers run');
    });

    it('is no concern of an ordinary deployment, which only warns', () => {
      const plan = planServices(aPlan({ web: {} }, { running: [] }));
      expect(plan.decisions[0]?.action).toBe('nothing');
      expect(plan.warnings[0]).toMatch(/web is unchanged but does not run as recorded \(it does not run\).*--force/);
    });
  });

  describe('when a service is gone from the files', () => {
    const gone = (removeOrphans: boolean, declared = ['web']) =>
      planServices(
        aPlan(
          { web: {} },
          { declared, running: [aContainer('web'), aContainer('old')], options: { removeOrphans, repair: false } },
        ),
      );

    it('removes it only where the stack asks for it', () => {
      expect(gone(true)).toMatchObject({ removed: ['old'], warnings: [] });
      expect(gone(false)).toMatchObject({ removed: [] });
      expect(gone(false).warnings[0]).toMatch(/old is in no compose file/);
    });

    it('keeps one that only its profile disables, and containers of compose run', () => {
      expect(gone(true, ['web', 'old']).removed).toEqual([]);
      const input = aPlan(
        { web: {} },
        { running: [aContainer('job', { oneOff: true })], options: { removeOrphans: true, repair: false } },
      );
      expect(planServices(input).removed).toEqual([]);
    });
  });

  it('restarts whatever runs when the whole stack is stopped first', () => {
    const input = aPlan({ web: {}, conf: { labels: { 'birdkeeper.on-change': 'signal:HUP' } }, job: {}, db: {} });
    const plan = planServices({
      ...input,
      options: { ...input.options, stopFirst: true },
      running: [aContainer('web'), aContainer('conf'), aContainer('job', { state: 'exited' }), aContainer('db')],
      recorded: { ...input.recorded, conf: content('/r/conf', 'directory:1') },
      wanted: { ...input.wanted, conf: content('/r/conf', 'directory:2'), db: aFingerprint({ definition: 'd2' }) },
    });
    expect(plan.decisions).toEqual([
      { service: 'conf', action: 'restart', reason: '/r/conf changed; the whole stack is stopped first' },
      { service: 'db', action: 'recreate', reason: 'its definition changed' },
      { service: 'job', action: 'nothing', reason: 'unchanged' },
      { service: 'web', action: 'restart', reason: 'the whole stack is stopped first' },
    ]);
  });

  describe('the service that birdkeeper itself runs in', () => {
    const own = 'web';

    it('is not restarted because the whole stack is stopped first', () => {
      const input = aPlan({ web: {}, db: {} });
      const options = { ...input.options, stopFirst: true, own };
      expect(actions({ ...input, options })).toEqual({ web: 'nothing', db: 'restart' });
    });

    it('is not removed when it left the files, and the plan says why', () => {
      const input = aPlan({ db: {} }, { running: [aContainer(own), aContainer('db')] });
      const options = { ...input.options, removeOrphans: true, own };
      const { removed, warnings } = planServices({ ...input, options });
      expect(removed).toEqual([]);
      expect(warnings).toContainEqual(expect.stringContaining('birdkeeper itself runs in it'));
    });

    it('keeps nobody from rolling back: its helper puts it back', () => {
      const input = aPlan(
        { web: { image: 'app:2', volumes: [{ type: 'bind', source: '/state', target: '/state' }] } },
        { recorded: { web: aFingerprint({ image: 'app:1' }) }, wanted: { web: aFingerprint({ image: 'app:2' }) } },
      );
      expect(planServices(input).manualRollback).toEqual(['web']);
      expect(planServices({ ...input, options: { ...input.options, own } }).manualRollback).toEqual([]);
    });
  });

  describe('what cannot be rolled back', () => {
    const data = [{ type: 'volume', source: 'data', target: '/d' }];
    const change = (service: Record<string, unknown>, [from, to] = ['app:1.1', 'app:1.2'], snapshot?: boolean) => {
      const input = aPlan({ db: service }, { recorded: { db: aFingerprint({ image: from }) } });
      const options = { ...input.options, ...(snapshot === undefined ? {} : { snapshot }) };
      return planServices({ ...input, options, wanted: { db: aFingerprint({ image: to }) } });
    };
    const manual = (value: string) => ({ labels: { 'birdkeeper.rollback': value } });

    it('is an image change of a service that writes to a volume', () => {
      expect(change({ volumes: data })).toMatchObject({
        irreversible: [
          'db: image app:1.1 → app:1.2, and it writes to data: a rollback brings the image back, not the data.',
        ],
        manualRollback: [],
      });
    });

    it('is none where it only reads, or mounts a socket', () => {
      for (const mount of [
        { type: 'volume', source: 'data', target: '/d', read_only: true },
        { type: 'bind', source: '/var/run/docker.sock', target: '/s' },
      ]) {
        expect(change({ volumes: [mount] }, ['app:1', 'app:2'])).toMatchObject({
          irreversible: [],
          manualRollback: [],
        });
      }
    });

    it('waits for a person after a failure when the major version changes, unless a snapshot was taken', () => {
      const major: [string, string] = ['app:1.1', 'app:2.0'];
      expect(change({ volumes: data }, major).manualRollback).toEqual(['db']);
      expect(change({ volumes: data }, major).irreversible[0]).toMatch(
        /not the data\. The major version changes: .*person/,
      );
      expect(change({ volumes: data }, major, true)).toMatchObject({ manualRollback: [] });
      expect(change({ volumes: data }, major, true).irreversible).toHaveLength(1);
    });

    it('is what the label says', () => {
      expect(change({ volumes: data, ...manual('auto') }, ['app:1', 'app:2'])).toMatchObject({
        irreversible: [],
        manualRollback: [],
      });
      for (const snapshot of [false, true]) {
        expect(change({ volumes: data, ...manual('manual') }, undefined, snapshot).manualRollback).toEqual(['db']);
      }
      expect(change(manual('manual')).irreversible).toEqual([
        'db: image app:1.1 → app:1.2. Its label birdkeeper.rollback is manual: after a failure it waits for a person.',
      ]);
    });

    it('is nothing where no image changes', () => {
      const input = aPlan({ db: { volumes: data, ...manual('manual') } });
      const wanted = { db: aFingerprint({ definition: 'd2' }) };
      expect(planServices({ ...input, wanted })).toMatchObject({ irreversible: [], manualRollback: [] });
    });

    it('has a label that is neither for a problem', () => {
      expect(change(manual('never')).problems).toEqual([
        'Label birdkeeper.rollback of service db should be auto or manual (got "never").',
      ]);
      expect(change(manual(' auto ')).problems).toEqual([]);
    });
  });

  describe('for any stack', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const stack = fc.record({
      edges: fc.array(
        fc.record({
          from: fc.nat(4),
          to: fc.nat(4),
          kind: fc.constantFrom('network', 'volumes', 'restart', 'plain'),
        }),
        { maxLength: 8 },
      ),
      changed: fc.subarray(names),
      touchedContent: fc.subarray(names),
    });

    const build = ({ edges, changed, touchedContent }: typeof stack extends fc.Arbitrary<infer T> ? T : never) => {
      const services: Record<string, Record<string, unknown>> = Object.fromEntries(names.map((name) => [name, {}]));
      for (const { from, to, kind } of edges) {
        const [low, high] = [names[Math.min(from, to)] ?? 'a', services[names[Math.max(from, to)] ?? 'a'] ?? {}];
        if (from === to) continue;
        if (kind === 'network') high['network_mode'] = `service:${low}`;
        else if (kind === 'volumes') high['volumes_from'] = [low];
        else high['depends_on'] = { [low]: { restart: kind === 'restart' } };
      }
      const input = aPlan(services);
      const wanted = Object.fromEntries(
        names.map((name) => [
          name,
          aFingerprint({
            ...(changed.includes(name) ? { definition: 'd2' } : {}),
            ...(touchedContent.includes(name) ? { contents: { '/r/c': 'directory:2' } } : {}),
          }),
        ]),
      );
      return { ...input, wanted };
    };

    it('decides once for each service, and changes at least what changed', () => {
      fc.assert(
        fc.property(stack, (drawn) => {
          const result = actions(build(drawn));
          expect(Object.keys(result)).toEqual(names);
          for (const name of drawn.changed) expect(result[name]).toBe('recreate');
          for (const name of drawn.touchedContent) expect(['restart', 'recreate']).toContain(result[name]);
        }),
      );
    });

    it('touches nothing when nothing changed', () => {
      fc.assert(
        fc.property(stack, (drawn) => {
          const result = actions(build({ ...drawn, changed: [], touchedContent: [] }));
          expect(new Set(Object.values(result))).toEqual(new Set(['nothing']));
        }),
      );
    });

    it('leaves nobody in a namespace of a container that is gone', () => {
      fc.assert(
        fc.property(stack, (drawn) => {
          const input = build(drawn);
          const result = actions(input);
          for (const [name, service] of Object.entries(input.services)) {
            const host = service.network_mode?.replace('service:', '');
            if (host !== undefined && result[host] === 'recreate') expect(result[name]).toBe('recreate');
          }
        }),
      );
    });

    it('touches a service only for a change of its own or one that it follows', () => {
      fc.assert(
        fc.property(stack, (drawn) => {
          for (const { service, action, reason } of planServices(build(drawn)).decisions) {
            const own = drawn.changed.includes(service) || drawn.touchedContent.includes(service);
            if (action !== 'nothing' && !own) expect(reason).toMatch(/^(shares|mounts|depends)/);
          }
        }),
      );
    });
  });
});
