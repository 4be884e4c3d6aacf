/* Calls, traps, backtraces, interruption: src/rt/call.c, store.c, timer.c. */
#include "test_rt.h"

/* Functions of the module below. */
enum {
    HOST,      /* imported */
    TRAPS,     /* unreachable */
    CALL_TRAP, /* calls TRAPS */
    CALL_HOST, /* calls HOST */
    RECURSE,   /* calls itself for ever */
    SPIN,      /* loops for ever */
    OUTER,     /* calls RECURSE */
    TWICE      /* calls HOST, then TRAPS */
};

static void
make_module(struct bytes *m)
{
    begin_module(m);
    SECTION(m, 1, 1, 0x60, 0, 0);
    SECTION(m, 2, 1, 1, 'e', 1, 'h', 0, 0);
    SECTION(m, 3, 7, 0, 0, 0, 0, 0, 0, 0);
    SECTION(m, 10, 7, 3, 0, 0x00, 0x0b, 4, 0, 0x10, TRAPS, 0x0b, 4, 0, 0x10,
            HOST, 0x0b, 4, 0, 0x10, RECURSE, 0x0b, 7, 0, 0x03, 0x40, 0x0c, 0,
            0x0b, 0x0b, 4, 0, 0x10, RECURSE, 0x0b, 6, 0, 0x10, HOST, 0x10,
            TRAPS, 0x0b);
}

struct play {
    struct world w;
    struct bytes module;
    struct gw_instance *instance;
    int script; /* what the host function does */
    int calls;
};

static struct gw_funcinst *
func(struct play *play, uint32_t index)
{
    return play->instance->ctx.funcs[index];
}

enum { RETHROW, SWALLOW, REPLACE, NEST, EXIT };

static enum gw_trap
act(void *env, struct gw_call *call, union gw_slot *args)
{
    struct play *play = env;
    play->calls++;
    if (play->script == EXIT)
        return gw_exec_exit(call->exec, -2);
    if (play->script == NEST)
        return gw_func_call(func(play, CALL_HOST), args);
    CHECK(call->caller == play->instance);
    enum gw_trap trap = gw_func_call(func(play, TRAPS), args);
    CHECK_EQ_U64(trap, GW_TRAP_UNREACHABLE);
    if (play->script == SWALLOW)
        return GW_TRAP_NONE;
    if (play->script == REPLACE)
        return gw_exec_trap(call->exec, GW_TRAP_HOST, "no %s", "luck");
    return trap;
}

static bool
open_play(struct play *play)
{
    static const struct gw_functype type = { 0 };
    struct gw_externval value = { .kind = GW_EXTERN_FUNC };
    if (!world_open(&play->w))
        return false;
    gw_funcinst_new_host(play->w.store, &type, act, play, NULL, &value.of.func);
    make_module(&play->module);
    CHECK_EQ_U64(world_instance(&play->w, &play->module, &value, 1,
                                &play->instance),
                 GW_OK);
    play->calls = 0;
    if (!play->instance)
        world_close(&play->w);
    return play->instance != NULL;
}

static enum gw_trap
call(struct play *play, uint32_t index)
{
    struct gw_exec *exec = &play->w.store->exec;
    union gw_slot args[1];
    enum gw_trap trap = gw_func_call(func(play, index), args);
    CHECK(exec->slot_top == exec->stack_base);
    CHECK(exec->frame_top == exec->stack_end);
    CHECK_EQ_U64(exec->host_depth, 0);
    return trap;
}

static void
check_frames(struct play *play, uint32_t count, const uint32_t *funcs)
{
    const struct gw_trap_info *info = gw_store_trap(play->w.store);
    CHECK_EQ_U64(info->frame_count, count);
    CHECK_EQ_U64(info->frame_total, count);
    for (uint32_t i = 0; i < count && i < info->frame_count; i++) {
        CHECK_EQ_U64(info->frames[i].func, funcs[i]);
        CHECK(info->frames[i].instance == play->instance);
        CHECK(info->frames[i].module == play->instance->program->module);
    }
}

