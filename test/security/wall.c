/*
 * The second wall, and what stands before it: which system calls a guest can
 * cause at all.
 *
 *     wall GODWIT
 *
 * A guest that was granted nothing calls every function of WASI 0.1; a tracer
 * counts the system calls between its first and its last word.  Advisories of
 * this class: WAMR in crun opened all networks to its guests, and wasmer
 * opened the current directory (wasmer 4267).
 */
#include "unit/wasi_guest.h"
#include "os/os.h"
#include "os/wall.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const char *godwit;
static char top[64];

/* ---- the guest that tries everything ---- */

static bool
needs_its_streams(const char *name)
{
    return strcmp(name, "fd_close") == 0 || strcmp(name, "fd_renumber") == 0;
}

/* One call of a function, its first argument given and the others odd. */
static void
print_call(FILE *out, unsigned function, uint32_t first, uint32_t second)
{
    const char *params = gw_p1_table[function].params;
    const uint32_t others[] = { second, 512, 11, 512, 11, 600, 0, 0, 700 };
    fputs("  ", out);
    if (function != GW_P1_proc_exit)
        fputs("(drop ", out);
    fprintf(out, "(call $f%u", function);
    for (size_t i = 0; params[i]; i++)
        fprintf(out, " (%s.const %u)", params[i] == 'I' ? "i64" : "i32",
                (unsigned)(i == 0 ? first : others[i - 1]));
    fputs(function != GW_P1_proc_exit ? "))\n" : ")\n", out);
}

static void
print_calls(FILE *out, unsigned function)
{
    static const uint32_t firsts[] = { 0, 1, 3, 4, 99 };
    static const uint32_t seconds[] = { 0, 1, 512 };
    const char *name = gw_p1_table[function].name;
    if (function == GW_P1_proc_exit || function == GW_P1_proc_raise)
        return;
    for (size_t i = needs_its_streams(name) ? 2 : 0; i < 5; i++)
        for (size_t k = 0; k < 3; k++)
            print_call(out, function, firsts[i], seconds[k]);
}

/* Says "<", does what is asked, says ">". */
static void
write_guest(const char *path, bool opens_only)
{
    FILE *out = fopen(path, "w");
    if (!CHECK(out != NULL))
        return;
    fputs("(module\n", out);
    for (unsigned i = 0; i < GW_P1_COUNT; i++) {
        fprintf(out,
                " (import \"wasi_snapshot_preview1\" \"%s\" (func $f%u (param",
                gw_p1_table[i].name, i);
        for (const char *p = gw_p1_table[i].params; *p; p++)
            fputs(*p == 'I' ? " i64" : " i32", out);
        fprintf(out, ")%s))\n", i == GW_P1_proc_exit ? "" : " (result i32)");
    }
    fputs(" (memory (export \"memory\") 1)\n"
          " (data (i32.const 0) \"\\10\\00\\00\\00\\01\\00\\00\\00\")\n"
          " (data (i32.const 16) \"<\")\n (data (i32.const 512)"
          " \"/etc/passwd\")\n (data (i32.const 560) \"file\")\n"
          " (func (export \"_start\")\n",
          out);
    fprintf(out,
            "  (drop (call $f%u (i32.const 1) (i32.const 0) (i32.const 1)"
            " (i32.const 32)))\n",
            (unsigned)GW_P1_fd_write);
    if (opens_only)
        fprintf(out,
                "  (drop (call $f%u (i32.const 3) (i32.const 0)"
                " (i32.const 560) (i32.const 4) (i32.const 0)"
                " (i64.const 2) (i64.const 0) (i32.const 0)"
                " (i32.const 32)))\n",
                (unsigned)GW_P1_path_open);
    for (unsigned i = 0; i < GW_P1_COUNT && !opens_only; i++)
        print_calls(out, i);
    fprintf(out,
            "  (i32.store (i32.const 0) (i32.const 16))"
            " (i32.store (i32.const 4) (i32.const 1))"
            " (i32.store8 (i32.const 16) (i32.const 62))\n"
            "  (drop (call $f%u (i32.const 1) (i32.const 0) (i32.const 1)"
            " (i32.const 32)))))\n",
            (unsigned)GW_P1_fd_write);
    CHECK(fclose(out) == 0);
}

/* ---- counting ---- */

