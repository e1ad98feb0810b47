/** `birdkeeper doctor`, this host's side: programs, engine, configuration, checkouts and their remotes. Changes nothing. */
import { runChecks, type Check } from '../../client/doctor/run-checks.js';
import type { DoctorOptions } from '../../client/handlers.js';
import type { Finding } from '../../client/schemas.js';
import { birds } from './birds.js';
import { checkouts } from './checkouts.js';
import { components } from './components.js';
import { composeFiles, configuration } from './configuration.js';
import { doctorContext, type DoctorContext } from './context.js';
import { clock, engine } from './engine.js';
import { jobImages, jobPrograms, jobs } from './jobs.js';
import { keys } from './keys.js';
import { jobPlaces } from './places.js';
import { monitoring } from './monitoring.js';
import { compose, git, namespace, ssh, tools } from './programs.js';
import { registry } from './registry.js';
import { knownHosts, remotes } from './remotes.js';
import { disk, logDirectory } from './room.js';
import { backups, logRotation } from './scheduled.js';

/** In the order in which they are told. */
export const CHECKS: readonly Check<DoctorContext>[] = [
  engine,
  compose,
  git,
  ssh,
  tools,
  namespace,
  clock,
  configuration,
  composeFiles,
  components,
  checkouts,
  keys,
  knownHosts,
  remotes,
  registry,
  jobs,
  jobPrograms,
  jobImages,
  backups,
  logRotation,
  jobPlaces,
  monitoring,
  birds,
  disk,
  logDirectory,
];

export const doctor = (options: DoctorOptions): Promise<Finding[]> => runChecks(CHECKS, doctorContext(options));
