/*
 * A disk that forgets: loaded in front of the C library, it keeps, beside a database's files, what they held before
 * every write since their last sync. Whoever kills the process can then put back what a power failure would have left.
 *
 * HELI_FORGETS names the database file; FILE, FILE-wal and FILE-journal are watched, FILE….undo is written.
 * HELI_LIES makes syncs succeed without counting, as a disk does that lies or a database that does not ask.
 *
 * A record of the undo file: offset, size of the file before, length, then the bytes that were there before.
 * It is written before the write it undoes, so a process that dies between the two loses nothing.
 * What it does not model: names of files (creations and removals last at once).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void *next_of(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

#define NEXT(name) ((__typeof__(&name))next_of(#name))

static int is_watched(const char *path) {
  const char *file = getenv("HELI_FORGETS");
  if (!file) return 0;
  size_t length = strlen(file);
  if (strncmp(path, file, length) != 0) return 0;
  const char *rest = path + length;
  return !*rest || !strcmp(rest, "-wal") || !strcmp(rest, "-journal");
}

/* The path of an open file, where it is watched. */
static int watched(int fd, char path[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_watched(path);
}

static int undo_of(const char *path, int flags) {
  char name[4200];
  snprintf(name, sizeof name, "%s.undo", path);
  int fd = NEXT(open)(name, O_CREAT | O_WRONLY | O_CLOEXEC | flags, 0600);
  if (fd < 0) abort();
  return fd;
}

/* Remembers what a file holds from an offset on. */
static void remember(int fd, const char *path, uint64_t offset, uint64_t length) {
  struct stat now;
  if (fstat(fd, &now) != 0) abort();
  uint64_t size = (uint64_t)now.st_size;
  uint64_t held = offset >= size ? 0 : size - offset < length ? size - offset : length;
  uint64_t record = 3 * sizeof(uint64_t) + held;
  char *bytes = malloc(record);
  if (!bytes) abort();
  uint64_t head[3] = {offset, size, held};
  memcpy(bytes, head, sizeof head);
  /* The file may be open for writing alone. */
  int reader = NEXT(open)(path, O_RDONLY | O_CLOEXEC);
  if (reader < 0) abort();
  if (held && pread(reader, bytes + sizeof head, held, (off_t)offset) != (ssize_t)held) abort();
  close(reader);
  int undo = undo_of(path, O_APPEND);
  if (NEXT(write)(undo, bytes, record) != (ssize_t)record) abort();
  close(undo);
  free(bytes);
}

static ssize_t write_at(int fd, const void *from, size_t count, off_t offset) {
  char path[4096];
  if (!watched(fd, path)) return NEXT(pwrite)(fd, from, count, offset);
  pthread_mutex_lock(&one_at_a_time);
  remember(fd, path, (uint64_t)offset, count);
  ssize_t done = NEXT(pwrite)(fd, from, count, offset);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t offset) { return write_at(fd, from, count, offset); }
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t offset) { return write_at(fd, from, count, offset); }

static int cut(int fd, off_t size) {
  char path[4096];
  if (!watched(fd, path)) return NEXT(ftruncate)(fd, size);
  pthread_mutex_lock(&one_at_a_time);
  remember(fd, path, (uint64_t)size, UINT64_MAX);
  int done = NEXT(ftruncate)(fd, size);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

static int sync_of(int fd, int (*next)(int)) {
  char path[4096];
  if (!watched(fd, path)) return next(fd);
  if (getenv("HELI_LIES")) return 0;
  pthread_mutex_lock(&one_at_a_time);
  int done = next(fd);
  if (done == 0) close(undo_of(path, O_TRUNC));
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

int fsync(int fd) { return sync_of(fd, NEXT(fsync)); }
int fdatasync(int fd) { return sync_of(fd, NEXT(fdatasync)); }

/* Ways to change a file that are not watched: none may be used, or the test would see too little. */
ssize_t write(int fd, const void *from, size_t count) {
  char path[4096];
  if (fd > 2 && watched(fd, path)) abort();
  return NEXT(write)(fd, from, count);
}

ssize_t writev(int fd, const struct iovec *from, int count) {
  char path[4096];
  if (fd > 2 && watched(fd, path)) abort();
  return NEXT(writev)(fd, from, count);
}

int unlink(const char *path) {
  if (is_watched(path)) abort();
  return NEXT(unlink)(path);
}
