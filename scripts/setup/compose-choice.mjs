import { isAtLeast } from './versions.mjs';

/** `config --format json`, `up --wait` and `--dry-run` as we use them. */
export const LEAST_COMPOSE = '2.20.0';
export const COMPOSE_VERSION = 'v2.40.3';

/** Packages that bring `docker compose`, by whose they are: Docker's own, Ubuntu's, Debian's from 13 on. */
export const COMPOSE_PACKAGES = ['docker-compose-plugin', 'docker-compose-v2', 'docker-compose'];

/**
 * The first package that apt would install in a version that is new enough.
 *
 * @param {Readonly<Record<string, string | undefined>>} candidates version per package
 */
export const choosePackage = (candidates) =>
  COMPOSE_PACKAGES.find((name) => isAtLeast(candidates[name] ?? '', LEAST_COMPOSE));

/**
 * Address of the release's program for this machine; undefined where there is none that we know.
 *
 * @param {string} platform as `process.platform` has it
 * @param {string} architecture as `process.arch` has it
 */
export function releaseAddress(platform, architecture) {
  /** @type {Readonly<Record<string, string>>} */
  const names = { x64: 'x86_64', arm64: 'aarch64' };
  const name = names[architecture];
  if (platform !== 'linux' || name === undefined) return undefined;
  return `https://github.com/docker/compose/releases/download/${COMPOSE_VERSION}/docker-compose-linux-${name}`;
}

/** Our Go module: plain `go install` refuses a module with exclude lines, a module that requires it does not. */
export const GO_MODULE = `module birdkeeper/compose\n\ngo 1.24.9\n\nrequire github.com/docker/compose/v2 ${COMPOSE_VERSION}\n`;

/**
 * Arguments of `go` for that module.
 *
 * @param {string} output path of the program
 */
export const buildArguments = (output) => [
  'build',
  '-mod=mod',
  '-v',
  '-ldflags',
  `-s -w -X github.com/docker/compose/v2/internal.Version=${COMPOSE_VERSION}`,
  '-o',
  output,
  'github.com/docker/compose/v2/cmd',
];
