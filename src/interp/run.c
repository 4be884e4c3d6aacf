#include "interp/run.h"

#include "interp/count.h"
#include "interp/interp.h"
#include "interp/probe.h"
#include "rt/native.h"
#include "rt/stack.h"

/* ---- entering functions ---- */

/* What funcinst->code is before a function is translated, and for good when
 * it is the host's. */
static const struct gw_icode stub = { .frame_bytes = GW_CODE_STUB };

/* Where the first frame of a run returns to. */
static const uint32_t ended[] = { GW_IOP_ENDED };

static const struct gw_icode *
ensure_code(struct gw_funcinst *func)
{
    if (func->code == &stub)
        func->code = gw_interp_translate(func->instance->program, func->index);
    if (!func->code)
        func->code = &stub;
    return func->code == &stub ? NULL : func->code;
}

/* Makes `record` the frame of func with its arguments at fp. */
static enum gw_trap
enter(struct gw_exec *exec, struct gw_frame_record *record,
      struct gw_funcinst *func, union gw_slot *fp)
{
    const struct gw_icode *code = ensure_code(func);
    if (!code)
        return GW_TRAP_NO_MEMORY;
    uint64_t need = code->frame_slots * (uint64_t)sizeof(*fp);
    if (gw_interp_room(record + 1, fp) < need + sizeof(*record))
        return GW_TRAP_STACK_EXHAUSTED;
    struct gw_vmctx *ctx = &func->instance->ctx;
    *record = (struct gw_frame_record){ func, code->words, fp, ctx };
    exec->frame_top = record;
    memset(fp + code->zero_first, 0, code->zero_pairs * 2 * sizeof(*fp));
    if (atomic_load_explicit(&ctx->poll, memory_order_relaxed) != 0)
        return gw_interp_poll(exec);
    return GW_TRAP_NONE;
}

static enum gw_trap
run_host(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args,
         struct gw_vmctx *caller)
{
    struct gw_call call = { exec, (struct gw_instance *)caller, func->store };
    return func->host(func->env, &call, args);
}

/* Calls what has no frame here: a host function, or machine code.  exec->pc
 * tells the fault handler that the host is running. */
static enum gw_trap
call_out(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args,
         struct gw_vmctx *caller)
{
    const struct gw_functype *type = func->type;
    union gw_slot *slot_top = exec->slot_top;
    exec->slot_top = args + (type->param_slots > type->result_slots
                                 ? type->param_slots
                                 : type->result_slots);
    exec->pc = ended;
    enum gw_trap trap = func->native ? gw_native_call(exec, func, args)
                                     : run_host(exec, func, args, caller);
    exec->pc = NULL;
    exec->slot_top = slot_top;
    /* An exception that came out goes on in the guest that called. */
    if (GW_HAS(EXCEPTIONS) && trap == GW_TRAP_UNCAUGHT_EXCEPTION && exec->exn)
        return gw_interp_throw_ref(exec, gw_ref_from(exec->exn));
    return trap;
}

enum gw_trap
gw_interp_call_slow(struct gw_exec *exec, struct gw_funcinst *func,
                    union gw_slot *args)
{
    struct gw_frame_record *sp = exec->frame_top;
    if (!func->instance || func->native)
        return call_out(exec, func, args, sp->ctx);
    return enter(exec, sp - 1, func, args);
}

/* A frame that calls out last is gone while that runs. */
enum gw_trap
gw_interp_tail_slow(struct gw_exec *exec, struct gw_funcinst *func)
{
    struct gw_frame_record *sp = exec->frame_top;
    if (func->instance && !func->native)
        return enter(exec, sp, func, sp->fp);
    exec->frame_top = sp + 1;
    return call_out(exec, func, sp->fp, sp->ctx);
}

enum gw_trap
gw_interp_check_type(const struct gw_vmctx *ctx, const struct gw_funcinst *func,
                     uint32_t type)
{
    const struct gw_engine *engine = ctx->exec->store->engine;
    return gw_typereg_is_sub(engine, func->type_id, ctx->type_ids[type])
               ? GW_TRAP_NONE
               : GW_TRAP_INDIRECT_CALL_TYPE;
}

/* ---- safepoints ---- */

/* Slots of the innermost run, to be overwritten. */
static void
scribble(struct gw_exec *exec)
{
    struct gw_frame_record *top = exec->frame_top, *last = top;
    const struct gw_icode *code = top->func->code;
    while (last->func)
        last++;
    memset(last->fp, 0xdd,
           (size_t)((uint8_t *)(top->fp + code->frame_slots) -
                    (uint8_t *)last->fp));
    memset(top, 0xdd, (size_t)((uint8_t *)last - (uint8_t *)top));
    exec->frame_top = last;
}

