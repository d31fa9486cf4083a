import type { ContainerSpec } from '../container-spec.ts';
import { FLAGS } from './flags.ts';
import { quoteShellWord } from './shell-words.ts';

/**
 * The line that makes this container. Of an entrypoint with arguments, `docker run` takes only the program: the rest stands
 * before the command, which comes to the same.
 */
export function printRunLine(spec: ContainerSpec, options: { start: boolean }): string {
  const flags = FLAGS.map((flag) => flag.write(spec).map(quoteShellWord)).filter((words) => words.length > 0);
  const lines = flags.flatMap(inPairs);
  const last = [spec.image, ...(spec.entrypoint?.slice(1) ?? []), ...spec.command].map(quoteShellWord).join(' ');
  const image = spec.image === '' ? [] : [last];
  return [options.start ? 'docker run -d' : 'docker create', ...lines, ...image].join(' \\\n  ');
}

/** A flag and its value to a line. */
function inPairs(words: string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    if (lines.length === 0 || /^--?[a-z]/.test(word)) lines.push(word);
    else lines[lines.length - 1] += ` ${word}`;
  }
  return lines;
}
