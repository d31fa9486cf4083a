/** JSON lines; injected everywhere, so that nothing else prints. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  child(fields: object): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

const SECRET_KEY = /pass(word|phrase)?|secret|token|authorization|cookie|private.?key|credential/i;
const SECRET_VALUE = /(Bearer\s+|Basic\s+|token=|:\/\/[^/\s:@]+:)[^\s@&"]+/gi;

export function createLogger(options: { write: (line: string) => void; level: LogLevel; now: () => number }, fields: object = {}): Logger {
  const log =
    (level: LogLevel) =>
    (message: string, more: object = {}) => {
      if (ORDER[level] < ORDER[options.level]) return;
      const record = { time: new Date(options.now()).toISOString(), level, message, ...fields, ...more };
      options.write(`${JSON.stringify(record, redact)}\n`);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => createLogger(options, { ...fields, ...more }),
  };
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLogger };

function redact(key: string, value: unknown): unknown {
  if (key !== '' && SECRET_KEY.test(key)) return '[redacted]';
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  if (typeof value === 'string') return value.replace(SECRET_VALUE, '$1[redacted]');
  return value;
}
