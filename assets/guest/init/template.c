/*
 * A template is a guest that has done all that is the same for every machine: its kernel is up, its devices are there, no
 * disk is mounted. Its memory is kept, and every clone of it goes on from here. The host then says, on the agent's port,
 *   "<id> become <length>\n" and as many bytes: a configuration as in /config (config.c)
 * and the answer is {"id":<id>,"done":true}.
 *
 * A warm template is one whose process runs already: it was frozen ("freeze", agent.c) when it was ready. The host says
 *   "<id> awaken <length>\n" and as many bytes: again a configuration, of which the process is told nothing
 * What the process has in its own memory (random numbers that it drew, its host name) is the template's.
 */
#include "guest.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LONGEST (4 * 1024 * 1024)

/* A port that nobody on the host has opened reads as its end: it is waited for. */
static bool read_all(char *to, size_t length) {
  while (length > 0) {
    ssize_t count = read(port_fd(PORT_AGENT), to, length);
    if (count > 0) {
      to += count;
      length -= (size_t)count;
    } else if (count == 0) {
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } else if (errno == EAGAIN) {
      struct pollfd wait = {.fd = port_fd(PORT_AGENT), .events = POLLIN};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

static bool read_line(char *to, size_t size) {
  for (size_t at = 0; at + 1 < size; at++) {
    if (!read_all(to + at, 1)) return false;
    if (to[at] != '\n') continue;
    to[at] = 0;
    return true;
  }
  return false;
}

/* The kernel may not have been told yet that the host has opened the port, and refuses to write until then. */
void answer_done(unsigned long id) {
  char answer[64];
  int used = snprintf(answer, sizeof answer, "{\"id\":%lu,\"done\":true}\n", id);
  for (int attempt = 0; attempt < 5000; attempt++) {
    if (write(port_fd(PORT_AGENT), answer, (size_t)used) > 0) return;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

static int64_t booted_ms(void) {
  struct timespec uptime;
  clock_gettime(CLOCK_BOOTTIME, &uptime);
  return (int64_t)uptime.tv_sec * 1000 + uptime.tv_nsec / 1000000;
}

void become_clone(struct config *config) {
  pid_t loader = load_late_modules();
  if (loader > 0) waitpid(loader, NULL, 0);
  if (!open_ports()) {
    complain("the host's ports are missing");
    power_off();
  }
  bring_up_network();
  event_template();
  char request[128];
  unsigned long id, length;
  do {
    if (!read_line(request, sizeof request)) power_off();
  } while (sscanf(request, "%lu become %lu", &id, &length) != 2 || length > LONGEST);
  char *content = malloc(length + 1);
  if (content == NULL || !read_all(content, length)) power_off();
  content[length] = 0;
  int64_t heard_ms = booted_ms();
  config_parse(content, length, config);
  set_clock(config->time_ms, heard_ms);
  seed_random(config);
  answer_done(id);
}

void awaken_clone(char *content, size_t size) {
  struct config config;
  int64_t heard_ms = booted_ms();
  config_parse(content, size, &config);
  set_clock(config.time_ms, heard_ms);
  seed_random(&config);
  write_identity(&config);
  limit_processes(config.processes);
  guest_config.hostname = config.hostname;
  /* Its kernel, and whether it has a shell, the host knows from the template. */
  if (!cgroup_freeze(false)) complain("the process does not go on: %s", strerror(errno));
  event_started(workload_pid());
}
