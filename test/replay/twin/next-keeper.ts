/** The workflows of a next version whose keeper alone does not go on with histories of today. */
export {
  backUpStack,
  checkStack,
  deployData,
  deployNotebooks,
  deployStack,
  previewRestore,
  requestWork,
  restoreStack,
  rollbackNotebooks,
  rotateLogs,
  runContainerJob,
  verifyBackup,
} from '../../../workflows/index.js';
export { keepStack } from './next-version.js';
