export { createDownloads, type DownloadProgress, type Downloads } from './downloads.ts';
export { type Proxies, proxiesOf } from './web-client.ts';
