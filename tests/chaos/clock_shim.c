/* clock_shim: shifts a process's wall clock, preloaded into it by LD_PRELOAD.
 *
 * CLOCK_SHIM_FILE names a file whose first 8 bytes are the shift in seconds, a signed integer in
 * the machine's order of bytes. It is mapped, so that who writes it makes the clock jump at once.
 * CLOCK_REALTIME is shifted in clock_gettime, gettimeofday and time; CLOCK_MONOTONIC is not, as
 * no setting of the clock moves it. A process without the file keeps the machine's time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t no_shift = 0;
static const volatile int64_t *shift_s = &no_shift;

__attribute__((constructor)) static void map_shift(void)
{
    const char *path = getenv("CLOCK_SHIM_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED)
        shift_s = mapped;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    /* The system call itself: looking glibc's function up could need the time. */
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *shift_s;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone; /* obsolete: Linux ignores it */
    int failed = clock_gettime(CLOCK_REALTIME, &precise);
    if (!failed) {
        now->tv_sec = precise.tv_sec;
        now->tv_usec = precise.tv_nsec / 1000;
    }
    return failed;
}

time_t time(time_t *also_to)
{
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise))
        return (time_t)-1;
    if (also_to)
        *also_to = precise.tv_sec;
    return precise.tv_sec;
}