static void
test_traps(void)
{
    struct play p;
    gw_config_init(&p.w.config);
    if (!open_play(&p))
        return;
    const struct gw_trap_info *info = gw_store_trap(p.w.store);
    CHECK_EQ_U64(call(&p, CALL_TRAP), GW_TRAP_UNREACHABLE);
    CHECK_STR(info->text, "unreachable");
    check_frames(&p, 2, (const uint32_t[]){ TRAPS, CALL_TRAP });
    CHECK_EQ_U64(p.module.data[info->frames[0].offset], 0x00);
    CHECK_EQ_U64(p.module.data[info->frames[1].offset], 0x10);

    /* The inner trap goes out through the host function as it was. */
    p.script = RETHROW;
    CHECK_EQ_U64(call(&p, CALL_HOST), GW_TRAP_UNREACHABLE);
    check_frames(&p, 2, (const uint32_t[]){ TRAPS, CALL_HOST });

    /* The host function survives it; a later one is another trap. */
    p.script = SWALLOW;
    CHECK_EQ_U64(call(&p, CALL_HOST), GW_TRAP_NONE);
    CHECK_EQ_U64(call(&p, TWICE), GW_TRAP_UNREACHABLE);
    check_frames(&p, 2, (const uint32_t[]){ TRAPS, TWICE });

    p.script = REPLACE;
    CHECK_EQ_U64(call(&p, CALL_HOST), GW_TRAP_HOST);
    CHECK_STR(info->text, "no luck");
    check_frames(&p, 1, (const uint32_t[]){ CALL_HOST });

    p.script = EXIT;
    CHECK_EQ_U64(call(&p, CALL_HOST), GW_TRAP_EXIT);
    CHECK(info->exit_code == -2);
    CHECK_EQ_U64(call(&p, HOST), GW_TRAP_EXIT);
    CHECK_EQ_U64(call(&p, TRAPS), GW_TRAP_UNREACHABLE);
    CHECK_EQ_U64(info->exit_code, 0);
    check_frames(&p, 1, (const uint32_t[]){ TRAPS });
    world_close(&p.w);
}

static void
test_depth(void)
{
    struct play p;
    gw_config_init(&p.w.config);
    if (!open_play(&p))
        return;
    const struct gw_trap_info *info = gw_store_trap(p.w.store);
    CHECK_EQ_U64(call(&p, OUTER), GW_TRAP_STACK_EXHAUSTED);
    CHECK_STR(info->text, "call stack exhausted");
    CHECK_EQ_U64(info->frame_count, GW_TRACE_MAX);
    CHECK(info->frame_total > 1000);
    for (uint32_t i = 0; i < GW_TRACE_MAX - 1; i++)
        CHECK_EQ_U64(info->frames[i].func, RECURSE);
    CHECK_EQ_U64(info->frames[GW_TRACE_MAX - 1].func, OUTER);

    p.script = NEST;
    CHECK_EQ_U64(call(&p, CALL_HOST), GW_TRAP_STACK_EXHAUSTED);
    CHECK_EQ_U64(p.calls, 200);
    CHECK_EQ_U64(info->frame_total, 200);
    CHECK_EQ_U64(info->frames[GW_TRACE_MAX - 1].func, CALL_HOST);
    world_close(&p.w);
}

/* ---- interruption ---- */

static uint64_t
now(void)
{
    uint64_t time_ns = 0;
    gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &time_ns);
    return time_ns;
}

enum { MS = 1000000 };

static void
interrupt_soon(void *env)
{
    gw_os_sleep_until(now() + 10 * MS);
    gw_store_interrupt(env, GW_REASON_INTERRUPT);
}

