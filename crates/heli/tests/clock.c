/*
 * A clock that goes ahead: loaded in front of the C library, it adds the seconds that the file named by HELI_CLOCK holds
 * to the time of day. Intervals go by another clock and stay as they are.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
  const char *path = getenv("HELI_CLOCK");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  char digits[24] = {0};
  ssize_t length = read(fd, digits, sizeof digits - 1);
  close(fd);
  return length > 0 ? atol(digits) : 0;
}

int clock_gettime(clockid_t id, struct timespec *at) {
  int failed = (int)syscall(SYS_clock_gettime, id, at);
  if (!failed && id == CLOCK_REALTIME) at->tv_sec += ahead();
  return failed;
}
