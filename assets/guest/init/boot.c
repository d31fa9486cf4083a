#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void mount_at(const char *type, const char *path, unsigned long flags, const char *options) {
  mkdir(path, 0755);
  if (mount(type, path, type, flags, options) != 0) complain("mount %s: %s", path, strerror(errno));
}

void mount_kernel_filesystems(void) {
  mount_at("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
  mount_at("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_at("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static int late_modules[16];
static size_t late_count;

static void load_module(int fd) {
  if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST) complain("a module could not be loaded: %s", strerror(errno));
}

/* /modules/order: one file name per line; those after an empty line can wait until the process runs. */
void load_modules(void) {
  FILE *order = fopen("/modules/order", "re");
  if (order == NULL) return;
  bool late = false;
  char line[200], path[220];
  while (fgets(line, sizeof line, order) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (*line == 0) {
      late = true;
      continue;
    }
    snprintf(path, sizeof path, "/modules/%s", line);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    unlink(path);
    if (late && late_count < COUNT(late_modules)) {
      late_modules[late_count++] = fd;
    } else {
      load_module(fd);
      close(fd);
    }
  }
  fclose(order);
}

pid_t load_late_modules(void) {
  if (late_count == 0) return -1;
  pid_t child = fork();
  if (child == 0) {
    for (size_t index = 0; index < late_count; index++) load_module(late_modules[index]);
    _exit(0);
  }
  for (size_t index = 0; index < late_count; index++) close(late_modules[index]);
  late_count = 0;
  return child;
}

/* Returns what went wrong, or NULL. */
const char *switch_to_disk(void) {
  /* What it would otherwise do in the background, at every start anew. */
  const char *options = "noinit_itable,no_prefetch_block_bitmaps";
  int result = -1;
  for (int attempt = 0; attempt < 5000; attempt++) {
    result = mount("/dev/vda", "/root", "ext4", 0, options);
    /* Before Linux 5.13 it has no such options. */
    if (result != 0 && errno == EINVAL && options != NULL) {
      options = NULL;
      continue;
    }
    if (result == 0 || (errno != ENOENT && errno != ENXIO)) break;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  if (result != 0) return strerror(errno);
  uint64_t disk_bytes;
  if (!disk_fill("/dev/vda", "/root", &disk_bytes)) complain("the filesystem does not fill its disk: %s", strerror(errno));
  static const char *const moved[] = {"/dev", "/proc", "/sys"};
  for (size_t index = 0; index < COUNT(moved); index++) {
    char target[16];
    snprintf(target, sizeof target, "/root%s", moved[index]);
    mkdir(target, 0755);
    if (mount(moved[index], target, NULL, MS_MOVE, NULL) != 0) return strerror(errno);
  }
  unlink("/init");
  if (chdir("/root") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0 || chdir("/") != 0) return strerror(errno);
  return NULL;
}

/*
 * The machine's and not its image's: they lie in memory, over the image's own, as in a container. The disk keeps what the image has
 * there, and a clone that is told who it is has them open and waits for no disk.
 */
enum { HOSTNAME, HOSTS, MACHINE_ID, RESOLV_CONF };
static struct {
  const char *name;
  int fd;
  size_t length;
} system_files[] = {
    [HOSTNAME] = {"hostname", -1, 0}, [HOSTS] = {"hosts", -1, 0}, [MACHINE_ID] = {"machine-id", -1, 0}, [RESOLV_CONF] = {"resolv.conf", -1, 0}};

/* A link in the image (to systemd's resolver, say) would lead elsewhere: it is replaced. */
static void cover_system_files(void) {
  /* Where something else is mounted next: the files' own mounts keep this one. */
  const char *const memory = "/dev/shm";
  mkdir("/etc", 0755);
  mount_at("tmpfs", memory, MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m");
  for (size_t index = 0; index < COUNT(system_files); index++) {
    char from[64], to[64];
    snprintf(from, sizeof from, "%s/%s", memory, system_files[index].name);
    snprintf(to, sizeof to, "/etc/%s", system_files[index].name);
    struct stat status;
    bool missing = lstat(to, &status) != 0 || (S_ISLNK(status.st_mode) && unlink(to) == 0);
    /* What is there is not opened: on a pipe that an image has there it would wait for ever. */
    if (missing) close(open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    system_files[index].fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (mount(from, to, NULL, MS_BIND, NULL) != 0) complain("%s: %s", to, strerror(errno));
  }
  umount2(memory, MNT_DETACH);
}

void mount_process_filesystems(void) {
  mount_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,gid=5,ptmxmode=0666");
  cover_system_files();
  mount_at("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777,size=64m");
  mount_at("cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  static const char *const links[][2] = {
      {"/proc/self/fd", "/dev/fd"}, {"fd/0", "/dev/stdin"}, {"fd/1", "/dev/stdout"}, {"fd/2", "/dev/stderr"}};
  for (size_t index = 0; index < COUNT(links); index++)
    if (symlink(links[index][0], links[index][1]) != 0 && errno != EEXIST) complain("%s: %s", links[index][1], strerror(errno));
}

static void write_system_file(size_t which, const char *content) {
  int fd = system_files[which].fd;
  size_t length = strlen(content);
  bool done = fd >= 0 && pwrite(fd, content, length, 0) == (ssize_t)length;
  if (done && length < system_files[which].length) done = ftruncate(fd, (off_t)length) == 0;
  if (!done) complain("/etc/%s: %s", system_files[which].name, strerror(errno));
  system_files[which].length = length;
}

void write_identity(const struct config *config) {
  char text[600];
  if (sethostname(config->hostname, strlen(config->hostname)) != 0) complain("host name: %s", strerror(errno));
  snprintf(text, sizeof text, "%s\n", config->hostname);
  write_system_file(HOSTNAME, text);
  snprintf(text, sizeof text, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.2.15\t%s\n", config->hostname);
  write_system_file(HOSTS, text);
  if (*config->machine_id != 0) {
    snprintf(text, sizeof text, "%s\n", config->machine_id);
    write_system_file(MACHINE_ID, text);
  }
  if (config->has_mac) set_mac(config->mac);
}

void write_file(const char *path, const char *content) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, content, strlen(content)) < 0) complain("%s: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
}

void write_system_files(const struct config *config) {
  write_identity(config);
  write_system_file(RESOLV_CONF, "nameserver 10.0.2.3\n");
  /* As in a container: who is not root may listen on port 80. */
  write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
}

/*
 * Bytes of the host's own generator, counted in full: otherwise the first reader of random numbers would wait. Clones of one
 * template would all give the same numbers until their generators are seeded anew.
 */
void seed_random(const struct config *config) {
  /* struct rand_pool_info, which ends in the bytes themselves. */
  struct {
    int entropy_count, buf_size;
    char bytes[64];
  } pool;
  /* Kept open: a clone's first moments are translated anew, and opening a file is long. */
  static int device = -1;
  if (config->seed_length == 0) return;
  memcpy(pool.bytes, config->seed, config->seed_length);
  pool.buf_size = (int)config->seed_length;
  pool.entropy_count = (int)config->seed_length * 8;
  if (device < 0) device = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  if (device < 0 || ioctl(device, RNDADDENTROPY, &pool) != 0 || ioctl(device, RNDRESEEDCRNG) != 0)
    complain("random seed: %s", strerror(errno));
}

/* The host wrote its time down a moment before; what passed since, the kernel's own uptime tells. */
void set_clock(int64_t time_ms, int64_t booted_ms) {
  if (time_ms <= 0) return;
  struct timespec uptime;
  clock_gettime(CLOCK_BOOTTIME, &uptime);
  int64_t ms = time_ms - booted_ms + (int64_t)uptime.tv_sec * 1000 + uptime.tv_nsec / 1000000;
  struct timespec now = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  if (clock_settime(CLOCK_REALTIME, &now) != 0) complain("clock: %s", strerror(errno));
}

_Noreturn void power_off(void) {
  kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0) {
  }
  sync();
  mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
  reboot(RB_POWER_OFF);
  /* Without ACPI the kernel cannot power off; QEMU was told to end on a reset too. */
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

/*
 * No configuration: the host only wants to know whether a guest runs here, and how fast it says the processor's clock is
 * ("tsc: Detected 2899.998 MHz processor"), which a later guest without a timer to measure it by has to be told.
 */
_Noreturn void answer_trial(void) {
  char record[1024] = "", line[1100];
  const char *found = "";
  int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (ssize_t length; log >= 0 && (length = read(log, record, sizeof record - 1)) > 0;) {
    record[length] = 0;
    char *at = strstr(record, "tsc: Detected ");
    if (at == NULL) continue;
    found = at + strlen("tsc: Detected ");
    record[strcspn(record, "\n")] = 0;
    break;
  }
  int serial = open("/dev/ttyS0", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  int length = snprintf(line, sizeof line, "\ncatamaran trial %s\n", found);
  if (serial < 0 || write(serial, line, (size_t)length) < 0) complain("trial: %s", strerror(errno));
  power_off();
}
