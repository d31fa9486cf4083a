/*
 * What the host sees of the inside, by the agent's port: files of the kernel as lines `<path>:<line>`, as `grep -H` writes them,
 * in one JSON string. Nothing is forked for it, and nothing of the image is run.
 */
#include "guest.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Of each file; a command may be longer than anybody reads. */
static char content[4096];
#define MOST_PROCESSES 500

static void say(const char *text) { port_write_all(PORT_AGENT, text, strlen(text)); }

static void say_line(const char *path, const char *text) {
  char line[sizeof content + 300], escaped[sizeof line * 2];
  snprintf(line, sizeof line, "%s:%s\n", path, text);
  json_escape(escaped, sizeof escaped, line);
  say(escaped);
}

/* Returns the length; content ends in NUL. */
static size_t read_content(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read(fd, content, sizeof content - 1) : -1;
  if (fd >= 0) close(fd);
  content[length > 0 ? length : 0] = 0;
  return length > 0 ? (size_t)length : 0;
}

/* With `names`, only the lines that begin with one of them. */
static void say_file(const char *path, const char *const names[]) {
  size_t length = read_content(path);
  /* Arguments stand one after the other, each with a NUL. */
  for (size_t at = 0; at + 1 < length; at++)
    if (content[at] == 0) content[at] = ' ';
  char *rest = NULL;
  for (char *row = strtok_r(content, "\n", &rest); row != NULL; row = strtok_r(NULL, "\n", &rest)) {
    bool wanted = names == NULL;
    for (const char *const *name = names; !wanted && *name != NULL; name++) wanted = strncmp(row, *name, strlen(*name)) == 0;
    if (wanted) say_line(path, row);
  }
}

static void begin(unsigned long id) {
  char text[64];
  snprintf(text, sizeof text, "{\"id\":%lu,\"text\":\"", id);
  say(text);
}

static void end(void) { say("\"}\n"); }

void look_processes(unsigned long id) {
  static const char *const fields[] = {"Uid:", "Threads:", "VmRSS:", "NSpid:", NULL};
  char path[300];
  begin(id);
  say_file("/proc/uptime", NULL);
  say_file("/proc/1/uid_map", NULL);
  DIR *folder = opendir("/proc");
  int told = 0;
  for (struct dirent *entry; folder != NULL && told < MOST_PROCESSES && (entry = readdir(folder)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    told++;
    snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
    say_file(path, NULL);
    snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
    say_file(path, fields);
    snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
    say_file(path, NULL);
  }
  if (folder != NULL) closedir(folder);
  end();
}

static void say_addresses(void) {
  struct ifaddrs *all = NULL;
  if (getifaddrs(&all) != 0) return;
  for (struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
    if (one->ifa_addr == NULL || one->ifa_netmask == NULL) continue;
    bool six = one->ifa_addr->sa_family == AF_INET6;
    if (!six && one->ifa_addr->sa_family != AF_INET) continue;
    const unsigned char *bytes = six ? ((struct sockaddr_in6 *)one->ifa_netmask)->sin6_addr.s6_addr
                                     : (unsigned char *)&((struct sockaddr_in *)one->ifa_netmask)->sin_addr;
    int prefix = 0;
    for (int at = 0; at < (six ? 16 : 4); at++) prefix += __builtin_popcount(bytes[at]);
    char address[INET6_ADDRSTRLEN], text[200];
    const void *source = six ? (void *)&((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr
                             : (void *)&((struct sockaddr_in *)one->ifa_addr)->sin_addr;
    if (inet_ntop(one->ifa_addr->sa_family, source, address, sizeof address) == NULL) continue;
    snprintf(text, sizeof text, "%s %s %d", one->ifa_name, address, prefix);
    say_line("address", text);
  }
  freeifaddrs(all);
}

void look_system(unsigned long id) {
  char path[300], text[64];
  begin(id);
  say_file("/etc/os-release", NULL);
  say_file("/proc/sys/kernel/osrelease", NULL);
  say_file("/proc/sys/kernel/hostname", NULL);
  say_file("/proc/net/dev", NULL);
  DIR *folder = opendir("/sys/class/net");
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/sys/class/net/%s/address", entry->d_name);
    say_file(path, NULL);
  }
  if (folder != NULL) closedir(folder);
  say_addresses();
  struct statvfs root;
  if (statvfs("/", &root) == 0) {
    unsigned long long total = (unsigned long long)root.f_blocks * root.f_frsize, free = (unsigned long long)root.f_bfree * root.f_frsize;
    snprintf(text, sizeof text, "%llu %llu", total - free, total);
    say_line("root", text);
  }
  snprintf(text, sizeof text, "%ld %ld", sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_NPROCESSORS_CONF));
  say_line("cpus", text);
  end();
}

/* The start is field 22; a name may hold anything, so that fields are counted from the last parenthesis. */
static unsigned long long start_ticks(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  if (read_content(path) == 0) return 0;
  char *at = strrchr(content, ')');
  for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
  return at != NULL ? strtoull(at, NULL, 10) : 0;
}

bool signal_process(pid_t pid, unsigned long long ticks, int number) {
  return ticks != 0 && start_ticks(pid) == ticks && kill(pid, number) == 0;
}
