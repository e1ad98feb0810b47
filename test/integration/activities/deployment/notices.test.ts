import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellHeldUp } from '../../../../activities/deployment/notices.js';
import { localStep } from '../../../../activities/shared/step.js';
import { toldStack } from './told-stack.js';

let birds: Awaited<ReturnType<typeof toldStack>>;
beforeEach(async () => {
  birds = await toldStack();
});
afterEach(() => birds.remove());

describe('activities/deployment/notices', () => {
  it('tells that a deployment is held up, and not again within the hour', async () => {
    const why = 'The Docker Engine does not answer.';
    const held = { stack: 'birds', number: 7, why };
    for (let tries = 0; tries < 2; tries += 1) await tellHeldUp(held, localStep(), birds.deps);
    expect(birds.told()).toHaveLength(1);
    expect(birds.told()[0]).toMatchObject({ kind: 'blocked', stack: 'birds', host: 'alpha', number: 7, text: why });
  });
});
