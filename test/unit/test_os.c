/* Pages, mapped files, faults, clocks, randomness and threads.  What must
 * kill a process is done in a child. */
#include "os/os.h"

#include "unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

struct range {
    const uint8_t *start;
    size_t size;
};

static bool
in_range(void *env, const void *address)
{
    const struct range *range = env;
    return (uintptr_t)address - (uintptr_t)range->start < range->size;
}

static bool
everywhere(void *env, const void *address)
{
    (void)env;
    (void)address;
    return true;
}

static bool
nowhere(void *env, const void *address)
{
    (void)env;
    (void)address;
    return false;
}

static uint8_t
load(const uint8_t *at)
{
    return *(const volatile uint8_t *)at;
}

static void
store(uint8_t *at, uint8_t value)
{
    *(volatile uint8_t *)at = value;
}

/* Tells whether reading the byte faults.  s390x says only in which page. */
static bool
faults(const uint8_t *at)
{
    size_t page = gw_os_page_size();
    struct range range = { at - (uintptr_t)at % page, page };
    struct gw_os_fault_scope scope;
    volatile bool fault = true;
    if (GW_OS_FAULT_ENTER(&scope, in_range, &range) == 0) {
        load(at);
        fault = false;
    }
    gw_os_fault_leave(&scope);
    return fault;
}

/* ---- pages ---- */

static void
test_pages(void)
{
    size_t page = gw_os_page_size();
    CHECK(page >= 4096 && (page & (page - 1)) == 0);
    uint8_t *base = gw_os_reserve(16 * page);
    CHECK(base != NULL && (uintptr_t)base % page == 0);
    CHECK(faults(base) && faults(base + 16 * page - 1));
    CHECK(gw_os_commit(base + page, 2 * page));
    CHECK(faults(base) && faults(base + 3 * page));
    CHECK_EQ_U64(load(base + page), 0);
    store(base + page, 1);
    store(base + 3 * page - 1, 2);
    CHECK(gw_os_commit(base + page, 3 * page));
    CHECK_EQ_U64(load(base + page), 1);
    CHECK_EQ_U64(load(base + 4 * page - 1), 0);
    CHECK(gw_os_discard(base + page, page));
    CHECK_EQ_U64(load(base + page), 0);
    CHECK_EQ_U64(load(base + 3 * page - 1), 2);
    store(base + page, 3);
    CHECK(gw_os_decommit(base + 2 * page, page));
    CHECK(faults(base + 2 * page) && !faults(base + page));
    CHECK(gw_os_commit(base + 2 * page, page));
    CHECK_EQ_U64(load(base + 3 * page - 1), 0);
    CHECK(gw_os_commit(base, 0));
    CHECK(gw_os_discard(base, 0));
    CHECK(gw_os_decommit(base, 0));
    gw_os_release(base, 16 * page);

    CHECK(gw_os_reserve(SIZE_MAX & ~(page - 1)) == NULL);
    CHECK(gw_os_reserve(0) == NULL);
    if (sizeof(size_t) == 8) {
        size_t slot = (size_t)8 << 30; /* a guarded memory */
        base = gw_os_reserve(slot);
        CHECK(base != NULL && faults(base + slot - 1));
        gw_os_release(base, slot);
    }
}

/* ---- mapped files ---- */

static char path[] = "/tmp/godwit-test-XXXXXX";

static void
write_file(size_t size)
{
    uint8_t *bytes = malloc(size ? size : 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i % 251);
    int fd = open(path, O_WRONLY | O_TRUNC);
    CHECK_EQ_U64(write(fd, bytes, size), size);
    close(fd);
    free(bytes);
}

static bool
is_pattern(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != i % 251)
            return false;
    }
    return true;
}

static void
check_map(const char *name, size_t limit, size_t expected)
{
    const void *data = NULL;
    size_t size = 1;
    CHECK_EQ_U64(gw_os_map_file(name, limit, &data, &size, NULL), GW_OK);
    CHECK(data != NULL);
    CHECK_EQ_U64(size, expected);
    CHECK(is_pattern(data, size));
    gw_os_unmap_file(data, size);
    CHECK(faults(data));
}

