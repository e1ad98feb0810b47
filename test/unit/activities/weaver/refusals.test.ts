import { describe, expect, it } from 'vitest';
import { maybeNotPublic, notPublic, readAdded } from '../../../../activities/weaver/refusals.js';

const body = (value: object) => JSON.stringify(value);

describe('activities/weaver/refusals', () => {
  it.each([
    [201, '', { is: 'added' }],
    [409, body({ description: 'Provider already exists.' }), { is: 'compare' }],
    [
      400,
      body({ description: 'Invalid schema: [id]' }),
      { is: 'never', why: 'is refused by Weaver: Invalid schema: [id]' },
    ],
    [
      403,
      body({ description: 'Invalid provider operation on [ADES] instance. Processes must be deployed locally.' }),
      { is: 'never' },
    ],
    [403, '<html>Forbidden</html>', { is: 'again', why: 'is refused by Weaver (status 403)' }],
    [422, body({ description: 'Cannot validate', cause: 'no metadata' }), { is: 'again' }],
    [500, 'Internal Server Error', { is: 'again', why: 'is refused by Weaver (status 500)' }],
    [502, '<html>', { is: 'again' }],
    [404, '', { is: 'again' }],
  ])('%i %s', (status, text, expected) => {
    expect(readAdded({ status, text })).toMatchObject(expected);
  });

  it('a role without providers is told with the role to set', () => {
    const text = body({ description: 'Invalid provider operation on [ADES] instance.' });
    expect(readAdded({ status: 403, text })).toMatchObject({ todo: 'set WEAVER_CONFIG to HYBRID or EMS' });
  });

  it('what Weaver says is cut', () => {
    const added = readAdded({ status: 422, text: body({ description: 'x'.repeat(10_000) }) });
    expect('why' in added && added.why.length).toBeLessThan(500);
  });

  it('Weaver says the same whatever the no of the bird was', () => {
    const cause = 'Cannot validate or parse service metadata since it is not accessible.';
    expect(maybeNotPublic({ status: 422, text: body({ cause, error: 'ServiceParsingError' }) })).toBe(true);
    expect(maybeNotPublic({ status: 422, text: body({ cause: 'service responded [504]' }) })).toBe(true);
    expect(maybeNotPublic({ status: 422, text: body({ cause: 'ConnectTimeout' }) })).toBe(false);
    expect(maybeNotPublic({ status: 500, text: '504' })).toBe(false);
  });

  it.each([401, 403])('a bird that answers %i without a session is not publicly readable', (status) => {
    const why = notPublic({ is: 'not ready', why: '', status });
    expect(why?.why).toContain(`status ${status}`);
    expect(why?.todo).toMatch(/all-public-access.*WEAVER_PROVIDERS_URL_TEMPLATE/);
  });

  it.each([
    { is: 'ready', processes: 1 } as const,
    { is: 'unseen' } as const,
    { is: 'not ready', why: '', status: 503 } as const,
    { is: 'not ready', why: 'refuses connections' } as const,
  ])('%j says nothing of that', (answer) => {
    expect(notPublic(answer)).toBeUndefined();
  });
});