/* Calls that name a file or make something new. */
static const long outward[] = {
#if defined(SYS_open)
    SYS_open,       SYS_creat,      SYS_stat,      SYS_lstat,      SYS_access,
    SYS_unlink,     SYS_rename,     SYS_mkdir,     SYS_rmdir,      SYS_link,
    SYS_symlink,    SYS_chmod,      SYS_readlink,  SYS_fork,       SYS_vfork,
#endif
    SYS_openat,     SYS_mkdirat,    SYS_unlinkat,  SYS_renameat2,  SYS_linkat,
    SYS_symlinkat,  SYS_readlinkat, SYS_faccessat, SYS_fchmodat,   SYS_statx,
    SYS_truncate,   SYS_chdir,      SYS_fchdir,    SYS_chroot,     SYS_mount,
    SYS_execve,     SYS_execveat,   SYS_socket,    SYS_socketpair, SYS_bind,
    SYS_connect,    SYS_listen,     SYS_accept,    SYS_accept4,    SYS_sendto,
    SYS_recvfrom,   SYS_sendmsg,    SYS_recvmsg,   SYS_sendmmsg,   SYS_recvmmsg,
    SYS_kill,       SYS_ptrace,     SYS_pipe2,     SYS_dup,        SYS_dup3,
    SYS_getdents64,
#if defined(SYS_openat2)
    SYS_openat2,
#endif
};

/* Calls on a descriptor: good for the standard streams, which were granted. */
static const long inward[] = {
    SYS_read,       SYS_readv,     SYS_pread64,   SYS_preadv,    SYS_write,
    SYS_writev,     SYS_pwrite64,  SYS_pwritev,   SYS_lseek,     SYS_fstat,
    SYS_newfstatat, SYS_fsync,     SYS_fdatasync, SYS_ftruncate, SYS_fallocate,
    SYS_fadvise64,  SYS_utimensat, SYS_close,     SYS_ioctl,     SYS_fcntl,
};

struct counts {
    bool inside; /* between the two words */
    unsigned all, file, ended, exit_code;
    long first; /* of those in file */
};

static bool
is_in(const long *list, size_t count, long number)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return true;
    return false;
}

#define IS_IN(list, number) is_in(list, sizeof(list) / sizeof *(list), number)

/* The word that a write of one byte writes, or 0. */
static char
word_of(pid_t pid, const struct __ptrace_syscall_info *info)
{
    long number = (long)info->entry.nr;
    if ((number != SYS_write && number != SYS_writev) ||
        info->entry.args[0] != 1)
        return 0;
    uint64_t at = info->entry.args[1];
    if (number == SYS_writev)
        at = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL);
    return (char)ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL);
}

static void
count(pid_t pid, struct counts *counts)
{
    struct __ptrace_syscall_info info = { 0 };
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    char word = word_of(pid, &info);
    if (word == '<') {
        counts->inside = true;
        return;
    }
    if (counts->inside && word == '>') {
        counts->inside = false;
        counts->ended++;
    }
    if (!counts->inside)
        return;
    long number = (long)info.entry.nr;
    counts->all++;
    bool file = IS_IN(outward, number) ||
                (IS_IN(inward, number) && info.entry.args[0] > 2);
    if (file && counts->file++ == 0)
        counts->first = number;
}

/* Runs the command under the tracer; false when tracing is not possible. */
static bool
trace(const char *const *argv, struct counts *counts)
{
    *counts = (struct counts){ 0 };
    pid_t child = fork(), pid;
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(125);
        (void)execv(argv[0], (char *const *)argv);
        _exit(126);
    }
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return false;
    (void)ptrace(PTRACE_SETOPTIONS, child, NULL,
                 (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
                          PTRACE_O_EXITKILL));
    (void)ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status)) {
            if (pid == child)
                counts->exit_code = WIFEXITED(status)
                                        ? (unsigned)WEXITSTATUS(status)
                                        : 255;
            continue;
        }
        int number = WSTOPSIG(status), pass = 0;
        if (number == (SIGTRAP | 0x80))
            count(pid, counts);
        else if (number != SIGTRAP && number != SIGSTOP)
            pass = number;
        (void)ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)pass);
    }
    return true;
}

static void
guest_without_grants_reaches_nothing(void)
{
    char everything[96], opens[96], dir[96];
    struct counts counts;
    scratch_print(everything, sizeof everything, "%s/everything.wat", top);
    scratch_print(opens, sizeof opens, "%s/opens.wat", top);
    scratch_print(dir, sizeof dir, "%s::/", top);
    write_guest(everything, false);
    write_guest(opens, true);
    const char *control[] = { godwit, "run", "--no-second-wall", "--dir", dir,
                              opens,  NULL };
    if (!trace(control, &counts)) {
        CHECK_SKIP("processes cannot be traced here");
        return;
    }
    CHECK_EQ_U64(counts.exit_code, 0);
    CHECK_EQ_U64(counts.ended, 1);
    CHECK(counts.file > 0); /* the tracer sees what there is to see */
    for (int wall = 0; wall < 2; wall++) {
        const char *argv[] = { godwit, "run", everything, NULL, NULL };
        if (!wall) {
            argv[2] = "--no-second-wall";
            argv[3] = everything;
        }
        CHECK(trace(argv, &counts));
        CHECK_EQ_U64(counts.exit_code, 0);
        CHECK_EQ_U64(counts.ended, 1);
        printf("%s wall: %u system calls, %u of files or networks\n",
               wall ? "with" : "without", counts.all, counts.file);
        CHECK(counts.all > 20);
        if (!CHECK_EQ_U64(counts.file, 0))
            printf("    the first was number %ld\n", counts.first);
    }
}