static void
check_no_map(const char *name, size_t limit, enum gw_err expected,
             const char *text)
{
    const void *data = "";
    const char *reason = NULL;
    size_t size = 1;
    CHECK_EQ_U64(gw_os_map_file(name, limit, &data, &size, &reason), expected);
    CHECK(data == NULL && size == 0);
    CHECK_STR(reason, text);
    CHECK_EQ_U64(gw_os_map_file(name, limit, &data, &size, NULL), expected);
}

static void
test_map_file(void)
{
    static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 200000 };
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        write_file(sizes[i]);
        check_map(path, SIZE_MAX, sizes[i]);
        check_map(path, sizes[i], sizes[i]);
        if (sizes[i] > 0)
            check_no_map(path, sizes[i] - 1, GW_ERR_LIMIT,
                         "is larger than the limit");
    }
    check_no_map("/nonexistent/file", SIZE_MAX, GW_ERR_NOT_FOUND,
                 strerror(ENOENT));
    check_no_map("/tmp", SIZE_MAX, GW_ERR_IO, "is a directory");
    const void *data = NULL;
    size_t size = 0;
    /* A file that says it is empty and is not. */
    CHECK_EQ_U64(gw_os_map_file("/proc/self/status", SIZE_MAX, &data, &size,
                                NULL),
                 GW_OK);
    CHECK(size > 5 && memcmp(data, "Name:", 5) == 0);
    gw_os_unmap_file(data, size);
    gw_os_unmap_file(NULL, 0);
}

