#include "rt/native.h"

#include "base/hash.h"
#include "rt/call.h"
#include "rt/gate.h"
#include "rt/heap.h"
#include "rt/stack.h"
#include "rt/tier.h"
#include "wasm/limit.h"

#include <assert.h>
#include <stdlib.h>

/* What the thread's stack keeps for helpers and host functions. */
enum { HEADROOM = 160 * 1024 };

/* Reads of the stack as it is, which the address sanitizer would not like. */
#if defined(__clang__) || defined(__GNUC__)
#define AS_IT_IS __attribute__((no_sanitize_address, noinline))
#else
#define AS_IT_IS
#endif

/* ---- the ABI ---- */

static const char abi_text[] =
#define FIELD(type, name, text) #type " " #name ";"
#include "rt/vmctx.def"
#undef FIELD
#define HELPER(NAME, COUNT, TEXT) #NAME " " #COUNT ";"
#include "rt/helper.def"
#undef HELPER
#define TRAP(ident, text) #ident ";"
#include "wasm/trap.def"
#undef TRAP
    "conventions 2";

/* Layouts beside the context that machine code sees. */
static const uint32_t abi_offsets[] = {
    offsetof(struct gw_exec, stack_limit),
    offsetof(struct gw_funcinst, native),
    offsetof(struct gw_funcinst, native_tail),
    offsetof(struct gw_funcinst, instance),
    offsetof(struct gw_funcinst, type_id),
    offsetof(struct gw_tableinst, elems),
    offsetof(struct gw_tableinst, size),
    offsetof(struct gw_meminst, base),
    offsetof(struct gw_meminst, size),
    offsetof(struct gw_meminst, pages),
    offsetof(struct gw_object, type_id),
    offsetof(struct gw_object, count),
    sizeof(struct gw_object),
    offsetof(struct gw_exn, tag),
    sizeof(struct gw_exn),
    sizeof(void *),
};

uint64_t
gw_native_abi(void)
{
    uint64_t hash = gw_hash_bytes(0, abi_text, sizeof(abi_text));
    return gw_hash_bytes(hash, abi_offsets, sizeof(abi_offsets));
}

/* ---- images ---- */

void
gw_native_attach(struct gw_instance *instance)
{
    const struct gw_program *program = instance->program;
    const struct gw_native *native = program->native;
    for (uint32_t i = 0; native && i < native->func_count; i++) {
        if (native->entries[i] != GW_NO_INDEX)
            instance->own_funcs[i].native = native->text + native->entries[i];
        if (native->tails && native->tails[i] != GW_NO_INDEX)
            instance->own_funcs[i].native_tail = native->text +
                                                 native->tails[i];
    }
}

static bool
contains(const struct gw_native *native, uintptr_t pc)
{
    return native && pc - (uintptr_t)native->text < native->text_size;
}

/* The instance whose program's text has this place: the newest of several. */
static struct gw_instance *
find_instance(const struct gw_store *store, uintptr_t pc)
{
    struct gw_instance *instance = store->instances;
    while (instance && !contains(instance->program->native, pc))
        instance = instance->next;
    return instance;
}

