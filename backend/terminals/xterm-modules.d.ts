// The packages name their CommonJS build to Node and their ES modules to bundlers; the sources run in both, so they import
// the ES modules by their files.
declare module '@xterm/headless/lib-headless/xterm-headless.mjs' {
  export * from '@xterm/headless';
}
declare module '@xterm/addon-serialize/lib/addon-serialize.mjs' {
  export * from '@xterm/addon-serialize';
}
declare module '@xterm/addon-unicode11/lib/addon-unicode11.mjs' {
  export * from '@xterm/addon-unicode11';
}
