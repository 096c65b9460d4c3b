/* assay-allocs.so: counts what a process asks of the C library's allocator; preloaded into counting
 * hosts alone.
 *
 * Why __libc_malloc and not dlsym(RTLD_NEXT): looking a symbol up may itself allocate; what glibc
 * exports under these names is its own allocator and needs no looking up.  Memory stays the C
 * library's, so free is left to it.  What counts: each call that may hand out new memory, with the
 * bytes asked for; a realloc counts in full.  Invariant: no call here but into the C library's
 * allocator, so that no count can lead to another. */
#include "counting/allocs.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void *realloc(void *memory, size_t bytes);
void *reallocarray(void *memory, size_t count, size_t bytes);
void *memalign(size_t alignment, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes);
void *valloc(size_t bytes);
void *pvalloc(size_t bytes);
int posix_memalign(void **ret_memory, size_t alignment, size_t bytes);

extern struct alloc_counts assay_alloc_counts;
EXPORTED struct alloc_counts assay_alloc_counts;

static void add(size_t bytes)
{
    __atomic_fetch_add(&assay_alloc_counts.allocations, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&assay_alloc_counts.bytes, bytes, __ATOMIC_RELAXED);
}

EXPORTED void *malloc(size_t bytes)
{
    add(bytes);
    return __libc_malloc(bytes);
}

EXPORTED void *calloc(size_t count, size_t bytes)
{
    add(count * bytes);
    return __libc_calloc(count, bytes);
}

EXPORTED void *realloc(void *memory, size_t bytes)
{
    if (memory == NULL || bytes != 0)
        add(bytes);
    return __libc_realloc(memory, bytes);
}

EXPORTED void *reallocarray(void *memory, size_t count, size_t bytes)
{
    size_t product;
    if (__builtin_mul_overflow(count, bytes, &product)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, product);
}

EXPORTED void *memalign(size_t alignment, size_t bytes)
{
    add(bytes);
    return __libc_memalign(alignment, bytes);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

EXPORTED void *valloc(size_t bytes)
{
    return memalign(page_bytes(), bytes);
}

EXPORTED void *pvalloc(size_t bytes)
{
    size_t page = page_bytes();
    return memalign(page, (bytes + page - 1) / page * page);
}

EXPORTED int posix_memalign(void **ret_memory, size_t alignment, size_t bytes)
{
    int before = errno;
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *memory = memalign(alignment, bytes);
    errno = before;
    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}
