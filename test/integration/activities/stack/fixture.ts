import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory with a blank in its name, removed by `remove`. */
export function scratch(): { root: string; remove: () => void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper stack-')));
  // Ordinary users look into it too.
  chmodSync(root, 0o755);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

export function write(root: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** A symbolic link named `sh`, which is how bash and busybox know what to be. */
export function shellNamed(kind: 'dash' | 'bash' | 'busybox', root: string): string {
  const found = ['/usr/bin', '/bin'].map((dir) => join(dir, kind)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${kind} is not installed`);
  const link = join(root, kind, 'sh');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(found, link);
  return link;
}

/** Every file, link, mode and content below a directory. */
export function fingerprint(root: string): string {
  return execFileSync(
    'sh',
    ['-c', 'cd "$1" && find . -printf "%p %m %l\\n" | sort && find . -type f -exec sha256sum {} + | sort', 'sh', root],
    { encoding: 'utf8' },
  );
}

export const ENV = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' };
