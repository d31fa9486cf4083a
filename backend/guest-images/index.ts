export type { GuestImages } from './guest-images.ts';
export { openGuestImages } from './library.ts';
