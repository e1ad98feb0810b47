/**
 * `needs` of a `component.yml`: what has to be there for it. Variables are looked at before anything is touched, the rest by `doctor`.
 *
 *     needs:
 *       variables:
 *         - { name: SMTP_SERVER, form: host-port }
 *       commands: [rsync]
 *       files: [/var/run/docker.sock]
 *       ports: [9100]
 */
import type { z } from 'zod';
import { conditions, variableName, variableNames } from './conditions-schema.js';
import { listOf, oneOf, strictMap, text, understood } from './yaml-schema.js';

export const FORMS = ['host-port', 'addresses', 'port', 'number', 'on-off', 'word', 'url'] as const;
export type Form = (typeof FORMS)[number];

const pattern = understood((value): RegExp => {
  try {
    if (typeof value === 'string' && value !== '') return new RegExp(`^(?:${value})$`, 'u');
  } catch {
    // Told below.
  }
  throw new RangeError('should be a regular expression, which the whole value matches');
});

const port = understood((value): number => {
  if (Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536) return Number(value);
  throw new RangeError('should be a port (9100)');
});

const forbidden = understood((value): string => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new RangeError('should be a value that is not accepted (changeme!)');
});

const variable = strictMap({
  name: variableName,
  or: variableNames.default([]),
  form: oneOf(...FORMS).optional(),
  pattern: pattern.optional(),
  not: listOf(forbidden, "values (['changeme!'])").default([]),
  optional: understood((value): boolean => {
    if (typeof value === 'boolean') return value;
    throw new RangeError('should be true or false');
  }).default(false),
  says: text('what should be there, the rest of "should be …"').optional(),
  ...conditions,
});

export type NeededVariable = z.output<typeof variable>;

const filesOf = text('a path, from the directory of the component or absolute');

const needs = strictMap({
  variables: listOf(variable, 'maps (- name: …)').default([]),
  commands: listOf(text('the name of a program'), 'programs ([rsync])').default([]),
  files: listOf(filesOf, 'paths ([/var/run/docker.sock])').default([]),
  ports: listOf(port, 'ports ([9100])').default([]),
});

export type Needs = z.output<typeof needs>;
export const NO_NEEDS: Needs = { variables: [], commands: [], files: [], ports: [] };
export const NeedsSchema = needs.default(NO_NEEDS);
