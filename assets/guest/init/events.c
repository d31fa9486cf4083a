/*
 * The events' port: one JSON object per line, kept by the host in a file, so that they are there when nobody listened.
 *   {"event":"template","timeMs":…}                  it waits for the host to say which machine it is
 *   {"event":"ready","timeMs":…,"kernelRelease":"…","shell":true}
 *   {"event":"started","timeMs":…,"pid":…}
 *   {"event":"exited","timeMs":…,"exitCode":…}      128 + the signal's number when a signal ended it
 *   {"event":"failed","timeMs":…,"reason":"…","message":"…"}
 */
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void json_escape(char *to, size_t size, const char *text) {
  size_t used = 0;
  for (; *text != 0 && used + 7 < size; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') to[used++] = '\\', to[used++] = (char)c;
    else if (c < 0x20) used += (size_t)snprintf(to + used, size - used, "\\u%04x", c);
    else to[used++] = (char)c;
  }
  to[used] = 0;
}

static void emit(const char *event, const char *format, ...) {
  char line[4096];
  int used = snprintf(line, sizeof line, "{\"event\":\"%s\",\"timeMs\":%lld,", event, (long long)now_ms());
  va_list arguments;
  va_start(arguments, format);
  used += vsnprintf(line + used, sizeof line - (size_t)used - 3, format, arguments);
  va_end(arguments);
  if (used > (int)sizeof line - 3) used = (int)sizeof line - 3;
  memcpy(line + used, "}\n", 2);
  port_write_all(PORT_EVENTS, line, (size_t)used + 2);
}

void event_template(void) { emit("template", "\"waits\":true"); }

void event_ready(bool has_shell) {
  struct utsname names;
  uname(&names);
  emit("ready", "\"kernelRelease\":\"%s\",\"shell\":%s", names.release, has_shell ? "true" : "false");
}

void event_started(pid_t pid) { emit("started", "\"pid\":%d", pid); }

void event_exited(int exit_code) { emit("exited", "\"exitCode\":%d", exit_code); }

void event_failed(const char *reason, const char *format, ...) {
  char message[1024], escaped[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  json_escape(escaped, sizeof escaped, message);
  complain("%s", message);
  emit("failed", "\"reason\":\"%s\",\"message\":\"%s\"", reason, escaped);
}

void complain(const char *format, ...) {
  char line[1100] = "<3>catamaran: ";
  size_t used = strlen(line);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line + used, sizeof line - used, format, arguments);
  va_end(arguments);
  int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, line, strlen(line)) < 0) { /* there is nobody left to tell */ }
  close(fd);
}
