import { describe, expect, it } from 'vitest';
import { undeclaredServices } from '../../../../activities/components/declared-services.js';
import { EMPTY_MANIFEST } from '../../../../activities/components/manifest.js';

describe('activities/components/declared-services', () => {
  it('names each service that a component names and no compose file has, once', () => {
    const manifest = {
      ...EMPTY_MANIFEST,
      busy: { url: 'http://x/', services: ['web', 'wbe'] },
      onChange: [{ path: 'x', services: ['wbe', 'db'], action: 'restart' as const }],
    };
    const found = undeclaredServices([{ dir: '/c/web', name: 'web', manifest }], ['web', 'db']);
    expect(found).toEqual(['/c/web/component.yml names the service wbe, which no compose file of the stack declares.']);
  });
});
