/** The page of one run in the Temporal UI: shown whole, oldest first, and photographed. */
import { z } from 'zod';
import { waitFor } from '../../test/support/world/index.js';
import type { Browser } from './browser.js';
import { cut, WINDOW } from './plan.js';

const PATIENCE = { within: 60_000, every: 250 };
const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const HEADING = '[data-testid="workflow-id-heading"]';

/** Buttons of the timeline, by what they say while it is not as we want it. */
const NOT_YET = ['Descending', 'Minimized'];

/** A PNG of the page, from the run's name to the end of its timeline. `last`: what the timeline ends with. */
export async function photograph(browser: Browser, url: string, last: string): Promise<Buffer> {
  const page = await Page.open(browser, url);
  await waitFor(`"${last}" on ${url}`, () => page.says(last), PATIENCE);
  for (const label of NOT_YET) {
    await page.press(label);
    await waitFor(`the button "${label}" to have changed`, async () => !(await page.hasButton(label)), PATIENCE);
  }
  return page.picture();
}

class Page {
  private constructor(
    private readonly browser: Browser,
    private readonly session: string,
  ) {}

  static async open(browser: Browser, url: string): Promise<Page> {
    const { targetId } = await browser.ask(z.object({ targetId: z.string() }), 'Target.createTarget', {
      url: 'about:blank',
    });
    const { sessionId } = await browser.ask(z.object({ sessionId: z.string() }), 'Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const page = new Page(browser, sessionId);
    const screen = { ...WINDOW, deviceScaleFactor: 1, mobile: false };
    await browser.ask(z.unknown(), 'Emulation.setDeviceMetricsOverride', screen, sessionId);
    await browser.ask(z.unknown(), 'Page.navigate', { url }, sessionId);
    return page;
  }

  says(text: string): Promise<boolean> {
    return this.evaluate(z.boolean(), `document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  hasButton(label: string): Promise<boolean> {
    return this.evaluate(z.boolean(), `${button(label)} !== undefined`);
  }

  async press(label: string): Promise<void> {
    await this.evaluate(z.unknown(), `${button(label)}?.click()`);
  }

  /** Once what is measured stands still: the timeline grows into its place. */
  async picture(): Promise<Buffer> {
    let before = '';
    const clip = await waitFor(
      'a timeline that stands still',
      async () => {
        const found = cut(await this.box(`document.querySelector('${HEADING}')`), await this.box(WIDEST_DRAWING));
        const now = JSON.stringify(found);
        const still = now === before;
        before = now;
        return still && found;
      },
      PATIENCE,
    );
    const answer = z.object({ data: z.string() });
    const how = { format: 'png', clip: { ...clip, scale: 1 } };
    const { data } = await this.browser.ask(answer, 'Page.captureScreenshot', how, this.session);
    return Buffer.from(data, 'base64');
  }

  private box(element: string): Promise<z.infer<typeof Box>> {
    return this.evaluate(Box, `${element}.getBoundingClientRect().toJSON()`);
  }

  private async evaluate<T>(value: z.ZodType<T>, expression: string): Promise<T> {
    const answer = z.object({
      result: z.object({ value: z.unknown().optional() }),
      exceptionDetails: z.unknown().optional(),
    });
    const how = { expression, returnByValue: true };
    const { result, exceptionDetails } = await this.browser.ask(answer, 'Runtime.evaluate', how, this.session);
    if (exceptionDetails !== undefined) throw new Error(`the page does not have: ${expression}`);
    return value.parse(result.value);
  }
}

const button = (label: string): string =>
  `[...document.querySelectorAll('button')].find((one) => one.innerText.trim() === ${JSON.stringify(label)})`;

/** The timeline has no name of its own; the other drawings of the page are icons. */
const WIDEST_DRAWING = `[...document.querySelectorAll('svg')]
  .reduce((widest, one) => one.clientWidth > widest.clientWidth ? one : widest)`;
