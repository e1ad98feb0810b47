import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import { chooseServer } from '../../../client/address.js';
import { connect } from '../../../client/connection.js';
import { ensureNamespace } from '../../../client/namespace.js';
import { connectClient } from '../../../worker/client.js';
import { NAMESPACE } from '../../../workflows/contract.js';
import { makeAuthority, type Authority, type Pair } from '../../support/certificates.js';
import { birdkeeper } from '../../support/command-line.js';
import { ownTemporal, type OwnTemporal } from '../../support/own-temporal.js';
import { startFront, type Front, type FrontOptions } from '../../support/tls-front.js';

const KEY = 'c2VjcmV0LWtleS1vZi1hLXRlc3Q';
const fronts: Front[] = [];
let dir: string;
let temporal: OwnTemporal | undefined;
let ours: Authority;
let others: Authority;
let server: Pair;
let client: Pair;
/** The usual one: TLS, certificates of clients, and a key. */
let front: Front;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-secured-'));
  temporal = await ownTemporal('secured');
  [ours, others] = await Promise.all([makeAuthority(dir, 'ours'), makeAuthority(dir, 'others')]);
  server = await ours.sign('server');
  client = await ours.sign('client');
  front = await behind({ clientCa: ours.ca, key: KEY });
});
afterAll(async () => {
  for (const each of fronts) await each.stop();
  await temporal?.remove();
  await rm(dir, { recursive: true, force: true });
});

async function behind(options: Partial<FrontOptions> = {}): Promise<Front> {
  const made = await startFront({ upstream: temporal?.server.address ?? '', server, ...options });
  fronts.push(made);
  return made;
}

type Environment = Record<string, string>;
const withPair = ({ cert, key }: Pair): Environment => ({
  TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
  TEMPORAL_TLS_CLIENT_KEY_PATH: key,
});
const trusting = (): Environment => ({ TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_TLS_SERVER_CA_CERT_PATH: ours.ca });
const good = (): Environment => ({
  ...trusting(),
  ...withPair(client),
  TEMPORAL_ADDRESS: front.address,
  TEMPORAL_API_KEY: KEY,
});
const choose = (temporalEnvironment: Environment) =>
  chooseServer({ option: undefined, temporalEnvironment, stateDirectories: [] });

/** What the command line says; it is never the key. */
async function refusal(environment: Environment): Promise<string> {
  const message = await choose(environment)
    .then((choice) => connect(choice, '/srv/stack'))
    .then((session) => session.close().then(() => 'it answers'))
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  expect(message).not.toContain(KEY);
  return message;
}

