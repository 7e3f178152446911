/* Memory for arrays that are walked from end to end. */
#ifndef FIBLAB_MEMORY_H
#define FIBLAB_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

/* `bytes` of memory, or NULL; free() it. Large blocks ask for pages of 2 MiB: with 4 KiB ones the
 * kernel spends a tenth of the whole time on handing out pages. */
static inline void *aligned_bytes(size_t bytes) {
  const size_t huge_page = (size_t)2 << 20, cache_line = 64;
  const size_t alignment = bytes >= huge_page ? huge_page : cache_line;
  if (bytes > SIZE_MAX - alignment) return NULL;
  const size_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
  void *memory = aligned_alloc(alignment, rounded);
#ifdef MADV_HUGEPAGE
  if (memory && alignment == huge_page) (void)madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
}

static inline double *aligned_doubles(size_t count) {
  return count > SIZE_MAX / sizeof(double) ? NULL : aligned_bytes(count * sizeof(double));
}

static inline uint64_t *aligned_words(size_t count) {
  return count > SIZE_MAX / sizeof(uint64_t) ? NULL : aligned_bytes(count * sizeof(uint64_t));
}

#endif
