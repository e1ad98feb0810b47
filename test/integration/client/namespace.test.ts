import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureNamespace } from '../../../client/namespace.js';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contract.js';
import { ownTemporal, type OwnTemporal } from '../../support/own-temporal.js';

let temporal: OwnTemporal | undefined;
let connection: Connection;

beforeAll(async () => {
  temporal = await ownTemporal('namespace');
  connection = await Connection.connect({ address: temporal.server.address });
});
afterAll(async () => {
  await connection?.close();
  await temporal?.remove();
});

describe('client/namespace', () => {
  it('makes the namespace with 30 days and every attribute, and finds nothing to do the second time', async () => {
    const namespace = `made-${randomUUID()}`;
    expect(await ensureNamespace(connection, namespace)).toEqual({ created: true, added: [...SEARCH_ATTRIBUTES] });
    expect(await ensureNamespace(connection, namespace)).toEqual({ created: false, added: [] });
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(720 * 3600);
  });

  it('is made once by two who begin at the same time', async () => {
    const namespace = `twice-${randomUUID()}`;
    const both = await Promise.all([ensureNamespace(connection, namespace), ensureNamespace(connection, namespace)]);
    expect(both.filter(({ created }) => created)).toHaveLength(1);
  });

  it('adds the attributes to a namespace that was there without them, and leaves its retention', async () => {
    const namespace = `bare-${randomUUID()}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('3 days'),
    });
    expect(await ensureNamespace(connection, namespace)).toEqual({ created: false, added: [...SEARCH_ATTRIBUTES] });
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(72 * 3600);
  });

  it('gives attributes that a workflow can be started with and found by, at once', async () => {
    const namespace = `used-${randomUUID()}`;
    await ensureNamespace(connection, namespace);
    const client = new Client({ connection, namespace });
    const typedSearchAttributes = new TypedSearchAttributes(
      SEARCH_ATTRIBUTES.map((name) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value: `value of ${name}`,
      })),
    );
    const workflowId = `w-${randomUUID()}`;
    await client.workflow.start('none', { workflowId, taskQueue: 'none', typedSearchAttributes });
    const query = SEARCH_ATTRIBUTES.map((name) => `\`${name}\` = 'value of ${name}'`).join(' AND ');
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), 10_000);
  });

  it('refuses a namespace in which an attribute has another type', async () => {
    const namespace = `typed-${randomUUID()}`;
    await ensureNamespace(connection, namespace);
    await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['Commit'] });
    await vi.waitFor(
      () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { Commit: 3 } }),
      10_000,
    );
    await expect(ensureNamespace(connection, namespace)).rejects.toThrow(/Commit .*not of type Keyword/);
  });
});
