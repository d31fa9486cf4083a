/*
 * The agent's port. A request is a line "<id> <verb> [arguments]", the answer one JSON line with that id:
 *   stats               memory (bytes), network counters (bytes, all interfaces but lo), processes; nothing is forked for it
 *   processes           `/proc` of each process as text, see look.c
 *   system              what the system is, its addresses, its root filesystem, as text
 *   kill PID TICKS NUMBER  a signal to one process, if it began then
 *   resize COLS ROWS    the console's terminal
 *   signal NUMBER       to the image's process; 0 is the stop signal the image names
 *   time MS             sets the clock, milliseconds since 1970
 *   seed HEX            seeds the random generator anew: its memory came back, and with it numbers that were drawn before
 *   freeze              all of the image's processes stand still: the machine becomes a template (template.c)
 *   awaken LENGTH       and as many bytes: this is a clone of it now, and they go on (template.c)
 *   listening           TCP ports that somebody listens on
 *   fill                makes the root filesystem as large as its disk has become; the disk's size (bytes)
 *   trim                tells the host which blocks of the root filesystem are free; how many (bytes)
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static char line[512];
static size_t line_length;

/* What comes behind an `awaken`; kept, for the configuration points into it. */
static struct {
  unsigned long id;
  char *bytes;
  size_t length, received;
} payload;
#define LONGEST_PAYLOAD (4 * 1024 * 1024)

