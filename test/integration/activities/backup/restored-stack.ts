/** A stack with a database, SQLite, files and logs, to be backed up and restored; made anew for each test of a file. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { restoreStack, type RestoreRequest } from '../../../../activities/backup/restore.js';
import type { Declaration, Part } from '../../../../activities/backup/types.js';
import { createDatabaseImage, type DatabaseImage } from '../../../support/database-image.js';
import { BackupWorld, emptyRepository } from './world.js';

export const pathPart = (path: string, stop?: string[]): Part => ({ kind: 'path', path, ...(stop ? { stop } : {}) });
export const POSTGRES: Part = { kind: 'dump', database: 'postgres', container: 'db', stop: ['web'] };
const SQLITE: Part = { kind: 'dump', database: 'sqlite', container: 'web', file: '/data/hub.sqlite' };
const ALL = { application: '*', user: '*', logs: '*' } as const;

export class RestoredStack {
  declarations: Declaration[] = [
    { component: 'hub', application: [pathPart('data', ['web'])], logs: [pathPart('log')] },
    { component: 'magpie', application: [POSTGRES], user: [SQLITE] },
  ];

  private constructor(
    readonly world: BackupWorld,
    private readonly image: string,
    private readonly volume: string,
    /** Directory of the hub's files. */
    readonly data: string,
  ) {}

  static async create(repository: string, image: string): Promise<RestoredStack> {
    const world = await BackupWorld.create(repository);
    const data = join(world.root, 'stack/data');
    await mkdir(join(data, 'users'), { recursive: true });
    await writeFile(join(data, 'users/ann'), 'notes');
    await writeFile(join(data, 'env.local'), 'then');
    await mkdir(join(world.root, 'stack/log'));
    await writeFile(join(world.root, 'stack/log/a.log'), 'first line');
    return new RestoredStack(world, image, await world.volume('data'), data);
  }

  async start(): Promise<void> {
    const { world, image, volume } = this;
    await world.database(image);
    await world.container('web', image, ['--volume', `${volume}:/data`, '--user', '0'], ['sleep', '3600']);
  }

  backUp = (selection: RestoreRequest['selection'] = ALL) =>
    createBackup(this.world.request({ declarations: this.declarations, selection }), this.world.step());

  request = (changes: Partial<RestoreRequest> = {}): RestoreRequest => ({
    ...this.world.request(),
    wanted: 'latest',
    selection: ALL,
    protectedPaths: [join(this.data, 'env.local')],
    ...changes,
  });

  restore = (changes: Partial<RestoreRequest> = {}) => restoreStack(this.request(changes), this.world.step());

  inSqlite = (text: string): Promise<string> => this.world.exec('web', 'sqlite3', '/data/hub.sqlite', text);
}

/** Call it in the root `describe`. Returns how to reach the stack: it is there once a test runs. */
export function useRestoredStack(): () => RestoredStack {
  let image: DatabaseImage | undefined;
  let repository = '';
  let stack: RestoredStack | undefined;
  beforeAll(async () => {
    [image, repository] = await Promise.all([createDatabaseImage(), emptyRepository()]);
  });
  afterAll(async () => {
    await image?.remove();
    if (repository !== '') await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    stack = await RestoredStack.create(repository, image?.tag ?? '');
  });
  afterEach(() => stack?.world.remove());
  return () => {
    if (stack === undefined) throw new Error('it is made by beforeEach: reach it inside a test');
    return stack;
  };
}
