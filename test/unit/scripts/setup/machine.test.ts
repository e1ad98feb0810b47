import { describe, expect, it } from 'vitest';
import { namesDebian } from '../../../../scripts/setup/machine.mjs';

describe('scripts/setup/machine', () => {
  it.each([
    ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', true],
    ['ID=ubuntu\nID_LIKE=debian\n', true],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
    ['ID=fedora\nHOME_URL="https://debian.example"\n', false],
    ['ID="rhel"\nID_LIKE="fedora"\n', false],
  ])('%j is Debian-like: %s', (text, expected) => {
    expect(namesDebian(text)).toBe(expected);
  });
});
