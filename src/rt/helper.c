#include "rt/gate.h"
#include "rt/heap.h"
#include "rt/stack.h"
#include "rt/tier.h"
#include "rt/wait.h"
#include "wasm/num.h"

/*
 * The helpers of helper.def, which machine code calls through gates.  Each
 * notes first where the code is, for backtraces and exceptions.
 */

#define HELPER(NAME, COUNT, TEXT) DECLARE_##COUNT(NAME)
#define DECLARE_0(NAME) uint64_t gw_helper_##NAME(struct gw_vmctx *);
#define DECLARE_1(NAME) uint64_t gw_helper_##NAME(struct gw_vmctx *, uint64_t);
#define DECLARE_2(NAME) \
    uint64_t gw_helper_##NAME(struct gw_vmctx *, uint64_t, uint64_t);
#define DECLARE_3(NAME) \
    uint64_t gw_helper_##NAME(struct gw_vmctx *, uint64_t, uint64_t, uint64_t);
#define DECLARE_4(NAME)                                                        \
    uint64_t gw_helper_##NAME(struct gw_vmctx *, uint64_t, uint64_t, uint64_t, \
                              uint64_t);
#define DECLARE_5(NAME)                                                        \
    uint64_t gw_helper_##NAME(struct gw_vmctx *, uint64_t, uint64_t, uint64_t, \
                              uint64_t, uint64_t);
#include "rt/helper.def"
#undef HELPER

static struct gw_exec *
arrive(struct gw_vmctx *ctx)
{
    ctx->exec->native->regs = ctx->regs;
    return ctx->exec;
}

/* A trap of what a helper did: ends the run, or lands an exception. */
static void
check(struct gw_exec *exec, enum gw_trap trap)
{
    if (trap == GW_TRAP_NONE)
        return;
    if (trap == GW_TRAP_UNCAUGHT_EXCEPTION && exec->exn)
        gw_native_throw(exec, exec->exn);
    gw_native_leave(exec, trap);
}

static struct gw_instance *
instance_of(struct gw_vmctx *ctx)
{
    return (struct gw_instance *)ctx;
}

static union gw_slot *
slots_at(uint64_t address)
{
    return (union gw_slot *)(uintptr_t)address;
}

static uint32_t
type_id(const struct gw_vmctx *ctx, uint64_t type)
{
    return ctx->type_ids[type];
}

/* ---- control ---- */

uint64_t
gw_helper_poll(struct gw_vmctx *ctx)
{
    struct gw_exec *exec = arrive(ctx);
    check(exec, gw_exec_poll(exec, instance_of(ctx)));
    return 0;
}

static enum gw_trap
call_host(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args,
          struct gw_instance *caller)
{
    struct gw_call call = { exec, caller, func->store };
    return func->host(func->env, &call, args);
}

/* Frames of the tier may stand on the guest stack afterwards, when it traps:
 * whoever takes the trap cuts them off. */
static enum gw_trap
call_tier(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args)
{
    union gw_slot *slot_top = exec->slot_top;
    const void *pc = exec->pc;
    struct gw_stack *stack = exec->stack;
    if (stack)
        stack->runs++;
    enum gw_trap trap = exec->store->engine->tier->call(exec, func, args);
    if (stack)
        stack->runs--;
    if (trap == GW_TRAP_NONE) {
        exec->slot_top = slot_top;
        exec->pc = pc;
    }
    return trap;
}

uint64_t
gw_helper_call(struct gw_vmctx *ctx, uint64_t ref, uint64_t args)
{
    struct gw_exec *exec = arrive(ctx);
    struct gw_funcinst *func = gw_ref_func(ref);
    enum gw_trap trap = func->instance ? call_tier(exec, func, slots_at(args))
                                       : call_host(exec, func, slots_at(args),
                                                   instance_of(ctx));
    check(exec, trap);
    return 0;
}

uint64_t
gw_helper_check_type(struct gw_vmctx *ctx, uint64_t ref, uint64_t type)
{
    struct gw_exec *exec = arrive(ctx);
    if (!gw_typereg_is_sub(exec->store->engine, gw_ref_func(ref)->type_id,
                           type_id(ctx, type)))
        gw_native_leave(exec, GW_TRAP_INDIRECT_CALL_TYPE);
    return 0;
}

uint64_t
gw_helper_throw(struct gw_vmctx *ctx, uint64_t tag, uint64_t args)
{
    struct gw_exec *exec = arrive(ctx);
    const struct gw_functype *type = ctx->tags[tag]->type;
    struct gw_exn *exn = gw_heap_new_exn(exec->store, ctx->tags[tag]);
    if (!exn)
        gw_native_leave(exec, GW_TRAP_HEAP_EXHAUSTED);
    if (type->param_slots != 0)
        memcpy(gw_exn_payload(exn), slots_at(args),
               type->param_slots * sizeof(union gw_slot));
    gw_native_throw(exec, exn);
}

