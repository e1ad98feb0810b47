/** `birdkeeper fix-write-perm`, joined with the configuration of the stack. Loads neither Temporal nor the engine's library. */
import { resolve } from 'node:path';
import { checkoutAround, extraCandidates, grantWrite, type Candidate } from '../activities/ownership-acl/index.js';
import { localStep } from '../activities/shared/step.js';
import type { StackReading } from '../activities/stack/read-stack.js';
import { lookUp } from '../activities/stack/settings-lookup.js';
import type { WritePermAnswer, WritePermOptions } from '../client/handlers.js';
import { readFor } from './config.js';

/** Throws `Configuration` when the stack does not read, and what `grantWrite` throws. */
export async function fixWritePerm(
  { paths, user, dryRun, say, ...options }: WritePermOptions,
  uid = process.getuid?.() ?? 0,
): Promise<WritePermAnswer> {
  const read = await readFor(options);
  const { environment } = options;
  const extra = extraCandidates(read.all);
  const keyDirectory = lookUp('keyDirectory', read.all).text;
  const sudoUser = environment['SUDO_USER'];
  const { person, targets, warnings } = await grantWrite(
    {
      candidates: [
        ...(await checkouts(read)),
        ...extra.candidates,
        ...paths.map((path) => ({ path, why: 'as given' })),
      ],
      invoker: {
        uid,
        ...(user === undefined ? {} : { given: user }),
        ...(sudoUser === undefined ? {} : { sudoUser }),
      },
      dryRun,
      environment,
      ...(keyDirectory === '' ? {} : { keyDirectory }),
    },
    localStep({ log: { info: say, warn: () => undefined, output: () => undefined } }),
  );
  return { person, targets, warnings: [...extra.warnings, ...warnings] };
}

/** The stack's own one, from wherever it is asked, then those of AUTODEPLOY_EXTRA_REPOS. */
async function checkouts({ directory, all }: StackReading): Promise<Candidate[]> {
  const own = await checkoutAround(directory);
  const { name, text } = lookUp('extraRepos', all);
  const listed = text.split(/\s+/).filter((word) => word !== '');
  return [
    own === undefined
      ? { path: directory, why: 'the stack, which lies in no checkout' }
      : { path: own, why: 'checkout of the stack' },
    ...(await Promise.all(
      listed.map(async (word): Promise<Candidate> => {
        const path = resolve(directory, word);
        return { path: (await checkoutAround(path)) ?? path, why: name };
      }),
    )),
  ];
}
