export { createTerminals, MAX_UNWATCHED, type OpenRequest, type Terminals, type TerminalsOptions } from './terminals.ts';
