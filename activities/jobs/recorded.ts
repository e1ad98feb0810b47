/** The jobs of a stack as they were scheduled: a run is of the text that its schedule was made of. */
import { z } from 'zod';
import { OVERLAPS } from '../../workflows/contract.js';
import { readJson, writeJson } from '../shared/files.js';
import type { Job } from './model.js';

const texts = z.array(z.string());
const Place = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('image'),
    image: z.string(),
    name: z.string(),
    network: z.string().exactOptional(),
    volumes: texts,
    environment: texts,
    ports: texts,
    expose: texts,
  }),
  z.object({ kind: z.literal('container'), container: z.string(), project: z.string().exactOptional() }),
  z.object({ kind: z.literal('here') }),
]);
const Options = z.object({
  overlap: z.enum(OVERLAPS),
  catchUpSeconds: z.number().exactOptional(),
  timeoutSeconds: z.number().exactOptional(),
  retries: z.number().exactOptional(),
  needsStackLock: z.boolean(),
});
export const JobRecord: z.ZodType<Job> = z.object({
  name: z.string(),
  comment: z.string(),
  schedule: z.string(),
  onStart: z.boolean(),
  steps: z.array(z.object({ place: Place, dockerArguments: z.string(), command: z.string() })),
  options: Options,
  hash: z.string(),
  at: z.object({ file: z.string(), line: z.number() }),
});
const Jobs = z.array(JobRecord);

/** Empty when none was ever recorded. */
export const recordedJobs = async (path: string): Promise<Job[]> => (await readJson(path, Jobs)) ?? [];

/** Readable by us alone: commands may hold secrets. */
export const recordJobs = (path: string, jobs: readonly Job[]): Promise<void> => writeJson(path, jobs);
