/** The workflows that Temporal can start. */
export { checkStack } from './check-stack/check-stack.js';
export { deployData } from './deploy-data/deploy-data.js';
export { deployStack } from './deploy-stack/deploy-stack.js';
export { keepStack } from './keep-stack/keep-stack.js';
export {
  registerWeaverProviders,
  restartWeaver,
  unregisterWeaverProvider,
} from './register-weaver-providers/register-weaver-providers.js';
export { requestWork } from './request-work/request-work.js';
export { runContainerJob } from './run-container-job/run-container-job.js';
export {
  backUpStack,
  deployNotebooks,
  previewRestore,
  rollbackNotebooks,
  restoreStack,
  rotateLogs,
  verifyBackup,
} from './scheduled-jobs.js';
export { resyncCowbird, verifyCowbird } from './verify-cowbird/verify-cowbird.js';
