import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasMagpie, magpiePlace } from '../../../../activities/magpie/place.js';
import { eraCalled, PLAIN_ERA } from '../../../../activities/stack/reader/eras.js';

const ADDRESS = 'https://birds.example.org/magpie';
const ACCOUNT = { MAGPIE_ADMIN_USERNAME: 'admin', MAGPIE_ADMIN_PASSWORD: 'owl-perch-22-x' };
const place = (
  variables: Record<string, string>,
  components = ['/p/components/magpie'],
  address: string | undefined = ADDRESS,
) => magpiePlace({ variables, components, era: PLAIN_ERA }, address);

describe('activities/magpie/place', () => {
  it.each([
    ['a component', {}, ['/p/components/magpie'], '2.26.0', true],
    ['an address of its own', { MAGPIE_URL: 'http://magpie:2001' }, [], 'plain', true],
    ['nothing', {}, ['/p/components/magpie-extra'], '2.26.0', false],
    ['nothing, in a stack of another form', {}, [], 'plain', false],
    ['nothing since 1.24, where it is a component', {}, [], '1.24.0', false],
    // In its compose file beside all others.
    ['the platform before 1.24', {}, [], '1.22.0', true],
  ])('%s', (_, variables, components, era, has) => {
    expect(hasMagpie({ variables, components, era: eraCalled(era) })).toBe(has);
  });

  it('is where the platform is, unless a variable says otherwise', async () => {
    expect(await place(ACCOUNT)).toEqual({
      ...{ url: ADDRESS, user: 'admin', password: 'owl-perch-22-x', adminGroup: 'administrators' },
    });
    const elsewhere = { ...ACCOUNT, MAGPIE_URL: 'http://magpie:2001/', MAGPIE_ADMIN_GROUP: 'chiefs' };
    expect(await place(elsewhere)).toMatchObject({ url: 'http://magpie:2001', adminGroup: 'chiefs' });
    expect(await place(ACCOUNT, [])).toBeUndefined();
  });

  it('takes the password of a file, where no other is given, without its last line end', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'birdkeeper-magpie-'));
    try {
      const file = join(directory, 'password');
      writeFileSync(file, 'from file \r\n');
      const variables = { MAGPIE_ADMIN_USERNAME: 'admin', MAGPIE_ADMIN_PASSWORD_FILE: file };
      expect(await place(variables)).toMatchObject({ password: 'from file ' });
      expect(await place({ ...variables, ...ACCOUNT })).toMatchObject({ password: 'owl-perch-22-x' });
      writeFileSync(file, '\n');
      await expect(place(variables)).rejects.toThrow('nobody can be signed in there');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it.each([
    [{ MAGPIE_ADMIN_USERNAME: 'admin' }, 'nobody can be signed in there'],
    [{ MAGPIE_ADMIN_PASSWORD: 'owl-perch-22-x' }, 'nobody can be signed in there'],
    [
      { MAGPIE_ADMIN_USERNAME: 'admin', MAGPIE_ADMIN_PASSWORD_FILE: '/none' },
      'MAGPIE_ADMIN_PASSWORD_FILE cannot be read',
    ],
  ])('refuses %j', async (variables, words) => {
    const refused = place(variables);
    await expect(refused).rejects.toMatchObject({ type: 'Configuration' });
    await expect(refused).rejects.toThrow(words);
  });
});
