import { describe, expect, it } from 'vitest';
import { registryFailure } from '../../../../activities/compose/registry-errors.js';

describe('activities/compose/registry-errors', () => {
  it.each([
    ['Error response from daemon: manifest for r/x:1 not found: manifest unknown: manifest unknown', 'NotFound'],
    ['Error response from daemon: manifest unknown', 'NotFound'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'NotFound'],
    ['Error response from daemon: name unknown: repository name not known to registry', 'NotFound'],
    ['Error response from daemon: Head "https://r/v2/x/manifests/1": no basic auth credentials', 'Unauthorised'],
    ['unauthorized: authentication required', 'Unauthorised'],
    ["pull access denied for x, repository does not exist or may require 'docker login'", 'Unauthorised'],
    ['denied: requested access to the resource is denied', 'Unauthorised'],
    ['toomanyrequests: You have reached your pull rate limit', 'RegistryBusy'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'RegistryBusy'],
    ['Get "https://r/v2/": dial tcp 10.0.0.1:443: i/o timeout', 'RegistryBusy'],
    ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'RegistryBusy'],
    ['dial tcp: lookup r on 10.0.0.1:53: no such host', 'RegistryBusy'],
    ['unexpected EOF', 'RegistryBusy'],
    ['write /var/lib/docker/tmp/x: no space left on device', 'DiskFull'],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock', 'EngineUnavailable'],
    ['invalid reference format', 'Configuration'],
    ['x509: certificate signed by unknown authority', 'Configuration'],
  ])('%s is %s', (text, type) => {
    expect(registryFailure(text)?.type).toBe(type);
  });

  it('tells when to come back, for a busy registry alone', () => {
    expect(registryFailure('toomanyrequests')?.retryAfterMs).toBeGreaterThan(60_000);
    expect(registryFailure('manifest unknown')?.retryAfterMs).toBeUndefined();
  });

  it('knows what it does not know', () => {
    expect(registryFailure('something else')).toBeUndefined();
  });
});
