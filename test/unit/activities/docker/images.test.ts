import { describe, expect, it } from 'vitest';
import { splitReference } from '../../../../activities/docker/images.js';

describe('activities/docker/images', () => {
  it.each([
    ['a', 'a', 'latest'],
    ['a:1', 'a', '1'],
    ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b', 'latest'],
    ['127.0.0.1:5000/a/b:v1.2-x', '127.0.0.1:5000/a/b', 'v1.2-x'],
  ])('splits %s', (reference, repo, tag) => {
    expect(splitReference(reference)).toEqual({ repo, tag });
  });
});