/* Moves all frames out and in, for the option SAFEPOINT_TEST, which builds for
 * size ignore. */
#ifdef GW_SMALL
#define GW_MOVES_FRAMES false
#else
#define GW_MOVES_FRAMES true
#endif

static enum gw_trap
move_frames(struct gw_exec *exec)
{
    struct gw_frames frames;
    gw_frames_init(&frames, &exec->store->engine->alloc);
    enum gw_err err = gw_interp_read_frames(exec, &frames);
    if (err == GW_OK) {
        scribble(exec);
        err = gw_interp_enter_frames(exec, &frames);
    }
    gw_frames_fini(&frames);
    if (err == GW_OK)
        return GW_TRAP_NONE;
    return gw_exec_trap(exec, GW_TRAP_NO_MEMORY, "frames cannot be moved: %s",
                        gw_err_text(err));
}

enum gw_trap
gw_interp_poll(struct gw_exec *exec)
{
    struct gw_store *store = exec->store;
    struct gw_frame_record *sp = exec->frame_top;
    sp->pc++; /* a trap or sample is that of what follows, not of what came */
    enum gw_trap trap = gw_exec_poll(exec, (struct gw_instance *)sp->ctx);
    if (trap != GW_TRAP_NONE)
        return trap;
    sp->pc--;
    uint64_t every = store->engine->config.values[GW_OPTION_SAFEPOINT_TEST];
    if (!GW_MOVES_FRAMES || every == 0 || ++exec->safepoint_count % every != 0)
        return GW_TRAP_NONE;
    return move_frames(exec);
}

/* ---- running ---- */

/* Only instructions of the newest frame may fault, and only in its memory 0;
 * reads nothing but memory, for it is called in a signal handler. */
static bool
covers(void *env, const void *address)
{
    const struct gw_exec *exec = env;
    const struct gw_frame_record *sp = exec->frame_top;
    const struct gw_meminst *memory = sp->ctx->mem0;
    uintptr_t offset = (uintptr_t)address - (uintptr_t)memory->base;
    return exec->pc == NULL && memory->guarded && offset < memory->reserved;
}

static gw_interp_driver_fn *
find_driver(uint64_t driver)
{
    switch (driver) {
    case GW_DRIVER_SWITCH:
        return gw_interp_run_switch;
    case GW_DRIVER_GOTO:
        return gw_interp_run_goto;
    case GW_DRIVER_TAIL:
        return gw_interp_run_tail;
    default:
        return NULL;
    }
}

bool
gw_interp_has_driver(uint64_t driver)
{
    return driver == GW_DRIVER_AUTO || find_driver(driver) != NULL;
}

static gw_interp_driver_fn *
driver_of(const struct gw_engine *engine)
{
    gw_interp_driver_fn *driver = find_driver(
        engine->config.values[GW_OPTION_DRIVER]);
    if (!driver)
        driver = gw_interp_run_tail;
    if (!driver)
        driver = gw_interp_run_goto;
    return driver ? driver : gw_interp_run_switch;
}

bool
gw_interp_joins(const struct gw_engine *engine)
{
    gw_interp_driver_fn *driver = driver_of(engine);
    return driver == gw_interp_run_goto ? gw_interp_goto_joins
                                        : driver == gw_interp_run_tail;
}

static enum gw_trap
run(struct gw_exec *exec)
{
    struct gw_os_fault_scope scope;
    enum gw_trap trap;
    if (GW_OS_FAULT_ENTER(&scope, covers, exec) == 0)
        trap = driver_of(exec->store->engine)(exec);
    else
        trap = GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    gw_os_fault_leave(&scope);
    return trap;
}

/* ---- the tier ---- */

static const void *
tier_entry(const struct gw_funcinst *func)
{
    if (!func->instance || func->native)
        return &stub;
    struct gw_program *program = func->instance->program;
    uint32_t index = func->index - program->module->imported[GW_EXTERN_FUNC];
    const void *code = atomic_load_explicit(&program->code[index],
                                            memory_order_acquire);
    return code ? code : &stub;
}

