import { describe, expect, it } from 'vitest';
import { wantedPorts } from '../../../worker/embedded-server-ports.js';

describe('worker/embedded-server-ports', () => {
  it('prefers the port of the last run to the usual one', () => {
    expect(wantedPorts('127.0.0.1:40123', 7233)).toEqual([40123, 7233]);
    expect(wantedPorts('127.0.0.1:7233', 7233)).toEqual([7233]);
    expect(wantedPorts(undefined, 7233)).toEqual([7233]);
  });

  it.each(['', 'nonsense', '127.0.0.1:0', '127.0.0.1:70000', '127.0.0.1:1.5'])('does not follow %j', (former) => {
    expect(wantedPorts(former, 7233)).toEqual([7233]);
  });
});
