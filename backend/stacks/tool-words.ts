import type { ComposeProblem } from '../contract/index.ts';

/** Lines that announce a failure, in the words of Compose v1, v2 and podman. */
const FAILURE = /^(ERROR|Error|error|failed)\b|invalid|cannot|denied|no such|not found/;

/** What to tell of a run that failed: the last line that says something of it. */
export function failureOf(lines: readonly string[]): string {
  const said = lines.map((line) => line.trim()).filter((line) => line !== '' && !/^exit code: \d+$/.test(line));
  const line = said.findLast((one) => FAILURE.test(one) && !one.startsWith('Encountered errors')) ?? said.at(-1) ?? '';
  return line.replace(/^ERROR: (for \S+\s+)?/, '');
}

/**
 * podman-compose 1.0 ends with 0 whatever happens, but says how each of its commands ended. One that failed counts, unless it
 * was to make a container that is there and then started.
 */
export function podmanFailed(lines: readonly string[]): boolean {
  let failed = false;
  let command = '';
  for (const line of lines) {
    if (line.startsWith('podman ')) command = line;
    const code = /^exit code: (\d+)$/.exec(line)?.[1];
    if (code === undefined) continue;
    failed = command.startsWith('podman start ') ? code !== '0' : failed || code !== '0';
  }
  return failed;
}

/** Where `config` says that something is wrong, mapped to the line that it means; the file's first where it does not say. */
export function toolProblem(words: string, file: { path: string; text: string }): ComposeProblem | null {
  const message = words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/variable is not set|level=warning|^In file|^Traceback/.test(line))
    .join(' ')
    .replace(/^(ERROR: |validating [^:]+: )/, '')
    .slice(0, 500);
  if (message === '') return null;
  return { path: file.path, line: lineOf(message, file.text), column: 1, severity: 'error', rule: 'tool', params: { message } };
}

function lineOf(message: string, text: string): number {
  const said = /\bline (\d+)/.exec(message)?.[1];
  if (said !== undefined) return Number(said);
  const lines = text.split('\n');
  // `services.web.ports`, `services.web: 'imagge'`, `service "web"`: as deep into the keys as the words lead.
  const path = /\b((?:services|networks|volumes|secrets|configs)(?:\.[\w-]+)+)/.exec(message)?.[1]?.split('.') ?? [];
  const named = [...message.matchAll(/["']([\w.-]+)["']/g)].map((match) => match[1] ?? '');
  let line = 0;
  for (const key of [...path, ...named]) {
    const found = lines.findIndex(
      (one, index) => index >= line && new RegExp(`^\\s*["']?${key.replace(/[.]/g, '\\.')}["']?\\s*:`).test(one),
    );
    if (found >= 0) line = found;
  }
  return line + 1;
}
