#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void append(char ***list, size_t *count, char *item) {
  *list = realloc(*list, (*count + 2) * sizeof(char *));
  (*list)[(*count)++] = item;
  (*list)[*count] = NULL;
}

bool config_read(const char *path, struct config *config) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat status;
  if (fstat(fd, &status) != 0) return false;
  size_t size = (size_t)status.st_size;
  char *content = malloc(size + 1);
  if (content == NULL || read(fd, content, size) != (ssize_t)size) return false;
  content[size] = 0;
  close(fd);
  config_parse(content, size, config);
  return true;
}

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

size_t parse_hex(const char *text, unsigned char *to, size_t size) {
  size_t count = 0;
  for (; count < size && hex_digit(text[0]) >= 0 && hex_digit(text[1]) >= 0; text += 2)
    to[count++] = (unsigned char)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
  return count;
}

void config_parse(char *content, size_t size, struct config *config) {
  *config = (struct config){.hostname = "vm", .workdir = "/", .machine_id = "", .user = "", .stop_signal = 15};
  size_t arguments = 0, variables = 0, volumes = 0;
  append(&config->argv, &arguments, NULL), arguments = 0;
  append(&config->env, &variables, NULL), variables = 0;
  append(&config->volumes, &volumes, NULL), volumes = 0;

  for (char *at = content; at < content + size;) {
    char *key = at, *value = key + strlen(key) + 1;
    if (value >= content + size) break;
    at = value + strlen(value) + 1;
    if (strcmp(key, "arg") == 0) append(&config->argv, &arguments, value);
    else if (strcmp(key, "env") == 0) append(&config->env, &variables, value);
    else if (strcmp(key, "volume") == 0) append(&config->volumes, &volumes, value);
    else if (strcmp(key, "machine-id") == 0) config->machine_id = value;
    else if (strcmp(key, "hostname") == 0) config->hostname = value;
    else if (strcmp(key, "workdir") == 0) config->workdir = value;
    else if (strcmp(key, "user") == 0) config->user = value;
    else if (strcmp(key, "stop-signal") == 0) config->stop_signal = atoi(value);
    else if (strcmp(key, "time-ms") == 0) config->time_ms = atoll(value);
    else if (strcmp(key, "processes") == 0) config->processes = atol(value);
    else if (strcmp(key, "seed") == 0) config->seed_length = parse_hex(value, config->seed, sizeof config->seed);
    else if (strcmp(key, "mac") == 0) config->has_mac = parse_hex(value, config->mac, sizeof config->mac) == sizeof config->mac;
    else if (strcmp(key, "template") == 0) config->is_template = true;
  }
}

const char *env_get(char *const *env, const char *name) {
  size_t length = strlen(name);
  for (; *env != NULL; env++)
    if (strncmp(*env, name, length) == 0 && (*env)[length] == '=') return *env + length + 1;
  return NULL;
}

void env_default(struct config *config, const char *name, const char *value) {
  if (env_get(config->env, name) != NULL) return;
  size_t count = 0;
  while (config->env[count] != NULL) count++;
  char *entry = NULL;
  if (asprintf(&entry, "%s=%s", name, value) >= 0) append(&config->env, &count, entry);
}
