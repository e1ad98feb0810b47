import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

/**
 * The converter inside every workflow (the bundler takes it by its path). Whoever reaches the server can send a payload
 * that is no JSON or of an encoding nobody knows; the default converter throws, which fails the workflow task for ever:
 * one such signal would end a keeper. Here it is nothing, and a handler answers it as it answers nothing.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: (payload, context, hint) => {
    try {
      return defaultPayloadConverter.fromPayload(payload, context, hint);
    } catch {
      return undefined as never;
    }
  },
};
