/** The only home of winston: what the worker says on the terminal, and what Temporal's libraries say through it. */
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import { createLogger as createWinston, format, transports, type Logform } from 'winston';
import { redactUrls, type Redact } from '../activities/shared/redact.js';
import { isoSeconds, oneLine } from '../client/text.js';
import type { LogFormat } from './host-settings.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same with fields on every line. */
  with(fields: Fields): Logger;
  /** Resolves when every line is out. */
  close(): Promise<void>;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  format: LogFormat;
  level?: Level;
  redact?: Redact;
  /** Where lines go; standard error unless given, so that standard output stays for answers. */
  stream?: NodeJS.WritableStream;
}

/** `text`: lines for people; `json`: one object a line. */
export function createLogger(options: LoggerOptions): Logger {
  const redact = options.redact ?? redactUrls;
  const winston = createWinston({
    level: options.level ?? 'info',
    format: options.format === 'json' ? jsonFormat(redact) : textFormat(redact),
    transports: [new transports.Stream({ stream: options.stream ?? process.stderr })],
  });
  const bound = (own: Fields): Logger => {
    const log = (level: Level) => (message: string, fields?: Fields) => {
      winston.log({ level, message, fields: { ...own, ...fields } });
    };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      with: (fields) => bound({ ...own, ...fields }),
      close: () =>
        new Promise((resolve) => {
          winston.once('finish', resolve);
          winston.end();
        }),
    };
  };
  return bound({});
}

/** For `Runtime.install({ logger })`. What the libraries report in the course of things is of no use at night. */
export function temporalLogger(logger: Logger, level: LogLevel = 'WARN'): DefaultLogger {
  return new DefaultLogger(level, (entry) => logger[levelOf(entry)](entry.message, temporalFields(entry)));
}

function levelOf({ level }: LogEntry): Level {
  switch (level) {
    case 'TRACE':
    case 'DEBUG':
      return 'debug';
    case 'INFO':
      return 'info';
    case 'WARN':
      return 'warn';
    case 'ERROR':
      return 'error';
  }
}

/** What tells one workflow or activity from another; the rest is noise on a terminal. */
const TEMPORAL_FIELDS = ['sdkComponent', 'workflowId', 'workflowType', 'activityType', 'attempt', 'error'] as const;

function temporalFields({ meta }: LogEntry): Fields {
  return Object.fromEntries(
    TEMPORAL_FIELDS.flatMap((name) => {
      const value: unknown = meta?.[name];
      if (value === undefined) return [];
      return [[name, value instanceof Error ? value.message : value]];
    }),
  );
}

function jsonFormat(redact: Redact): Logform.Format {
  return format.printf(({ level, message, fields }) =>
    redact(JSON.stringify({ time: isoSeconds(new Date()), level, message, ...asFields(fields) })),
  );
}

/** `2026-11-24T10:00:00+00:00 warn [web 12 pull] message (field=value)`; `info` goes without saying. */
function textFormat(redact: Redact): Logform.Format {
  return format.printf(({ level, message, fields }) => {
    const { stack, deployment, phase, ...rest } = asFields(fields);
    const where = [stack, deployment, phase].filter((part) => part !== undefined).map(asText);
    const more = Object.entries(rest).map(([name, value]) => `${name}=${asText(value)}`);
    const parts = [
      isoSeconds(new Date()),
      ...(level === 'info' ? [] : [level]),
      ...(where.length === 0 ? [] : [`[${where.join(' ')}]`]),
      asText(message),
      ...(more.length === 0 ? [] : [`(${more.join(', ')})`]),
    ];
    return redact(parts.join(' '));
  });
}

const asFields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const asText = (value: unknown): string => oneLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
