export type { DiskRequest, GuestImages } from './guest-images.ts';
