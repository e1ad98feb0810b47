/** Where a stack's jobs stand: the variable, and the files that its components mount into the platform's scheduler. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crontabService, mountedJobFiles, type ComposeText } from '../jobs/mounted-files.js';
import { parseJobs, type JobText, type ParsedJobs } from '../jobs/parse.js';
import { messageOf } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import type { Configuration } from '../stack/view.js';

/** The former name decides when both are set, as in every pair. */
const VARIABLES = ['AUTODEPLOY_EXTRA_SCHEDULER_JOBS', 'BIRDHOUSE_AUTODEPLOY_EXTRA_SCHEDULER_JOBS'];
/** What a job's component lays over the scheduler, which a stack without that service does not read. */
const OVERRIDE = 'config/scheduler/docker-compose-extra.yml';

type Source = Pick<Configuration, 'variables' | 'composeFiles' | 'components' | 'directory' | 'rendered'>;

/** Every job of the stack, and what is wrong with those that do not run. */
export async function readJobs(view: Source): Promise<ParsedJobs> {
  const compose = await composeTexts(view);
  const [files, unreadable] = await mountedTexts(compose, view);
  const parsed = parseJobs([...variableTexts(view), ...files]);
  const all = { ...parsed, problems: [...parsed.problems, ...unreadable] };
  const other = crontabService(compose, view.variables);
  return other === undefined ? all : left(other, all);
}

function variableTexts({ variables }: Source): JobText[] {
  const file = VARIABLES.find((name) => (variables[name] ?? '').trim() !== '');
  return file === undefined ? [] : [{ file, text: variables[file] ?? '' }];
}

/** Nothing runs twice: the stack has a scheduler of its own for them. */
function left(service: string, { jobs, problems, warnings }: ParsedJobs): ParsedJobs {
  const message = `Service ${service} of the stack is docker-crontab and runs the jobs of this configuration; birdkeeper runs them when that service is taken out of the stack.`;
  const [first] = [...jobs.map(({ at }) => at), ...problems];
  return { jobs: [], problems, warnings: first === undefined ? warnings : [...warnings, { ...first, message }] };
}

/** The compose files, and what jobs' components would lay over a scheduler that the stack does not have. */
function composeTexts({ composeFiles, components }: Source): Promise<ComposeText[]> {
  const pending = components.map((component) => join(component, OVERRIDE)).filter((path) => existsSync(path));
  return Promise.all(
    [...new Set([...composeFiles, ...pending])].map(async (path) => ({
      path,
      text: (await unlessMissing(readFile(path, 'utf8'))) ?? '',
    })),
  );
}

async function mountedTexts(texts: readonly ComposeText[], { directory, variables, rendered }: Source) {
  // What a template gives counts before it is written, too.
  const shown = new Map(rendered.map(({ path, text }) => [path, text.toString('utf8')]));
  const files: JobText[] = [];
  const unreadable: ParsedJobs['problems'] = [];
  for (const file of mountedJobFiles(texts, directory, variables)) {
    try {
      files.push({ file, ofPlatform: true, text: shown.get(file) ?? (await readFile(file, 'utf8')) });
    } catch (error) {
      unreadable.push({
        file,
        line: 1,
        message: `The jobs of this file do not run: it cannot be read (${messageOf(error)}).`,
      });
    }
  }
  return [files, unreadable] as const;
}
