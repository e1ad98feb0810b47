import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Absolute path of a program. Throws when there is none. */
export async function findOnPath(program: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new Error(`${program} is not on PATH`);
}
