import { describe, expect, it } from 'vitest';
import { valueOf } from '../../../worker/embedded-server-process.js';

describe('worker/embedded-server-process', () => {
  it('reads the value that follows an option', () => {
    const args = ['temporal', 'server', 'start-dev', '--db-filename', '/s/a.db', '--port'];
    expect(valueOf(args, '--db-filename')).toBe('/s/a.db');
    expect(valueOf(args, '--port')).toBeUndefined();
    expect(valueOf(args, '--ui-port')).toBeUndefined();
  });
});
