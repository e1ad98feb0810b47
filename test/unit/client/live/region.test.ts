import { describe, expect, it } from 'vitest';
import { regionOn } from '../../../../client/live/region.js';

describe('client/live/region', () => {
  it('draws over what it drew before, writes nothing when nothing changed, and leaves the last', () => {
    const written: string[] = [];
    const region = regionOn({ write: (text) => written.push(text) });
    region.draw(['one', 'two']);
    region.draw(['one', 'two']);
    region.draw(['three']);
    region.leave();
    region.draw(['below']);
    expect(written).toEqual(['\u001b[0Jone\ntwo\n', '\u001b[2F\u001b[0Jthree\n', '\u001b[0Jbelow\n']);
  });
});
