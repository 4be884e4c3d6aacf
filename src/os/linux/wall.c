/* The second wall of Linux: no-new-privs, Landlock, seccomp. */
#include "os/wall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- paths: Landlock ---- */

/* As in <linux/landlock.h>, which older systems lack. */
enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_DIR = 1 << 7,
    FS_MAKE_REG = 1 << 8,
    FS_MAKE_SYM = 1 << 12,
    FS_REFER = 1 << 13,
    FS_TRUNCATE = 1 << 14,
    FS_ALL_OF_FIRST = (1 << 13) - 1,

    FOR_READING = FS_READ_FILE | FS_READ_DIR,
    FOR_WRITING = FS_WRITE_FILE | FS_TRUNCATE,
    FOR_CHANGING = FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |
                   FS_MAKE_SYM | FS_REFER,
    NET_ALL = 3,   /* to bind, to connect */
    SCOPE_ALL = 3, /* abstract sockets, signals */

    CREATE_RULESET = 444,
    ADD_RULE = 445,
    RESTRICT_SELF = 446,
    QUERY_VERSION = 1,
    RULE_PATH_BENEATH = 1
};

struct ruleset {
    uint64_t fs, net, scoped;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* What a version of Landlock can forbid; each knows more. */
static struct ruleset
all_of(long version)
{
    struct ruleset all = { FS_ALL_OF_FIRST, 0, 0 };
    if (version >= 2)
        all.fs |= FS_REFER;
    if (version >= 3)
        all.fs |= FS_TRUNCATE;
    if (version >= 4)
        all.net = NET_ALL;
    if (version >= 5)
        all.fs |= 1 << 15; /* ioctl of devices */
    if (version >= 6)
        all.scoped = SCOPE_ALL;
    return all;
}

static bool
add_path(int ruleset, const struct ruleset *all,
         const struct gw_wall_path *path)
{
    struct stat stat;
    if (fstat(path->fd, &stat) != 0)
        return false;
    uint64_t allowed = FOR_READING;
    if (!path->read_only)
        allowed |= FOR_WRITING | FOR_CHANGING;
    if (!S_ISDIR(stat.st_mode))
        allowed &= FS_READ_FILE | FOR_WRITING;
    struct path_beneath rule = { allowed & all->fs, path->fd };
    return syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* The first version forbids renaming from one directory to another: then
 * there is no wall where directories are granted. */
static bool
restrict_paths(const struct gw_wall *wall)
{
    long version = syscall(CREATE_RULESET, NULL, 0, QUERY_VERSION);
    if (version < 1 || (version < 2 && wall->path_count > 0))
        return false;
    struct ruleset all = all_of(version);
    size_t size = version >= 6 ? sizeof all : version >= 4 ? 16 : 8;
    int ruleset = (int)syscall(CREATE_RULESET, &all, size, 0);
    if (ruleset < 0)
        return false;
    bool ok = true;
    for (size_t i = 0; i < wall->path_count && ok; i++)
        ok = add_path(ruleset, &all, &wall->paths[i]);
    ok = ok && syscall(RESTRICT_SELF, ruleset, 0) == 0;
    (void)close(ruleset);
    return ok;
}

/* ---- system calls: seccomp ---- */

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_ARCH AUDIT_ARCH_RISCV64
#endif

#if defined(OWN_ARCH)

enum group { BASE = 1, PATHS = 2, SOCKETS = 4 };
enum { NO_ARG = -1, ROW_SIZE = 9 };

struct row {
    uint32_t number;
    enum group group;
    int arg; /* NO_ARG: any call */
    uint64_t mask, value;
};

/* A program: code that is filled from the front. */
struct code {
    struct sock_filter *at;
};

static void
put(struct code *code, unsigned op, uint32_t k, unsigned yes, unsigned no)
{
    *code->at++ = (struct sock_filter){ (uint16_t)op, (uint8_t)yes, (uint8_t)no,
                                        k };
}

static void
put_load(struct code *code, size_t offset)
{
    put(code, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* Goes on when half of an argument is as it must be; else jumps over `past`
 * more instructions, to where the number is loaded again. */
static void
put_check(struct code *code, size_t offset, uint32_t mask, uint32_t value,
          unsigned past)
{
    put_load(code, offset);
    put(code, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
    put(code, BPF_JMP | BPF_JEQ | BPF_K, value, 0, past);
}

static void
put_row(struct code *code, const struct row *row)
{
    size_t offset = offsetof(struct seccomp_data, args);
    if (row->arg == NO_ARG) {
        put(code, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 1);
        put(code, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
        return;
    }
    offset += (size_t)row->arg * sizeof(uint64_t);
    put(code, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 8);
    put_check(code, offset + 4, (uint32_t)(row->mask >> 32),
              (uint32_t)(row->value >> 32), 4);
    put_check(code, offset, (uint32_t)row->mask, (uint32_t)row->value, 1);
    put(code, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    put_load(code, offsetof(struct seccomp_data, nr));
}

static bool
restrict_calls(const struct gw_wall *wall)
{
    const uint64_t OWN_PID = (uint32_t)getpid();
    const struct row rows[] = {
#define CALL(name, group) { SYS_##name, group, NO_ARG, 0, 0 },
#define CALL_IF(name, group, arg, mask, value) \
    { SYS_##name, group, arg, mask, value },
#include "os/linux/wall.def"
#undef CALL
#undef CALL_IF
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct sock_filter program[ROWS * ROW_SIZE + 8];
    struct code code = { program };
    unsigned groups = BASE | (wall->path_count > 0 ? PATHS : 0) |
                      (wall->sockets ? SOCKETS : 0);
    put_load(&code, offsetof(struct seccomp_data, arch));
    put(&code, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
    put(&code, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    put_load(&code, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].group & groups)
            put_row(&code, &rows[i]);
    put(&code, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
    struct sock_fprog whole = { (unsigned short)(code.at - program), program };
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                   SECCOMP_FILTER_FLAG_TSYNC, &whole) == 0;
}

#else

static bool
restrict_calls(const struct gw_wall *wall)
{
    (void)wall;
    return false;
}

#endif

/* ---- the wall ---- */

/* Sanitizers read /proc and trace the process at its end. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = true };
#elif defined(__has_feature)
enum {
    SANITIZED = __has_feature(address_sanitizer) ||
                __has_feature(thread_sanitizer)
};
#else
enum { SANITIZED = false };
#endif

unsigned
gw_wall_raise(const struct gw_wall *wall)
{
    unsigned parts = 0;
    if (SANITIZED)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        parts |= GW_WALL_NO_NEW_PRIVS;
    if (restrict_paths(wall))
        parts |= GW_WALL_PATHS;
    if (restrict_calls(wall))
        parts |= GW_WALL_CALLS;
    return parts;
}
