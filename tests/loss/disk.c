/* A disk that remembers and can fail: an LD_PRELOAD layer between one process and the files below one directory.

   disk_begin(root, journal, plan) arms it. From then on
   - every change of a file below `root` (bytes, size, name, sync) is appended to `journal`, in the order in which it
     happened, as a `struct record` and its payload; what a disk would hold after a power cut at any moment is made
     from it (tests/loss/recording.py);
   - every call is counted and may be failed as the shared page `plan` says (tests/loss/plan.py), which another process
     changes while this one runs.

   What cannot be followed (a writable mapping, a hard link, a second descriptor) is journalled as UNKNOWN, so that the
   reader fails loudly instead of believing a wrong disk. SQLite's -shm is exempt: it is no part of what must survive.
   The calls go to the kernel directly; 64-bit Linux only. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"
#include "journal.h"

_Static_assert(sizeof(off_t) == 8 && sizeof(long) == 8, "64-bit only");

#define DESCRIPTORS 65536

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static char names[DESCRIPTORS][NAME]; /* of the files below root, by descriptor; "": another file */

static const char *last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int below(const char *path)
{
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int watched(int fd) { return fd >= 0 && fd < DESCRIPTORS && names[fd][0]; }

static int exempt(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, "-shm");
}

static void watch(int fd, const char *path)
{
    if (fd < DESCRIPTORS) snprintf(names[fd], NAME, "%.*s", NAME - 1, last(path));
}

static void note_open(int fd, const char *path, int flags, int existed)
{
    struct stat now;
    if (fd >= DESCRIPTORS || fstat(fd, &now)) {
        note_path(UNKNOWN, fd, 0, path);
        return;
    }
    watch(fd, path);
    if (exempt(path)) return;
    uint32_t told = existed ? 0 : CREATED;
    if (existed && (flags & O_TRUNC)) told |= EMPTIED;
    if (S_ISDIR(now.st_mode)) told |= DIRECTORY;
    note_path(OPEN, fd, told, path);
}

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    if (!root_length || (path[0] == '/' && !below(path))) return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&mutex);
    int fd = -1;
    int writing = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    if (path[0] == '/') {
        struct stat before;
        int existed = !fstatat(AT_FDCWD, path, &before, 0);
        if (!failing(ON_OPEN, last(path), writing, 0)) {
            fd = (int)syscall(SYS_openat, folder, path, flags, mode);
            if (fd >= 0) note_open(fd, path, flags, existed);
        }
    } else { /* relative: followed only if it leads elsewhere */
        fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        char link[64], full[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = fd < 0 ? -1 : readlink(link, full, sizeof full - 1);
        if (length > 0) {
            full[length] = 0;
            if (below(full) && writing) note_path(UNKNOWN, fd, 0, full);
        }
    }
    int error = errno;
    pthread_mutex_unlock(&mutex);
    errno = error;
    return fd;
}

#define MODE_OF(flags, mode)                        \
    mode_t mode = 0;                                \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {        \
        va_list rest;                               \
        va_start(rest, flags);                      \
        mode = va_arg(rest, mode_t);                \
        va_end(rest);                               \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return open_at(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd)
{
    if (!watched(fd)) return (int)syscall(SYS_close, fd);
    pthread_mutex_lock(&mutex);
    if (!exempt(names[fd])) note(CLOSE, fd, 0, 0, "", 0);
    names[fd][0] = 0;
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&mutex);
    return result;
}

/* ---------------------------------------------------------------- bytes */

/* `offset` < 0: at the descriptor's own place. */
static ssize_t write_at(int fd, const void *data, size_t length, off_t offset)
{
    int positioned = offset >= 0;
    if (!watched(fd))
        return positioned ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
    pthread_mutex_lock(&mutex);
    struct stat now = {0};
    fstat(fd, &now);
    int appending = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    off_t place = positioned ? offset : appending ? now.st_size : lseek(fd, 0, SEEK_CUR);
    ssize_t done = -1;
    int failed = failing(ON_WRITE, names[fd], 1, place + (off_t)length > now.st_size);
    int error = errno;
    if (failed && (plan[ON_WRITE].flags & TORN) && length > 1) length /= 2; /* half of it arrives all the same */
    if (!failed || (plan[ON_WRITE].flags & TORN)) {
        /* Journalled first: who is killed between the two has changed nothing that the journal does not know. */
        if (!exempt(names[fd])) note(WRITE, fd, 0, place, data, length);
        done = positioned ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
        if (!failed) error = errno;
        if (done != (ssize_t)length && !exempt(names[fd])) note_path(UNKNOWN, fd, 0, "a write not done as journalled");
    }
    pthread_mutex_unlock(&mutex);
    errno = error;
    return failed ? -1 : done;
}