/* The number that a table has for a place, or GW_NO_INDEX. */
static uint32_t
look_up(const struct gw_native_table *table, uint32_t at)
{
    uint32_t low = 0, high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->rows[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? GW_NO_INDEX : table->rows[low - 1].value;
}

/* ---- frames ---- */

/* A frame of an image: place is where its pc is in the text, or the last byte
 * of the call that it waits in. */
struct frame {
    struct gw_instance *instance;
    const struct gw_native *native;
    uint32_t place;
};

static bool
find_frame(const struct gw_exec *exec, const struct gw_native_cursor *cursor,
           bool calls, struct frame *out)
{
    uintptr_t pc = cursor->pc - calls;
    out->instance = find_instance(exec->store, pc);
    if (!out->instance)
        return false;
    out->native = out->instance->program->native;
    out->place = (uint32_t)(pc - (uintptr_t)out->native->text);
    return true;
}

/* Goes on to the caller; false at a place without a rule. */
AS_IT_IS static bool
go_out(const struct frame *frame, struct gw_native_cursor *cursor)
{
    uint32_t index = look_up(&frame->native->frames, frame->place);
    if (index >= frame->native->rule_count)
        return false;
    const struct gw_native_rule *rule = &frame->native->rules[index];
    uintptr_t cfa = (rule->framed ? cursor->saved[0] : cursor->sp) +
                    (uintptr_t)(intptr_t)rule->cfa;
    for (int i = 0; i < GW_NATIVE_SAVED; i++) {
        if (rule->saved[i] != 0)
            cursor->saved[i] = ((const uintptr_t *)cfa)[rule->saved[i]];
    }
    cursor->pc = cursor->saved[1];
    cursor->sp = cfa;
    return true;
}

/* The newest frame of a run; returns whether it waits in a call. */
static bool
start(const struct gw_native_run *run, struct gw_native_cursor *cursor)
{
    if (!run->regs) {
        gw_gate_interrupted(&run->scope.at, cursor);
        return false;
    }
    gw_gate_read(run->regs, cursor);
    return true;
}

bool
gw_native_walk(const struct gw_native_run *run,
               bool (*visit)(void *env, const struct gw_trace_frame *frame),
               void *env)
{
    struct gw_native_cursor cursor;
    struct frame frame;
    bool calls = start(run, &cursor);
    while (find_frame(run->exec, &cursor, calls, &frame)) {
        uint32_t func = look_up(&frame.native->funcs, frame.place);
        uint32_t line = look_up(&frame.native->lines, frame.place);
        const struct gw_module *module = frame.instance->program->module;
        if (func < module->func_count) {
            uint32_t first = module->funcs[func].offset;
            bool inside = line - first < module->funcs[func].size;
            struct gw_trace_frame seen = {
                .module = module,
                .instance = frame.instance,
                .func = func,
                .offset = inside ? line : first,
            };
            if (!visit(env, &seen))
                return false;
        }
        if (!go_out(&frame, &cursor))
            break;
        calls = true;
    }
    return true;
}

AS_IT_IS void
gw_native_scan(const struct gw_exec *exec,
               void (*visit)(void *env, uint64_t word), void *env)
{
    const struct gw_native_run *run = exec->native;
    jmp_buf registers;
    if (!run)
        return;
    while (run->outer)
        run = run->outer;
    setjmp(registers);
    const uint64_t *end = (const void *)run;
    const uint64_t *word = (const void *)((uintptr_t)&registers &
                                          ~(uintptr_t)7);
    for (; word < end; word++)
        visit(env, *word);
}

/* ---- ending ---- */

static void
end_run(struct gw_native_run *run, enum gw_trap trap)
{
    struct gw_exec *exec = run->exec;
    exec->info_frame = run->frame_top;
    exec->frame_top = (void *)(uintptr_t)run->frame_top;
    exec->slot_top = run->slot_top;
    exec->pc = run->pc;
    while (exec->stack != run->stack)
        gw_stack_leave(exec);
    run->trap = trap;
}

void
gw_native_leave(struct gw_exec *exec, enum gw_trap trap)
{
    struct gw_native_run *run = exec->native;
    gw_exec_record(exec, trap);
    end_run(run, trap);
    longjmp(run->scope.state, 1);
}

static const struct gw_native_pad *
find_pad(const struct gw_native *native, uint32_t end)
{
    uint32_t low = 0, high = native->pad_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (native->pads[middle].end < end)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == native->pad_count || native->pads[low].first >= end)
        return NULL;
    return &native->pads[low];
}