/* Fills a pipe from a child, slowly enough that reads come short. */
static void
open_pipe(char *name, size_t name_size, int *fd, pid_t *child)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    *child = fork();
    if (*child == 0) {
        close(ends[0]);
        signal(SIGPIPE, SIG_DFL);
        for (unsigned i = 0; i < 200000;) {
            uint8_t bytes[1111];
            size_t count = 0;
            for (; count < sizeof(bytes) && i < 200000; i++)
                bytes[count++] = (uint8_t)(i % 251);
            if (write(ends[1], bytes, count) < 0)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    *fd = ends[0];
    snprintf(name, name_size, "/dev/fd/%d", ends[0]);
}

static void
test_map_pipe(void)
{
    char name[40];
    int fd;
    pid_t child;
    if (access("/dev/fd", F_OK) != 0) {
        CHECK_SKIP("no /dev/fd");
        return;
    }
    open_pipe(name, sizeof(name), &fd, &child);
    check_map(name, 200000, 200000);
    close(fd);
    waitpid(child, NULL, 0);

    open_pipe(name, sizeof(name), &fd, &child);
    const void *data;
    size_t size;
    CHECK_EQ_U64(gw_os_map_file(name, 199999, &data, &size, NULL),
                 GW_ERR_LIMIT);
    close(fd);
    waitpid(child, NULL, 0);
}

/* ---- faults that are the guest's ---- */

static uint8_t *closed_page; /* faults on every access */

static void
test_fault_address(void)
{
    struct range range = { closed_page, gw_os_page_size() };
    struct gw_os_fault_scope scope;
    volatile int entries = 0;
    CHECK(gw_os_fault_setup() && gw_os_fault_setup());
    int entry = GW_OS_FAULT_ENTER(&scope, in_range, &range);
    entries++;
    if (entry == 0) {
        CHECK(scope.address == NULL);
        store(closed_page + 24, 1);
    }
    gw_os_fault_leave(&scope);
    CHECK(entry != 0);
    CHECK_EQ_U64(entries, 2);
    /* As above: the byte, or the page. */
    CHECK(scope.address == closed_page + 24 || scope.address == closed_page);
}

static void
test_fault_many(void)
{
    sigset_t before, after;
    bool ok = true, same = true;
    sigprocmask(SIG_SETMASK, NULL, &before);
    for (int i = 0; i < 2000; i++)
        ok = ok && faults(closed_page);
    CHECK(ok);
    sigprocmask(SIG_SETMASK, NULL, &after);
    for (int i = 1; i < 32; i++)
        same = same && sigismember(&before, i) == sigismember(&after, i);
    CHECK(same);
}

static void
test_fault_nested(void)
{
    struct range range = { closed_page, gw_os_page_size() };
    struct gw_os_fault_scope outer, inner;
    volatile int trail = 0;
    if (GW_OS_FAULT_ENTER(&outer, in_range, &range) == 0) {
        if (GW_OS_FAULT_ENTER(&inner, in_range, &range) == 0) {
            load(closed_page);
            trail = -1;
        } else {
            trail = trail * 10 + 1;
        }
        gw_os_fault_leave(&inner);
        /* A scope is left: the outer one counts again. */
        load(closed_page);
        trail = -1;
    } else {
        trail = trail * 10 + 2;
    }
    gw_os_fault_leave(&outer);
    CHECK_EQ_U64(trail, 12);

    /* A fault while one is dealt with goes to the outer scope; leaving that
     * one is enough for both. */
    trail = 0;
    if (GW_OS_FAULT_ENTER(&outer, in_range, &range) == 0) {
        if (GW_OS_FAULT_ENTER(&inner, in_range, &range) != 0)
            trail = trail * 10 + 1;
        load(closed_page);
        trail = -1;
    } else {
        trail = trail * 10 + 2;
    }
    gw_os_fault_leave(&outer);
    CHECK_EQ_U64(trail, 12);
}

/* Emulators report a wrong address for this one: every address will do. */
static bool
faults_anywhere(const uint8_t *at)
{
    struct gw_os_fault_scope scope;
    volatile bool fault = true;
    if (GW_OS_FAULT_ENTER(&scope, everywhere, NULL) == 0) {
        load(at);
        fault = false;
    }
    gw_os_fault_leave(&scope);
    return fault;
}

static void
test_fault_bus(void)
{
    size_t page = gw_os_page_size();
    const void *data;
    size_t size;
    write_file(4 * page);
    CHECK_EQ_U64(gw_os_map_file(path, SIZE_MAX, &data, &size, NULL), GW_OK);
    CHECK(truncate(path, (off_t)page) == 0);
    CHECK(!faults_anywhere(data));
    CHECK(faults_anywhere((const uint8_t *)data + 2 * page));
    gw_os_unmap_file(data, size);
}

/* Volatile frames keep the calls from being turned into a loop. */
static unsigned
use_up_stack(volatile uint8_t *below)
{
    volatile uint8_t frame[512];
    frame[0] = below ? below[0] : 1;
    if (frame[0] == 0) /* never */
        return 0;
    return use_up_stack(frame) + frame[0];
}

static void
overflow(void *env)
{
    struct gw_os_fault_scope scope;
    volatile bool *caught = env;
    if (GW_OS_FAULT_ENTER(&scope, everywhere, NULL) == 0)
        use_up_stack(NULL);
    else
        *caught = true;
    gw_os_fault_leave(&scope);
}

static void
test_fault_stack_overflow(void)
{
    struct gw_os_thread thread;
    volatile bool caught = false;
    CHECK(gw_os_thread_start(&thread, overflow, (void *)&caught, 128 * 1024));
    gw_os_thread_join(&thread);
    CHECK(caught);
}

/* ---- faults that are ours ---- */

enum { KILLED = 1000, SURVIVED = 99 };

/* Runs act in a child whose fault signals have their default actions, as in a
 * program without sanitizer; returns its exit status, or KILLED + signal. */
static int
run_child(void (*act)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        alarm(20);
        act();
        _exit(SURVIVED);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? KILLED + WTERMSIG(status)
                               : WEXITSTATUS(status);
}

static void
act_unscoped(void)
{
    gw_os_fault_setup();
    load(closed_page);
}

static void
act_uncovered(void)
{
    struct gw_os_fault_scope outer, inner;
    if (GW_OS_FAULT_ENTER(&outer, everywhere, NULL) == 0) {
        if (GW_OS_FAULT_ENTER(&inner, nowhere, NULL) == 0)
            load(closed_page);
    }
}

static void
act_left(void)
{
    struct gw_os_fault_scope scope;
    if (GW_OS_FAULT_ENTER(&scope, everywhere, NULL) != 0)
        _exit(SURVIVED);
    gw_os_fault_leave(&scope);
    load(closed_page);
}

static void
act_sent(void)
{
    struct gw_os_fault_scope scope;
    if (GW_OS_FAULT_ENTER(&scope, everywhere, NULL) == 0)
        kill(getpid(), SIGSEGV);
}

static void
act_raised(void)
{
    struct gw_os_fault_scope scope;
    if (GW_OS_FAULT_ENTER(&scope, everywhere, NULL) == 0)
        raise(SIGBUS);
}

static bool
faulting(void *env, const void *address)
{
    (void)env;
    (void)address;
    return load(closed_page) != 0;
}

static void
act_faulting_covers(void)
{
    struct gw_os_fault_scope scope;
    if (GW_OS_FAULT_ENTER(&scope, faulting, NULL) == 0)
        load(closed_page);
}

static void
install(void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    sigaction(SIGSEGV, &action, NULL);
}

static void
exit_42(int signal, siginfo_t *info, void *context)
{
    uintptr_t page = (uintptr_t)info->si_addr & ~(gw_os_page_size() - 1);
    _exit(context && signal == SIGSEGV && page == (uintptr_t)closed_page ? 42
                                                                         : 1);
}

static void
act_chained(void)
{
    install(exit_42, 0);
    act_uncovered();
}

static void
exit_43(int signal)
{
    _exit(signal == SIGSEGV ? 43 : 1);
}

static void
act_chained_plain(void)
{
    signal(SIGSEGV, exit_43);
    act_uncovered();
}

static void
repair(int signal, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    if (!sigismember(&mask, signal)) /* as without us */
        _exit(1);
    gw_os_commit(closed_page, gw_os_page_size());
}

/* A handler that mends the fault goes on working, and so does ours. */
static void
act_repaired(void)
{
    install(repair, 0);
    gw_os_fault_setup();
    for (int i = 0; i < 3; i++) {
        store(closed_page, 7);
        if (load(closed_page) != 7)
            _exit(1);
        gw_os_decommit(closed_page, gw_os_page_size());
        if (!faults(closed_page))
            _exit(2);
    }
    _exit(44);
}

static void
raise_again(int signal, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    raise(signal);
}

/* Reporters of crashes take themselves out and raise the signal again. */
static void
act_reset_hand(void)
{
    install(raise_again, (int)SA_RESETHAND | SA_NODEFER);
    act_uncovered();
}

static void
test_fault_ours(void)
{
    CHECK_EQ_U64(run_child(act_unscoped), KILLED + SIGSEGV);
    CHECK_EQ_U64(run_child(act_uncovered), KILLED + SIGSEGV);
    CHECK_EQ_U64(run_child(act_left), KILLED + SIGSEGV);
    CHECK_EQ_U64(run_child(act_sent), KILLED + SIGSEGV);
    CHECK_EQ_U64(run_child(act_raised), KILLED + SIGBUS);
    CHECK_EQ_U64(run_child(act_faulting_covers), KILLED + SIGSEGV);
    CHECK_EQ_U64(run_child(act_chained), 42);
    CHECK_EQ_U64(run_child(act_chained_plain), 43);
    CHECK_EQ_U64(run_child(act_repaired), 44);
    CHECK_EQ_U64(run_child(act_reset_hand), KILLED + SIGSEGV);
}

/* ---- faults and threads ---- */

static void
fault_often(void *env)
{
    unsigned *count = env;
    for (int i = 0; i < 500; i++)
        *count += faults(closed_page);
}

static void
test_fault_threads(void)
{
    struct gw_os_thread threads[4];
    unsigned counts[4] = { 0 };
    for (int i = 0; i < 4; i++)
        CHECK(gw_os_thread_start(&threads[i], fault_often, &counts[i], 0));
    for (int i = 0; i < 4; i++) {
        gw_os_thread_join(&threads[i]);
        CHECK_EQ_U64(counts[i], 500);
    }
}

static unsigned
count_mappings(void)
{
    const void *data;
    size_t size;
    unsigned lines = 0;
    if (gw_os_map_file("/proc/self/maps", SIZE_MAX, &data, &size, NULL) !=
        GW_OK)
        return 0;
    for (size_t i = 0; i < size; i++)
        lines += ((const char *)data)[i] == '\n';
    gw_os_unmap_file(data, size);
    return lines;
}

/* A thread's alternate stack goes with the thread. */
static void
test_fault_thread_end(void)
{
    unsigned before = 0;
    for (int i = 0; i < 70; i++) {
        struct gw_os_thread thread;
        unsigned count = 0;
        if (i == 10)
            before = count_mappings();
        gw_os_thread_start(&thread, fault_often, &count, 0);
        gw_os_thread_join(&thread);
    }
    CHECK(count_mappings() < before + 20);
}

struct own_stack {
    void *stack;
    size_t size;
    bool ok, kept;
};

static void
bring_stack(void *env)
{
    struct own_stack *own = env;
    stack_t mine = { .ss_sp = own->stack, .ss_size = own->size }, now, before;
    own->ok = sigaltstack(&mine, &before) == 0 && gw_os_fault_setup() &&
              faults(closed_page) && sigaltstack(NULL, &now) == 0;
    own->kept = now.ss_sp == own->stack;
    /* Back to what a sanitizer gave this thread and will take away. */
    sigaltstack(&before, NULL);
}

/* A stack that somebody brought is used when it is large enough. */
static void
test_fault_own_stack(void)
{
    /* Below the second, the system would not take it. */
    const size_t sizes[] = { 65536, (size_t)MINSIGSTKSZ + 1000 };
    for (int i = 0; i < 2; i++) {
        struct gw_os_thread thread;
        struct own_stack own = { malloc(sizes[i]), sizes[i], false, false };
        gw_os_thread_start(&thread, bring_stack, &own, 0);
        gw_os_thread_join(&thread);
        CHECK(own.ok);
        CHECK_EQ_U64(own.kept, i == 0);
        free(own.stack);
    }
}

/* ---- time, randomness, processors ---- */

static uint64_t
now_ns(void)
{
    uint64_t time_ns = 0;
    CHECK(gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &time_ns));
    return time_ns;
}

