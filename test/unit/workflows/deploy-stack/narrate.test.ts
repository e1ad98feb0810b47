import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, PHASES } from '../../../../workflows/contract.js';
import { deploymentDetails } from '../../../../workflows/deploy-stack/narrate.js';
import { aCheckout, aPlan, aStatus, NEW, OLD } from '../../../support/story.js';

const HOSTILE = '| <script>alert(1)</script> \n# x\n~~~\n[a](http://evil) `b`';

describe('workflows/deploy-stack/narrate', () => {
  it('a deployment that runs shows phase, what happens next, checkouts and services', () => {
    const plan = aPlan({
      renderedFiles: ['config/web.conf'],
      images: [{ reference: 'registry/web:2', how: 'pull', services: ['web'] }],
      removed: ['old'],
      irreversible: ['db writes to a volume'],
      warnings: ['port 80 is taken'],
    });
    const text = deploymentDetails(
      aStatus({ plan, health: [{ service: 'web', health: 'starting', detail: '2 of 3' }] }),
    );
    for (const part of [
      '**Phase: apply**',
      '**Next**: Touches the services',
      '| private | behind | aaaaaaa → bbbbbbb | Raise the limit |',
      '| private | aaaaaaa → bbbbbbb | Raise the limit | 1 |',
      '| web | restart | config/web.conf changed | starting (2 of 3) |',
      '**Rendered files that change**: config/web.conf',
      '**Images**: pull registry/web:2',
      '**Removed**: old',
      '**Cannot be rolled back**: db writes to a volume',
      '**Warnings**: port 80 is taken',
      '4 services stay untouched.',
    ])
      expect(text).toContain(part);
  });

  it.each(OUTCOMES)('an end as %s shows outcome, phase and why', (outcome) => {
    const text = deploymentDetails(aStatus({ outcome, phase: 'settle', message: 'web is sick' }));
    expect(text).toContain(`**${outcome}** (in phase settle)`);
    expect(text).toContain('**Why**:\n\n~~~\nweb is sick\n~~~');
  });

  it.each(PHASES)('in phase %s, with nothing known yet, there are no empty tables', (phase) => {
    expect(deploymentDetails(aStatus({ phase, checkouts: [], next: 'soon' }))).toBe(
      `**Phase: ${phase}**\n\n**Next**: soon`,
    );
  });

  it('nothing that comes from a repository or a command becomes markup', () => {
    const text = deploymentDetails(
      aStatus({
        checkouts: [
          aCheckout('private', 'behind', { subject: HOSTILE }),
          aCheckout(HOSTILE, 'dirty', { files: [HOSTILE] }),
        ],
        plan: aPlan({
          checkouts: [{ name: HOSTILE, from: OLD, to: NEW, subjects: [HOSTILE], filesChanged: 1 }],
          services: [{ service: HOSTILE, action: 'signal', signal: HOSTILE, reason: HOSTILE }],
          images: [{ reference: HOSTILE, how: 'pull', services: [] }],
          renderedFiles: [HOSTILE],
          removed: [HOSTILE],
          irreversible: [HOSTILE],
          warnings: [HOSTILE],
        }),
        health: [{ service: HOSTILE, health: 'healthy', detail: HOSTILE }],
        message: HOSTILE,
        outcome: 'failed',
      }),
    );
    const [before, quoted, ...after] = text.split('\n~~~\n');
    expect(quoted).toContain('<script>');
    for (const outside of [before, ...after]) {
      expect(outside).not.toMatch(/(^|[^\\])<script>/);
      expect(outside).not.toMatch(/^# /m);
      expect(outside).not.toMatch(/(^|[^\\])`b/);
      expect(outside).not.toMatch(/(^|[^\\])\[a/);
    }
    expect(after).toHaveLength(1);
  });

  it('a message cannot leave its quotation', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('~', '~~~', '\n', ' ', '`', 'x')), (parts) => {
        const message = parts.join('');
        const text = deploymentDetails(aStatus({ outcome: 'failed', message, checkouts: [] }));
        expect(text.match(/~{3,}/g)).toHaveLength(2);
      }),
    );
  });

  it('stays small, however large the stack', () => {
    const many = Array.from({ length: 500 }, (_, index) => `service-${index}`);
    const long = 'x'.repeat(5_000);
    const text = deploymentDetails(
      aStatus({
        checkouts: many.map((name) => aCheckout(name, 'dirty', { files: many })),
        plan: aPlan({ services: many.slice(0, 60).map((service) => ({ service, action: 'restart', reason: long })) }),
        health: many.map((service) => ({ service, health: 'healthy' })),
        message: long,
      }),
    );
    expect(text).toContain('… and 460 more');
    expect(text.length).toBeLessThan(40_000);
  });
});
