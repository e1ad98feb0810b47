/**
 * What we use of `docker compose config --format json`. Lenient: everything else is kept as it comes, because all of it
 * counts as a service's definition.
 */
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';

const optionalMap = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((map) => map ?? {});
const optionalList = <T extends z.ZodType>(value: T) =>
  z
    .array(value)
    .nullish()
    .transform((list) => list ?? []);

const Mount = z.looseObject({
  type: z.string(),
  source: z.string().optional(),
  target: z.string(),
  read_only: z.boolean().optional(),
});
export type Mount = z.infer<typeof Mount>;

const Dependency = z.looseObject({
  condition: z.string().default('service_started'),
  restart: z.boolean().default(false),
  required: z.boolean().default(true),
});
export type Dependency = z.infer<typeof Dependency>;

const Port = z.looseObject({
  protocol: z.string().default('tcp'),
  published: z.union([z.string(), z.number()]).optional(),
  host_ip: z.string().optional(),
});

const FileReference = z.looseObject({ source: z.string() });

const Build = z.looseObject({
  context: z.string().optional(),
  dockerfile: z.string().optional(),
  additional_contexts: optionalMap(z.string()),
});
export type Build = z.infer<typeof Build>;

export const ServiceDefinition = z.looseObject({
  image: z.string().optional(),
  build: Build.optional(),
  platform: z.string().optional(),
  pull_policy: z.string().optional(),
  container_name: z.string().optional(),
  depends_on: optionalMap(Dependency),
  labels: optionalMap(z.string()),
  volumes: optionalList(Mount),
  volumes_from: optionalList(z.string()),
  configs: optionalList(FileReference),
  secrets: optionalList(FileReference),
  networks: optionalMap(z.unknown()),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  ipc: z.string().optional(),
  ports: optionalList(Port),
  restart: z.string().optional(),
  scale: z.number().optional(),
  deploy: z.looseObject({ replicas: z.number().optional() }).nullish(),
});
export type ServiceDefinition = z.infer<typeof ServiceDefinition>;

const External = z.union([z.boolean(), z.looseObject({})]).optional();

const Resource = z.looseObject({
  name: z.string(),
  external: External,
  driver: z.string().optional(),
  driver_opts: optionalMap(z.string()),
  labels: optionalMap(z.string()),
  internal: z.boolean().optional(),
  attachable: z.boolean().optional(),
  enable_ipv6: z.boolean().optional(),
  ipam: z.looseObject({ config: optionalList(z.looseObject({ subnet: z.string().optional() })) }).nullish(),
});
export type Resource = z.infer<typeof Resource>;

const FileObject = z.looseObject({
  name: z.string().optional(),
  external: External,
  file: z.string().optional(),
  content: z.string().optional(),
  environment: z.string().optional(),
});
export type FileObject = z.infer<typeof FileObject>;

const Raw = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), z.looseObject({})),
  networks: optionalMap(z.unknown()),
  volumes: optionalMap(z.unknown()),
  configs: optionalMap(z.unknown()),
  secrets: optionalMap(z.unknown()),
});

const Model = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), ServiceDefinition),
  networks: optionalMap(Resource),
  volumes: optionalMap(Resource),
  configs: optionalMap(FileObject),
  secrets: optionalMap(FileObject),
});

export type RawModel = z.infer<typeof Raw>;

/** Holds secrets (the environment of the services): never leaves an activity. */
export interface ComposeModel extends z.infer<typeof Model> {
  /** The same as Compose wrote it, for hashing. */
  raw: RawModel;
}

/** Throws Configuration when the text is not what `compose config` writes. Names the place, never the value. */
export function parseModel(json: string): ComposeModel {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw unreadable('it is not JSON');
  }
  const raw = Raw.safeParse(value);
  if (!raw.success) throw unreadable(describeIssue(raw.error));
  const model = Model.safeParse(value);
  if (!model.success) throw unreadable(describeIssue(model.error));
  return { ...model.data, raw: raw.data };
}

/** How many containers a service should have. */
export const replicasOf = (service: ServiceDefinition): number => service.scale ?? service.deploy?.replicas ?? 1;

/** Reference of the image; Compose's own default for one that is only built. */
export const imageOf = (project: string, name: string, service: ServiceDefinition): string =>
  service.image ?? `${project}-${name}`;

/** TCP ports of the host that the services publish. A range of which Compose takes any is left out. */
export function publishedPorts(model: ComposeModel): { address: string; port: number }[] {
  return Object.values(model.services).flatMap((service) =>
    service.ports.flatMap(({ protocol, published, host_ip }) => {
      const port = Number(published);
      return protocol === 'tcp' && port > 0 ? [{ address: host_ip ?? '', port }] : [];
    }),
  );
}

/** Names that the model gives to containers by itself. */
export const containerNames = (model: ComposeModel): string[] =>
  Object.values(model.services).flatMap(({ container_name: name }) => name ?? []);

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'malformed'}`;
}

function unreadable(detail: string): StepFailure {
  return new StepFailure(
    FAILURES.configuration,
    `The answer of "docker compose config" cannot be read (${detail}). Look at it with: docker compose config`,
  );
}
