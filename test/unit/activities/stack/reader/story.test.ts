import { describe, expect, it } from 'vitest';
import { ReadingStory } from '../../../../../activities/stack/reader/story.js';

function told(...words: string[]): ReadingStory {
  const story = new ReadingStory();
  for (const word of words) story.hear(word);
  return story;
}

describe('activities/stack/reader/story', () => {
  it('tells where a reading was when it ended', () => {
    const story = told('file', '/a', 'done', 'file', '/c/default.env');
    expect(story.files).toEqual(['/a', '/c/default.env']);
    expect(story.current).toBe('/c/default.env');
    expect(told('file', '/a', 'done', 'delayed', 'NAME')).toMatchObject({ current: undefined, evaluated: 'NAME' });
  });

  it('takes paths and names as such, whatever they are', () => {
    expect(told('file', 'stop', 'done', 'failed', 'done').failed).toEqual(['done']);
    expect(told('file', 'stop').files).toEqual(['stop']);
  });

  it('keeps why the shell stopped', () => {
    expect(told('file', '/a', 'stop', 'syntax', '/a: 1: x').stopped).toEqual({ reason: 'syntax', text: '/a: 1: x' });
  });

  it('leaves words of an answer', () => {
    expect(new ReadingStory().hear('A=1')).toBe(false);
    expect(new ReadingStory().hear('')).toBe(false);
  });
});
