/** Where the sources are, for what runs out of dist/ too. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const above = (dir: string): string => (existsSync(join(dir, 'package-lock.json')) ? dir : above(dirname(dir)));

export const SOURCES = above(import.meta.dirname);