static void
test_clocks(void)
{
    uint64_t time_ns = 0, again_ns = 0;
    for (int i = 0; i <= GW_OS_CLOCK_THREAD_CPU; i++) {
        enum gw_os_clock clock = (enum gw_os_clock)i;
        CHECK(gw_os_clock_time(clock, &time_ns));
        CHECK(gw_os_clock_time(clock, &again_ns));
        CHECK(again_ns >= time_ns);
        CHECK(gw_os_clock_resolution(clock, &time_ns));
        CHECK(time_ns > 0 && time_ns <= 1000 * MS);
    }
    gw_os_clock_time(GW_OS_CLOCK_REALTIME, &time_ns);
    CHECK(time_ns / 1000000000 > 1700000000); /* after 2023 */
    CHECK(!gw_os_clock_time((enum gw_os_clock)4, &time_ns));
    CHECK(!gw_os_clock_resolution((enum gw_os_clock)(-1), &time_ns));

    uint64_t start_ns = now_ns();
    gw_os_sleep_until(start_ns + 20 * MS);
    uint64_t end_ns = now_ns();
    CHECK(end_ns >= start_ns + 20 * MS && end_ns < start_ns + 20000 * MS);
    gw_os_sleep_until(start_ns);
    gw_os_sleep_until(0);
}

