import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDelivery } from '../../../../worker/webhook/parse.js';

const parse = (body: unknown, headers: Record<string, string> = {}) =>
  parseDelivery({
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

const GITHUB = {
  ref: 'refs/heads/main',
  after: '0'.repeat(40),
  repository: {
    id: 1,
    full_name: 'bird-house/birdhouse-deploy',
    html_url: 'https://github.com/bird-house/birdhouse-deploy',
    url: 'https://github.com/bird-house/birdhouse-deploy',
    git_url: 'git://github.com/bird-house/birdhouse-deploy.git',
    ssh_url: 'git@github.com:bird-house/birdhouse-deploy.git',
    clone_url: 'https://github.com/bird-house/birdhouse-deploy.git',
  },
  commits: [{ message: 'repository', url: 'https://github.com/other/commit' }],
};
const GITLAB = {
  object_kind: 'push',
  project: {
    id: 15,
    web_url: 'https://gitlab.example.org/ops/env',
    git_ssh_url: 'git@gitlab.example.org:ops/env.git',
    git_http_url: 'https://gitlab.example.org/ops/env.git',
    path_with_namespace: 'ops/env',
  },
  repository: {
    name: 'env',
    url: 'git@gitlab.example.org:ops/env.git',
    homepage: 'https://gitlab.example.org/ops/env',
  },
};

describe('worker/webhook/parse', () => {
  it('finds the addresses in what GitHub sends, as JSON and as a form', () => {
    const { clone_url, ssh_url, git_url, html_url } = GITHUB.repository;
    const urls = [clone_url, ssh_url, git_url, html_url].sort();
    const form = new URLSearchParams({ payload: JSON.stringify(GITHUB) }).toString();
    for (const parsed of [
      parse(GITHUB),
      parse(GITHUB, { 'content-type': 'Application/JSON; charset=utf-8' }),
      parse(form, { 'content-type': 'application/x-www-form-urlencoded' }),
    ]) {
      expect('urls' in parsed && parsed.urls.sort()).toEqual(urls);
    }
  });

  it('finds them in what GitLab sends', () => {
    const parsed = parse(GITLAB);
    const { web_url, git_ssh_url, git_http_url } = GITLAB.project;
    expect('urls' in parsed && parsed.urls.sort()).toEqual([web_url, git_ssh_url, git_http_url].sort());
  });

  it('takes a plain address', () => {
    expect(parse({ repository: 'git@git.example.org:a/b.git' })).toEqual({ urls: ['git@git.example.org:a/b.git'] });
  });

  it.each([
    [{ 'x-github-event': 'push' }, ['https://github.com/a/b']],
    [{ 'x-github-event': 'push', 'x-github-enterprise-host': 'git.corp' }, ['https://git.corp/a/b']],
    [{ 'x-gitlab-instance': 'https://gl.example.org' }, ['https://gl.example.org/a/b']],
    [{ 'x-gitlab-instance': 'nonsense' }, []],
    [{ 'x-github-event': 'push', 'x-gitea-event': 'push' }, []],
    [{}, []],
  ] as [Record<string, string>, string[]][])(
    'takes owner and name on the host of %j as the last resort',
    (headers, urls) => {
      expect(parse({ repository: { full_name: 'a/b' } }, headers)).toEqual({ urls });
      expect(parse({ project: { path_with_namespace: 'a/b' } }, headers)).toEqual({ urls });
    },
  );

  it.each([
    {},
    { repository: 5 },
    { repository: { clone_url: 5, ssh_url: null } },
    { repository: ['a'] },
    { zen: 'ping' },
  ])('finds nothing in %j, which is no mistake', (body) => {
    expect(parse(body)).toEqual({ urls: [] });
  });

  it('reads on where one address is of another shape', () => {
    const repository = { clone_url: 5, html_url: 'x'.repeat(3_000), ssh_url: 'git@h:a/b.git' };
    expect(parse({ repository, project: 'x' })).toEqual({ urls: ['git@h:a/b.git'] });
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{'],
    ['null', 'null'],
    ['a number', '5'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['half a list, very deep', '['.repeat(500_000)],
    ['a list, very deep', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('refuses %s', (_, body) => {
    expect(parse(body)).toEqual({ status: 400 });
  });

  it('refuses other types, and a form without payload', () => {
    expect(parse('{}', { 'content-type': 'text/plain' })).toEqual({ status: 415 });
    expect(parse('{}', { 'content-type': '' })).toEqual({ status: 415 });
    expect(parseDelivery({ headers: {}, body: Buffer.from('{}') })).toEqual({ status: 415 });
    expect(parse('repository=x', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual({ status: 400 });
  });

  it('has an answer to bodies of any bytes and any JSON', () => {
    const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/html', '', ';');
    const shaped = fc.record({ repository: fc.jsonValue(), project: fc.jsonValue() }, { requiredKeys: [] });
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.oneof(fc.jsonValue(), shaped).map((value) => Buffer.from(JSON.stringify(value))),
      fc
        .uint8Array()
        .map((bytes) => Buffer.from(bytes).toString('latin1'))
        .map((text) => Buffer.from(`payload=${text}`)),
    );
    fc.assert(
      fc.property(type, body, (contentType, bytes) => {
        const parsed = parseDelivery({ headers: { 'content-type': contentType }, body: bytes });
        if ('status' in parsed) expect([400, 415]).toContain(parsed.status);
        else expect(parsed.urls.every((url) => typeof url === 'string')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
