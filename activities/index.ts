/** Every activity, joined with what it stands on. */
import { adoptStack } from './deployment/adopt.js';
import { applyServices } from './deployment/apply.js';
import { backUpRelease, backUpStack, previewRestore, restoreStack, verifyBackup } from './deployment/backups.js';
import { beginDeployment } from './deployment/begin.js';
import { concludeDeployment } from './deployment/conclude.js';
import { runContainerJob } from './deployment/container-jobs.js';
import { deployData } from './deployment/data-jobs.js';
import type { Dependencies } from './deployment/dependencies.js';
import { handOver } from './deployment/hand-over.js';
import { runHook } from './deployment/hooks.js';
import { awaitIdle } from './deployment/idle.js';
import { deployNotebooks, rollbackNotebooks } from './deployment/notebooks.js';
import { rotateLogs } from './deployment/log-rotation.js';
import { awaitDeployment, awaitWork, noteKeeper, recallKeeper, rejectRelease } from './deployment/keeper.js';
import { advanceCheckouts, reverseCheckouts } from './deployment/move.js';
import { sendNotices } from './deployment/notices.js';
import { timed } from './deployment/phase-times.js';
import { observeStack } from './deployment/observe.js';
import { pullImages } from './deployment/pull.js';
import { recallRelease } from './deployment/recall-release.js';
import { reconcileSchedules } from './deployment/schedules.js';
import { settleServices } from './deployment/settle.js';
import { stageRelease } from './deployment/stage.js';
import { validateRelease } from './deployment/validate.js';
import { verifyCommits } from './deployment/verify.js';
import { concludeWeaver } from './deployment/weaver/conclude.js';
import { lookAtWeaver } from './deployment/weaver/look.js';
import { listWeaverProcesses } from './deployment/weaver/processes.js';
import { findSilentProviders, registerProvider, unregisterProvider } from './deployment/weaver/providers.js';
import { checkWeaverWorker, restartWeaver } from './deployment/weaver/worker.js';
import { resyncCowbird, verifyCowbird } from './deployment/cowbird/verify.js';
import type { StepActivities } from './types.js';

export function createActivities(deps: Dependencies): StepActivities {
  const steps: StepActivities = {
    recallKeeper: (input, step) => recallKeeper(input, step, deps),
    noteKeeper: (input, step) => noteKeeper(input, step, deps),
    rejectRelease: (input, step) => rejectRelease(input, step, deps),
    awaitDeployment: (input, step) => awaitDeployment(input, step, deps),
    awaitWork: (input, step) => awaitWork(input, step, deps),
    beginDeployment: (input, step) => beginDeployment(input, step, deps),
    observeStack: (input, step) => observeStack(input, step, deps),
    verifyCommits: (input, step) => verifyCommits(input, step, deps),
    recallRelease: (input, step) => recallRelease(input, step, deps),
    stageRelease: (input, step) => stageRelease(input, step, deps),
    validateRelease: (input, step) => validateRelease(input, step, deps),
    pullImages: (input, step) => pullImages(input, step, deps),
    awaitIdle: (input, step) => awaitIdle(input, step, deps),
    advanceCheckouts: (input, step) => advanceCheckouts(input, step, deps),
    runHook: (input, step) => runHook(input, step, deps),
    applyServices: (input, step) => applyServices(input, step, deps),
    settleServices: (input, step) => settleServices(input, step, deps),
    handOver: (input, step) => handOver(input, step, deps),
    reverseCheckouts: (input, step) => reverseCheckouts(input, step, deps),
    concludeDeployment: (input, step) => concludeDeployment(input, step, deps),
    sendNotices: (input, step) => sendNotices(input, step, deps),
    reconcileSchedules: (input, step) => reconcileSchedules(input, step, deps),
    adoptStack: (input, step) => adoptStack(input, step, deps),
    deployNotebooks: (input, step) => deployNotebooks(input, step, deps),
    rotateLogs: (input, step) => rotateLogs(input, step, deps),
    deployData: (input, step) => deployData(input, step, deps),
    runContainerJob: (input, step) => runContainerJob(input, step, deps),
    restoreStack: (input, step) => restoreStack(input, step, deps),
    previewRestore: (input, step) => previewRestore(input, step, deps),
    verifyBackup: (input, step) => verifyBackup(input, step, deps),
    backUpRelease: (input, step) => backUpRelease(input, step, deps),
    rollbackNotebooks: (input, step) => rollbackNotebooks(input, step, deps),
    lookAtWeaver: (input, step) => lookAtWeaver(input, step, deps),
    registerProvider: (input, step) => registerProvider(input, step, deps),
    findSilentProviders: (input, step) => findSilentProviders(input, step, deps),
    unregisterProvider: (input, step) => unregisterProvider(input, step, deps),
    checkWeaverWorker: (input, step) => checkWeaverWorker(input, step, deps),
    restartWeaver: (input, step) => restartWeaver(input, step, deps),
    listWeaverProcesses: (input, step) => listWeaverProcesses(input, step, deps),
    concludeWeaver: (input, step) => concludeWeaver(input, step, deps),
    verifyCowbird: (input, step) => verifyCowbird(input, step, deps),
    resyncCowbird: (input, step) => resyncCowbird(input, step, deps),
    backUpStack: (input, step) => backUpStack(input, step, deps),
  };
  return timed(steps, deps.state);
}
