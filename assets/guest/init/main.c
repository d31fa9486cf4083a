#include "guest.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct config guest_config;

static int epoll_fd;

static void watch(int fd, uint32_t events, uint32_t tag) {
  struct epoll_event event = {.events = events, .data.u32 = tag};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/* Also of processes that were orphaned: they are ours now. */
static void reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (console_reap(pid) || pid != workload_pid()) continue;
    workload_drain();
    event_exited(exit_code(status));
    power_off();
  }
}

static _Noreturn void serve(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  int children = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  watch(children, EPOLLIN, 's');
  watch(workload_output_fd(0), EPOLLIN, 0);
  watch(workload_output_fd(1), EPOLLIN, 1);
  /* Edge-triggered: a port without a reader on the host is hung up all the time. */
  watch(port_fd(PORT_CONSOLE), EPOLLIN | EPOLLOUT | EPOLLET, 'c');
  watch(port_fd(PORT_AGENT), EPOLLIN | EPOLLOUT | EPOLLET, 'a');
  /* It may have ended before anybody listened for it. */
  reap();
  for (;;) {
    struct epoll_event events[8];
    int count = epoll_wait(epoll_fd, events, COUNT(events), -1);
    for (int index = 0; index < count; index++) {
      uint32_t tag = events[index].data.u32;
      struct signalfd_siginfo info;
      if (tag == 's') {
        while (read(children, &info, sizeof info) > 0) {
        }
        reap();
      } else if (tag == 'c') {
        console_on_port(events[index].events);
      } else if (tag == 'p') {
        console_on_pty();
      } else if (tag == 'a') {
        agent_on_port(events[index].events);
      } else if (!workload_forward((int)tag)) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, workload_output_fd((int)tag), NULL);
      }
    }
  }
}

int main(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  mount_kernel_filesystems();
  if (!config_read("/config", &guest_config)) answer_trial();
  set_clock(guest_config.time_ms, 0);
  seed_random(&guest_config);
  load_modules();
  if (guest_config.is_template) become_clone(&guest_config);
  const char *problem = switch_to_disk();
  if (!open_ports()) {
    complain("the host's ports are missing");
    power_off();
  }
  if (problem != NULL) {
    event_failed("guestFailed", "the disk could not be mounted: %s", problem);
    power_off();
  }
  mount_process_filesystems();
  write_system_files(&guest_config);
  bring_up_network();
  event_ready(console_has_shell());
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  console_init(&guest_config, epoll_fd);
  prepare_cgroup(guest_config.processes);
  if (!workload_start(&guest_config)) power_off();
  load_late_modules();
  serve();
}
