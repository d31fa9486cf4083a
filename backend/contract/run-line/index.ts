export { type LineIssue, type LineReason, type ParsedLine, parseRunLine } from './parse.ts';
export { printRunLine } from './print.ts';
export { quoteShellWord, splitShellLine } from './shell-words.ts';
export * as lineValues from './values.ts';
