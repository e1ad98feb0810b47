/** What it means when setfacl, or sudo before it, fails. Pure. */
const MOST_LINES = 3;
const MOST_CHARACTERS = 200;

/** `output`: standard error. A sentence, and what to do. */
export function failureWords(status: number, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (/setfacl: command not found|setfacl: not found/.test(output)) return NO_SETFACL;
  if (lines.length > 0 && lines.every((line) => /Operation not supported$/.test(line.trim()))) {
    return 'Its file system keeps no POSIX ACLs. Mount it with them (option acl), or let deployments give files their owner (AUTODEPLOY_CODE_OWNERSHIP).';
  }
  if (lines.some((line) => line.startsWith('sudo:'))) {
    return `sudo refused (${shown(lines)}). Run this as root: sudo birdkeeper fix-write-perm`;
  }
  const some = lines.length === 0 ? '' : `: ${shown(lines)}`;
  return `setfacl ended with status ${status}${some}. What it does not name has been changed; run this again after mending it.`;
}

export const NO_SETFACL = 'There is no setfacl on this host. Install the package acl.';
export const NO_SUDO =
  'Only root changes the rights on files of others, and this host has no sudo. Run this as root, with --user NAME.';

function shown(lines: readonly string[]): string {
  const first = lines.slice(0, MOST_LINES).map((line) => line.trim().slice(0, MOST_CHARACTERS));
  const more = lines.length - first.length;
  return `${first.join(' | ')}${more > 0 ? ` | and ${more} more` : ''}`;
}
