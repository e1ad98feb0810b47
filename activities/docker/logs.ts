const HEADER_BYTES = 8;

/**
 * Text of a container's log. Without a terminal the engine sends frames (stream, three zero bytes, length, text); with one it
 * sends the text as it is.
 */
export function logLines(raw: Buffer): string[] {
  return textOf(raw)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '');
}

function textOf(raw: Buffer): string {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= raw.length) {
    if (!isHeader(raw, at)) return raw.toString('utf8');
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return parts.length > 0 ? Buffer.concat(parts).toString('utf8') : raw.toString('utf8');
}

const isHeader = (raw: Buffer, at: number): boolean =>
  (raw[at] ?? 9) <= 2 && raw[at + 1] === 0 && raw[at + 2] === 0 && raw[at + 3] === 0;
