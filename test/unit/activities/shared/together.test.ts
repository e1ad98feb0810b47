import { describe, expect, it } from 'vitest';
import { Together } from '../../../../activities/shared/together.js';

const never = new AbortController().signal;
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('activities/shared/together', () => {
  /** Counts how often the work was begun; each ends when it is told to. */
  function counted() {
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = async () => {
      const number = (begun += 1);
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    };
    return { work, begun: () => begun, end: () => ends.shift()?.() };
  }

  it('who asks before it begins shares it, who asks while it runs gets the next', async () => {
    const together = new Together<number>();
    const { work, begun, end } = counted();
    const first = Promise.all([together.ask('a', never, work), together.ask('a', never, work)]);
    await tick();
    const second = Promise.all([together.ask('a', never, work), together.ask('a', never, work)]);
    await tick();
    expect(begun()).toBe(1);
    end();
    expect(await first).toEqual([1, 1]);
    await tick();
    end();
    expect(await second).toEqual([2, 2]);
    const third = together.ask('a', never, work);
    await tick();
    end();
    expect(await third).toBe(3);
  });

  it('another key is other work', async () => {
    const together = new Together<string>();
    const asked = ['a', 'b'].map((key) => together.ask(key, never, () => Promise.resolve(key)));
    expect(await Promise.all(asked)).toEqual(['a', 'b']);
  });

  it('a failure is told to all who shared it, and to nobody after', async () => {
    const together = new Together<string>();
    const fails = () => Promise.reject(new Error('no'));
    const asked = [together.ask('a', never, fails), together.ask('a', never, fails)];
    const told = await Promise.allSettled(asked);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await together.ask('a', never, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('work that throws at once is told too', async () => {
    const together = new Together<string>();
    const throws = () => {
      throw new Error('at once');
    };
    await expect(together.ask('a', never, throws)).rejects.toThrow('at once');
    expect(await together.ask('a', never, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('who gives up waits no longer, the others do', async () => {
    const together = new Together<number>();
    const { work, end } = counted();
    const controller = new AbortController();
    const gives = together.ask('a', controller.signal, work);
    const stays = together.ask('a', never, work);
    await tick();
    controller.abort();
    await expect(gives).rejects.toThrow(/abort/i);
    end();
    expect(await stays).toBe(1);
  });
});
