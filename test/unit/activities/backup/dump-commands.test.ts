import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as commands from '../../../../activities/backup/dump-commands.js';
import type { ContainerCommand, MongoDump, PostgresDump } from '../../../../activities/backup/types.js';

const pg: PostgresDump = { kind: 'dump', database: 'postgres', container: 'db' };
const mongo: MongoDump = { kind: 'dump', database: 'mongo', container: 'db' };

describe('activities/backup/dump-commands', () => {
  it('what was declared comes by variables: the text of a script is always the same', () => {
    const made = (text: string): ContainerCommand[] => [
      ...[
        commands.postgresLookCommand,
        commands.postgresDumpCommand,
        commands.postgresSetAsideCommand,
        commands.postgresRestoreCommand,
        commands.postgresDropFormerCommand,
        commands.postgresTakeBackCommand,
        commands.postgresListCommand,
      ].map((command) => command({ ...pg, name: text, user: text })),
      ...[commands.mongoDumpCommand, commands.mongoRestoreCommand].map((command) => command({ ...mongo, name: text })),
      commands.sqliteDumpCommand({ ...pg, database: 'sqlite', file: text }),
      commands.prometheusSnapshotCommand({ ...pg, database: 'prometheus', address: text }),
      commands.prometheusRemoveCommand({ ...pg, database: 'prometheus', directory: text }, text),
    ];
    const plain = made('x').map(({ argv }) => argv);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(made(text).map(({ argv }) => argv)).toEqual(plain);
      }),
    );
  });

  it('names that were not declared are left to the container', () => {
    expect(commands.postgresDumpCommand(pg).environment).not.toHaveProperty('BK_DATABASE');
    expect(commands.postgresDumpCommand(pg)).not.toHaveProperty('user');
    expect(commands.mongoDumpCommand(mongo).environment).not.toHaveProperty('BK_DATABASE');
  });

  it('who runs it in the container is its role, unless another is named', () => {
    const as = commands.postgresDumpCommand({ ...pg, as: 'postgres' });
    expect(as).toMatchObject({ user: 'postgres', environment: { BK_USER: 'postgres' } });
    const both = commands.postgresDumpCommand({ ...pg, as: 'postgres', user: 'bird' });
    expect(both).toMatchObject({ user: 'postgres', environment: { BK_USER: 'bird' } });
  });
});