void
gw_native_throw(struct gw_exec *exec, struct gw_exn *exn)
{
    struct gw_native_run *run = exec->native;
    struct gw_native_cursor cursor;
    struct frame frame;
    start(run, &cursor);
    while (find_frame(exec, &cursor, true, &frame)) {
        const struct gw_native_pad *pad = find_pad(frame.native,
                                                   frame.place + 1);
        if (pad) {
            cursor.pc = (uintptr_t)frame.native->text + pad->pad;
            end_run(run, GW_TRAP_NONE);
            exec->exn = NULL;
            exec->info_frame = NULL;
            gw_gate_land(&cursor, gw_ref_from(exn));
        }
        if (!go_out(&frame, &cursor))
            break;
    }
    exec->exn = exn;
    gw_native_leave(exec, GW_TRAP_UNCAUGHT_EXCEPTION);
}

/* ---- faults ---- */

/* Is the address behind the guard of a memory that guests of the store have?
 * Reads nothing but memory. */
static bool
is_guarded(const struct gw_store *store, const void *address)
{
    for (const struct gw_instance *i = store->instances; i; i = i->next) {
        for (uint32_t m = 0; m < i->program->module->memory_count; m++) {
            const struct gw_meminst *memory = i->ctx.memories[m];
            uintptr_t offset = (uintptr_t)address - (uintptr_t)memory->base;
            if (memory->guarded && offset < memory->reserved)
                return true;
        }
    }
    return false;
}

/* A fault of machine code that is a trap.  Called in a signal handler. */
static bool
covers(void *env, const void *address)
{
    struct gw_native_run *run = env;
    uintptr_t pc = run->scope.at.pc;
    uint32_t trap;
    if (!find_instance(run->exec->store, pc))
        return false;
    return gw_gate_is_trap((const uint8_t *)pc, &trap) ||
           is_guarded(run->exec->store, address);
}

static void
trapped(void *env)
{
    struct gw_native_run *run = env;
    uint32_t trap;
    if (!gw_gate_is_trap((const uint8_t *)run->scope.at.pc, &trap))
        trap = GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    run->regs = NULL;
    gw_native_leave(run->exec, (enum gw_trap)trap);
}

/* ---- entering ---- */

typedef void adapter_fn(struct gw_vmctx *ctx, union gw_slot *args,
                        const void *native);

static adapter_fn *
find_adapter(const struct gw_funcinst *func)
{
    const struct gw_program *program = func->instance->program;
    const struct gw_native *native = program->native;
    uint32_t type = program->module->funcs[func->index].type;
    return (adapter_fn *)(uintptr_t)(native->text + native->adapters[type]);
}

static uintptr_t
find_limit(const struct gw_store *store, uintptr_t here)
{
    uint64_t wish = store->engine->decode.limits[GW_LIMIT_STACK_BYTES];
    uintptr_t low = gw_os_stack_low() + HEADROOM;
    return wish < here && here - (uintptr_t)wish > low ? here - (uintptr_t)wish
                                                       : low;
}

enum gw_trap
gw_native_call(struct gw_exec *exec, struct gw_funcinst *func,
               union gw_slot *args)
{
    struct gw_native_run run = {
        .outer = exec->native,
        .exec = exec,
        .frame_top = exec->frame_top,
        .slot_top = exec->slot_top,
        .stack = exec->stack,
        .pc = exec->pc,
    };
    uintptr_t here = (uintptr_t)&run;
    if (!run.outer)
        exec->stack_limit = find_limit(exec->store, here);
    if (here < exec->stack_limit)
        return GW_TRAP_STACK_EXHAUSTED;
    adapter_fn *adapter = find_adapter(func);
    exec->native = &run;
    if (GW_OS_FAULT_ENTER(&run.scope, covers, &run) == 0) {
        run.scope.resume = trapped;
        adapter(&func->instance->ctx, args, func->native);
    }
    gw_os_fault_leave(&run.scope);
    exec->native = run.outer;
    return run.trap;
}
