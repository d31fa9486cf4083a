/** Below the images' own address, so that the rail knows it as one of theirs. */
export const GUEST_IMAGES_URL = '/images/vms';
