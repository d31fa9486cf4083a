/* The machine's disk while it is mounted: its filesystem made as large as it, and its free blocks given back to the host. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <unistd.h>

/* linux/ext4.h is no header of its own everywhere. https://docs.kernel.org/filesystems/ext4/ */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

static bool call_filesystem(const char *mount, unsigned long request, void *argument) {
  int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = fd >= 0 ? ioctl(fd, request, argument) : -1;
  int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return result == 0;
}

bool disk_fill(const char *device, const char *mount, uint64_t *bytes) {
  struct statfs filesystem;
  int fd = open(device, O_RDONLY | O_CLOEXEC);
  bool known = fd >= 0 && ioctl(fd, BLKGETSIZE64, bytes) == 0 && statfs(mount, &filesystem) == 0;
  if (fd >= 0) close(fd);
  if (!known) return false;
  uint64_t blocks = *bytes / (uint64_t)filesystem.f_bsize;
  /* Nothing to do when it is that large already. */
  return call_filesystem(mount, EXT4_IOC_RESIZE_FS, &blocks);
}

bool disk_trim(const char *mount, uint64_t *bytes) {
  struct fstrim_range range = {.start = 0, .len = UINT64_MAX, .minlen = 0};
  if (!call_filesystem(mount, FITRIM, &range)) return false;
  *bytes = range.len;
  return true;
}
