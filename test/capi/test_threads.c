/* wasi-threads: programs with threads of their own, and how they end. */
#include "capi/guest.h"

/* What every program here imports and exports; $code follows. */
#define PROGRAM(code)                                                  \
    "(module (import \"env\" \"memory\" (memory 1 4 shared))"          \
    " (import \"wasi\" \"thread-spawn\" (func $spawn (param i32)"      \
    "  (result i32)))"                                                 \
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit"    \
    "  (param i32)))"                                                  \
    " (import \"wasi_snapshot_preview1\" \"sched_yield\" (func $yield" \
    "  (result i32)))"                                                 \
    " (export \"memory\" (memory 0))"                                  \
    " (func $must (param i32) (if (i32.eqz (local.get 0))"             \
    "  (then unreachable)))"                                           \
    " (func $sleep (drop (memory.atomic.wait32 (i32.const 1024)"       \
    "  (i32.const 0) (i64.const -1))))" code ")"
#define THREAD                                     \
    "(func $thread (export \"wasi_thread_start\")" \
    " (param $tid i32) (param $arg i32) "

static wasm_engine_t *engine;

/* A program in a store of its own. */
struct program {
    wasm_store_t *store;
    godwit_linker_t *linker;
    wasm_instance_t *instance;
    wasm_trap_t *trap;
};

static bool
load(struct program *p, const char *text)
{
    godwit_error_t *error;
    *p = (struct program){ .store = wasm_store_new(engine) };
    godwit_wasi_config_t *config = godwit_wasi_config_new();
    godwit_wasi_config_set_threads(config, true);
    p->linker = godwit_linker_new(p->store);
    CHECK(!godwit_linker_define_wasi(p->linker, config));
    wasm_module_t *module = guest_module(p->store, text);
    p->instance = godwit_linker_instantiate(p->linker, module, NULL, &error);
    if (error)
        printf("    %s\n", godwit_error_message(error));
    godwit_error_delete(error);
    wasm_module_delete(module);
    return CHECK(p->instance != NULL);
}

static enum godwit_trap
start(struct program *p)
{
    wasm_func_t *func = guest_func(p->instance, "_start");
    p->trap = NULL;
    enum godwit_trap kind = godwit_func_call(func, NULL, 0, NULL, 0, &p->trap);
    wasm_func_delete(func);
    return kind;
}

static void
unload(struct program *p)
{
    wasm_trap_delete(p->trap);
    wasm_instance_delete(p->instance);
    godwit_linker_delete(p->linker);
    wasm_store_delete(p->store);
}

static void
test_not_granted(void)
{
    wasm_store_t *store = wasm_store_new(engine);
    godwit_linker_t *linker = godwit_linker_new(store);
    godwit_error_t *error;
    CHECK(!godwit_linker_define_wasi(linker, godwit_wasi_config_new()));
    godwit_linker_end_threads(linker); /* of which there are none */
    wasm_module_t *module = guest_module(store, PROGRAM(""));
    CHECK(!godwit_linker_instantiate(linker, module, NULL, &error));
    CHECK(godwit_error_code(error) == GODWIT_UNLINKABLE);
    CHECK(strstr(godwit_error_hint(error), "threads") != NULL);
    godwit_error_delete(error);
    wasm_module_delete(module);
    godwit_linker_delete(linker);
    wasm_store_delete(store);
}

/* Eight threads count together, and the last wakes who waits for them. */
static void
test_counting(void)
{
    struct program p;
    if (!load(
            &p,
            PROGRAM(
                THREAD
                "(local $n i32)"
                " (call $must (i32.gt_s (local.get $tid) (i32.const 0)))"
                " (loop $l"
                "  (drop (i64.atomic.rmw.add (i32.const 8) (i64.extend_i32_u"
                "   (local.get $arg))))"
                "  (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n)"
                "   (i32.const 1))) (i32.const 1000))))"
                " (if (i32.eq (i32.atomic.rmw.add (i32.const 0) (i32.const 1))"
                "  (i32.const 7)) (then (drop (memory.atomic.notify (i32.const "
                "0)"
                "   (i32.const 1))))))"
                "(func (export \"_start\") (local $i i32) (local $seen i32)"
                " (loop $l"
                "  (call $must (i32.gt_s (call $spawn (local.get $i))"
                "   (i32.const 0)))"
                "  (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i)"
                "   (i32.const 1))) (i32.const 8))))"
                " (loop $w"
                "  (local.set $seen (i32.atomic.load (i32.const 0)))"
                "  (if (i32.ne (local.get $seen) (i32.const 8)) (then"
                "   (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen)"
                "    (i64.const 10000000))) (br $w))))"
                " (call $must (i64.eq (i64.atomic.load (i32.const 8))"
                "  (i64.const 28000))))")))
        return;
    CHECK(start(&p) == GODWIT_TRAP_NONE);
    unload(&p);
}

/* The main thread sleeps, or is busy: it ends with what the other did. */
static void
test_ends_all(const char *thread, const char *main_code, enum godwit_trap kind,
              int32_t code, const char *message)
{
    char text[4096];
    struct program p;
    int32_t got = 0;
    snprintf(text, sizeof(text),
             PROGRAM(THREAD "%s) (func (export \"_start\")"
                            " (drop (call $spawn (i32.const 1)))"
                            " (drop (call $spawn (i32.const 2)))"
                            " (drop (call $spawn (i32.const 3))) %s)"),
             thread, main_code);
    if (!load(&p, text))
        return;
    CHECK_EQ_U64(start(&p), kind);
    (void)godwit_trap_exit_code(p.trap, &got);
    CHECK_EQ_U64((uint32_t)got, (uint32_t)code);
    if (!CHECK(strstr(godwit_trap_message(p.trap), message) != NULL))
        printf("    %s\n", godwit_trap_message(p.trap));
    /* A program that has ended does not go on. */
    wasm_trap_delete(p.trap);
    CHECK_EQ_U64(start(&p), kind);
    unload(&p);
}

#define SECOND(code) \
    "(if (i32.eq (local.get $arg) (i32.const 2)) (then " code "))"

static void
test_ends(void)
{
    static const char *const mains[] = {
        "(call $sleep)", "(loop $l (br $l))",
        "(loop $l (drop (call $yield)) (br $l))"
    };
    for (size_t i = 0; i < sizeof(mains) / sizeof(*mains); i++) {
        test_ends_all(SECOND("(call $exit (i32.const 99))") "(call $sleep)",
                      mains[i], GODWIT_TRAP_EXIT, 99, "ended");
        test_ends_all(SECOND("unreachable") "(loop $l (br $l))", mains[i],
                      GODWIT_TRAP_UNREACHABLE, 0, "unreachable, in thread 2");
    }
    test_ends_all(SECOND("(drop (i32.load (i32.const 0x7fffffff)))"), mains[0],
                  GODWIT_TRAP_MEMORY_OUT_OF_BOUNDS, 0, "(thread func[5])");
    /* When the main thread ends, so do the others, or deleting would wait. */
    test_ends_all("(call $sleep)", "(call $exit (i32.const 7))",
                  GODWIT_TRAP_EXIT, 7, "ended");
    test_ends_all("(loop $l (br $l))", "unreachable", GODWIT_TRAP_UNREACHABLE,
                  0, "unreachable");
}

/* Instantiation is guest code, too, and may trap or never end. */
static void
test_start_functions(void)
{
    struct program p;
    if (!load(&p, PROGRAM(THREAD ") (func $s"
                                 " (if (i32.atomic.rmw.add (i32.const 0)"
                                 "  (i32.const 1)) (then unreachable)))"
                                 " (start $s) (func (export \"_start\")"
                                 "  (drop (call $spawn (i32.const 0)))"
                                 "  (call $sleep))")))
        return;
    CHECK(start(&p) == GODWIT_TRAP_UNREACHABLE);
    unload(&p);
    if (!load(&p, PROGRAM(THREAD ") (func $s"
                                 " (if (i32.atomic.rmw.add (i32.const 0)"
                                 "  (i32.const 1)) (then (loop $l (br $l)))))"
                                 " (start $s) (func (export \"_start\")"
                                 "  (drop (call $spawn (i32.const 0))))")))
        return;
    CHECK(start(&p) == GODWIT_TRAP_NONE);
    godwit_linker_end_threads(p.linker);
    unload(&p);
}

static void
test_refusals(void)
{
    struct program p;
    /* No, or another, wasi_thread_start: ENOTSUP. */
    if (load(&p, PROGRAM("(func (export \"_start\") (call $must (i32.eq"
                         " (call $spawn (i32.const 0)) (i32.const -58))))"))) {
        CHECK(start(&p) == GODWIT_TRAP_NONE);
        unload(&p);
    }
    if (load(&p, PROGRAM("(func (export \"wasi_thread_start\") (param i32))"
                         "(func (export \"_start\") (call $must (i32.eq"
                         " (call $spawn (i32.const 0)) (i32.const -58))))"))) {
        CHECK(start(&p) == GODWIT_TRAP_NONE);
        unload(&p);
    }
    /* As many as there may be at once, then EAGAIN; none after the end. */
    if (load(&p, PROGRAM(THREAD "(call $sleep)) (func (export \"_start\")"
                                " (local $n i32) (local $got i32)"
                                " (loop $l (local.set $got (call $spawn"
                                "  (i32.const 0)))"
                                "  (if (i32.gt_s (local.get $got)"
                                "   (i32.const 0)) (then (local.set $n"
                                "    (i32.add (local.get $n) (i32.const 1)))"
                                "    (br $l))))"
                                " (call $must (i32.eq (local.get $got)"
                                "  (i32.const -6)))"
                                " (call $must (i32.or (i32.eq (local.get $n)"
                                "  (i32.const 64)) (i32.eqz"
                                "  (local.get $n)))))"))) {
        CHECK(start(&p) == GODWIT_TRAP_NONE);
        godwit_linker_end_threads(p.linker);
        CHECK(start(&p) == GODWIT_TRAP_NONE);
        unload(&p);
    }
}

/* Many that come and go leave nothing behind: numbers differ, all run. */
static void
test_churn(void)
{
    struct program p;
    if (!load(
            &p,
            PROGRAM(
                THREAD
                "(drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))"
                "(func (export \"_start\") (local $n i32)"
                " (loop $l"
                "  (if (i32.gt_s (call $spawn (i32.const 0)) (i32.const 0))"
                "   (then (local.set $n (i32.add (local.get $n) (i32.const "
                "1))))"
                "   (else (drop (call $yield))))"
                "  (br_if $l (i32.lt_u (local.get $n) (i32.const 1000))))"
                " (loop $w (br_if $w (i32.lt_u (i32.atomic.load (i32.const 0))"
                "  (i32.const 1000)))))")))
        return;
    CHECK(start(&p) == GODWIT_TRAP_NONE);
    unload(&p);
}

/* Spawning does not make fuel: whoever spawns for ever runs out of it. */
static void
test_fuel(void)
{
    struct program p;
    wasm_engine_t *old = engine;
    wasm_config_t *config = wasm_config_new();
    CHECK(!godwit_config_set(config, GODWIT_OPTION_FUEL, 100000));
    engine = wasm_engine_new_with_config(config);
    if (load(&p, PROGRAM(THREAD "(loop $l (drop (call $spawn (i32.const 0)))"
                                " (br $l))) (func (export \"_start\")"
                                " (call $thread (i32.const 0)"
                                "  (i32.const 0)))"))) {
        CHECK(start(&p) == GODWIT_TRAP_OUT_OF_FUEL);
        unload(&p);
    }
    wasm_engine_delete(engine);
    engine = old;
}

/* The program's deadline holds for all of its threads. */
static void
test_deadline(void)
{
    struct program p;
    if (!load(&p, PROGRAM(THREAD "(loop $l (br $l)))"
                                 "(func (export \"_start\")"
                                 " (drop (call $spawn (i32.const 0)))"
                                 " (call $sleep))")))
        return;
    CHECK(!godwit_store_set_timeout(p.store, 50000000));
    CHECK(start(&p) == GODWIT_TRAP_DEADLINE);
    unload(&p);
}

int
main(void)
{
    engine = wasm_engine_new();
    test_not_granted();
    test_counting();
    test_ends();
    test_start_functions();
    test_refusals();
    test_churn();
    test_fuel();
    test_deadline();
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
