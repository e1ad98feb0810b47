import { describe, expect, it } from 'vitest';
import { deploymentOf, resultOf, runOf } from '../../../../worker/metrics/workflows.js';

const AT = 'run-2026-11-27T10:00:00Z';

describe('worker/metrics/workflows', () => {
  it.each<[string, string, ReturnType<typeof runOf>]>([
    [`autodeploy/h/s/${AT}`, 'checkStack', { stack: 's', task: 'check', name: '', trigger: 'schedule' }],
    ['check/h/s/1-2-3', 'checkStack', { stack: 's', task: 'check', name: '', trigger: 'asked' }],
    [`notebooks/h/s/${AT}`, 'deployNotebooks', { stack: 's', task: 'notebooks', name: '', trigger: 'schedule' }],
    ['notebooks/h/s/1-2-3', 'deployNotebooks', { stack: 's', task: 'notebooks', name: '', trigger: 'asked' }],
    ['notebooks/h/s/1-2-3', 'rollbackNotebooks', undefined],
    [`backup/h/s/${AT}`, 'backUpStack', { stack: 's', task: 'backup', name: '', trigger: 'schedule' }],
    [`backup/h/s/${AT}`, 'requestWork', { stack: 's', task: 'backup', name: '', trigger: 'schedule' }],
    [`backup/h/s/${AT}/work`, 'backUpStack', undefined],
    [`verify/h/s/${AT}`, 'verifyBackup', { stack: 's', task: 'verify', name: '', trigger: 'schedule' }],
    [`logrotate/h/s/${AT}`, 'rotateLogs', { stack: 's', task: 'logrotate', name: '', trigger: 'schedule' }],
    [`weaver/h/s/${AT}`, 'registerWeaverProviders', { stack: 's', task: 'weaver', name: '', trigger: 'schedule' }],
    ['weaver/h/s/1-2-3', 'registerWeaverProviders', { stack: 's', task: 'weaver', name: '', trigger: 'asked' }],
    ['weaver/h/s/deployment-7', 'registerWeaverProviders', { stack: 's', task: 'weaver', name: '', trigger: 'asked' }],
    ['weaver/h/s/1-2-3', 'unregisterWeaverProvider', undefined],
    [`cowbird/h/s/${AT}`, 'verifyCowbird', { stack: 's', task: 'cowbird', name: '', trigger: 'schedule' }],
    ['cowbird/h/s/1-2-3', 'verifyCowbird', { stack: 's', task: 'cowbird', name: '', trigger: 'asked' }],
    ['cowbird/h/s/1-2-3', 'resyncCowbird', undefined],
    [`job/h/s/tick/${AT}`, 'runContainerJob', { stack: 's', task: 'job', name: 'tick', trigger: 'schedule' }],
    [`job/h/s/tick/${AT}`, 'requestWork', { stack: 's', task: 'job', name: 'tick', trigger: 'schedule' }],
    [`job/h/s/tick/${AT}/work`, 'runContainerJob', undefined],
    [`job/h/s/a/b/${AT}`, 'deployData', { stack: 's', task: 'data', name: 'a/b', trigger: 'schedule' }],
    [`job/other/s/tick/${AT}`, 'runContainerJob', undefined],
    [`job/h/s/${AT}`, 'runContainerJob', undefined],
    ['restore/h/s/1-2-3', 'requestWork', undefined],
    ['stack/h/s', 'keepStack', undefined],
    ['deployment/h/s/7', 'deployStack', undefined],
    ['whatever', 'checkStack', undefined],
    ['', 'checkStack', undefined],
  ])('%j of %s', (id, type, run) => {
    expect(runOf('h', id, type)).toEqual(run);
  });

  it('knows a deployment', () => {
    expect(deploymentOf('h', 'deployment/h/s/7')).toEqual({ stack: 's', number: 7 });
    expect(deploymentOf('h', 'deployment/x/s/7')).toBeUndefined();
    expect(deploymentOf('h', 'stack/h/s')).toBeUndefined();
  });

  it.each([
    ['COMPLETED', 'done', 'success'],
    ['COMPLETED', undefined, 'success'],
    ['COMPLETED', 'too late', 'skipped'],
    ['COMPLETED', 'removed', 'skipped'],
    ['FAILED', 'failed', 'failure'],
    ['TIMED_OUT', undefined, 'failure'],
    ['CANCELLED', undefined, 'cancelled'],
    ['TERMINATED', undefined, 'cancelled'],
    ['RUNNING', undefined, undefined],
    ['CONTINUED_AS_NEW', undefined, undefined],
  ])('%s with outcome %s is %s', (status, outcome, result) => {
    expect(resultOf(status, outcome)).toBe(result);
  });
});