describe('client/open-connection', { timeout: 60_000 }, () => {
  it('command line, doctor and worker reach a server behind client certificates and a key', async () => {
    const choice = await choose(good());
    if (choice === undefined) throw new Error('no server');
    const connected = await connectClient(choice);
    try {
      await ensureNamespace(connected.connection, NAMESPACE);
      const { address, namespace, security } = choice;
      // A worker has a library of its own for this; one that works is in e2e/several-hosts.
      const connection = await NativeConnection.connect({ address, ...security });
      const described = await connection.workflowService.describeNamespace({ namespace });
      expect(described.namespaceInfo?.name).toBe(NAMESPACE);
      const state = join(dir, 'state');
      await new StateDirectory(state).register({ name: 'sample', directory: dir });
      const settings = { stateDirectories: [state], host: 'secured', temporalEnvironment: good() };
      const { out, err } = await birdkeeper({ settings, cwd: dir }, 'doctor');
      expect(out).toMatch(/^ok +Temporal: the Temporal server at localhost:\d+ \(TEMPORAL_ADDRESS names it\)/m);
      expect(out + err).not.toContain(KEY);
      await connection.close();
      expect([...front.keys]).toEqual([`Bearer ${KEY}`]);
    } finally {
      await connected.connection.close();
    }
  });

  it('takes the same out of a profile file', async () => {
    const file = join(dir, 'temporal.toml');
    const tls = `server_ca_cert_path = "${ours.ca}"\nclient_cert_path = "${client.cert}"\nclient_key_path = "${client.key}"`;
    await writeFile(
      file,
      `[profile.default]\naddress = "${front.address}"\napi_key = "${KEY}"\n[profile.default.tls]\n${tls}\n`,
    );
    expect(await refusal({ TEMPORAL_CONFIG_FILE: file })).toBe('it answers');
    await writeFile(file, `[profile.default]\napi_key = ${KEY}\n`);
    expect(await refusal({ TEMPORAL_CONFIG_FILE: file })).toMatch(/^The Temporal profile .* cannot be used: [^\n]+$/);
  });

  it('says what is wrong with certificates, and what to do', async () => {
    const expired = await ours.sign('expired', { expired: true });
    const [old, named, plain] = [
      await behind({ server: expired }),
      await behind({ server: await ours.sign('named', { names: 'DNS:temporal.example.org' }) }),
      temporal?.server.address ?? '',
    ];
    const { TEMPORAL_TLS_SERVER_CA_CERT_PATH: _ca, ...distrusting } = good();
    const { TEMPORAL_TLS_CLIENT_CERT_PATH: _c, TEMPORAL_TLS_CLIENT_KEY_PATH: _k, ...bare } = good();
    const cases: [Environment, RegExp][] = [
      [{ ...distrusting, TEMPORAL_TLS: 'true' }, /signed by nobody that is trusted here.*SERVER_CA_CERT_PATH/],
      [{ ...good(), TEMPORAL_TLS_SERVER_CA_CERT_PATH: others.ca }, /signed by nobody that is trusted here/],
      [{ ...good(), TEMPORAL_ADDRESS: old.address }, /certificate of localhost:\d+ has expired/],
      [{ ...good(), TEMPORAL_ADDRESS: named.address }, /is not for localhost: .*TEMPORAL_TLS_SERVER_NAME/],
      [
        { ...good(), TEMPORAL_ADDRESS: named.address, TEMPORAL_TLS_SERVER_NAME: 'temporal.example.org' },
        /^it answers$/,
      ],
      [bare, /wants a client certificate: TEMPORAL_TLS_CLIENT_CERT_PATH/],
      [{ ...good(), ...withPair(await others.sign('client')) }, /refuses our client certificate: is it signed/],
      [{ ...good(), ...withPair(expired) }, /Our client certificate has expired \(.*\)\. Renew it/],
      [{ ...good(), TEMPORAL_ADDRESS: plain }, /speaks no TLS.*TEMPORAL_TLS=false/],
    ];
    for (const [environment, told] of cases) expect(await refusal(environment)).toMatch(told);
    const { TEMPORAL_API_KEY: _key, ...open } = bare;
    expect(await refusal({ ...open, TEMPORAL_TLS: 'false' })).toMatch(/Where that server wants TLS: TEMPORAL_TLS=true/);
  });

  it('says that the key is refused, and does not show it when the server does', async () => {
    const { TEMPORAL_API_KEY: _key, ...without } = good();
    expect(await refusal(without)).toMatch(
      /refuses our client certificate .*or wants a key besides \(TEMPORAL_API_KEY\)/,
    );
    const wrong = await refusal({ ...good(), TEMPORAL_API_KEY: 'another-key' });
    expect(wrong).toMatch(
      /it refuses our key \(TEMPORAL_API_KEY, or api_key of the profile\).*Bearer \*\*\* is not known/,
    );
  });

  it.each<[string, Environment, RegExp]>([
    [
      'a file that is not there',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' },
      /CA_CERT_PATH .*: \/nowhere\/ca\.pem cannot be read: ENOENT/,
    ],
    [
      'a file that is something else',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: import.meta.filename },
      /holds no certificate in PEM/,
    ],
    [
      'data that is no key',
      { TEMPORAL_TLS_CLIENT_CERT_DATA: 'x', TEMPORAL_TLS_CLIENT_KEY_DATA: KEY },
      /TEMPORAL_TLS_CLIENT_CERT_DATA holds no certificate/,
    ],
    ['a certificate without its key', { TEMPORAL_TLS_CLIENT_CERT_PATH: '/x' }, /without TEMPORAL_TLS_CLIENT_KEY/],
    [
      'a word that is neither yes nor no',
      { TEMPORAL_TLS: 'yes' },
      /^TEMPORAL_TLS: give true or false \(got "yes"\)\.$/,
    ],
  ])('refuses %s before it asks anybody', async (_, environment, told) => {
    const named = {
      TEMPORAL_CONFIG_FILE: '/dev/null',
      TEMPORAL_ADDRESS: 'temporal.example.org:7233',
      TEMPORAL_API_KEY: KEY,
    };
    expect(await refusal({ ...named, ...environment })).toMatch(told);
  });
});
