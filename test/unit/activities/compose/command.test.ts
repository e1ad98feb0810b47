import { describe, expect, it } from 'vitest';
import * as commands from '../../../../activities/compose/command.js';

const project = { name: 'p', directory: '/d', composeFiles: ['/d/a.yml', '/d/b.yml'] };
const front = [
  ...['compose', '--ansi', 'never', '--progress', 'plain', '--project-name', 'p', '--project-directory', '/d'],
  ...['-f', '/d/a.yml', '-f', '/d/b.yml'],
];

describe('activities/compose/command', () => {
  it.each([
    [commands.configCommand(project), 'config --format json'],
    [commands.buildCommand(project, ['x']), 'build x'],
    [
      commands.recreateCommand(project, ['x', 'y']),
      'up --detach --no-deps --no-build --pull never --force-recreate x y',
    ],
    [commands.restartCommand(project, ['x']), 'restart --no-deps x'],
    [commands.signalCommand(project, 'HUP', ['x']), 'kill --signal HUP x'],
    [commands.dryRunCommand(project), '--dry-run up --detach --no-build --pull never'],
  ])('%# is what it has to be', (command, rest) => {
    expect(command).toEqual({ file: 'docker', args: [...front, ...rest.split(' ')] });
  });

  it('pulls for a platform when one is named', () => {
    expect(commands.pullCommand('a:1', 'linux/arm64').args).toEqual([
      'pull',
      '--quiet',
      '--platform',
      'linux/arm64',
      'a:1',
    ]);
    expect(commands.pullCommand('a:1').args).toEqual(['pull', '--quiet', 'a:1']);
  });

  it('never answers a question of Compose by itself', () => {
    const all = [commands.recreateCommand(project, ['x']), commands.dryRunCommand(project)];
    expect(all.flatMap(({ args }) => args)).not.toContain('--yes');
    expect(all.flatMap(({ args }) => args)).not.toContain('-y');
  });

  it('does not let the environment of a stack widen what a command removes', () => {
    const environment = commands.composeEnvironment({ COMPOSE_REMOVE_ORPHANS: '1', PATH: '/bin' });
    expect(environment).toMatchObject({ COMPOSE_REMOVE_ORPHANS: '0', PATH: '/bin' });
  });
});
