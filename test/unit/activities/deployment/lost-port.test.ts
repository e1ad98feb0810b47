import { describe, expect, it } from 'vitest';
import { refusedPort } from '../../../../activities/deployment/lost-port.js';

const said = (address: string) =>
  `Compose could not recreate api: it ended with status 1:\nError response from daemon: driver failed programming external connectivity on endpoint birds-api-1 (c394): Bind for ${address} failed: port is already allocated`;

describe('activities/deployment/lost-port', () => {
  it.each([
    ['127.0.0.1:29413', { address: '127.0.0.1', port: 29413 }],
    ['0.0.0.0:80', { address: '0.0.0.0', port: 80 }],
    ['[::]:80', { address: '::', port: 80 }],
    [':::8080', { address: '::', port: 8080 }],
  ])('of %s', (text, port) => {
    expect(refusedPort(said(text))).toEqual(port);
  });

  it('a port that a program of the host listens on is another matter', () => {
    const message = 'listen tcp4 127.0.0.1:80: bind: address already in use';
    expect(refusedPort(message)).toBeUndefined();
    expect(refusedPort('')).toBeUndefined();
  });
});
