/* Descriptors that several threads of a guest use while others close, move
 * and narrow them: what a call in progress holds stays what it was. */
#include "unit/wasi_guest.h"
#include "os/os.h"

enum { USERS = 3, ROUNDS = 3000 };

static char top[64];

/* A thread of the guest: the same descriptors, a memory of its own. */
struct user {
    struct guest g;
    struct gw_os_thread thread;
    unsigned worked, refused, wrong; /* CHECK is not for threads */
};

static void
share(struct guest *to, const struct guest *from)
{
    memset(to, 0, sizeof *to);
    to->wasi = from->wasi;
    to->memory.size = GUEST_MEMORY;
    to->memory.base = calloc(1, GUEST_MEMORY);
}

static atomic_bool done;

/* The directory under 3 is "a", at times "b", a file or nothing; 4 is "b",
 * read-only, for ever.  Any answer may come, but never what belongs to neither
 * and never a change in "b". */
static void
use(struct user *user)
{
    struct guest *g = &user->g;
    uint32_t fd;
    if (guest_open(g, 3, "file", 0, GW_RIGHT(FD_READ), &fd) == 0) {
        uint32_t err = CALL(g, fd_read, fd, guest_iov(g, 9), 1, 64);
        if (err == 0 && guest_u32(g, 64) > 0)
            user->wrong += memcmp(g->memory.base + AT_DATA, "inside", 6) != 0;
        (void)CALL(g, fd_close, fd);
        user->worked++;
    } else {
        user->refused++;
    }
    (void)CALL(g, fd_prestat_dir_name, 3, 128, 2);
    (void)CALL(g, fd_readdir, 3, AT_DATA, 4096, 0, 64);
    (void)CALL(g, path_filestat_get, 3, 0, PATH(g, "file"), 64);
    user->wrong += CALL(g, path_unlink_file, 4, PATH(g, "file")) !=
                   GW_OSERR_NOTCAPABLE;
}

static void
use_for_ever(void *env)
{
    struct user *user = env;
    while (!atomic_load(&done))
        use(user);
}

static void
begin(struct guest *g, const char *a, const char *b)
{
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopens[4] = { { a, "/a", false, GW_WASI_DIR, 0 },
                                           { b, "/b", true, GW_WASI_DIR, 0 } };
    gw_wasi_config_init(&config);
    config.preopens = preopens;
    config.preopen_count = 2;
    config.limits[GW_WASI_LIMIT_HANDLES] = 64;
    guest_start(g, &config);
}

/* wasmtime's and others' table of descriptors under threads: a preopen closed
 * or renumbered while another thread walks below it. */
static void
preopen_closed_while_in_use(void)
{
    static struct user users[USERS];
    struct guest g;
    char a[80], b[80];
    scratch_make(top);
    scratch_dir(top, "a");
    scratch_dir(top, "b");
    scratch_file(top, "a/file", "inside a");
    scratch_file(top, "b/file", "inside b");
    scratch_print(a, sizeof a, "%s/a", top);
    scratch_print(b, sizeof b, "%s/b", top);
    begin(&g, a, b);
    atomic_store(&done, false);
    for (unsigned i = 0; i < USERS; i++) {
        share(&users[i].g, &g);
        CHECK(gw_os_thread_start(&users[i].thread, use_for_ever, &users[i], 0));
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t fd, spare = 0;
        if (guest_open(&g, 3, ".", O_DIR, ALL_RIGHTS & ~RW, &fd) != 0)
            break;
        (void)CALL(&g, fd_close, 3);
        /* The number goes to whoever opens next; then it is "b" here. */
        while (spare != 3) {
            if (guest_open(&g, 4, ".", O_DIR, GW_RIGHT(PATH_OPEN), &spare) ==
                    0 &&
                spare != 3)
                (void)CALL(&g, fd_close, spare);
        }
        CHECK_EQ_U64(CALL(&g, fd_renumber, 3, 3), 0);
        CHECK_EQ_U64(CALL(&g, fd_renumber, fd, 3), 0);
    }
    CHECK_EQ_U64(CALL(&g, fd_close, 3), 0);
    CHECK_EQ_U64(CALL(&g, fd_close, 3), GW_OSERR_BADF);
    atomic_store(&done, true);
    unsigned worked = 0, refused = 0, wrong = 0;
    for (unsigned i = 0; i < USERS; i++) {
        gw_os_thread_join(&users[i].thread);
        worked += users[i].worked;
        refused += users[i].refused;
        wrong += users[i].wrong;
        free(users[i].g.memory.base);
    }
    printf("%u opens worked, %u were refused\n", worked, refused);
    CHECK(worked > 0 && refused > 0);
    CHECK_EQ_U64(wrong, 0);
    CHECK(scratch_is(top, "b/file", "inside b"));
    CHECK(scratch_is(top, "a/file", "inside a"));
    guest_end(&g);
    scratch_remove(top);
}

/* Two threads close the same number: one of them does, and the number that a
 * third has got meanwhile is not closed twice. */
struct closer {
    struct guest g;
    struct gw_os_thread thread;
    unsigned closed;
};

static void
close_all(void *env)
{
    struct closer *closer = env;
    for (uint32_t fd = 5; fd < 1000; fd++)
        closer->closed += CALL(&closer->g, fd_close, fd) == 0;
}

static void
closing_twice_at_once_closes_once(void)
{
    static struct closer closers[USERS];
    struct guest g;
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopens[2] = {
        { "/tmp", "/a", true, GW_WASI_DIR, 0 },
        { "/tmp", "/b", true, GW_WASI_DIR, 0 }
    };
    uint32_t fd, opened = 0;
    gw_wasi_config_init(&config);
    config.preopens = preopens;
    config.preopen_count = 2;
    guest_start(&g, &config);
    while (opened < 900 &&
           guest_open(&g, 3, ".", O_DIR, GW_RIGHT(FD_READDIR), &fd) == 0)
        opened++;
    CHECK(opened > 100);
    for (unsigned i = 0; i < USERS; i++) {
        share(&closers[i].g, &g);
        CHECK(
            gw_os_thread_start(&closers[i].thread, close_all, &closers[i], 0));
    }
    unsigned closed = 0;
    for (unsigned i = 0; i < USERS; i++) {
        gw_os_thread_join(&closers[i].thread);
        closed += closers[i].closed;
        free(closers[i].g.memory.base);
    }
    CHECK_EQ_U64(closed, opened);
    CHECK_EQ_U64(g.wasi->fds.open, 5);
    guest_end(&g);
}

int
main(void)
{
    preopen_closed_while_in_use();
    closing_twice_at_once_closes_once();
    return CHECK_DONE();
}
