/** HTTP checks of a stack, from the text of `BIRDKEEPER_PROBES`. Pure. */
export interface Probe {
  url: string;
  /** Expected HTTP status. */
  status: number;
  /** Text that the body holds. */
  text?: string | undefined;
}

/** One probe a line or between `;`. Throws a RangeError that says what is expected. */
export function parseProbes(text: string): Probe[] {
  return text
    .split(/[\n;]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseProbe);
}

function parseProbe(entry: string): Probe {
  const [url = '', second = '', ...others] = entry.split(/\s+/);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // fetch refuses credentials in an address.
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    throw new RangeError(
      'should be http(s) addresses without user and password, each with an optional status and text: URL [STATUS] [TEXT]',
    );
  }
  const hasStatus = /^[1-5]\d\d$/.test(second);
  const rest = (hasStatus ? others : [second, ...others]).join(' ').trim();
  return { url, status: hasStatus ? Number(second) : 200, ...(rest === '' ? {} : { text: rest }) };
}