static void
test_random(void)
{
    static uint8_t a[100000], b[100000];
    unsigned ones = 0;
    CHECK(gw_os_random(a, 0));
    CHECK(gw_os_random(a, sizeof(a)) && gw_os_random(b, sizeof(b)));
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK(memcmp(a + sizeof(a) - 16, b + sizeof(b) - 16, 16) != 0);
    for (size_t i = 0; i < sizeof(a); i++)
        ones += (unsigned)__builtin_popcount(a[i]);
    CHECK(ones > 395000 && ones < 405000);
}

static void
test_process(void)
{
    size_t size = 48 * 1024 * 1024;
    CHECK(gw_os_cpu_count() >= 1 && gw_os_cpu_count() < 100000);
    gw_os_yield();
    uint8_t *base = gw_os_reserve(size);
    CHECK(gw_os_commit(base, size));
    for (size_t i = 0; i < size; i += 4096)
        store(base + i, 1);
    gw_os_release(base, size);
    uint64_t peak = gw_os_peak_memory();
    if (peak == 0)
        CHECK_SKIP("peak memory is not known here");
    else
        CHECK(peak >= size && peak < (uint64_t)1 << 50);
}

/* ---- threads ---- */

struct shared {
    struct gw_os_mutex mutex;
    struct gw_os_cond cond;
    unsigned count, waiting;
    bool go;
};

