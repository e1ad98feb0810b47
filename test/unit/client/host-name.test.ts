import { describe, expect, it } from 'vitest';
import { sanitiseHostName } from '../../../client/host-name.js';
import { isName } from '../../../workflows/validate.js';

describe('client/host-name', () => {
  it.each([
    ['web.example.org', 'web.example.org'],
    ['Web 1/../x', 'Web-1-..-x'],
    ['-._lead', 'lead'],
    ['', 'host'],
    ['///', 'host'],
    [`${'a'.repeat(62)}.bcd`, 'a'.repeat(62)],
  ])('makes %j a name that can stand in an id', (given, name) => {
    expect(sanitiseHostName(given)).toBe(name);
    expect(isName(name)).toBe(true);
  });
});
