import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, looksSecret, redactUrls } from '../../../../activities/shared/redact.js';

const MASK = '‹redacted›';
/** A value that is part of the mask or of the text around it cannot be told from them. */
const isTellable = (value: string, around: string): boolean => !MASK.includes(value) && !around.includes(value);

const secretName = fc.constantFrom(
  'PGPASSWORD',
  'POSTGRES_PASSWD',
  'CLIENT_SECRET',
  'GITHUB_TOKEN',
  'S3_ACCESS_KEY',
  'JWT_SALT',
  'API_KEY',
);
const anyValue = fc
  .string({ unit: 'binary', minLength: 4, maxLength: 40 })
  .filter((value) => !/[\s\0]/.test(value) && !/^(true|false|none|null|yes|no)$/i.test(value));
const TOKEN = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const tokenLike = fc
  .string({ unit: fc.constantFrom(...TOKEN), minLength: 12, maxLength: 64 })
  .filter((value) => /[a-z]/i.test(value) && /\d/.test(value) && !/^\d+[a-z]{1,3}$/i.test(value));

describe('activities/shared/redact', () => {
  describe('a secret never survives', () => {
    it('under a name that looks like one, whatever its value', () => {
      fc.assert(
        fc.property(secretName, anyValue, fc.string(), fc.string(), (name, value, before, after) => {
          fc.pre(isTellable(value, `${before}${after}`));
          expect(createRedactor({ [name]: value })(`${before}${value}${after}`)).not.toContain(value);
        }),
      );
    });

    it('under a harmless name when its value looks like a token', () => {
      fc.assert(
        fc.property(tokenLike, fc.string(), (value, around) => {
          fc.pre(isTellable(value, around));
          expect(createRedactor({ SOMETHING: value })(`${around} ${value} ${around}`)).not.toContain(value);
        }),
      );
    });

    it('among others, also when one contains another', () => {
      fc.assert(
        fc.property(fc.array(tokenLike, { minLength: 2, maxLength: 6 }), (values) => {
          const nested = [...values, `${values[0]}${values[1]}`];
          const redact = createRedactor(Object.fromEntries(nested.map((value, index) => [`X${index}`, value])));
          const told = redact(`start ${nested.join(' and ')} end`);
          for (const value of nested) expect(told).not.toContain(value);
        }),
      );
    });

    it('whole, when a shorter one is a part of it', () => {
      expect(createRedactor({ A_TOKEN: 'abcd1', B_TOKEN: 'abcd1efgh' })('abcd1efgh')).toBe(MASK);
    });

    it.each([
      ['in JSON', (value: string) => JSON.stringify({ value })],
      ['in a URL', (value: string) => `https://host/?q=${encodeURIComponent(value)}`],
      ['with dollar signs doubled', (value: string) => `X: ${value.replaceAll('$', '$$$$')}`],
    ])('%s', (_, spelt) => {
      const value = 'pa"ss$wo&rd\\9';
      const told = createRedactor({ DB_PASSWORD: value })(spelt(value));
      expect(told).toContain(MASK);
      expect(told).not.toContain('ss$');
      expect(told).not.toContain('rd');
    });

    it('line by line when it has several', () => {
      const redact = createRedactor({ DEPLOY_PRIVATE: '-----BEGIN-----\n  abcdefgh\nijklmnop\n' });
      expect(redact('> ijklmnop')).toBe(`> ${MASK}`);
      expect(redact('> abcdefgh')).toBe(`> ${MASK}`);
    });

    it('in the credentials of a URL, also with an @ in the password', () => {
      fc.assert(
        fc.property(tokenLike, tokenLike, (user, password) => {
          const told = redactUrls(`fatal: https://${user}:${password}@x@git.example.org/a/b.git: denied`);
          expect(told).toBe(`fatal: https://${MASK}@git.example.org/a/b.git: denied`);
        }),
      );
    });
  });

  describe('what a message needs is kept', () => {
    it.each([
      ['a path', 'DATA_ROOT', '/data/v2/jupyter01'],
      ['a path under a name that looks secret', 'AUTODEPLOY_DEPLOY_KEY_ROOT_DIR', '/root/.ssh2'],
      ['a host', 'FQDN', 'server01.example.org'],
      ['a host with its port', 'ENDPOINT', 'server01.example.org:8443'],
      ['an address', 'ADDRESS', '10.20.30.40:5432'],
      ['an image with a registry', 'WEAVER_IMAGE', 'registry01.example.org:5000/pavics/weaver:4.2.1'],
      ['an image', 'PROXY_IMAGE', 'nginx1:1.23.4-alpine3'],
      ['a version', 'WEAVER_VERSION', '4.2.1-rc1'],
      ['a version with a letter in front', 'TAG', 'v10.20.30'],
      ['a date', 'SINCE', '2024-05-01T10:00:00Z'],
      ['a size', 'LIMIT', '16000000kB'],
      ['a cron line', 'AUTODEPLOY_PLATFORM_FREQUENCY', '*/5 2-6 * * 1'],
      ['an interval', 'AUTODEPLOY_NOTEBOOK_FREQUENCY', '@every 15m0s'],
      ['a URL', 'HOME_URL', 'https://server01.example.org/v2'],
      ['a switch under a name that looks secret', 'REQUIRE_AUTH', 'true'],
      ['a value shorter than four characters', 'PASSWORD', 'abc'],
      ['the name of the stack, which every message is about', 'COMPOSE_PROJECT_NAME', 'pavics2prod'],
    ])('%s', (_, name, value) => {
      const text = `reads ${value} now`;
      expect(looksSecret(name, value)).toBe(false);
      expect(createRedactor({ [name]: value })(text)).toBe(text);
    });

    it('paths and hosts of any kind', () => {
      const word = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'), minLength: 1 });
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
          expect(looksSecret('PLACE', `/${words.join('/')}`)).toBe(false);
          expect(looksSecret('PLACE', `${words.join('.')}.org`)).toBe(false);
          expect(looksSecret('PLACE', `${words.join('/')}/image:1`)).toBe(false);
        }),
      );
    });

    it('the user of an ssh address', () => {
      const text = 'ssh://git@host.example.org:2222/a.git and git+ssh://git@b/c';
      expect(redactUrls(text)).toBe(text);
    });

    it('an @ after the host of a URL', () => {
      const text = 'https://host/a@v1 and https://host?x=y@z';
      expect(redactUrls(text)).toBe(text);
    });
  });
});
