/* What the layer of disk.c is to fail: a page of memory that tests/loss/plan.py has, too. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#define NAME 32

enum operation { ON_OPEN, ON_READ, ON_WRITE, ON_SYNC, ON_CHANGE, OPERATIONS }; /* CHANGE: size or name */
enum { WRITING = 1, GROWING = 2, TORN = 4 };                                   /* flags of a fault */

struct fault {
    int32_t error; /* errno; 0: none */
    int32_t after; /* calls that still succeed */
    int32_t times; /* calls that then fail; -1: all */
    uint32_t flags;
    int32_t seen; /* calls on files of this name */
    int32_t hits; /* calls that were failed */
    char name[NAME]; /* the file's name; "": any */
};

static struct fault *plan; /* one for each operation; NULL: nothing fails */

/* Whether the call has to fail; sets errno. The mutex is held. */
static int failing(enum operation operation, const char *name, int writing, int growing)
{
    if (!plan) return 0;
    struct fault *fault = &plan[operation];
    if (fault->name[0] && strncmp(fault->name, name, NAME)) return 0;
    if (((fault->flags & WRITING) && !writing) || ((fault->flags & GROWING) && !growing)) return 0;
    fault->seen++;
    if (!fault->error || fault->times == 0) return 0;
    if (fault->after > 0) {
        fault->after--;
        return 0;
    }
    if (fault->times > 0) fault->times--;
    fault->hits++;
    errno = fault->error;
    return 1;
}
