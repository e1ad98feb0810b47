import { describe, expect, it } from 'vitest';
import { choosePerson, personIn } from '../../../../activities/ownership-acl/person.js';

describe('activities/ownership-acl/person', () => {
  it('is who was named, else who is not root, else who became root by sudo', () => {
    expect(choosePerson({ given: 'bob', uid: 1000, sudoUser: 'ann' })).toBe('bob');
    expect(choosePerson({ given: '1001', uid: 0 })).toBe('1001');
    expect(choosePerson({ uid: 1000 })).toBe('1000');
    expect(choosePerson({ uid: 1000, sudoUser: 'ann' })).toBe('1000');
    expect(choosePerson({ uid: 0, sudoUser: 'ann' })).toBe('ann');
  });

  it('is nobody when root asks for itself, or the name is none', () => {
    expect(() => choosePerson({ uid: 0 })).toThrow('--user NAME');
    expect(() => choosePerson({ uid: 0, sudoUser: '' })).toThrow('--user NAME');
    for (const given of ['', '-s', 'a:b', 'a\nb']) expect(() => choosePerson({ given, uid: 0 })).toThrow('no name');
  });

  it('reads a line of passwd', () => {
    expect(personIn('ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\n')).toEqual({
      uid: 1000,
      name: 'ann',
      home: '/home/ann',
    });
    expect(personIn('')).toBeUndefined();
    expect(personIn('ann:x:many:1000::/home/ann:/bin/sh')).toBeUndefined();
  });
});
