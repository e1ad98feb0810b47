/**
 * A bare repository of ours that borrows the objects of a checkout: what it does is done as ourselves, and neither the
 * configuration nor the refs, grafts and hooks of the checkout have a say in it.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Repository } from './repository.js';

/** No configuration of a user's or of the machine's, no replaced objects. */
const ALONE = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_DEFAULT_REF_FORMAT: 'files',
};

/** Calls `use` with the repository, which is removed afterwards. Its directory is private until it is given away. */
export async function withScratchRepository<T>(
  checkout: Repository,
  use: (scratch: Repository) => Promise<T>,
): Promise<T> {
  const questions = ['rev-parse', '--show-object-format', '--git-path', 'objects'];
  const [format = 'sha1', path = ''] = (await checkout.read(questions)).split('\n');
  const objects = await realpath(resolve(checkout.dir, path));
  const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-git-'));
  try {
    const { options } = checkout;
    const scratch = await Repository.at(dir, { ...options, environment: { ...options.environment, ...ALONE } });
    await scratch.run(['init', '--quiet', '--bare', `--object-format=${format}`, '--template=', '.']);
    await mkdir(join(dir, 'objects', 'info'), { recursive: true });
    await writeFile(join(dir, 'objects', 'info', 'alternates'), `${objects}\n`);
    return await use(scratch);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
