#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define GROUP "/sys/fs/cgroup/guest"

static pid_t pid = -1;
static int group_fd = -1;

/* The reading ends of the process's output. */
static struct {
  int fd;
  const char *name;
} streams[2] = {{-1, "stdout"}, {-1, "stderr"}};

pid_t workload_pid(void) { return pid; }
int workload_output_fd(int stream) { return streams[stream].fd; }

static bool put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;
  if (fd >= 0) close(fd);
  return done;
}

/* Everything but ourselves and the kernel lives in one control group, so that "processes" counts what a container's does. */
void prepare_cgroup(long processes) {
  if (!put("/sys/fs/cgroup/cgroup.subtree_control", "+pids") || mkdir(GROUP, 0755) != 0) return;
  group_fd = open(GROUP, O_DIRECTORY | O_CLOEXEC);
  limit_processes(processes);
}

void limit_processes(long processes) {
  char limit[32];
  if (processes <= 0) return;
  snprintf(limit, sizeof limit, "%ld", processes);
  put(GROUP "/pids.max", limit);
}

bool cgroup_freeze(bool frozen) {
  static int fd = -1;
  if (fd < 0) fd = open(GROUP "/cgroup.freeze", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || pwrite(fd, frozen ? "1" : "0", 1, 0) != 1) return false;
  /* They stop when they are about to leave the kernel; one that is in the middle of a read does so a moment later. */
  for (int attempt = 0; frozen && attempt < 5000; attempt++) {
    char text[64] = "";
    int events = open(GROUP "/cgroup.events", O_RDONLY | O_CLOEXEC);
    if (events < 0 || read(events, text, sizeof text - 1) < 0) text[0] = 0;
    if (events >= 0) close(events);
    if (strstr(text, "frozen 1") != NULL) return true;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  errno = ETIMEDOUT;
  return !frozen;
}

pid_t fork_into_cgroup(void) {
  if (group_fd < 0) return fork();
  struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group_fd};
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

long cgroup_processes(void) {
  char text[32] = "";
  int fd = open(GROUP "/pids.current", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  return length > 0 ? atol(text) : -1;
}

static void make_folders(const char *path) {
  char part[4096];
  for (size_t length = 1; length < sizeof part && path[length - 1] != 0; length++) {
    if (path[length] != '/' && path[length] != 0) continue;
    memcpy(part, path, length);
    part[length] = 0;
    mkdir(part, 0755);
  }
}

/* In the child; what fails is told through `report` as the step's name and errno. */
static _Noreturn void become(struct config *config, const struct identity *identity, const int output[2], int report) {
  struct {
    int error;
    char step[32];
  } failure = {0};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  int input = open("/dev/null", O_RDONLY);
  dup2(input, 0), dup2(output[0], 1), dup2(output[1], 2);
  if (input > 2) close(input);

  strcpy(failure.step, "workdir");
  if (chdir(config->workdir) != 0) goto failed;
  strcpy(failure.step, "user");
  if (setgroups(identity->group_count, identity->groups) != 0 || setgid(identity->gid) != 0 || setuid(identity->uid) != 0) goto failed;
  strcpy(failure.step, "exec");
  environ = config->env;
  execvp(config->argv[0], config->argv);
failed:
  failure.error = errno;
  if (write(report, &failure, sizeof failure) < 0) _exit(126);
  _exit(127);
}

bool workload_start(struct config *config) {
  struct identity identity;
  struct {
    int error;
    char step[32];
  } failure = {0};
  if (config->argv[0] == NULL) return event_failed("entrypointFailed", "the image names no command"), false;
  if (!find_identity(config->user, &identity)) return event_failed("entrypointFailed", "the image has no user %s", config->user), false;
  env_default(config, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  env_default(config, "HOSTNAME", config->hostname);
  env_default(config, "HOME", identity.home);
  make_folders(config->workdir);
  for (char **volume = config->volumes; *volume != NULL; volume++) make_folders(*volume);

  int report[2], pipes[2][2], output[2];
  if (pipe2(report, O_CLOEXEC) != 0) return event_failed("guestFailed", "pipe: %s", strerror(errno)), false;
  for (int stream = 0; stream < 2; stream++) {
    if (pipe2(pipes[stream], O_CLOEXEC) != 0) return event_failed("guestFailed", "pipe: %s", strerror(errno)), false;
    /* So that a process that is not root can open /dev/stdout again. */
    if (fchown(pipes[stream][1], identity.uid, identity.gid) != 0) complain("output: %s", strerror(errno));
    fcntl(pipes[stream][0], F_SETFL, O_NONBLOCK);
    streams[stream].fd = pipes[stream][0];
    output[stream] = pipes[stream][1];
  }
  pid = fork_into_cgroup();
  if (pid == 0) become(config, &identity, output, report[1]);
  close(report[1]), close(output[0]), close(output[1]);
  if (pid < 0) return event_failed("guestFailed", "fork: %s", strerror(errno)), false;

  bool failed = read(report[0], &failure, sizeof failure) == sizeof failure;
  close(report[0]);
  if (!failed) return event_started(pid), true;
  if (strcmp(failure.step, "exec") == 0 && failure.error == ENOENT)
    event_failed("entrypointMissing", "%s", config->argv[0]);
  else
    event_failed("entrypointFailed", "%s: %s: %s", failure.step, config->argv[0], strerror(failure.error));
  return false;
}

void workload_signal(int signal) {
  if (pid > 0) kill(pid, signal);
}

/* The CRI log format: 2026-11-22T04:57:14.123Z stdout F text; P instead of F: the line goes on in the next record. */
static size_t prefix(char *to, size_t size, const char *stream) {
  static time_t second = -1;
  static char date[32];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != second) {
    struct tm parts;
    second = now.tv_sec;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &parts));
  }
  return (size_t)snprintf(to, size, "%s.%03ldZ %s ", date, now.tv_nsec / 1000000, stream);
}

bool workload_forward(int stream) {
  static char input[16384], output[64 * 1024];
  ssize_t length = read(streams[stream].fd, input, sizeof input);
  if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) return false;
  char head[64];
  size_t head_length = prefix(head, sizeof head, streams[stream].name), used = 0;
  for (char *at = input, *end = input + (length > 0 ? length : 0); at < end;) {
    char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t text = (size_t)((newline != NULL ? newline : end) - at);
    if (used + head_length + 3 + text > sizeof output) {
      port_write_all(PORT_LOG, output, used);
      used = 0;
    }
    memcpy(output + used, head, head_length);
    memcpy(output + used + head_length, newline != NULL ? "F " : "P ", 2);
    memcpy(output + used + head_length + 2, at, text);
    used += head_length + 2 + text;
    output[used++] = '\n';
    at += text + (newline != NULL ? 1 : 0);
  }
  port_write_all(PORT_LOG, output, used);
  return true;
}

/* What the process wrote before it ended. A child of it may hold the pipe open, so the end of the stream is not awaited. */
void workload_drain(void) {
  for (int stream = 0; stream < 2; stream++) {
    if (streams[stream].fd < 0) continue;
    for (;;) {
      errno = 0;
      if (!workload_forward(stream) || errno == EAGAIN) break;
    }
  }
}
