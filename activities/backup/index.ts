/** Backups of a stack in restic: made, thinned out, restored, tried. */
export { readCreateArguments, type CreateArguments } from './create-arguments.js';
export { createBackup, type CreateBackupRequest, type CreatedBackup } from './create.js';
export { forgetBackups, type ForgetRequest, type Forgotten } from './forget.js';
export { declarationOfEntries } from './paths.js';
export { planBackup } from './plan.js';
export { localRepository } from './restic.js';
export { readResticAccess } from './restic-env.js';
export { previewRestore, restoreStack, type RestoredStack, type RestoreRequest } from './restore.js';
export type { PreviewedPart, RestorePreview } from './restore-preview.js';
export { readKeepOptions } from './retention.js';
export { BackupSchema, declarationOf } from './schema.js';
export { readBackupFile, type BackupFile } from './shell-file.js';
export { startWhatWasStopped, type StartRequest } from './stopped.js';
export { verifyBackup, type VerifiedBackup, type VerifyRequest } from './verify.js';
export type { BackupEngine, Declaration, Part, Selection } from './types.js';
