/** What is read of a logrotate file; logrotate itself reads the rest. Pure. */

const SCRIPT = /^\s*(prerotate|postrotate|firstaction|lastaction|preremove)\b/;

/** A line `copytruncate` outside of comments and scripts. */
export function usesCopytruncate(text: string): boolean {
  let inScript = false;
  for (const line of text.split('\n')) {
    if (inScript) inScript = !/^\s*endscript\b/.test(line);
    else if (SCRIPT.test(line)) inScript = true;
    else if (/(^|[\s{])copytruncate(\s|}|$)/.test(line.replace(/#.*/, ''))) return true;
  }
  return false;
}
