/* QEMU's user network is the same for every machine, so no DHCP is needed: 10.0.2.15/24, gateway 10.0.2.2. */
#include "guest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static struct sockaddr ipv4(const char *text) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  inet_pton(AF_INET, text, &address.sin_addr);
  struct sockaddr generic;
  memcpy(&generic, &address, sizeof generic);
  return generic;
}

static void request(int fd, unsigned long code, void *argument, const char *what) {
  if (ioctl(fd, code, argument) != 0) complain("network: %s: %s", what, strerror(errno));
}

static void raise_interface(int fd, const char *name) {
  struct ifreq link = {0};
  strcpy(link.ifr_name, name);
  request(fd, SIOCGIFFLAGS, &link, name);
  link.ifr_flags |= IFF_UP | IFF_RUNNING;
  request(fd, SIOCSIFFLAGS, &link, name);
}

/* To ask for changes with; kept, for a clone makes one in its first moments. */
static int control(void) {
  static int fd = -1;
  if (fd < 0) fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return fd;
}

void set_mac(const unsigned char mac[6]) {
  struct ifreq address = {.ifr_name = "eth0", .ifr_hwaddr.sa_family = ARPHRD_ETHER};
  memcpy(address.ifr_hwaddr.sa_data, mac, 6);
  if (ioctl(control(), SIOCSIFHWADDR, &address) != 0 && errno != ENODEV) complain("network: MAC: %s", strerror(errno));
}

void bring_up_network(void) {
  static bool done;
  if (done) return;
  done = true;
  int fd = control();
  raise_interface(fd, "lo");
  if (if_nametoindex("eth0") != 0) {
    /* As in a container of a network without IPv6: no addresses are looked for and no routers. */
    write_file("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "1");
    struct ifreq address = {.ifr_addr = ipv4("10.0.2.15")};
    strcpy(address.ifr_name, "eth0");
    request(fd, SIOCSIFADDR, &address, "address");
    address.ifr_netmask = ipv4("255.255.255.0");
    request(fd, SIOCSIFNETMASK, &address, "netmask");
    raise_interface(fd, "eth0");
    struct rtentry route = {
        .rt_dst = ipv4("0.0.0.0"), .rt_genmask = ipv4("0.0.0.0"), .rt_gateway = ipv4("10.0.2.2"), .rt_flags = RTF_UP | RTF_GATEWAY};
    request(fd, SIOCADDRT, &route, "route");
  }
}
