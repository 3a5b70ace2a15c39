/* The journal of disk.c: the changes of the files below one directory, in their order. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAGIC 0x4b534944u

enum kind { BEGIN = 1, OPEN, WRITE, TRUNCATE, SYNC, SYNCED, CLOSE, RENAME, UNLINK, MKDIR, UNKNOWN, UNSYNCED };
enum { CREATED = 1, EMPTIED = 2, DIRECTORY = 4 }; /* flags of an OPEN record */

struct record {
    uint32_t magic, kind;
    int32_t fd;
    uint32_t flags;
    int64_t offset;
    uint64_t length; /* of the payload that follows */
};

static int journal = -1;

static void note(enum kind kind, int fd, uint32_t flags, int64_t offset, const void *payload, size_t length)
{
    if (journal < 0) return;
    struct record record = {MAGIC, kind, fd, flags, offset, length};
    struct iovec parts[] = {{&record, sizeof record}, {(void *)payload, length}};
    ssize_t wanted = (ssize_t)(sizeof record + length);
    if (syscall(SYS_writev, journal, parts, 2) != wanted) {
        static const char text[] = "disk.c: the journal cannot be written\n";
        syscall(SYS_write, 2, text, sizeof text - 1);
        syscall(SYS_exit_group, 70);
    }
}

static void note_path(enum kind kind, int fd, uint32_t flags, const char *path)
{
    note(kind, fd, flags, 0, path, strlen(path));
}

/* Go on with a journal. Its last record may be a part only: a process that is killed leaves a write(2) half done. What
   the record tells of was not begun then, or was made known to nobody, so it is taken away. 0, or -1 with errno. */
static int journal_open(const char *path)
{
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600L);
    struct stat now;
    if (journal < 0 || fstat(journal, &now)) return -1;
    int64_t whole = 0;
    struct record record;
    while (syscall(SYS_pread64, journal, &record, sizeof record, whole) == sizeof record) {
        int64_t end = whole + (int64_t)(sizeof record + record.length);
        if (end > now.st_size) break;
        whole = end;
    }
    return (int)syscall(SYS_ftruncate, journal, whole);
}
