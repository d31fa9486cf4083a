/*
 * Catamaran's guest: the only program of the initramfs. It brings up the devices, switches to the machine's disk, starts
 * the image's process, and stays as process 1: it forwards output, serves the console and the agent's port, reaps, and
 * powers the machine off when the process has ended.
 *
 * Ports (virtio-serial), as the host names them:
 *   catamaran.log      to the host: what the process writes, in the CRI log format
 *   catamaran.events   to the host: JSON lines, see events.c
 *   catamaran.agent    both ways: a request per line, a JSON line in answer, see agent.c
 *   catamaran.console  both ways: raw bytes of a pseudo-terminal with the image's shell
 */
#ifndef CATAMARAN_GUEST_H
#define CATAMARAN_GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the host put beside us in the initramfs: pairs of NUL-terminated key and value in /config. */
struct config {
  const char *hostname;
  const char *workdir;
  /* 32 hexadecimal digits, empty if not given. */
  const char *machine_id;
  /* name|uid[:group|gid], empty for root */
  const char *user;
  char **argv;
  char **env;
  /* Folders that are there when the process starts. */
  char **volumes;
  int stop_signal;
  /* Milliseconds since 1970 when the host wrote this, 0 if not given. */
  int64_t time_ms;
  /* Highest number of tasks, 0 for no limit. */
  long processes;
  unsigned char mac[6];
  bool has_mac;
  /* Of the host's own generator. */
  unsigned char seed[64];
  size_t seed_length;
  /* It is to become a template: nothing of it is a machine's own yet. */
  bool is_template;
};

extern struct config guest_config;

/* config.c */
bool config_read(const char *path, struct config *config);
/* Keeps pointers into the content, which ends in NUL. */
void config_parse(char *content, size_t size, struct config *config);
/* Pairs of lower-case digits; returns how many bytes they were. */
size_t parse_hex(const char *text, unsigned char *to, size_t size);
const char *env_get(char *const *env, const char *name);
/* Adds NAME=value unless the name is set already. */
void env_default(struct config *config, const char *name, const char *value);

/* boot.c */
void mount_kernel_filesystems(void);
void load_modules(void);
/* The modules that can wait, in a child of their own; -1 when there are none. */
pid_t load_late_modules(void);
const char *switch_to_disk(void);
void mount_process_filesystems(void);
/* To a file of the kernel; complains when that fails. */
void write_file(const char *path, const char *content);
/* Host name, its address, machine-id, MAC: what no two machines share. */
void write_identity(const struct config *config);
/* That, and what is the same in all. */
void write_system_files(const struct config *config);
void seed_random(const struct config *config);
/* `booted_ms`: the kernel's own uptime when the host wrote the time down. */
void set_clock(int64_t time_ms, int64_t booted_ms);
_Noreturn void power_off(void);
_Noreturn void answer_trial(void);

/* disk.c: false, with errno, when the kernel cannot. */
/* Makes the filesystem as large as its device, whose size it tells. */
bool disk_fill(const char *device, const char *mount, uint64_t *bytes);
/* Tells the host which blocks are free; how many bytes they were. */
bool disk_trim(const char *mount, uint64_t *bytes);

/* network.c */
/* Of an interface that is up, too. */
void set_mac(const unsigned char mac[6]);
/* Once, however often it is called. */
void bring_up_network(void);

/* ports.c */
enum port { PORT_LOG, PORT_EVENTS, PORT_AGENT, PORT_CONSOLE, PORT_COUNT };
bool open_ports(void);
int port_fd(enum port port);
/* Waits until the host has taken all of it; only for ports that the host always reads. */
void port_write_all(enum port port, const char *bytes, size_t length);

/* events.c */
int64_t now_ms(void);
/* Writes text as the inside of a JSON string; always ends it with NUL. */
void json_escape(char *to, size_t size, const char *text);
void event_template(void);
void event_ready(bool has_shell);
void event_started(pid_t pid);
void event_exited(int exit_code);
void event_failed(const char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* To the kernel's log, and so to the boot log. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* users.c */
struct identity {
  uid_t uid;
  gid_t gid;
  gid_t groups[64];
  size_t group_count;
  char home[256];
};
/* Looks the image's user up in its own /etc/passwd and /etc/group; false: no such user or group. */
bool find_identity(const char *user, struct identity *identity);

/* workload.c */
void prepare_cgroup(long processes);
/* As fork, with the child born in the guest's control group. */
pid_t fork_into_cgroup(void);
long cgroup_processes(void);
void limit_processes(long processes);
/* All processes of the image stand still, or go on; false, with errno, when the kernel cannot. */
bool cgroup_freeze(bool frozen);
/* False: an event has told why. */
bool workload_start(struct config *config);
pid_t workload_pid(void);
void workload_signal(int signal);
int workload_output_fd(int stream);
/* Forwards what there is to read; false at the end of the stream. */
bool workload_forward(int stream);
void workload_drain(void);

/* console.c */
bool console_has_shell(void);
void console_init(const struct config *config, int epoll);
void console_on_port(uint32_t events);
void console_on_pty(void);
/* Whether the process that ended was the console's shell. */
bool console_reap(pid_t pid);
void console_resize(int cols, int rows);

/* agent.c */
void agent_on_port(uint32_t events);

/* look.c */
void look_processes(unsigned long id);
void look_system(unsigned long id);
/* Only to that very process: the number, and when it began, in the kernel's ticks. */
bool signal_process(pid_t pid, unsigned long long ticks, int number);

/* template.c */
/* Waits, as a template that is kept and as every clone of it that begins, until the host says which machine this is. */
void become_clone(struct config *config);
/* A clone of a template whose process runs already: makes it a machine of its own, and lets the process go on. */
void awaken_clone(char *content, size_t size);
/* Until the host hears it: right after a clone goes on, its kernel may not know yet that the host listens. */
void answer_done(unsigned long id);

#endif
