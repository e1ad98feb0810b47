import { describe, expect, it } from 'vitest';
import { failureWords } from '../../../../activities/ownership-acl/failure-words.js';

describe('activities/ownership-acl/failure-words', () => {
  it('knows a file system without ACLs', () => {
    const all = 'setfacl: /d: Operation not supported\nsetfacl: /d/a: Operation not supported\n';
    expect(failureWords(1, all)).toContain('keeps no POSIX ACLs');
    expect(failureWords(1, `${all}setfacl: /d/b: Operation not permitted`)).not.toContain('keeps no POSIX ACLs');
  });

  it('tells a sudo that refuses from a setfacl that is missing', () => {
    expect(failureWords(1, 'sudo: a terminal is required to read the password')).toContain('sudo refused');
    expect(failureWords(1, 'sudo: setfacl: command not found\n')).toContain('Install the package acl');
  });

  it('shows the first lines and how many more there are', () => {
    const lines = ['a', 'b', 'c', 'd', 'e'].map((name) => `setfacl: ${name}: Operation not permitted`);
    const words = failureWords(1, lines.join('\n'));
    expect(words).toContain('setfacl ended with status 1: setfacl: a: Operation not permitted | ');
    expect(words).toContain('| and 2 more.');
    expect(failureWords(130, '')).toContain('setfacl ended with status 130. ');
  });
});
