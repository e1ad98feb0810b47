/** `private` of a `component.yml`: rendered files that hold secrets, and that only their owner may read. Pure. */
import { listOf, text } from './yaml-schema.js';

export const PrivateSchema = listOf(
  text('a rendered file, from the directory of the component'),
  'rendered files ([config/weaver.ini])',
).default([]);

/** Whoever else might read it is left out. */
export const privately = (mode: number): number => mode & 0o700;
