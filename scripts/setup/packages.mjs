import { readFileSync } from 'node:fs';
import { canInstallPackages, installByHand, installPackages } from './apt.mjs';
import { findProgram } from './machine.mjs';

/** @typedef {import('./arguments.mjs').Target} Target */
/** @typedef {{ program: string, package: string, targets: readonly Target[], statically?: boolean }} Tool */

/** @type {readonly Target[]} */
const ALWAYS = ['start', 'demo', 'test'];
/** @type {readonly Target[]} */
const SHOWING = ['demo', 'test'];

/** Programs from the distribution, the package that brings each, and what needs it. @type {readonly Tool[]} */
export const TOOLS = [
  { program: 'git', package: 'git', targets: ALWAYS },
  { program: 'ssh', package: 'openssh-client', targets: ALWAYS },
  { program: 'flock', package: 'util-linux', targets: ALWAYS },
  { program: 'unshare', package: 'util-linux', targets: ALWAYS },
  { program: 'timeout', package: 'coreutils', targets: ALWAYS },
  { program: 'sshd', package: 'openssh-server', targets: SHOWING },
  { program: 'docker-registry', package: 'docker-registry', targets: SHOWING },
  { program: 'busybox', package: 'busybox-static', targets: ['test'], statically: true },
  { program: 'openssl', package: 'openssl', targets: ['test'] },
  { program: 'setfacl', package: 'acl', targets: ['test'] },
  { program: 'restic', package: 'restic', targets: SHOWING },
  { program: 'envsubst', package: 'gettext-base', targets: SHOWING },
  { program: 'unzip', package: 'unzip', targets: SHOWING },
  { program: 'rsync', package: 'rsync', targets: SHOWING },
  { program: 'logrotate', package: 'logrotate', targets: ['test'] },
  { program: 'sqlite3', package: 'sqlite3', targets: ['test'] },
  // Its server too, which is not on PATH.
  { program: 'pg_createcluster', package: 'postgresql', targets: ['test'] },
  { program: 'prometheus', package: 'prometheus', targets: ['test'] },
  // With auth_request, and nothing more.
  { program: 'nginx', package: 'nginx-light', targets: ['test'] },
  // amtool too.
  { program: 'prometheus-alertmanager', package: 'prometheus-alertmanager', targets: ['test'] },
  { program: 'prometheus-node-exporter', package: 'prometheus-node-exporter', targets: ['test'] },
];

/**
 * The tools that are needed for a target and not there.
 *
 * @param {Target} target
 * @param {(tool: Tool) => boolean} isThere
 */
export const missingTools = (target, isThere) =>
  TOOLS.filter((tool) => tool.targets.includes(target) && !isThere(tool));

/** @param {readonly Tool[]} tools */
export const packagesOf = (tools) => [...new Set(tools.map((tool) => tool.package))];

/** @type {import('./main.mjs').Part} */
export const distributionPackages = {
  name: 'System programs',
  why: 'git and the commands that guard it; for demo and tests a real ssh server, registry and backup',
  how: (context) =>
    canInstallPackages()
      ? `apt-get install ${packagesOf(missing(context)).join(' ')}, starting none of their services; 10 to 40 s`
      : 'cannot be installed by us here',
  byHand: (context) => installByHand(packagesOf(missing(context))),
  async look(context) {
    const absent = missing(context);
    const needed = TOOLS.filter(({ targets }) => targets.includes(context.target));
    return absent.length === 0
      ? { found: needed.map(({ program }) => program).join(', ') }
      : { missing: absent.map(({ program }) => program).join(', '), blocked: !canInstallPackages() };
  },
  provide: (context) => installPackages(packagesOf(missing(context)), context.env),
};

/** @param {import('./main.mjs').Context} context */
const missing = ({ target, env }) =>
  missingTools(target, (tool) => {
    const path = findProgram(tool.program, env);
    return path !== undefined && (!tool.statically || isStatic(readFileSync(path)));
  });

/**
 * Whether a 64-bit ELF program needs no dynamic loader, so that it runs in an image that holds nothing else.
 *
 * @param {Buffer} program
 */
export function isStatic(program) {
  const ELF_64 = 2;
  const PT_INTERP = 3;
  if (program.length < 64 || program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== ELF_64) return false;
  const [table, size, count] = [
    Number(program.readBigUInt64LE(32)),
    program.readUInt16LE(54),
    program.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => table + index * size).every(
    (offset) => offset + 4 <= program.length && program.readUInt32LE(offset) !== PT_INTERP,
  );
}