static void
test_interrupt(void)
{
    struct play p;
    struct gw_os_thread thread;
    gw_config_init(&p.w.config);
    if (!open_play(&p))
        return;
    CHECK(gw_os_thread_start(&thread, interrupt_soon, p.w.store, 0));
    CHECK_EQ_U64(call(&p, SPIN), GW_TRAP_INTERRUPTED);
    gw_os_thread_join(&thread);
    check_frames(&p, 1, (const uint32_t[]){ SPIN });
    /* It lasts until it is taken back, also for instances made meanwhile. */
    CHECK_EQ_U64(call(&p, SPIN), GW_TRAP_INTERRUPTED);
    struct gw_externval value = { .kind = GW_EXTERN_FUNC };
    struct gw_instance *late;
    value.of.func = func(&p, HOST);
    CHECK_EQ_U64(world_instance(&p.w, &p.module, &value, 1, &late), GW_OK);
    CHECK(late && atomic_load(&late->ctx.poll) == 1);
    gw_store_clear_interrupt(p.w.store);
    CHECK(late && atomic_load(&late->ctx.poll) == 0);
    CHECK_EQ_U64(atomic_load(&p.instance->ctx.poll), 0);
    world_close(&p.w);
}

static void
test_deadline(void)
{
    struct play p;
    gw_config_init(&p.w.config);
    if (!open_play(&p))
        return;
    struct gw_store *store = p.w.store;
    uint64_t start = now();
    CHECK_EQ_U64(gw_store_set_deadline(store, start + 20 * MS), GW_OK);
    CHECK_EQ_U64(call(&p, SPIN), GW_TRAP_DEADLINE);
    CHECK(now() >= start + 20 * MS);
    CHECK_STR(gw_store_trap(store)->text, "deadline exceeded");

    /* A new one replaces it; a far one does not fire; an earlier one wakes
     * the timer from its sleep. */
    CHECK_EQ_U64(gw_store_set_deadline(store, now() + 3600000ull * MS), GW_OK);
    CHECK_EQ_U64(atomic_load(&p.instance->ctx.poll), 0);
    gw_os_sleep_until(now() + 5 * MS);
    CHECK_EQ_U64(gw_store_set_deadline(store, now() + 5 * MS), GW_OK);
    CHECK_EQ_U64(call(&p, SPIN), GW_TRAP_DEADLINE);
    CHECK_EQ_U64(gw_store_set_deadline(store, UINT64_MAX), GW_OK);
    CHECK_EQ_U64(atomic_load(&p.instance->ctx.poll), 0);
    /* One that has passed already. */
    CHECK_EQ_U64(gw_store_set_deadline(store, 1), GW_OK);
    CHECK_EQ_U64(call(&p, SPIN), GW_TRAP_DEADLINE);
    gw_store_set_deadline(store, now() + 3600000ull * MS);
    world_close(&p.w);
}

/* Stores that come and go while the timer runs. */
static void
test_many_deadlines(void)
{
    struct world w;
    struct gw_store *stores[20];
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_TIMEOUT] = 2 * MS;
    if (!world_open(&w))
        return;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
            stores[i] = gw_store_new(w.engine);
            gw_store_set_deadline(stores[i], now() + (uint64_t)i * MS / 2);
        }
        gw_os_sleep_until(now() + 3 * MS);
        for (int i = 0; i < 20; i++)
            gw_store_unref(stores[i]);
    }
    while (!(atomic_load(&w.store->reasons) & GW_REASON_DEADLINE))
        gw_os_yield();
    world_close(&w);
}

static void
test_fuel(void)
{
    struct world w;
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_FUEL] = 1000;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_store_fuel(w.store), 1000);
    w.store->exec.fuel -= 1001;
    CHECK_EQ_U64(gw_store_fuel(w.store), 0);
    gw_store_set_fuel(w.store, UINT64_MAX);
    CHECK_EQ_U64(gw_store_fuel(w.store), INT64_MAX);
    world_close(&w);
}

int
main(void)
{
    test_traps();
    test_depth();
    test_interrupt();
    test_deadline();
    test_many_deadlines();
    test_fuel();
    return CHECK_DONE();
}
