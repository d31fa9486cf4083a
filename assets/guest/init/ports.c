#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const names[PORT_COUNT] = {
    [PORT_LOG] = "catamaran.log",
    [PORT_EVENTS] = "catamaran.events",
    [PORT_AGENT] = "catamaran.agent",
    [PORT_CONSOLE] = "catamaran.console",
};
static int fds[PORT_COUNT] = {-1, -1, -1, -1};

int port_fd(enum port port) { return fds[port]; }

static void open_named(const char *device) {
  char path[300], name[64] = "";
  snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", device);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t length = read(fd, name, sizeof name - 1);
  close(fd);
  if (length <= 0) return;
  name[strcspn(name, "\n")] = 0;
  for (int port = 0; port < PORT_COUNT; port++) {
    if (fds[port] >= 0 || strcmp(name, names[port]) != 0) continue;
    snprintf(path, sizeof path, "/dev/%s", device);
    fds[port] = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  }
}

/* The host tells a port's name after the port itself, so they are looked for until all are there. */
bool open_ports(void) {
  for (int attempt = 0; attempt < 5000; attempt++) {
    DIR *folder = opendir("/sys/class/virtio-ports");
    if (folder != NULL) {
      for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.') open_named(entry->d_name);
      closedir(folder);
    }
    bool all = true;
    for (int port = 0; port < PORT_COUNT; port++) all = all && fds[port] >= 0;
    if (all) return true;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return false;
}

void port_write_all(enum port port, const char *bytes, size_t length) {
  if (fds[port] < 0) return;
  while (length > 0) {
    ssize_t written = write(fds[port], bytes, length);
    if (written > 0) {
      bytes += written;
      length -= (size_t)written;
    } else if (errno == EAGAIN) {
      struct pollfd wait = {.fd = fds[port], .events = POLLOUT};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return;
      if ((wait.revents & POLLHUP) != 0) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}
