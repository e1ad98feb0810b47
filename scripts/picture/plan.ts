/** What is shown and how the browser is asked for it. Pure. */

/** In CSS pixels. Wide enough for the head of the page to be on three lines, high enough for the whole timeline. */
export const WINDOW = { width: 1300, height: 2000 };

/** Of the numbers below, what the page measures of itself. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Run {
  workflowId: string;
  runId: string;
}

/** The page of a run's history. Ids of ours have slashes. */
export function historyPage(uiAddress: string, namespace: string, { workflowId, runId }: Run): string {
  const run = [workflowId, runId].map(encodeURIComponent).join('/');
  return `http://${uiAddress}/namespaces/${encodeURIComponent(namespace)}/workflows/${run}/history`;
}

/** `profile`: a directory of its own, so that no settings of whoever runs this are seen or changed. */
export function browserArguments(profile: string, asRoot: boolean): string[] {
  return [
    '--headless=new',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--hide-scrollbars',
    '--disable-gpu',
    '--disable-background-networking',
    // Where /dev/shm is as small as containers have it, pages crash otherwise.
    '--disable-dev-shm-usage',
    // chromium refuses to run as root within its sandbox; all it loads is our own page.
    ...(asRoot ? ['--no-sandbox'] : []),
  ];
}

const MARGIN = 16;

/**
 * From the deployment's name down to the end of the timeline. What lies below is for people who look something up, and
 * names this machine.
 */
export function cut(heading: Box, timeline: Box): Box {
  const y = Math.max(0, heading.y - MARGIN);
  const x = Math.max(0, timeline.x - MARGIN);
  return { x, y, width: timeline.width + 2 * MARGIN, height: timeline.y + timeline.height + MARGIN - y };
}
