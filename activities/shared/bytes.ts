/**
 * Text that may hold bytes which are not UTF-8, as a string and back without loss: such a byte is the lone surrogate U+DC00 + byte
 * (the rule of Python's "surrogateescape", PEP 383). Pure.
 */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ESCAPED = /[\udc80-\udcff]/;

export function decode(bytes: Buffer): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

/** True when the string stands for bytes that are not UTF-8. */
export const isMixed = (text: string): boolean => {
  if (!ESCAPED.test(text)) return false;
  return loneSurrogates(text).length > 0;
};

export function encode(text: string): Buffer {
  if (!isMixed(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (const at of loneSurrogates(text)) {
    parts.push(Buffer.from(text.slice(from, at), 'utf8'), Buffer.of(text.charCodeAt(at) - 0xdc00));
    from = at + 1;
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

function loneSurrogates(text: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (isPair) at += 1;
    else if (unit >= 0xdc80 && unit <= 0xdcff) found.push(at);
  }
  return found;
}

function decodeMixed(bytes: Buffer): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += length || 1;
  }
  return text;
}

/** Length of the well-formed sequence that begins at a place; 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  try {
    DECODER.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
