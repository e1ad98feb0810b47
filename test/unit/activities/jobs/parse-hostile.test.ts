import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../../../activities/jobs/parse.js';

const parse = (text: string) => parseJobs([{ file: 'JOBS', text }]);
const good = (name: string) => `- {name: ${name}, schedule: '@daily', command: echo ${name}}\n`;
const names = (text: string) => parse(text).jobs.map(({ name }) => name);

/** A job with a field of its own, from line 2 of the text on. */
const bad = (...lines: string[]) => ['- name: bad', "  schedule: '@daily'", '  command: x', ...lines, ''].join('\n');
const scheduled = (schedule: string) => `- name: bad\n  schedule: ${schedule}\n  command: x\n`;

describe('activities/jobs/parse', () => {
  describe('one that does not run takes no other down, and is told with line, reason and what to do', () => {
    it.each<[string, string, number, RegExp]>([
      ['a word without quotes', scheduled('@daily'), 3, /not YAML \(a text that begins with "@", .* needs quotes\)/],
      [
        'cron fields without quotes',
        scheduled('* * * * *'),
        3,
        /not YAML \(a text that begins with "\*" needs quotes\)/,
      ],
      ['a tab that indents', "- name: bad\n\tschedule: '@daily'\n", 3, /a tab is used to indent; use blanks/],
      ['a tab behind its dash', "-\tname: bad\n \tschedule: '@daily'\n", 2, /a tab is used to indent; use blanks/],
      ['an open bracket', '- {name: bad,\n', 2, /bracket is not closed/],
      ['an open quote', '- name: "bad\n', 2, /a quote, a bracket or a blank/],
      ['lists in each other', bad(`  x-birdkeeper: ${'['.repeat(2000)}`), 5, /too deeply/],
      ['minute 61', scheduled("'61 * * * *'"), 3, /five cron fields .*; 61 is not a minute \(0-59\)/],
      ['a step of 120 minutes', scheduled("'*/120 * * * *'"), 3, /; \*\/120 is not a minute/],
      ['weekday 8', scheduled("'0 0 * * 8'"), 3, /; 8 is not a day of the week \(0-7, sun-sat\)/],
      ['six fields', scheduled("'0 0 0 * * *'"), 3, /six fields, of which the first or the last is to go/],
      ['no time at all', scheduled("'@every 0s'"), 3, /at least one second/],
      ['more time than there is', scheduled("'@every 9999999d'"), 3, /at most 366 days/],
      ['a number that none is', scheduled(`'@every ${'9'.repeat(400)}h'`), 3, /@every with a time/],
      ['half an hour as a fraction', scheduled("'@every 1.5h'"), 3, /@every with a time \(@every 5m, @every 1h30m\)/],
      ['a random time', scheduled("'@random'"), 3, /@random never ran a job under docker-crontab/],
      ['a time at start', scheduled("'@reboot'"), 3, /"onstart: true" runs a job when the scheduler starts/],
      ['a day that never comes', scheduled("'0 0 30 2 *'"), 3, /should name a time that comes/],
      ['nothing as schedule', scheduled('~'), 3, /schedule is missing/],
      ['a blank as schedule', scheduled("' '"), 3, /is empty, so the job never runs; "#" switches it off/],
      ['a list as name', bad('  name: [a, b]'), 5, /name should be a text/],
      ['a mapping as command', bad('  command: {a: b}'), 5, /command should be a text/],
      ['a number as expose', bad('  image: i', '  expose: 80'), 6, /expose should be a list, an item a line \("- …"\)/],
      [
        'a mapping as environment',
        bad('  image: i', '  environment: {A: 1}'),
        6,
        /a list, an item a line \("- NAME=value"\)/,
      ],
      ['mappings in environment', bad('  image: i', '  environment: [A: 1]'), 6, /texts only \("- NAME=value"\)/],
      ['nothing as a volume', bad('  image: i', '  volumes: [~]'), 6, /volumes should hold texts only/],
      ['a mapping as trigger', bad('  trigger: {command: y}'), 5, /a list of commands, each a mapping/],
      ['a NUL as command', bad(String.raw`  command: "a\0b"`), 5, /command holds a NUL character; take it out/],
      ['a NUL in a list', bad('  image: i', String.raw`  ports: ["80\0"]`), 6, /ports holds a NUL character/],
      ['an alias of nothing', bad('  command: *any'), 5, /command names \*any, and nothing above it is called &any/],
      ['an alias of nothing in a list', bad('  image: i', '  volumes: [*any]'), 6, /volumes names \*any/],
      ['an alias of nothing in its options', bad('  x-birdkeeper: {timeout: *any}'), 5, /names \*any/],
      ['a merge of nothing', bad('  <<: *any'), 5, /"<<" names \*any/],
      ['options that hold themselves', bad('  x-birdkeeper: &x {timeout: *x}'), 5, /\(timeout\) should be seconds/],
      ['a list as options', bad('  x-birdkeeper: [1]'), 5, /x-birdkeeper should be a map/],
      ['a wrong overlap', bad('  x-birdkeeper: {overlap: no}'), 5, /should be one of: skip, buffer-one/],
      ['too many retries', bad('  x-birdkeeper: {retries: 1e9}'), 5, /a whole number from 0 to 100/],
      ['a tag of another language', bad('  command: !!python/tuple [a]'), 5, /command should be a text/],
      ['nothing as a job', '-\n', 2, /is no job: a job is a mapping with "schedule" and "command"/],
    ])('%s', (_what, text, line, reason) => {
      const { jobs, problems } = parse(good('first') + text + good('last'));
      expect(jobs.map(({ name }) => name)).toEqual(['first', 'last']);
      expect(problems).toMatchObject([{ file: 'JOBS', line, message: expect.stringMatching(reason) as string }]);
      expect(problems[0]?.message).toMatch(/does not run/);
    });

    it('in a mapping of jobs', () => {
      const text =
        "one:\n  schedule: '@daily'\n  command: a\ntwo:\n  schedule: @daily\nthree:\n  schedule: '@daily'\n  command: [\nfour:\n  schedule: '@daily'\n  command: d\n";
      expect(names(text)).toEqual(['one', 'four']);
      expect(parse(text).problems.map(({ line }) => line)).toEqual([5, 8]);
    });

    it('in one of several documents', () => {
      expect(names(`---\n${good('a')}---\n- [\n---\n${good('b')}`)).toEqual(['a', 'b']);
    });

    it('in a list that is indented, and in one whose jobs are not indented alike', () => {
      expect(names(`  ${good('a')}  - name: @b\n  ${good('c')}`)).toEqual(['a', 'c']);
      expect(names(`  ${good('a')}${good('b')}`)).toEqual(['a', 'b']);
    });

    it('above the list', () => {
      const { jobs, problems } = parse(`what is this\n${good('a')}`);
      expect(jobs).toHaveLength(1);
      expect(problems).toMatchObject([{ line: 1, message: /is no list of jobs/ }]);
    });

    it('what the others name stays known', () => {
      const base = "- &base {name: base, schedule: '@daily', command: x}\n";
      const other = '- {<<: *base, name: other}\n';
      for (const text of [
        `- [\n${base}${other}`,
        `${base}- [\n${other}`,
        `${base}${other}- [\n`,
        `${base}- text\n${other}`,
      ]) {
        expect(names(text)).toEqual(['base', 'other']);
      }
    });
  });

  describe('is what was meant', () => {
    it.each([
      [
        'line breaks of Windows',
        "- name: a\r\n  schedule: '@daily'\r\n  command: |\r\n    one\r\n    two\r\n",
        'one\ntwo',
      ],
      ['line breaks of old', "- name: a\r  schedule: '@daily'\r  command: one\r", 'one'],
      ['a byte order mark', "\uFEFF- name: a\n  schedule: '@daily'\n  command: one\n", 'one'],
      ['tabs between key and value', "- name:\ta\n  schedule:\t'@daily'\n  command:\tone\n", 'one'],
      ['a directive', "%YAML 1.1\n---\n- name: a\n  schedule: '@daily'\n  command: one\n", 'one'],
      ['the last of two keys', "- name: a\n  schedule: '@daily'\n  command: x\n  command: one\n", 'one'],
      ['a number', "- name: a\n  schedule: '@daily'\n  command: 12345678901234567890123\n", '12345678901234567890123'],
      ['a truth', "- name: a\n  schedule: '@daily'\n  command: true\n", 'true'],
      ['a date', "- name: a\n  schedule: '@daily'\n  command: 2020-01-01\n", '2020-01-01'],
    ])('%s', (_what, text, command) => {
      const { jobs, problems, warnings } = parse(text);
      expect([problems, warnings]).toEqual([[], []]);
      expect(jobs.map(({ name, steps }) => [name, steps[0]?.command])).toEqual([['a', command]]);
    });

    it('numbers in lists', () => {
      const [job] = parse(bad('  image: i', '  expose: [80, 0x50]', '  ports: [22:22]')).jobs;
      expect(job?.steps[0]?.place).toMatchObject({ expose: ['80', '0x50'], ports: ['22:22'] });
    });

    it.each(['0 0 * * 7', '0 0 * * 5-7', '@every 1h30m', '0 0 * jan,FEB mon-fri'])('the schedule %s', (schedule) => {
      expect(names(scheduled(`'${schedule}'`))).toEqual(['bad']);
    });

    it('what is merged in, over several maps: the nearest counts, a job of its own the most', () => {
      const text = `
- &one {name: one, schedule: '@daily', command: one, comment: one}
- &two {<<: *one, name: two, command: two}
- {<<: *two, name: three}
- {<<: [{comment: four}, *two], name: four}
- &five {<<: *five, name: five, schedule: '@daily', command: five}
`;
      expect(parse(text).problems).toEqual([]);
      expect(parse(text).jobs.map(({ name, comment, steps }) => [name, comment, steps[0]?.command])).toEqual([
        ['one', 'one', 'one'],
        ['two', 'one', 'two'],
        ['three', 'one', 'two'],
        ['four', 'four', 'two'],
        ['five', '', 'five'],
      ]);
    });

    it('a whole job named again', () => {
      expect(names("- &a {name: a, schedule: '@daily', command: x}\n- *a\n")).toEqual(['a', 'a-2']);
    });
  });

  it('names that are one when they are made fit stay two', () => {
    const job = (name: string) => `- {name: '${name}', schedule: '@daily', command: x}\n`;
    expect(names(['a b', 'A-B', 'a-b-2', 'a_b', 'a  b'].map(job).join(''))).toEqual([
      'a-b',
      'A-B-2',
      'a-b-2-2',
      'a_b',
      'a-b-3',
    ]);
  });

  it('a name of which nothing can be kept is told, and each such job has one of its own', () => {
    const { jobs, warnings } = parse(
      "- {name: 日本語, schedule: '@daily', command: x}\n- {name: .., schedule: '@daily', command: x}\n",
    );
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(2);
    for (const { name } of jobs) expect(name).toMatch(/^job-[0-9a-f]{8}$/);
    expect(warnings.map(({ message }) => message)).toEqual([
      `No container can be called "日本語": the job is called ${jobs[0]?.name} here.`,
      `No container can be called "..": the job is called ${jobs[1]?.name} here.`,
    ]);
  });

  it('two nameless ones of one text are told as what they are', () => {
    expect(parse("- {schedule: '@daily', command: x}\n".repeat(2)).warnings).toMatchObject([
      {
        line: 2,
        message: expect.stringMatching(
          /^There is another job of the same text\. This one is job-\w+-2 here\.$/,
        ) as string,
      },
    ]);
  });

  it('a command that is empty is told where no image has one of its own', () => {
    const text =
      "- {name: a, schedule: '@daily', command: ''}\n- {name: b, image: i, schedule: '@daily', command: ''}\n";
    expect(names(text)).toEqual(['a', 'b']);
    expect(parse(text).warnings).toMatchObject([
      { line: 1, message: 'A command is empty, and only an image has one of its own.' },
    ]);
  });

  it('an alias bomb is no load', () => {
    const lines = Array.from(
      { length: 30 },
      (_, n) => `- &m${n + 1} {<<: [${`*m${n}, `.repeat(20)}], name: n${n + 1}}\n`,
    );
    const text = `- &m0 {name: n0, schedule: '@daily', command: x, x-birdkeeper: &o0 [1]}\n${lines.join('')}`;
    const { jobs, problems } = parse(text);
    // Each has the options of the first, which are none.
    expect([jobs.length, problems.length]).toEqual([0, 31]);
  });

  it('a chain of thirty thousand merges ends', () => {
    const lines = Array.from({ length: 30_000 }, (_, n) => `  - &m${n + 1} {<<: *m${n}}\n`);
    const text = `- &m0 {name: a, schedule: '@daily', command: x}\n- x:\n${lines.join('')}- {<<: *m30000, name: b}\n`;
    expect(names(text)).toEqual(['a', 'b']);
  }, 60_000);

  it('a thousand jobs run, also beside one that is none; what is above two thousand is told once', () => {
    const text = Array.from({ length: 1000 }, (_, n) => good(`job${n}`)).join('');
    expect(names(text)).toHaveLength(1000);
    expect(names(`${text}- [`)).toHaveLength(1000);
    const { jobs, problems } = parse("- {schedule: '@daily', command: x}\n".repeat(25_000));
    expect(jobs).toHaveLength(2000);
    expect(problems).toMatchObject([{ line: 2001, message: /is more than the 2000 jobs that one text may have/ }]);
    expect(parse('-\n'.repeat(300_000)).problems).toHaveLength(2001);
  }, 60_000);

  it('a text of more than a megabyte is not read', () => {
    expect(parse('#'.repeat(1024 * 1024 + 1)).problems).toMatchObject([{ line: 1, message: /is larger than 1024 kB/ }]);
  });
});
