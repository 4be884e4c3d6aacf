#include "rt/call.h"

#include "rt/stack.h"
#include "rt/tier.h"
#include "wasm/limit.h"

#include <assert.h>

/* ---- what a trap tells ---- */

static void
set_text(struct gw_trap_info *info, const char *text)
{
    size_t size = strlen(text);
    if (size >= sizeof(info->text))
        size = sizeof(info->text) - 1;
    memcpy(info->text, text, size);
    info->text[size] = '\0';
}

enum { HALF = GW_TRACE_MAX / 2 };

/* The first half of the frames stays where it is put; the second half is a
 * ring that holds the newest. */
static bool
add_frame(void *env, const struct gw_trace_frame *frame)
{
    struct gw_trap_info *info = env;
    uint32_t n = info->frame_total++;
    info->frames[n < HALF ? n : HALF + n % HALF] = *frame;
    return true;
}

static void
trace(struct gw_exec *exec)
{
    struct gw_trap_info *info = &exec->info;
    const struct gw_tier *tier = exec->store->engine->tier;
    info->frame_total = 0;
    tier->walk(exec, GW_TRACE_MAX, add_frame, info);
    uint32_t total = info->frame_total;
    info->frame_count = total < GW_TRACE_MAX ? total : GW_TRACE_MAX;
    if (total <= GW_TRACE_MAX)
        return;
    /* Turn the ring until its oldest frame comes first. */
    struct gw_trace_frame ring[HALF];
    memcpy(ring, info->frames + HALF, sizeof(ring));
    for (uint32_t i = 0; i < HALF; i++)
        info->frames[HALF + i] = ring[(total + i) % HALF];
}

/* A trap that a nested call has recorded may be on its way out through the
 * frame that called the host: what was recorded stays then. */
void
gw_exec_record(struct gw_exec *exec, enum gw_trap trap)
{
    struct gw_trap_info *info = &exec->info;
    bool passing = exec->info_frame == exec->frame_top && info->trap == trap;
    if (passing)
        return;
    if (!exec->info_given || info->trap != trap) {
        info->trap = trap;
        info->exit_code = 0;
        set_text(info, gw_trap_text(trap));
    }
    exec->info_given = false;
    info->frame_count = info->frame_total = 0;
    /* Where a guest is that somebody else ended tells nothing. */
    if (trap != GW_TRAP_EXIT &&
        !(atomic_load(&exec->store->reasons) & GW_REASON_END))
        trace(exec);
}

void
gw_exec_raise(struct gw_exec *exec, enum gw_trap trap)
{
    exec->info_given = false;
    exec->info_frame = NULL;
    gw_exec_record(exec, trap);
}

/* The text is made by the diagnostics' printer: one sentence, cut cleanly. */
enum gw_trap
gw_exec_trap(struct gw_exec *exec, enum gw_trap trap, const char *format, ...)
{
    struct gw_diag diag;
    va_list args;
    gw_diag_init(&diag);
    va_start(args, format);
    gw_diag_reportv(&diag, GW_ERR_TRAP, GW_NO_OFFSET, format, args);
    va_end(args);
    exec->info.trap = trap;
    exec->info.exit_code = 0;
    exec->info.frame_count = exec->info.frame_total = 0;
    set_text(&exec->info, diag.text);
    exec->info_given = true;
    exec->info_frame = NULL;
    return trap;
}

enum gw_trap
gw_exec_exit(struct gw_exec *exec, int32_t code)
{
    gw_exec_trap(exec, GW_TRAP_EXIT, "%s", gw_trap_text(GW_TRAP_EXIT));
    exec->info.exit_code = code;
    return GW_TRAP_EXIT;
}

const struct gw_trap_info *
gw_store_trap(const struct gw_store *store)
{
    return &store->exec.info;
}

/* ---- calling ---- */

static enum gw_trap
call_host(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args)
{
    struct gw_call call = { exec, NULL, func->store };
    return func->host(func->env, &call, args);
}

static enum gw_trap
call_guest(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args)
{
    const struct gw_engine *engine = exec->store->engine;
    if (exec->host_depth >= engine->decode.limits[GW_LIMIT_HOST_DEPTH])
        return GW_TRAP_STACK_EXHAUSTED;
    exec->host_depth++;
    enum gw_trap trap = engine->tier->call(exec, func, args);
    exec->host_depth--;
    return trap;
}

enum gw_trap
gw_func_call(struct gw_funcinst *func, union gw_slot *args)
{
    struct gw_exec *exec = &func->store->exec;
    union gw_slot *slot_top = exec->slot_top;
    void *frame_top = exec->frame_top;
    const void *pc = exec->pc;
    struct gw_stack *stack = exec->stack;
    exec->info_frame = NULL;
    if (exec->host_depth == 0) {
        exec->info_given = false;
        exec->exn = NULL;
    }
    if (stack)
        stack->runs++;
    enum gw_trap trap = func->instance ? call_guest(exec, func, args)
                                       : call_host(exec, func, args);
    if (trap != GW_TRAP_NONE) {
        /* Before the frames are gone. */
        gw_exec_record(exec, trap);
        exec->info_frame = frame_top;
        while (exec->stack != stack)
            gw_stack_leave(exec);
    }
    if (stack)
        stack->runs--;
    assert(exec->stack == stack);
    assert(trap != GW_TRAP_NONE || exec->frame_top == frame_top);
    exec->slot_top = slot_top;
    exec->frame_top = frame_top;
    exec->pc = pc;
    return trap;
}
