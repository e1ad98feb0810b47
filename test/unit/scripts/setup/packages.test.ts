import { describe, expect, it } from 'vitest';
import { isStatic, missingTools, packagesOf } from '../../../../scripts/setup/packages.mjs';

describe('scripts/setup/packages', () => {
  it('a real stack needs no ssh server, no registry and no base image', () => {
    expect(packagesOf(missingTools('start', () => false))).toEqual([
      'git',
      'openssh-client',
      'util-linux',
      'coreutils',
    ]);
    expect(packagesOf(missingTools('test', () => false))).toEqual(
      expect.arrayContaining(['openssh-server', 'docker-registry', 'busybox-static', 'acl', 'restic', 'gettext-base']),
    );
  });

  it('the demonstration installs no busybox: its base image may be pulled', () => {
    const packages = packagesOf(missingTools('demo', () => false));
    expect(packages).toContain('docker-registry');
    expect(packages).not.toContain('busybox-static');
  });

  it('only what is missing is installed', () => {
    expect(packagesOf(missingTools('test', ({ program }) => program !== 'restic'))).toEqual(['restic']);
  });

  it('a program is static when no header of it asks for a loader', () => {
    expect(isStatic(elf(1))).toBe(true);
    expect(isStatic(elf(1, 3))).toBe(false);
    expect(isStatic(Buffer.from('#!/bin/sh\n'))).toBe(false);
    expect(isStatic(elf(1, 1).subarray(0, 70))).toBe(false);
  });
});

/** A program of nothing but headers, one of each type given. */
function elf(...types: readonly number[]): Buffer {
  const program = Buffer.alloc(64 + types.length * 56);
  program.writeUInt32BE(0x7f454c46, 0);
  program[4] = 2;
  program.writeBigUInt64LE(64n, 32);
  program.writeUInt16LE(56, 54);
  program.writeUInt16LE(types.length, 56);
  types.forEach((type, index) => program.writeUInt32LE(type, 64 + index * 56));
  return program;
}