ssize_t write(int fd, const void *data, size_t length) { return write_at(fd, data, length, -1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return write_at(fd, data, length, offset); }

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset)
{
    if (!watched(fd))
        return offset >= 0 ? syscall(SYS_pwritev, fd, parts, count, offset, 0L) : syscall(SYS_writev, fd, parts, count);
    ssize_t sum = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = write_at(fd, parts[i].iov_base, parts[i].iov_len, offset >= 0 ? offset + sum : -1);
        if (done < 0) return sum ? sum : -1;
        sum += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return sum;
}

ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return write_parts(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return write_parts(fd, parts, count, at); }

static int read_fails(int fd)
{
    if (!watched(fd)) return 0;
    pthread_mutex_lock(&mutex);
    int failed = failing(ON_READ, names[fd], 0, 0);
    pthread_mutex_unlock(&mutex);
    return failed;
}

ssize_t read(int fd, void *data, size_t length) { return read_fails(fd) ? -1 : syscall(SYS_read, fd, data, length); }
ssize_t pread(int fd, void *data, size_t length, off_t offset)
{
    return read_fails(fd) ? -1 : syscall(SYS_pread64, fd, data, length, offset);
}
ssize_t pread64(int fd, void *data, size_t length, off64_t offset) { return pread(fd, data, length, offset); }

static int sync_with(int fd, long number)
{
    if (!watched(fd)) return (int)syscall(number, fd);
    pthread_mutex_lock(&mutex);
    int failed = failing(ON_SYNC, names[fd], 1, 0);
    int error = errno;
    note(failed ? UNSYNCED : SYNC, fd, 0, 0, "", 0);
    pthread_mutex_unlock(&mutex);
    errno = error;
    if (failed || syscall(number, fd)) return -1;
    pthread_mutex_lock(&mutex);
    note(SYNCED, fd, 0, 0, "", 0);
    pthread_mutex_unlock(&mutex);
    return 0;
}