uint64_t
gw_helper_throw_ref(struct gw_vmctx *ctx, uint64_t ref)
{
    struct gw_exec *exec = arrive(ctx);
    if (ref == 0)
        gw_native_leave(exec, GW_TRAP_NULL_EXCEPTION);
    gw_native_throw(exec, (struct gw_exn *)(void *)gw_ref_object(ref));
}

/* ---- memories and tables ---- */

uint64_t
gw_helper_memory_size(struct gw_vmctx *ctx, uint64_t memory)
{
    return gw_meminst_pages(ctx->memories[memory]);
}

uint64_t
gw_helper_memory_grow(struct gw_vmctx *ctx, uint64_t memory, uint64_t delta)
{
    arrive(ctx);
    return gw_meminst_grow(ctx->memories[memory], delta);
}

uint64_t
gw_helper_memory_fill(struct gw_vmctx *ctx, uint64_t memory, uint64_t to,
                      uint64_t value, uint64_t size)
{
    check(arrive(ctx),
          gw_memory_fill(ctx->memories[memory], to, (uint8_t)value, size));
    return 0;
}

uint64_t
gw_helper_memory_copy(struct gw_vmctx *ctx, uint64_t to_memory,
                      uint64_t from_memory, uint64_t to, uint64_t from,
                      uint64_t size)
{
    check(arrive(ctx), gw_memory_copy(ctx->memories[to_memory], to,
                                      ctx->memories[from_memory], from, size));
    return 0;
}

uint64_t
gw_helper_memory_init(struct gw_vmctx *ctx, uint64_t memory, uint64_t data,
                      uint64_t to, uint64_t from, uint64_t size)
{
    check(arrive(ctx),
          gw_memory_init(instance_of(ctx), (uint32_t)memory, (uint32_t)data, to,
                         (uint32_t)from, (uint32_t)size));
    return 0;
}

uint64_t
gw_helper_data_drop(struct gw_vmctx *ctx, uint64_t data)
{
    gw_data_drop(instance_of(ctx), (uint32_t)data);
    return 0;
}

uint64_t
gw_helper_table_grow(struct gw_vmctx *ctx, uint64_t table, uint64_t init,
                     uint64_t delta)
{
    arrive(ctx);
    return gw_tableinst_grow(ctx->tables[table], delta, init);
}

uint64_t
gw_helper_table_fill(struct gw_vmctx *ctx, uint64_t table, uint64_t to,
                     uint64_t ref, uint64_t size)
{
    check(arrive(ctx), gw_table_fill(ctx->tables[table], to, ref, size));
    return 0;
}

uint64_t
gw_helper_table_copy(struct gw_vmctx *ctx, uint64_t to_table,
                     uint64_t from_table, uint64_t to, uint64_t from,
                     uint64_t size)
{
    check(arrive(ctx), gw_table_copy(ctx->tables[to_table], to,
                                     ctx->tables[from_table], from, size));
    return 0;
}

uint64_t
gw_helper_table_init(struct gw_vmctx *ctx, uint64_t table, uint64_t elem,
                     uint64_t to, uint64_t from, uint64_t size)
{
    check(arrive(ctx),
          gw_table_init(instance_of(ctx), (uint32_t)table, (uint32_t)elem, to,
                        (uint32_t)from, (uint32_t)size));
    return 0;
}

uint64_t
gw_helper_elem_drop(struct gw_vmctx *ctx, uint64_t elem)
{
    gw_elem_drop(instance_of(ctx), (uint32_t)elem);
    return 0;
}

/* ---- threads ---- */

uint64_t
gw_helper_wait32(struct gw_vmctx *ctx, uint64_t memory, uint64_t address,
                 uint64_t expected, uint64_t timeout)
{
    struct gw_exec *exec = arrive(ctx);
    uint32_t out = 0;
    check(exec, gw_atomic_wait32(exec, ctx->memories[memory], address,
                                 (uint32_t)expected, (int64_t)timeout, &out));
    return out;
}

uint64_t
gw_helper_wait64(struct gw_vmctx *ctx, uint64_t memory, uint64_t address,
                 uint64_t expected, uint64_t timeout)
{
    struct gw_exec *exec = arrive(ctx);
    uint32_t out = 0;
    check(exec, gw_atomic_wait64(exec, ctx->memories[memory], address, expected,
                                 (int64_t)timeout, &out));
    return out;
}

