/*
 * The console: the image's shell on a pseudo-terminal, started when somebody looks for the first time, and kept when
 * nobody does. The last 64 KiB it wrote are kept here and sent to whoever connects, so that the screen comes back; with
 * nobody connected the shell goes on and only the oldest bytes are lost, with a slow reader it waits.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define KEPT (64 * 1024)

static const struct config *config;
static int epoll_fd, pty = -1;
static pid_t shell = -1;
static time_t shell_started;
static bool connected, watching_pty, waits_for_key;
static struct winsize size = {.ws_col = 80, .ws_row = 24};

/* Positions count all bytes ever written; the buffer holds the last KEPT of them. */
static char kept[KEPT];
static uint64_t written, sent;

static const char *shell_path(void) {
  static const char *const candidates[] = {"/bin/bash", "/bin/sh"};
  for (size_t index = 0; index < COUNT(candidates); index++)
    if (access(candidates[index], X_OK) == 0) return candidates[index];
  return NULL;
}

bool console_has_shell(void) { return shell_path() != NULL; }

static void keep(const char *bytes, size_t length) {
  while (length > 0) {
    size_t at = written % KEPT, part = length < KEPT - at ? length : KEPT - at;
    memcpy(kept + at, bytes, part);
    bytes += part;
    written += part;
    length -= part;
  }
}

/* The pty is read only while there is room for what it says, unless nobody is there to wait for. */
static void watch_pty(void) {
  bool wanted = pty >= 0 && (!connected || written - sent < KEPT / 2);
  if (pty < 0 || wanted == watching_pty) return;
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 'p'};
  epoll_ctl(epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, pty, &event);
  watching_pty = wanted;
}

static void flush(void) {
  while (connected && sent < written) {
    size_t from = sent % KEPT, length = (size_t)(written - sent);
    if (length > KEPT - from) length = KEPT - from;
    ssize_t count = write(port_fd(PORT_CONSOLE), kept + from, length);
    if (count <= 0) break;
    sent += (uint64_t)count;
  }
  watch_pty();
}

static void say(const char *text) {
  keep(text, strlen(text));
  flush();
}

static void start_shell(void) {
  const char *path = shell_path();
  waits_for_key = false;
  if (path == NULL) return say("This image has no shell.\r\n");
  pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  char name[64];
  if (pty < 0 || grantpt(pty) != 0 || unlockpt(pty) != 0 || ptsname_r(pty, name, sizeof name) != 0) return say("No terminal.\r\n");
  ioctl(pty, TIOCSWINSZ, &size);
  shell_started = time(NULL);
  shell = fork_into_cgroup();
  if (shell == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    int terminal = open(name, O_RDWR);
    ioctl(terminal, TIOCSCTTY, 0);
    dup2(terminal, 0), dup2(terminal, 1), dup2(terminal, 2);
    if (terminal > 2) close(terminal);
    environ = config->env;
    setenv("TERM", "xterm-256color", 1);
    if (chdir(config->workdir) != 0 && chdir("/") != 0) _exit(126);
    execl(path, path, (char *)NULL);
    _exit(127);
  }
  watch_pty();
}

void console_init(const struct config *of, int epoll) {
  config = of;
  epoll_fd = epoll;
}

void console_on_port(uint32_t events) {
  bool was = connected;
  connected = (events & EPOLLHUP) == 0;
  if (connected && !was) sent = written > KEPT ? written - KEPT : 0;
  if (connected && !was && shell < 0 && !waits_for_key) start_shell();
  char input[4096];
  for (ssize_t length; connected && (length = read(port_fd(PORT_CONSOLE), input, sizeof input)) > 0;) {
    if (waits_for_key) start_shell();
    /* Nonblocking: a shell that does not read loses keys, as on a real line without flow control. */
    else if (pty >= 0 && write(pty, input, (size_t)length) < 0 && errno != EAGAIN) break;
  }
  flush();
}

void console_on_pty(void) {
  char output[8192];
  ssize_t length = read(pty, output, sizeof output);
  if (length > 0) {
    keep(output, (size_t)length);
  } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
    /* Every process that held the terminal is gone. */
    close(pty);
    pty = -1;
    watching_pty = false;
  }
  flush();
}

bool console_reap(pid_t pid) {
  if (pid != shell) return false;
  shell = -1;
  if (pty >= 0) {
    console_on_pty();
    if (pty >= 0) close(pty);
    pty = -1;
    watching_pty = false;
  }
  if (time(NULL) - shell_started > 1) {
    start_shell();
  } else {
    /* One that ends at once would be started for ever. */
    waits_for_key = true;
    say("\r\nThe shell has ended. Press a key for a new one.\r\n");
  }
  return true;
}

void console_resize(int cols, int rows) {
  size.ws_col = (unsigned short)cols;
  size.ws_row = (unsigned short)rows;
  if (pty >= 0) ioctl(pty, TIOCSWINSZ, &size);
}
