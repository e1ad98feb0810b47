import { describe, expect, it } from 'vitest';
import { chooseEngine, engineArguments, engineDirectories } from '../../../../scripts/setup/engine-choice.mjs';

type Situation = Parameters<typeof chooseEngine>[0];

const freshDebian: Situation = {
  target: 'test',
  dockerHost: undefined,
  client: false,
  daemon: false,
  ours: false,
  canInstall: true,
  root: true,
  answer: 'spawn docker ENOENT',
};

describe('scripts/setup/engine-choice', () => {
  it('a machine without one gets one, on the default socket', () => {
    expect(chooseEngine(freshDebian)).toEqual({ start: true, install: true, socket: '/var/run/docker.sock' });
  });

  it('a client of another version alone does not do: the daemon is installed', () => {
    expect(chooseEngine({ ...freshDebian, client: true })).toMatchObject({ start: true, install: true });
  });

  it('an installed one that does not run is started for demo and tests', () => {
    const installed = { ...freshDebian, client: true, daemon: true };
    expect(chooseEngine(installed)).toMatchObject({ start: true, install: false });
    expect(chooseEngine({ ...installed, target: 'demo' })).toMatchObject({ start: true, install: false });
  });

  it("a real stack never gets an engine beside the machine's own: it would look empty there", () => {
    const installed: Situation = { ...freshDebian, target: 'start', client: true, daemon: true };
    expect(chooseEngine(installed)).toMatchObject({
      start: false,
      byHand: expect.stringContaining('systemctl') as string,
    });
    expect(chooseEngine({ ...installed, ours: true })).toMatchObject({ start: true });
    expect(chooseEngine({ ...installed, daemon: false })).toMatchObject({ start: true, install: true });
  });

  it('a socket that DOCKER_HOST names is where ours listens', () => {
    expect(chooseEngine({ ...freshDebian, dockerHost: 'unix:///run/x.sock' })).toMatchObject({ socket: '/run/x.sock' });
  });

  it('an engine elsewhere is for a person to start', () => {
    expect(chooseEngine({ ...freshDebian, dockerHost: 'tcp://10.0.0.5:2375' })).toMatchObject({ start: false });
  });

  it('an engine that refuses us is not one that is missing', () => {
    const answer = 'permission denied while trying to connect to the Docker daemon socket';
    expect(chooseEngine({ ...freshDebian, root: false, client: true, daemon: true, answer })).toMatchObject({
      start: false,
      byHand: expect.stringContaining('group `docker`') as string,
    });
  });

  it('who is not root, or has another system, is told what to install', () => {
    expect(chooseEngine({ ...freshDebian, root: false, canInstall: false })).toMatchObject({ start: false });
    expect(chooseEngine({ ...freshDebian, canInstall: false })).toMatchObject({ start: false });
    expect(chooseEngine({ ...freshDebian, canInstall: false, client: true, daemon: true })).toMatchObject({
      start: true,
    });
  });

  it('everything it writes lies in directories of ours', () => {
    const directories = engineDirectories({ BIRDKEEPER_ENGINE_DIR: '/srv/engine' });
    expect(engineArguments(directories, '/run/x.sock', ' --bridge=none  --debug ')).toEqual([
      '--config-file=/srv/engine/daemon.json',
      '--host=unix:///run/x.sock',
      '--data-root=/srv/engine/data',
      '--exec-root=/srv/engine/run/exec',
      '--pidfile=/srv/engine/run/dockerd.pid',
      '--bridge=none',
      '--debug',
    ]);
  });

  it('unless told otherwise, what means nothing after a boot lies where the system empties it', () => {
    expect(engineDirectories({})).toEqual({
      directory: '/var/lib/birdkeeper-engine',
      running: '/run/birdkeeper-engine',
    });
  });
});