static void answer(unsigned long id, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void answer(unsigned long id, const char *format, ...) {
  char text[700];
  int used = snprintf(text, sizeof text, "{\"id\":%lu,", id);
  va_list arguments;
  va_start(arguments, format);
  used += vsnprintf(text + used, sizeof text - (size_t)used - 3, format, arguments);
  va_end(arguments);
  memcpy(text + used, "}\n", 2);
  if (write(port_fd(PORT_AGENT), text, (size_t)used + 2) < 0) complain("agent: %s", strerror(errno));
}

static size_t read_small(const char *path, char *to, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read(fd, to, size - 1) : -1;
  if (fd >= 0) close(fd);
  to[length > 0 ? length : 0] = 0;
  return length > 0 ? (size_t)length : 0;
}

static unsigned long long memory_field(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at != NULL ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

static void answer_stats(unsigned long id) {
  char text[4096];
  unsigned long long received = 0, sent = 0;
  read_small("/proc/net/dev", text, sizeof text);
  for (char *row = text; row != NULL && *row != 0; row = strchr(row, '\n') != NULL ? strchr(row, '\n') + 1 : NULL) {
    char name[32];
    unsigned long long in, out;
    if (sscanf(row, " %31[^:]: %llu %*u %*u %*u %*u %*u %*u %*u %llu", name, &in, &out) == 3 && strcmp(name, "lo") != 0)
      received += in, sent += out;
  }
  read_small("/proc/meminfo", text, sizeof text);
  answer(id, "\"memoryTotalBytes\":%llu,\"memoryAvailableBytes\":%llu,\"netReceiveBytes\":%llu,\"netSendBytes\":%llu,\"processes\":%ld",
         memory_field(text, "MemTotal:"), memory_field(text, "MemAvailable:"), received, sent, cgroup_processes());
}

/* In a child: the kernel may be at it for seconds, and the process's output is to be forwarded meanwhile. */
static void answer_disk(unsigned long id, bool trims) {
  if (fork() != 0) return;
  uint64_t bytes = 0;
  bool done = trims ? disk_trim("/", &bytes) : disk_fill("/dev/vda", "/", &bytes);
  if (done) answer(id, "\"bytes\":%llu", (unsigned long long)bytes);
  else answer(id, "\"error\":\"%s\"", strerror(errno));
  _exit(0);
}

/* Columns: number, local address:port, remote address:port, state; 0A is LISTEN. */
static void collect_listening(const char *path, char *to, size_t size) {
  FILE *table = fopen(path, "re");
  char row[512];
  unsigned int port, state;
  while (table != NULL && fgets(row, sizeof row, table) != NULL) {
    size_t used = strlen(to);
    if (sscanf(row, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) != 2 || state != 0x0a) continue;
    snprintf(to + used, size - used, "%s%u", used == 0 ? "" : ",", port);
  }
  if (table != NULL) fclose(table);
}

static void answer_listening(unsigned long id) {
  char ports[400] = "";
  collect_listening("/proc/net/tcp", ports, sizeof ports - 8);
  collect_listening("/proc/net/tcp6", ports, sizeof ports - 8);
  answer(id, "\"ports\":[%s]", ports);
}

static void expect_payload(unsigned long id, long long length) {
  if (length <= 0 || length > LONGEST_PAYLOAD || (payload.bytes = malloc((size_t)length + 1)) == NULL)
    return answer(id, "\"error\":\"unusable length\"");
  payload.id = id;
  payload.length = (size_t)length;
  payload.received = 0;
}

static void reseed(const char *hex) {
  struct config fresh = {0};
  fresh.seed_length = parse_hex(hex, fresh.seed, sizeof fresh.seed);
  seed_random(&fresh);
}

static void serve(char *request) {
  char *rest;
  unsigned long id = strtoul(request, &rest, 10);
  const char *name = rest == request ? NULL : strtok_r(rest, " ", &rest);
  if (name == NULL) return;
  const char *arguments = rest;
  long long first = (long long)strtoull(rest, &rest, 10), second = (long long)strtoull(rest, &rest, 10);
  long long third = (long long)strtoull(rest, &rest, 10);
  if (strcmp(name, "stats") == 0) return answer_stats(id);
  if (strcmp(name, "listening") == 0) return answer_listening(id);
  if (strcmp(name, "awaken") == 0) return expect_payload(id, first);
  if (strcmp(name, "processes") == 0) return look_processes(id);
  if (strcmp(name, "system") == 0) return look_system(id);
  if (strcmp(name, "fill") == 0 || strcmp(name, "trim") == 0) return answer_disk(id, strcmp(name, "trim") == 0);
  if (strcmp(name, "freeze") == 0) {
    if (!cgroup_freeze(true)) return answer(id, "\"error\":\"%s\"", strerror(errno));
    /* Or every clone would write out what the template has written. */
    sync();
  } else if (strcmp(name, "resize") == 0 && first > 0 && first < 10000 && second > 0 && second < 10000) {
    console_resize((int)first, (int)second);
  } else if (strcmp(name, "signal") == 0 && first >= 0 && first < 65) {
    workload_signal(first == 0 ? guest_config.stop_signal : (int)first);
  } else if (strcmp(name, "kill") == 0 && first > 0 && third > 0 && third < 65) {
    if (!signal_process((pid_t)first, (unsigned long long)second, (int)third)) return answer(id, "\"error\":\"no such process\"");
  } else if (strcmp(name, "seed") == 0) {
    reseed(arguments);
  } else if (strcmp(name, "time") == 0 && first > 0) {
    struct timespec now = {.tv_sec = first / 1000, .tv_nsec = first % 1000 * 1000000};
    clock_settime(CLOCK_REALTIME, &now);
  } else {
    return answer(id, "\"error\":\"unknown request\"");
  }
  answer(id, "\"done\":true");
}

void agent_on_port(uint32_t events) {
  /* Whoever connects next starts a new line. */
  if ((events & EPOLLHUP) != 0) line_length = 0;
  char input[512];
  for (ssize_t length; (length = read(port_fd(PORT_AGENT), input, sizeof input)) > 0;) {
    for (ssize_t index = 0; index < length; index++) {
      if (payload.received < payload.length) {
        payload.bytes[payload.received++] = input[index];
        if (payload.received < payload.length) continue;
        payload.bytes[payload.length] = 0;
        awaken_clone(payload.bytes, payload.length);
        answer_done(payload.id);
        continue;
      }
      if (input[index] != '\n') {
        if (line_length < sizeof line - 1) line[line_length++] = input[index];
        continue;
      }
      line[line_length] = 0;
      line_length = 0;
      serve(line);
    }
  }
}
