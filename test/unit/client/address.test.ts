import { describe, expect, it } from 'vitest';
import { decideServer, type FoundEmbedded, type ServerFacts } from '../../../client/address.js';

const embedded: FoundEmbedded = {
  record: {
    address: '127.0.0.1:7233',
    uiAddress: '127.0.0.1:8233',
    pid: 7,
    database: '/s/temporal/1.29.1.db',
    serverVersion: '1.29.1',
    cliVersion: '1.5.1',
  },
  stateDirectory: '/s',
  isRunning: true,
};
const facts = (given: Partial<ServerFacts> = {}): ServerFacts => ({
  option: undefined,
  variable: undefined,
  profile: {},
  security: {},
  embedded,
  ...given,
});

describe('client/address', () => {
  it('takes --address before the variable, the variable before the profile, and the embedded server last', () => {
    const all = { option: 'a:1', variable: 'b:2', profile: { address: 'c:3' } };
    expect(decideServer(facts(all))).toMatchObject({ address: 'a:1', source: 'option' });
    expect(decideServer(facts({ ...all, option: undefined }))).toMatchObject({ address: 'b:2', source: 'environment' });
    expect(decideServer(facts({ profile: { address: 'c:3' } }))).toMatchObject({ address: 'c:3', source: 'profile' });
    expect(decideServer(facts())).toMatchObject({ address: '127.0.0.1:7233', source: 'embedded', isEmbedded: true });
  });

  it('says which server and why', () => {
    expect(decideServer(facts({ variable: 'b:2' }))?.sentence).toBe(
      'the Temporal server at b:2 (TEMPORAL_ADDRESS names it)',
    );
    expect(decideServer(facts())?.sentence).toContain('embedded');
    expect(decideServer(facts())?.sentence).toContain('/s');
  });

  it('knows nothing when nothing names a server', () => {
    expect(decideServer(facts({ embedded: undefined }))).toBeUndefined();
  });

  it('knows its own server again when the export lines of `up` name it, running or not', () => {
    const stopped = { ...embedded, isRunning: false };
    const choice = decideServer(facts({ variable: 'localhost:7233', embedded: stopped }));
    expect(choice).toMatchObject({ isEmbedded: true, isRunning: false, source: 'environment' });
  });

  it('keeps the namespace and the keys of a profile for its own server', () => {
    const profile = { address: 'cloud:7233', namespace: 'prod' };
    const security = { apiKey: 'k', tls: true };
    expect(decideServer(facts({ profile, security }))).toMatchObject({ namespace: 'prod', security });
    const ours = decideServer(facts({ option: '127.0.0.1:7233', profile, security }));
    expect(ours?.namespace).toBe('birdkeeper');
    expect(ours?.security).toEqual({});
  });

  it.each(['localhost', 'http://x:7233', 'x:', ':7233', 'a b:1', '--force'])('refuses %j as an address', (option) => {
    expect(() => decideServer(facts({ option }))).toThrow(/HOST:PORT/);
  });

  it('takes an address of IPv6', () => {
    expect(decideServer(facts({ option: '[::1]:7999' }))).toMatchObject({ address: '[::1]:7999', isEmbedded: false });
  });
});
