import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../../../conformance/client.js';
import { readyAfter, startBird, type Behaviour, type Bird } from '../../../support/doubles/bird.js';
import { readWithOwslib, startRealBird, type Read } from '../../../support/python-birds.js';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((each) => each.close()));
});

async function started(behaviour?: Behaviour): Promise<Bird> {
  const bird = await startBird(behaviour);
  toClose.push(bird);
  return bird;
}

const CAPABILITIES = 'service=WPS&request=GetCapabilities';
const look = (bird: Bird, query = CAPABILITIES, cookie?: string) =>
  ask(`${bird.url}?${query}`, { headers: { accept: '*/*' } }, cookie);
const status = async (bird: Bird, query?: string, cookie?: string) => (await look(bird, query, cookie)).status;

/** Names of members, those of the first element for lists. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

describe('support/doubles/bird', () => {
  describe('as OWSLib reads it', () => {
    it('a good one tells everything', async () => {
      const bird = await started();
      const read = (await readWithOwslib(bird.url)) as Read;
      expect(read).toEqual({
        identification: {
          title: 'Title of bird',
          abstract: 'Stands for Title of bird.',
          keywords: ['WPS', 'bird'],
          type: 'WPS',
          versions: ['1.0.0'],
        },
        provider: { name: 'A nest', site: 'http://nest.example/', contact: 'A keeper' },
        operations: Object.fromEntries(
          ['GetCapabilities', 'DescribeProcess', 'Execute'].map((name) => [
            name,
            [
              ['Get', bird.url],
              ['Post', bird.url],
            ],
          ]),
        ),
        processes: [
          { id: 'hello', title: 'Say hello', version: '1.0.0' },
          { id: 'sing', title: 'Sing', version: '1.0.0' },
        ],
        languages: { default: 'en-US', supported: ['en-US', 'fr-CA'] },
        described: ['hello', 'sing'].map((id) => ({
          id,
          title: id === 'hello' ? 'Say hello' : 'Sing',
          version: '1.0.0',
          inputs: [
            { id: 'name', type: 'string', least: 1, most: 1 },
            { id: 'data', type: 'ComplexData', least: 0, most: 2 },
            { id: 'area', type: 'BoundingBoxData', least: 0, most: 1 },
          ],
          outputs: [
            { id: 'said', type: 'string' },
            { id: 'file', type: 'ComplexData' },
          ],
        })),
      });
    });

    it('it tells what a real one tells', async () => {
      const [bird, real] = [await started(), await startRealBird()];
      toClose.push(real);
      const [read, wanted] = await Promise.all([readWithOwslib(bird.url), readWithOwslib(real.url)]);
      expect(shape(read)).toEqual(shape(wanted));
      expect((wanted as Read).processes.map(({ id }) => id)).toEqual(['hello', 'measure']);
    });

    it.each<[Behaviour, Partial<Read>]>([
      ['no identification', { identification: null }],
      ['no provider', { provider: null }],
      ['no languages', { languages: null }],
      ['no processes', { processes: [], described: [] }],
      ['wps 2', { processes: [], described: [] }],
      [
        'default namespace',
        { processes: ['hello', 'sing'].map((id) => expect.objectContaining({ id }) as Read['processes'][number]) },
      ],
    ])('%j lacks that, and nothing else', async (behaviour, lacks) => {
      const [good, bad] = [await started(), await started(behaviour)];
      const [whole, read] = (await Promise.all([readWithOwslib(good.url), readWithOwslib(bad.url)])) as [Read, Read];
      expect(read).toMatchObject(lacks);
      const others = (['identification', 'provider', 'languages'] as const).filter(
        (name) => !(name in lacks) && behaviour !== 'wps 2',
      );
      for (const name of others) expect(read[name], name).toEqual(whole[name]);
    });

    it.each<[Behaviour, string]>([
      ['exception', 'ServiceException'],
      ['exception 200', 'ServiceException'],
      [{ status: 503 }, 'HTTPError'],
      ['closed', 'ConnectionError'],
      ['empty', 'XMLSyntaxError'],
    ])('%j ends in an exception', async (behaviour, error) => {
      expect(await readWithOwslib((await started(behaviour)).url)).toMatchObject({ error });
    });
  });

  it.each([
    ['', 400, 'MissingParameterValue', 'service'],
    ['service=WPS', 400, 'MissingParameterValue', 'request'],
    ['service=WFS&request=GetCapabilities', 400, 'InvalidParameterValue', 'service'],
    ['service=WPS&request=Dance', 501, 'OperationNotSupported', 'request'],
    ['service=WPS&request=GetCapabilities&acceptversions=2.0.0', 400, 'VersionNegotiationFailed', 'acceptversions'],
    ['service=WPS&request=DescribeProcess', 400, 'MissingParameterValue', 'version'],
    ['service=WPS&request=DescribeProcess&version=1.0.0', 400, 'MissingParameterValue', 'identifier'],
    ['service=WPS&request=DescribeProcess&version=1.0.0&identifier=dance', 400, 'InvalidParameterValue', 'identifier'],
  ])('"%s" is refused with %i, by what the standard calls %s', async (query, wanted, code, locator) => {
    const told = await look(await started(), query);
    expect([told.status, told.headers['content-type']]).toEqual([wanted, 'text/xml']);
    expect(told.text).toContain(`exceptionCode="${code}" locator="${locator}"`);
  });

  it('names of parameters are compared without case', async () => {
    expect(await status(await started(), 'SERVICE=WPS&Request=GetCapabilities')).toBe(200);
  });

  it('it becomes what it is told, and comes back on the same port', async () => {
    const bird = await started({ needsCookie: 401 });
    expect([await status(bird), await status(bird, CAPABILITIES, 'a=b')]).toEqual([401, 200]);
    await bird.become('closed');
    await expect(look(bird)).rejects.toThrow();
    await bird.become({ flapping: ['good', { status: 500 }] });
    expect([await status(bird), await status(bird), await status(bird)]).toEqual([200, 500, 200]);
    expect(bird.requests.map(({ cookie, status: answered }) => [cookie, answered])).toEqual([
      [undefined, 401],
      ['a=b', 200],
      [undefined, 200],
      [undefined, 500],
      [undefined, 200],
    ]);
  });

  it('one that gets ready refuses, then is answered for, then is good', async () => {
    const bird = await started(readyAfter(1));
    const seen = new Set<string>();
    for (let last = ''; last !== 'good';) {
      const told = await look(bird).catch(() => undefined);
      last = told === undefined ? 'refused' : told.text.includes('wps:Capabilities') ? 'good' : 'page';
      seen.add(last);
    }
    expect([...seen]).toEqual(['refused', 'page', 'good']);
  });

  it('a black hole takes the connection and never answers', async () => {
    const bird = await started('black hole');
    const told = look(bird).then(
      () => 'answered',
      () => 'broken',
    );
    await expect.poll(() => bird.requests.length).toBe(1);
    await bird.close();
    expect(await told).toBe('broken');
  });
});