int fsync(int fd) { return sync_with(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_with(fd, SYS_fdatasync); }

/* ---------------------------------------------------------------- sizes and names */

/* Make one change of size or name unless it is to fail, and journal it. */
static int change(const char *name, long result_of(const long *), const long *arguments, enum kind kind, int fd,
                  int64_t offset, const void *payload, size_t length)
{
    pthread_mutex_lock(&mutex);
    int result = failing(ON_CHANGE, name, 1, 0) ? -1 : (int)result_of(arguments);
    int error = errno;
    if (!result && !exempt(name)) note(kind, fd, 0, offset, payload, length);
    pthread_mutex_unlock(&mutex);
    errno = error;
    return result;
}

static long do_ftruncate(const long *a) { return syscall(SYS_ftruncate, a[0], a[1]); }
static long do_rename(const long *a) { return syscall(SYS_renameat, AT_FDCWD, a[0], AT_FDCWD, a[1]); }
static long do_unlink(const long *a) { return syscall(SYS_unlinkat, AT_FDCWD, a[0], 0L); }
static long do_mkdir(const long *a) { return syscall(SYS_mkdirat, AT_FDCWD, a[0], a[1]); }

int ftruncate(int fd, off_t length)
{
    long arguments[] = {fd, length};
    if (!watched(fd)) return (int)do_ftruncate(arguments);
    return change(names[fd], do_ftruncate, arguments, TRUNCATE, fd, length, "", 0);
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int rename(const char *from, const char *to)
{
    long arguments[] = {(long)from, (long)to};
    if (!below(from) && !below(to)) return (int)do_rename(arguments);
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
    return change(last(to), do_rename, arguments, below(from) && below(to) ? RENAME : UNKNOWN, -1, 0, both, (size_t)length);
}

int unlink(const char *path)
{
    long arguments[] = {(long)path};
    if (!below(path)) return (int)do_unlink(arguments);
    return change(last(path), do_unlink, arguments, UNLINK, -1, 0, path, strlen(path));
}

int mkdir(const char *path, mode_t mode)
{
    long arguments[] = {(long)path, mode};
    if (!below(path)) return (int)do_mkdir(arguments);
    return change(last(path), do_mkdir, arguments, MKDIR, -1, 0, path, strlen(path));
}

/* ---------------------------------------------------------------- what is not followed */

static void unknown_descriptor(const char *call, int fd)
{
    if (!watched(fd) || exempt(names[fd])) return;
    char text[2 * NAME];
    snprintf(text, sizeof text, "%.20s %.*s", call, NAME - 1, names[fd]);
    pthread_mutex_lock(&mutex);
    note_path(UNKNOWN, fd, 0, text);
    pthread_mutex_unlock(&mutex);
}

static void unknown_name(const char *call, const char *path, int folder)
{
    if (path[0] != '/' && !watched(folder)) return;
    char text[PATH_MAX + 32];
    snprintf(text, sizeof text, "%.20s %.*s", call, PATH_MAX, path);
    pthread_mutex_lock(&mutex);
    note_path(UNKNOWN, -1, 0, text);
    pthread_mutex_unlock(&mutex);
}

void *mmap(void *place, size_t length, int access, int flags, int fd, off_t offset)
{
    if (fd >= 0 && (access & PROT_WRITE) && (flags & MAP_SHARED)) unknown_descriptor("mmap", fd);
    return (void *)syscall(SYS_mmap, place, length, access, flags, fd, offset);
}
void *mmap64(void *place, size_t length, int access, int flags, int fd, off64_t offset)
{
    return mmap(place, length, access, flags, fd, offset);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    unknown_descriptor("fallocate", fd);
    return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }

int unlinkat(int folder, const char *path, int flags)
{
    if (path[0] == '/' && !(flags & AT_REMOVEDIR)) return unlink(path);
    if (below(path) || watched(folder)) unknown_name("unlinkat", path, folder);
    return (int)syscall(SYS_unlinkat, folder, path, (long)flags);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    if (from[0] == '/' && to[0] == '/') return rename(from, to);
    if (below(to) || watched(from_folder) || watched(to_folder)) unknown_name("renameat", to, to_folder);
    return (int)syscall(SYS_renameat, from_folder, from, to_folder, to);
}

int rmdir(const char *path)
{
    if (below(path)) unknown_name("rmdir", path, AT_FDCWD);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, (long)AT_REMOVEDIR);
}

int truncate(const char *path, off_t length)
{
    if (below(path)) unknown_name("truncate", path, AT_FDCWD);
    return (int)syscall(SYS_truncate, path, length);
}
int truncate64(const char *path, off64_t length) { return truncate(path, length); }

int link(const char *from, const char *to)
{
    if (below(from) || below(to)) {
        pthread_mutex_lock(&mutex);
        note_path(UNKNOWN, -1, 0, to);
        pthread_mutex_unlock(&mutex);
    }
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0L);
}

int dup(int fd)
{
    unknown_descriptor("dup", fd);
    return (int)syscall(SYS_dup, fd);
}

/* Arm the layer for this process; "" leaves `journal_path` or `plan_path` out. 0, or -1 with errno. */
int disk_begin(const char *root_path, const char *journal_path, const char *plan_path)
{
    if (*journal_path) {
        if (journal_open(journal_path)) return -1;
        note(BEGIN, (int)getpid(), 0, 0, "", 0);
    }
    if (*plan_path) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, plan_path, O_RDWR | O_CLOEXEC, 0L);
        if (fd < 0) return -1;
        size_t length = OPERATIONS * sizeof(struct fault);
        void *page = (void *)syscall(SYS_mmap, NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
        syscall(SYS_close, fd);
        if (page == MAP_FAILED) return -1;
        plan = page;
    }
    snprintf(root, sizeof root, "%s", root_path);
    root_length = strlen(root);
    return 0;
}
