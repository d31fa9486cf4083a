/*
 * The image's own users, read as a container engine reads them. The C library's getpwnam would load name service
 * libraries, which a static program must not.
 */
#include "guest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts a line at its colons; returns how many fields there were. */
static size_t split(char *line, char *fields[], size_t limit) {
  size_t count = 0;
  line[strcspn(line, "\r\n")] = 0;
  while (count < limit) {
    fields[count++] = line;
    line = strchr(line, ':');
    if (line == NULL) break;
    *line++ = 0;
  }
  return count;
}

static bool is_number(const char *text) {
  if (*text == 0) return false;
  for (; *text != 0; text++)
    if (!isdigit((unsigned char)*text)) return false;
  return true;
}

/* A name in the image may be made of digits: the name is looked for first, as engines do. */
static bool find_user(const char *user, struct identity *identity, char *name, size_t size) {
  FILE *file = fopen("/etc/passwd", "re");
  bool found = false;
  char line[1024], *fields[7];
  while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
    if (split(line, fields, COUNT(fields)) < 6) continue;
    if (strcmp(fields[0], user) != 0 && !(is_number(user) && strcmp(fields[2], user) == 0)) continue;
    found = true;
    identity->uid = (uid_t)strtoul(fields[2], NULL, 10);
    identity->gid = (gid_t)strtoul(fields[3], NULL, 10);
    snprintf(identity->home, sizeof identity->home, "%s", fields[5]);
    snprintf(name, size, "%s", fields[0]);
  }
  if (file != NULL) fclose(file);
  if (found || !is_number(user)) return found;
  identity->uid = (uid_t)strtoul(user, NULL, 10);
  return true;
}

static bool lists_member(const char *members, const char *name) {
  size_t length = strlen(name);
  for (const char *at = members; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
    if (strncmp(at, name, length) == 0 && (at[length] == 0 || at[length] == ',')) return length > 0;
  return false;
}

/* With a group: that one. Without: the groups that list the user as a member. */
static bool find_groups(const char *group, const char *name, struct identity *identity) {
  FILE *file = fopen("/etc/group", "re");
  bool found = false;
  char line[4096], *fields[4];
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (split(line, fields, COUNT(fields)) < 4) continue;
    gid_t gid = (gid_t)strtoul(fields[2], NULL, 10);
    if (group != NULL && !found && (strcmp(fields[0], group) == 0 || (is_number(group) && strcmp(fields[2], group) == 0))) {
      identity->gid = gid;
      found = true;
    }
    if (group == NULL && lists_member(fields[3], name) && identity->group_count < COUNT(identity->groups))
      identity->groups[identity->group_count++] = gid;
  }
  if (file != NULL) fclose(file);
  if (group == NULL || found) return true;
  if (!is_number(group)) return false;
  identity->gid = (gid_t)strtoul(group, NULL, 10);
  return true;
}

bool find_identity(const char *user, struct identity *identity) {
  char wanted[256], name[256] = "";
  snprintf(wanted, sizeof wanted, "%s", user);
  char *group = strchr(wanted, ':');
  if (group != NULL) *group++ = 0;
  if (group != NULL && *group == 0) group = NULL;
  *identity = (struct identity){.home = "/"};
  return find_user(*wanted == 0 ? "0" : wanted, identity, name, sizeof name) && find_groups(group, name, identity);
}
