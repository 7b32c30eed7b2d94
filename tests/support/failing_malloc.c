/* Preloaded into a program: memory runs out at a given request. FAIL_MALLOC=n fails the n-th request after main() begins,
   FAIL_MALLOC=n+ that one and all after it; FAIL_MALLOC_COUNT=FILE writes how many there were. Not for what it starts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

static atomic_long requests;
static long fails_at, fails_after;
static int armed;
static const char* count_file;
static int (*real_main)(int, char**, char**);

static int fails(void) {
  if (!armed) return 0;
  const long number = atomic_fetch_add(&requests, 1) + 1;
  if ((fails_at == 0 || number != fails_at) && (fails_after == 0 || number < fails_after)) return 0;
  errno = ENOMEM;
  return 1;
}

void* malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void* realloc(void* block, size_t size) { return size > 0 && fails() ? NULL : __libc_realloc(block, size); }
void* memalign(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
  void* fresh = memalign(alignment, size);
  if (!fresh) return ENOMEM;
  *block = fresh;
  return 0;
}

static void write_count(void) {
  armed = 0;
  char text[32];
  const int file = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int size = snprintf(text, sizeof text, "%ld", (long)requests);
  if (file >= 0 && write(file, text, (size_t)size) == size) close(file);
}

static int armed_main(int argc, char** argv, char** environment) {
  const char* when = getenv("FAIL_MALLOC");
  count_file = getenv("FAIL_MALLOC_COUNT");
  if (when) *(strchr(when, '+') ? &fails_after : &fails_at) = atol(when);
  unsetenv("LD_PRELOAD");
  if (count_file) atexit(write_count);
  armed = 1;
  return real_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void* stack_end) {
  int (*start)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void), void (*)(void), void*);
  *(void**)&start = dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = main;
  return start(&armed_main, argc, argv, init, fini, rtld_fini, stack_end);
}
