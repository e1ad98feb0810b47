/** The workflows of a next version whose keeper alone does not go on with histories of today. */
export * from '../../../workflows/index.js';
export { keepStack } from './next-version.js';
