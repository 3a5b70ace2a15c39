/* fdatasync(2) and fsync(2) that take HALLCTL_FLUSH_DELAY_US microseconds longer: a slower disk, for the bench.
 * cc -shared -fPIC -O2 -o flush_delay.so flush_delay.c -ldl;  LD_PRELOAD=./flush_delay.so program */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int (*flush)(int);

static void rest(void)
{
    const char *told = getenv("HALLCTL_FLUSH_DELAY_US");
    long delay = told ? strtol(told, NULL, 10) : 0;
    struct timespec left = {delay / 1000000, (delay % 1000000) * 1000};
    int kept = errno;

    while (delay > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
    errno = kept;
}

int fdatasync(int descriptor)
{
    static flush real;
    int result;

    if (!real)
        real = (flush)dlsym(RTLD_NEXT, "fdatasync");
    result = real(descriptor);
    rest();
    return result;
}

int fsync(int descriptor)
{
    static flush real;
    int result;

    if (!real)
        real = (flush)dlsym(RTLD_NEXT, "fsync");
    result = real(descriptor);
    rest();
    return result;
}
