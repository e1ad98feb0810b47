import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../../../activities/jobs/parse.js';

const parse = (text: string) => parseJobs([{ file: 'JOBS', text }]);
const only = (text: string) => {
  const { jobs, problems } = parse(text);
  expect(problems).toEqual([]);
  expect(jobs).toHaveLength(1);
  return jobs[0] ?? expect.fail('no job');
};

const TEN = Array.from({ length: 10 }, (_, n) => `- name: job${n}\n  schedule: '@hourly'\n  command: echo ${n}\n`);

describe('activities/jobs/parse', () => {
  it('reads every field of a job and its triggers', () => {
    const job = only(`
- name: fetch_data
  comment: 'Fetches: data'
  schedule: '3 1,4 * * *'
  command: '/fetch ${'${DIR}'}/list.yml'
  image: registry.example.org/tools:1
  dockerargs: >-
    --rm --name fetch_data
    --volume /data:/data:rw
    --env KEY=value
  volumes: ['/a:/b']
  environment: [A=1]
  ports: [22:22]
  expose: ["80"]
  network: host
  onstart: true
  trigger:
    - command: sh -c 'kill -USR1 1'
      container: proxy
    - command: reload
      container: web
      project: site
`);
    expect(job).toMatchObject({
      name: 'fetch_data',
      comment: 'Fetches: data',
      schedule: '3 1,4 * * *',
      onStart: true,
      options: { overlap: 'skip', needsStackLock: false },
      at: { file: 'JOBS', line: 2 },
    });
    expect(job.steps).toEqual([
      {
        place: {
          kind: 'image',
          image: 'registry.example.org/tools:1',
          name: 'fetch_data',
          network: 'host',
          volumes: ['/a:/b'],
          environment: ['A=1'],
          ports: ['22:22'],
          expose: ['80'],
        },
        dockerArguments: '--rm --name fetch_data --volume /data:/data:rw --env KEY=value',
        command: '/fetch ${DIR}/list.yml',
      },
      { place: { kind: 'container', container: 'proxy' }, dockerArguments: '', command: "sh -c 'kill -USR1 1'" },
      { place: { kind: 'container', container: 'web', project: 'site' }, dockerArguments: '', command: 'reload' },
    ]);
  });

  it('runs a command beside the scheduler when neither image nor container is named', () => {
    expect(only("- {name: a, schedule: '@daily', command: logrotate /etc/x}").steps[0]?.place).toEqual({
      kind: 'here',
    });
  });

  it('keeps a text as it was written where YAML 1.1 sees a number or a flag', () => {
    const job = only("- name: 0755\n  schedule: '@daily'\n  command: yes\n  onstart: yes\n");
    expect([job.name, job.steps[0]?.command, job.onStart]).toEqual(['0755', 'yes', true]);
  });

  it('takes a mapping of jobs, whose keys are names', () => {
    const { jobs, problems } = parse(
      "one:\n  schedule: '@daily'\n  command: a\ntwo:\n  name: other\n  schedule: '@daily'\n  command: b\n",
    );
    expect(problems).toEqual([]);
    expect(jobs.map(({ name }) => name)).toEqual(['one', 'other']);
  });

  it('takes anchors, aliases and several documents', () => {
    const { jobs, problems } = parse(
      "---\n- &base {name: a, schedule: '@daily', command: &c echo 1}\n- {name: b, schedule: '@daily', command: *c}\n---\n- <<: {schedule: '@daily', command: x}\n  name: c\n",
    );
    expect(problems).toEqual([]);
    expect(jobs.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it.each(['', '\n', '# nothing yet\n', '---\n', '[]', '~'])('%j holds no job, which is fine', (text) => {
    expect(parse(text)).toEqual({ jobs: [], problems: [], warnings: [] });
  });

  it.each<[string, string, RegExp]>([
    ['no schedule', '- name: bad\n  command: x\n', /Job bad does not run: schedule is missing/],
    ['no command', "- name: bad\n  schedule: '@daily'\n", /command is missing/],
    [
      'a schedule that is none',
      "- name: bad\n  schedule: 'soon'\n  command: x\n",
      /schedule should be five cron fields/,
    ],
    ['a sixth field', "- name: bad\n  schedule: '0 0 0 * * *'\n  command: x\n", /these are six fields/],
    ['a list as command', "- name: bad\n  schedule: '@daily'\n  command: [a, b]\n", /command should be a text/],
    [
      'a text as volumes',
      "- name: bad\n  schedule: '@daily'\n  command: x\n  image: i\n  volumes: /a:/b\n",
      /volumes should be a list/,
    ],
    [
      'an unknown option',
      "- name: bad\n  schedule: '@daily'\n  command: x\n  x-birdkeeper: {retry: 1}\n",
      /x-birdkeeper/,
    ],
    [
      'a bad option',
      "- name: bad\n  schedule: '@daily'\n  command: x\n  x-birdkeeper: {timeout: soon}\n",
      /x-birdkeeper \(timeout\) should be seconds/,
    ],
    ['an open bracket', '- name: [bad\n  schedule: x\n', /is not YAML/],
    ['a tab', '- name: bad\n\tschedule: x\n', /is not YAML/],
    ['a quote in the middle', "- name: bad\n  command: 'a' b\n", /is not YAML/],
    ['a text', '- just a text\n', /is no job/],
  ])('scenario 28: one job with %s among ten: nine run, and it is told', (_what, bad, message) => {
    const { jobs, problems } = parse([...TEN.slice(0, 4), bad, ...TEN.slice(5)].join('\n'));
    expect(jobs.map(({ name }) => name)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9].map((n) => `job${n}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.file).toBe('JOBS');
    const line = problems[0]?.line ?? 0;
    expect(line).toBeGreaterThanOrEqual(17);
    expect(line).toBeLessThanOrEqual(17 + bad.split('\n').length);
  });

  it('tells of a wrong file and reads the next', () => {
    const { jobs, problems } = parseJobs([
      { file: 'a.yml', text: 'just a text' },
      { file: 'b.yml', text: TEN[0] ?? '' },
    ]);
    expect(problems).toMatchObject([{ file: 'a.yml', line: 1 }]);
    expect(jobs).toMatchObject([{ name: 'job0', at: { file: 'b.yml', line: 1 } }]);
  });

  it.each(['autodeploy', 'notebookdeploy', 'logrotate', 'store_backups_to_restic_repository'])(
    'row 31: job %s of the platform, whatever its text, is told and left to birdkeeper',
    (name) => {
      const text = `- {name: ${name}, schedule: '@daily', command: x, image: i, dockerargs: '--volume /log/x.log--rm'}\n`;
      const { jobs, problems, warnings } = parseJobs([{ file: 'config.yml', text, ofPlatform: true }]);
      expect([jobs, problems]).toEqual([[], []]);
      expect(warnings).toMatchObject([{ job: name, message: /is done by birdkeeper itself and not run/ }]);
      expect(parse(text).jobs.map((job) => job.name)).toEqual([name]);
    },
  );

  it('gives a second job of a name a number', () => {
    const { jobs, warnings } = parse(
      "- {name: My Job, schedule: '@daily', command: a, image: i}\n- {name: my-job, schedule: '@hourly', command: b, image: i}\n",
    );
    expect(jobs.map(({ name }) => name)).toEqual(['my-job', 'my-job-2']);
    expect(jobs[1]?.steps[0]?.place).toMatchObject({ name: 'my-job-2' });
    expect(warnings).toMatchObject([
      { line: 2, message: expect.stringContaining('ran the last one for both') as string },
    ]);
  });

  it('gives the nameless a name that stays', () => {
    const text = "- {schedule: '@daily', command: a, image: i}\n";
    expect(only(text).name).toBe(only(`# moved\n${text}`).name);
    expect(only(text).name).toMatch(/^job-[0-9a-f]{8}$/);
    expect(only(text).steps[0]?.place).toMatchObject({ name: only(text).name });
  });

  it('switches a job off with "#", and leaves a trigger without a command out', () => {
    const { jobs, warnings } = parse(
      "- {name: a, schedule: '#', command: x}\n- {name: b, schedule: '@daily', command: x, trigger: [{container: c}]}\n",
    );
    expect(jobs.map(({ name, steps }) => [name, steps.length])).toEqual([['b', 1]]);
    expect(warnings.map(({ message }) => message)).toEqual([
      'Job a is switched off by its schedule.',
      'A trigger without a command is left out.',
    ]);
  });

  it('warns of a field that nobody knows', () => {
    expect(parse("- {name: a, schedule: '@daily', command: x, dockerarg: y, x-mine: 1}").warnings).toMatchObject([
      { job: 'a', message: 'Field dockerarg is unknown and counts for nothing.' },
    ]);
  });

  it('reads the options of its own', () => {
    const text =
      "- {name: a, schedule: '@daily', command: x, x-birdkeeper: {overlap: buffer-one, catch-up: 2h, timeout: 90, retries: 2, needs-stack-lock: true}}";
    expect(only(text).options).toEqual({
      overlap: 'buffer-one',
      catchUpSeconds: 7200,
      timeoutSeconds: 90,
      retries: 2,
      needsStackLock: true,
    });
  });

  it('another text has another hash, another place has not', () => {
    const text = "- {name: a, schedule: '@daily', command: x}";
    expect(only(text).hash).toBe(only(`\n\n${text}`).hash);
    expect(only(text).hash).not.toBe(only(text.replace('x', 'y')).hash);
    expect(only(text).hash).not.toBe(only(text.replace('@daily', '@hourly')).hash);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { jobs, problems } = parse(text);
        expect(jobs.length + problems.length).toBeGreaterThanOrEqual(0);
      }),
    );
    const words = [
      '- ',
      'name: a',
      'command: x',
      "schedule: '@daily'",
      '\n',
      '  ',
      '[',
      '{',
      '&a',
      '*a',
      '"',
      '\t',
      '|',
      '---\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => void parse(parts.join(''))),
    );
  });
});
