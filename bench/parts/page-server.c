/*
 * The workload of vm-clone: one process that says "up" when it listens on port 80, and answers every connection by itself, as servers
 * do. One that forks for each would measure what a fork costs under emulation.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(80)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&any, sizeof any) != 0 || listen(listener, 16) != 0) return 1;
  if (write(1, "up\n", 3) < 0) return 1;
  for (;;) {
    char request[512];
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) return 1;
    if (read(connection, request, sizeof request) < 0 || write(connection, "page\n", 5) < 0) { /* it went away */ }
    close(connection);
  }
}
