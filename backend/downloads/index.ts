export { createDownloads, type DownloadProgress, type Downloads } from './downloads.ts';
export { publishedSum } from './published-sum.ts';
export { requireSpace } from './space.ts';
export { type Proxies, proxiesOf } from './web-client.ts';
