export { createTransfers, type Download, type Transfers } from './transfers.ts';
