/** What Magpie sends when something happened: to all that are registered for it, and nobody waits for them. */
import { request } from 'node:http';
import type { Webhook } from './model.js';
import type { Magpie } from './state.js';

export type Facts = Readonly<Record<string, unknown>>;

/** A failure marks the user who was made. */
export function tell(magpie: Magpie, action: Webhook['action'], facts: Facts): void {
  for (const webhook of magpie.webhooks.filter((one) => one.action === action)) {
    magpie.sent.push(
      send(webhook, facts).catch(() => {
        const user = magpie.user(String(facts['user.name']));
        if (user !== undefined && action === 'create_user') user.status = 'WebhookError';
      }),
    );
  }
}

async function send({ url, payload }: Webhook, facts: Facts): Promise<void> {
  const text = JSON.stringify(
    Object.fromEntries(Object.entries(payload).map(([key, template]) => [key, filled(template, facts)])),
  );
  const status = await post(url, text);
  if (status >= 400) throw new Error(`${url} answers ${status}`);
}

/** A template alone keeps the kind of its value; in a text it becomes text. */
function filled(template: string, facts: Facts): unknown {
  const [, alone] = /^\{\{([\w.]+)\}\}$/.exec(template) ?? [];
  if (alone !== undefined && alone in facts) return facts[alone];
  return template.replace(/\{\{([\w.]+)\}\}/g, (all, name: string) => (name in facts ? String(facts[name]) : all));
}

const post = (url: string, text: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asked = request(url, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end(text);
  });
