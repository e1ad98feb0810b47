/** Logs that were set aside are compressed once nothing writes to them any more. */
import { rename } from 'node:fs/promises';
import { copyPart } from './copy.js';
import { isQuiet, seeAgain } from './due.js';
import * as files from './log-file.js';
import { compressedName, scratchName } from './names.js';
import { forget, intend, tell, type Run } from './run.js';
import { writersOf } from './writers.js';

/**
 * Looks at one of them: names what it was compressed to, or tells that it is left for another time. Cut short: the file with
 * the whole content stays until the compressed one is whole, and the next run compresses it anew.
 */
export async function compressWhenQuiet(run: Run, name: string): Promise<'compressed' | 'left' | 'gone'> {
  const { state, now, rules } = run;
  const before = state.value.setAside[name];
  const found = await files.look(run.directory, name);
  if (before === undefined || !found?.isFile()) {
    await settle(run, name);
    return 'gone';
  }
  const seen = seeAgain(before, { bytes: Number(found.size), modifiedMs: Number(found.mtimeMs) }, now);
  await state.change(({ setAside }) => {
    setAside[name] = { ...before, ...seen };
  });
  if (!before.told || !isQuiet(seen, now, rules)) return 'left';
  const writers = await writersOf(found);
  if (writers.appending + writers.positioned > 0) {
    run.step.log.warn('A program still has a rotated log open: it stays uncompressed until that program starts anew', {
      file: files.shownName(name),
    });
    return 'left';
  }
  if (rules.compress) return compress(run, name);
  await settle(run, name);
  return 'left';
}

/** Nothing writes to it: it is a rotated file like any other, and goes when its time has come. */
const settle = ({ state }: Run, name: string): Promise<void> =>
  state.change(({ setAside, underway }) => {
    delete setAside[name];
    delete underway[name];
  });

async function compress(run: Run, name: string): Promise<'compressed' | 'left' | 'gone'> {
  const { directory, step } = run;
  const file = await files.openRegular(directory, name);
  if (file === undefined) return 'gone';
  const to = compressedName(name);
  const scratch = scratchName(to);
  try {
    const { size } = await file.stat();
    await intend(run, name, { kind: 'compress', to });
    tell(run, 'compress', name);
    await copyPart({ source: file, from: 0, to: size }, { directory, name: scratch, compress: true }, step.signal);
    if ((await file.stat()).size !== size) {
      await files.removeFile(directory, scratch);
      await forget(run, name);
      return 'left';
    }
    tell(run, 'replace', name);
    await rename(files.pathIn(directory, scratch), files.pathIn(directory, to));
    await files.syncDirectory(directory);
    tell(run, 'remove', name);
    if ((await file.stat()).size !== size) {
      await recoverCompress(run, name, to);
      return 'left';
    }
    await files.removeFile(directory, name);
    await settle(run, name);
    return 'compressed';
  } finally {
    await file.close();
  }
}

/** Whatever was made of a file that is still there is made anew: it may have grown. */
export async function recoverCompress(run: Run, name: string, to: string): Promise<void> {
  const { directory } = run;
  await files.removeFile(directory, scratchName(to));
  const whole = await files.look(directory, name);
  if (whole) {
    await files.removeFile(directory, to);
    return forget(run, name);
  }
  await settle(run, name);
}
