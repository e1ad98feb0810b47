/** What goes wrong inside Weaver, by what becomes of it. Source: `weaver.exceptions`, `weaver.datatype.Service`, OWSLib's `openURL`. */

/** What Weaver's HTTP client raises when there is no answer: names of exceptions of Python's requests. */
export type NoAnswer =
  'ConnectionError' | 'ConnectTimeout' | 'ReadTimeout' | 'SSLError' | 'InvalidSchema' | 'TooManyRedirects';

export class RequestFault extends Error {
  override readonly name = 'RequestFault';

  constructor(
    readonly kind: NoAnswer,
    message: string,
  ) {
    super(message);
  }
}

export interface ParsingBody {
  description: string;
  cause: string;
  error: string;
}

/** `ServiceParsingError`: always told to the caller, status 422. */
export class ParsingFault extends Error {
  override readonly name = 'ParsingFault';

  constructor(readonly body: ParsingBody) {
    super(body.description);
  }
}

/** An answer that is none of a WPS 1.0.0, or an exception of one: `ServiceException`, `XMLSyntaxError`. */
export class OwsFault extends Error {
  override readonly name = 'OwsFault';

  constructor(
    readonly error: 'ServiceException' | 'XMLSyntaxError',
    cause: string,
  ) {
    super(cause);
  }
}

/** Any other exception: what does not catch it answers with 500. `error`: its name, dotted when it is of a package. */
export class OtherFault extends Error {
  override readonly name = 'OtherFault';

  constructor(
    readonly error: string,
    cause: string,
  ) {
    super(cause);
  }
}

/** `colander.Invalid`: what was read does not fit the schema of the answer. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
}

/** An answer of Weaver that is not the one asked for. `json`: written as it is, instead of Pyramid's page. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';

  constructor(
    readonly status: number,
    readonly detail: string,
    readonly json?: unknown,
  ) {
    super(detail);
  }
}