uint64_t
gw_helper_notify(struct gw_vmctx *ctx, uint64_t memory, uint64_t address,
                 uint64_t count)
{
    uint32_t out = 0;
    check(arrive(ctx), gw_atomic_notify(ctx->memories[memory], address,
                                        (uint32_t)count, &out));
    return out;
}

/* ---- objects ---- */

uint64_t
gw_helper_has_type(struct gw_vmctx *ctx, uint64_t ref, uint64_t type)
{
    return gw_ref_has_type(ctx->exec->store, ref,
                           gw_typereg_valtype(ctx->type_ids, (gw_valtype)type));
}

uint64_t
gw_helper_struct_new(struct gw_vmctx *ctx, uint64_t type, uint64_t values)
{
    struct gw_exec *exec = arrive(ctx);
    uint64_t made = 0;
    check(exec, gw_struct_new(exec->store, type_id(ctx, type), slots_at(values),
                              &made));
    return made;
}

uint64_t
gw_helper_array_new(struct gw_vmctx *ctx, uint64_t type, uint64_t value,
                    uint64_t count)
{
    struct gw_exec *exec = arrive(ctx);
    uint64_t made = 0;
    check(exec, gw_array_new(exec->store, type_id(ctx, type), slots_at(value),
                             (uint32_t)count, &made));
    return made;
}

uint64_t
gw_helper_array_new_fixed(struct gw_vmctx *ctx, uint64_t type, uint64_t values,
                          uint64_t count)
{
    struct gw_exec *exec = arrive(ctx);
    uint64_t made = 0;
    check(exec, gw_array_new_fixed(exec->store, type_id(ctx, type),
                                   slots_at(values), (uint32_t)count, &made));
    return made;
}

uint64_t
gw_helper_array_new_data(struct gw_vmctx *ctx, uint64_t type, uint64_t data,
                         uint64_t from, uint64_t count)
{
    uint64_t made = 0;
    check(arrive(ctx), gw_array_new_data(instance_of(ctx), type_id(ctx, type),
                                         (uint32_t)data, (uint32_t)from,
                                         (uint32_t)count, &made));
    return made;
}

uint64_t
gw_helper_array_new_elem(struct gw_vmctx *ctx, uint64_t type, uint64_t elem,
                         uint64_t from, uint64_t count)
{
    uint64_t made = 0;
    check(arrive(ctx), gw_array_new_elem(instance_of(ctx), type_id(ctx, type),
                                         (uint32_t)elem, (uint32_t)from,
                                         (uint32_t)count, &made));
    return made;
}

uint64_t
gw_helper_array_fill(struct gw_vmctx *ctx, uint64_t array, uint64_t at,
                     uint64_t value, uint64_t count)
{
    struct gw_exec *exec = arrive(ctx);
    check(exec, gw_array_fill(exec->store, array, (uint32_t)at, slots_at(value),
                              (uint32_t)count));
    return 0;
}

uint64_t
gw_helper_array_copy(struct gw_vmctx *ctx, uint64_t to_array, uint64_t to,
                     uint64_t from_array, uint64_t from, uint64_t count)
{
    struct gw_exec *exec = arrive(ctx);
    check(exec, gw_array_copy(exec->store, to_array, (uint32_t)to, from_array,
                              (uint32_t)from, (uint32_t)count));
    return 0;
}

uint64_t
gw_helper_array_init_data(struct gw_vmctx *ctx, uint64_t array, uint64_t at,
                          uint64_t data, uint64_t from, uint64_t count)
{
    check(arrive(ctx),
          gw_array_init_data(instance_of(ctx), array, (uint32_t)at,
                             (uint32_t)data, (uint32_t)from, (uint32_t)count));
    return 0;
}

uint64_t
gw_helper_array_init_elem(struct gw_vmctx *ctx, uint64_t array, uint64_t at,
                          uint64_t elem, uint64_t from, uint64_t count)
{
    check(arrive(ctx),
          gw_array_init_elem(instance_of(ctx), array, (uint32_t)at,
                             (uint32_t)elem, (uint32_t)from, (uint32_t)count));
    return 0;
}

/* ---- numbers ---- */

uint64_t
gw_helper_fma_f32(struct gw_vmctx *ctx, uint64_t a, uint64_t b, uint64_t c)
{
    (void)ctx;
    return gw_f32_bits(gw_f32_madd(gw_f32_of_bits((uint32_t)a),
                                   gw_f32_of_bits((uint32_t)b),
                                   gw_f32_of_bits((uint32_t)c)));
}

uint64_t
gw_helper_fma_f64(struct gw_vmctx *ctx, uint64_t a, uint64_t b, uint64_t c)
{
    (void)ctx;
    return gw_f64_bits(
        gw_f64_madd(gw_f64_of_bits(a), gw_f64_of_bits(b), gw_f64_of_bits(c)));
}
