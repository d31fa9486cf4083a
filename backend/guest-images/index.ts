export { type GuestImages, openGuestImages } from './guest-images.ts';