static void
add(void *env)
{
    struct shared *shared = env;
    for (int i = 0; i < 10000; i++) {
        gw_os_mutex_lock(&shared->mutex);
        shared->count++;
        gw_os_mutex_unlock(&shared->mutex);
    }
}

static void
wait_for_go(void *env)
{
    struct shared *shared = env;
    gw_os_mutex_lock(&shared->mutex);
    shared->waiting++;
    while (!shared->go)
        gw_os_cond_wait(&shared->cond, &shared->mutex, UINT64_MAX);
    shared->count++;
    gw_os_mutex_unlock(&shared->mutex);
}

static void
await_waiting(struct shared *shared, unsigned count)
{
    gw_os_mutex_lock(&shared->mutex);
    while (shared->waiting < count) {
        gw_os_mutex_unlock(&shared->mutex);
        gw_os_yield();
        gw_os_mutex_lock(&shared->mutex);
    }
    gw_os_mutex_unlock(&shared->mutex);
}

static void
run_threads(struct shared *shared, void (*run)(void *env), size_t stack_size,
            bool broadcast)
{
    struct gw_os_thread threads[4];
    shared->count = shared->waiting = 0;
    shared->go = false;
    for (int i = 0; i < 4; i++)
        CHECK(gw_os_thread_start(&threads[i], run, shared, stack_size));
    if (run == wait_for_go) {
        await_waiting(shared, 4);
        gw_os_mutex_lock(&shared->mutex);
        CHECK_EQ_U64(shared->count, 0);
        shared->go = true;
        for (int i = 0; i < 4 && !broadcast; i++)
            gw_os_cond_signal(&shared->cond);
        if (broadcast)
            gw_os_cond_broadcast(&shared->cond);
        gw_os_mutex_unlock(&shared->mutex);
    }
    for (int i = 0; i < 4; i++)
        gw_os_thread_join(&threads[i]);
}

static void
test_threads(void)
{
    struct shared shared;
    gw_os_mutex_init(&shared.mutex);
    gw_os_cond_init(&shared.cond);
    run_threads(&shared, add, 0, false);
    CHECK_EQ_U64(shared.count, 40000);
    run_threads(&shared, add, 1, false); /* raised to the least there is */
    CHECK_EQ_U64(shared.count, 40000);
    run_threads(&shared, wait_for_go, 100001, true);
    CHECK_EQ_U64(shared.count, 4);
    run_threads(&shared, wait_for_go, 1 << 20, false);
    CHECK_EQ_U64(shared.count, 4);
    struct gw_os_thread thread;
    CHECK(!gw_os_thread_start(&thread, add, &shared, SIZE_MAX / 8 * 7));
    gw_os_cond_fini(&shared.cond);
    gw_os_mutex_fini(&shared.mutex);
}

static void
test_cond_timeout(void)
{
    struct shared shared;
    gw_os_mutex_init(&shared.mutex);
    gw_os_cond_init(&shared.cond);
    gw_os_mutex_lock(&shared.mutex);
    uint64_t until_ns = now_ns() + 30 * MS;
    while (gw_os_cond_wait(&shared.cond, &shared.mutex, until_ns))
        continue;
    uint64_t end_ns = now_ns();
    CHECK(end_ns >= until_ns && end_ns < until_ns + 20000 * MS);
    CHECK(!gw_os_cond_wait(&shared.cond, &shared.mutex, 0));
    CHECK(!gw_os_cond_wait(&shared.cond, &shared.mutex, end_ns));
    gw_os_mutex_unlock(&shared.mutex);
    gw_os_cond_fini(&shared.cond);
    gw_os_mutex_fini(&shared.mutex);
}

int
main(void)
{
    closed_page = gw_os_reserve(gw_os_page_size());
    test_fault_ours(); /* first: the children choose what was there before */
    test_pages();
    test_map_file();
    test_map_pipe();
    test_fault_address();
    test_fault_many();
    test_fault_nested();
    test_fault_bus();
    test_fault_stack_overflow();
    test_fault_threads();
    test_fault_thread_end();
    test_fault_own_stack();
    test_clocks();
    test_random();
    test_process();
    test_threads();
    test_cond_timeout();
    unlink(path);
    return CHECK_DONE();
}
