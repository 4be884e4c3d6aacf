/* Calls that would wait for an hour end when the store's deadline passes or
 * the host interrupts it. */
#include "wasi_guest.h"
#include "interp/interp.h"

static struct gw_engine *engine;
static struct gw_program *program;
static struct gw_store *store;
static struct gw_instance *instance;

static uint64_t
now(void)
{
    uint64_t ns = 0;
    (void)gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &ns);
    return ns;
}

static void
open_store(void)
{
    static const uint8_t empty[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    struct gw_config config;
    gw_config_init(&config);
    engine = gw_engine_new(&config, &gw_interp_tier, NULL, NULL);
    CHECK(gw_program_new(engine, gw_span(empty, sizeof empty), NULL, NULL, NULL,
                         &program) == GW_OK);
    store = gw_store_new(engine);
    CHECK(gw_instance_new(store, program, NULL, 0, NULL, &instance) == GW_OK);
}

static void
close_store(void)
{
    gw_store_unref(store);
    gw_program_unref(program);
    gw_engine_unref(engine);
}

/* Makes a call under a deadline of 100 ms: it must trap, and soon. */
static void
expect_end(struct guest *g, unsigned function, const uint64_t *args)
{
    const struct gw_p1_row *row = &gw_p1_table[function];
    union gw_slot slots[16];
    struct gw_p1 p = { 0 };
    uint64_t start = now();
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < strlen(row->params); i++)
        slots[i].u32 = (uint32_t)args[i];
    g->call.caller = instance;
    g->call.store = store;
    g->call.exec = &store->exec;
    p.wasi = g->wasi;
    p.call = &g->call;
    p.memory = &g->memory;
    p.trap = GW_TRAP_NONE;
    CHECK(gw_store_set_deadline(store, start + 100000000) == GW_OK);
    (void)row->fn(&p, slots);
    uint64_t took = now() - start;
    if (!CHECK_EQ_U64(p.trap, GW_TRAP_DEADLINE))
        printf("    %s\n", row->name);
    CHECK(took >= 90000000 && took < 2000000000);
}

#define EXPECT_END(g, name, ...) \
    expect_end((g), GW_P1_##name, (const uint64_t[16]){ __VA_ARGS__ })

static void
put_subscription(struct guest *g, unsigned type, uint32_t fd_or_clock)
{
    uint8_t *to = g->memory.base + AT_DATA;
    memset(to, 0, 48);
    to[8] = (uint8_t)type;
    gw_p1_put_u32(to + 16, fd_or_clock);
    if (type == 0)
        gw_p1_put_u64(to + 24, UINT64_C(3600000000000));
}

int
main(void)
{
    struct guest g;
    struct gw_wasi_config config;
    int in[2], out[2], listener;
    uint16_t port = 0;
    CHECK(pipe(in) == 0 && pipe(out) == 0);
    bool network = gw_sock_listen("127.0.0.1", &port, &listener) == GW_OSERR_OK;
    gw_wasi_config_init(&config);
    config.stdio[0].kind = config.stdio[1].kind = GW_WASI_HOST;
    config.stdio[0].host_fd = in[0];
    config.stdio[1].host_fd = out[1];
    config.listeners = &listener;
    config.listener_count = network;
    guest_start(&g, &config);
    open_store();
    put_subscription(&g, 0, 0);
    EXPECT_END(&g, poll_oneoff, AT_DATA, 0x40000, 1, 64);
    put_subscription(&g, 0, 1);
    EXPECT_END(&g, poll_oneoff, AT_DATA, 0x40000, 1, 64);
    put_subscription(&g, 1, 0);
    EXPECT_END(&g, poll_oneoff, AT_DATA, 0x40000, 1, 64);
    EXPECT_END(&g, fd_read, 0, guest_iov(&g, 10), 1, 64);
    EXPECT_END(&g, fd_write, 1, guest_iov(&g, 500000), 1, 64);
    if (network)
        EXPECT_END(&g, sock_accept, 3, 0, 64);
    close_store();
    guest_end(&g);
    if (network)
        gw_file_close(listener);
    return CHECK_DONE();
}