static enum gw_trap
tier_call(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args)
{
    const struct gw_functype *type = func->type;
    struct gw_frame_record *outer = exec->frame_top, *mark = outer - 1;
    union gw_slot *fp = exec->slot_top;
    if (func->native)
        return gw_native_call(exec, func, args);
    uint64_t slots = (uint64_t)type->param_slots + type->result_slots;
    if (gw_interp_room(outer, fp) < slots * sizeof(*fp) + 2 * sizeof(*mark))
        return GW_TRAP_STACK_EXHAUSTED;
    *mark = (struct gw_frame_record){ NULL, ended, fp, &func->instance->ctx };
    exec->frame_top = mark;
    exec->pc = NULL;
    if (type->param_slots != 0)
        memcpy(fp, args, type->param_slots * sizeof(*fp));
    enum gw_trap trap = enter(exec, mark - 1, func, fp);
    if (trap == GW_TRAP_NONE)
        trap = run(exec);
    if (trap != GW_TRAP_NONE)
        return trap;
    if (type->result_slots != 0)
        memcpy(args, fp, type->result_slots * sizeof(*fp));
    exec->frame_top = outer;
    return GW_TRAP_NONE;
}

/* ---- walking ---- */

enum { MAPS = 16 };

/* Maps of functions that were met, by the low bits of their index. */
struct maps {
    struct gw_code_map maps[MAPS];
    const struct gw_icode *code[MAPS]; /* NULL: empty */
};

static uint32_t
find_pc(struct maps *maps, const struct gw_frame_record *record)
{
    const struct gw_funcinst *func = record->func;
    const struct gw_icode *code = func->code;
    uint32_t i = func->index % MAPS;
    if (maps->code[i] != code) {
        if (maps->code[i])
            gw_code_map_fini(&maps->maps[i]);
        /* Short of memory, the map ends early. */
        gw_code_map_init(&maps->maps[i], func->instance->program, func->index);
        maps->code[i] = code;
    }
    return gw_code_map_find(&maps->maps[i],
                            (uint32_t)(record->pc - code->words));
}

/* The record behind this one; from the last of a continuation on to the one
 * that has resumed it. */
static const struct gw_frame_record *
older(const struct gw_frame_record *record, const struct gw_stack **stack)
{
    record++;
    if (!*stack || (const void *)record != (*stack)->end)
        return record;
    record = (*stack)->outer_frame_top;
    *stack = (*stack)->outer;
    return record;
}

static uint32_t
count_frames(const struct gw_exec *exec)
{
    const struct gw_frame_record *record = exec->frame_top;
    const struct gw_stack *stack = exec->stack;
    uint32_t total = 0;
    for (; (const void *)record != exec->stack_end;
         record = older(record, &stack))
        total += record->func != NULL;
    return total;
}

/* Visits the runs of machine code that stand above a record. */
static bool
walk_runs(const struct gw_native_run **run, const void *record,
          bool (*visit)(void *env, const struct gw_trace_frame *frame),
          void *env)
{
    while (*run && (*run)->frame_top == record) {
        if (!gw_native_walk(*run, visit, env))
            return false;
        *run = (*run)->outer;
    }
    return true;
}

static void
tier_walk(struct gw_exec *exec, uint32_t exact_count,
          bool (*visit)(void *env, const struct gw_trace_frame *frame),
          void *env)
{
    const struct gw_frame_record *record = exec->frame_top;
    const struct gw_stack *stack = exec->stack;
    struct gw_alloc *alloc = &exec->store->engine->alloc;
    uint32_t total = count_frames(exec), i = 0;
    struct maps *maps = gw_alloc_zero(alloc, 1, sizeof(*maps));
    const struct gw_native_run *native = exec->native;
    bool more = walk_runs(&native, record, visit, env);
    for (; more && (const void *)record != exec->stack_end;
         record = older(record, &stack),
         more = more && walk_runs(&native, record, visit, env)) {
        const struct gw_funcinst *func = record->func;
        if (!func)
            continue;
        const struct gw_module *module = func->instance->program->module;
        bool exact = i < exact_count || total - i <= exact_count;
        struct gw_trace_frame frame = {
            .module = module,
            .instance = func->instance,
            .func = func->index,
            .offset = maps && exact ? find_pc(maps, record)
                                    : module->funcs[func->index].offset,
        };
        more = visit(env, &frame);
        i++;
    }
    for (i = 0; maps && i < MAPS; i++) {
        if (maps->code[i])
            gw_code_map_fini(&maps->maps[i]);
    }
    gw_alloc_free(alloc, maps, sizeof(*maps));
}

const struct gw_tier gw_interp_tier = {
    .name = "interp",
    .entry = tier_entry,
    .call = tier_call,
    .free_code = gw_interp_free_code,
    .walk = tier_walk,
    .count = gw_interp_count,
    .counts = gw_interp_counts,
    .free_counts = gw_interp_free_counts,
};