/* ---- what is left behind the wall ---- */

static void
nothing(void *env)
{
    *(int *)env = 1;
}

/* A letter for each thing that went otherwise than it should. */
static void
try_all(int box, bool calls, char *wrong)
{
    struct gw_os_thread thread;
    int ran = 0, fd;
    fd = openat(box, "file", O_RDONLY);
    *wrong++ = fd >= 0 ? '.' : 'r';
    *wrong++ = openat(box, "file", O_RDWR) < 0 ? '.' : 'w';
    *wrong++ = openat(box, "new", O_RDWR | O_CREAT, 0600) < 0 ? '.' : 'c';
    *wrong++ = openat(box, "../secret", O_RDONLY) < 0 ? '.' : 'o';
    *wrong++ = open("/etc/passwd", O_RDONLY) < 0 ? '.' : 'p';
    *wrong++ = unlinkat(box, "file", 0) < 0 ? '.' : 'u';
    *wrong++ = gw_os_thread_start(&thread, nothing, &ran, 0) ? '.' : 't';
    gw_os_thread_join(&thread);
    *wrong++ = ran ? '.' : 'T';
    if (!calls)
        return;
    *wrong++ = socket(AF_INET, SOCK_STREAM, 0) < 0 ? '.' : 's';
    *wrong++ = kill(getppid(), 0) < 0 ? '.' : 'k';
    *wrong++ = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                   ? '.'
                   : 'x';
    *wrong++ = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0) != MAP_FAILED
                   ? '.'
                   : 'm';
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    *wrong++ = child < 0 ? '.' : 'f';
    (void)execl("/bin/true", "true", NULL);
    *wrong++ = errno == ENOSYS ? '.' : 'e';
}

/* Everything in a child, for walls stay. */
static void
wall_leaves_what_was_granted(void)
{
    char box[80], *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    scratch_dir(top, "box");
    scratch_file(top, "box/file", "inside");
    scratch_file(top, "secret", "secret");
    scratch_print(box, sizeof box, "%s/box", top);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct gw_wall_path path = { open(box, O_RDONLY | O_DIRECTORY), true };
        struct gw_wall wall = { .paths = &path, .path_count = 1 };
        seen[0] = (char)gw_wall_raise(&wall);
        if (seen[0] & GW_WALL_PATHS)
            try_all(path.fd, (seen[0] & GW_WALL_CALLS) != 0, seen + 1);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    unsigned parts = (unsigned char)seen[0];
    if (!(parts & GW_WALL_PATHS))
        CHECK_SKIP("this system lets nobody restrict paths");
    else if (!CHECK(strspn(seen + 1, ".") == strlen(seen + 1)))
        printf("    behind the wall: %s\n", seen + 1);
    if (!(parts & GW_WALL_CALLS))
        CHECK_SKIP("this system lets nobody restrict system calls");
    (void)munmap(seen, 4096);
}

/* As in a container that refuses: the guest runs all the same. */
static void
refused_wall_is_said(void)
{
    char guest[96], file[96];
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    int status = 0;
    scratch_print(guest, sizeof guest, "%s/everything.wat", top);
    scratch_print(file, sizeof file, "%s/said", top);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int said = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        (void)dup2(said, 2);
        (void)dup2(open("/dev/null", O_RDWR), 1);
        (void)dup2(1, 0);
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            _exit(99);
        (void)execl(godwit, godwit, "run", "-v", guest, NULL);
        _exit(98);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == 99) {
        CHECK_SKIP("this system lets nobody restrict system calls");
        return;
    }
    char text[256] = { 0 };
    FILE *in = fopen(file, "r");
    CHECK(in && fread(text, 1, sizeof text - 1, in) > 0);
    CHECK_EQ_U64((unsigned)WEXITSTATUS(status), 0);
    if (!CHECK(strstr(text, "paths no, system calls no") != NULL))
        printf("    %s\n", text);
    if (in)
        (void)fclose(in);
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: wall GODWIT\n");
        return 2;
    }
    godwit = argv[1];
    (void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it traces, too */
    scratch_make(top);
    scratch_file(top, "file", "file");
    guest_without_grants_reaches_nothing();
    wall_leaves_what_was_granted();
    refused_wall_is_said();
    scratch_remove(top);
    return CHECK_DONE();
}
