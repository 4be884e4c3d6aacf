/*
 * What the three drivers share: entering functions, and everything that is
 * too long or too rare for a handler.
 *
 * The functions here that a handler calls find the frame in exec->frame_top,
 * whose pc the handler has stored, and may change anything: afterwards the
 * handler reloads all its state from the newest record and goes on there.
 */
#ifndef GW_INTERP_RUN_H
#define GW_INTERP_RUN_H

#include "interp/code.h"
#include "rt/heap.h"
#include "rt/store.h"
#include "rt/tier.h"
#include "wasm/num.h"

/* Runs from the newest record on until the frame below it is reached again
 * or something traps. */
typedef enum gw_trap gw_interp_driver_fn(struct gw_exec *exec);

/* Has the driver of an engine handlers for superinstructions? */
bool gw_interp_joins(const struct gw_engine *engine);
extern const bool gw_interp_goto_joins;
/* NULL when the compiler lacks what the driver needs, or the build leaves it
 * out (GW_NO_DRIVER). */
extern gw_interp_driver_fn *const gw_interp_run_switch;
extern gw_interp_driver_fn *const gw_interp_run_goto;
extern gw_interp_driver_fn *const gw_interp_run_tail;

/* Calls func with the arguments at args from the newest frame: a guest
 * function gets a frame, a host function is run. */
enum gw_trap gw_interp_call_slow(struct gw_exec *exec, struct gw_funcinst *func,
                                 union gw_slot *args);

/* As above, but func takes the place of the newest frame; its arguments
 * stand at the frame's beginning. */
enum gw_trap gw_interp_tail_slow(struct gw_exec *exec,
                                 struct gw_funcinst *func);

/* Raise an exception in the newest frame; its tag is the instance's, its
 * values are at args.  GW_TRAP_NONE: the newest frame now is the one that
 * caught it.  GW_TRAP_UNCAUGHT_EXCEPTION: the run does not, and what was
 * thrown is in exec->exn. */
enum gw_trap gw_interp_throw(struct gw_exec *exec, uint32_t tag,
                             const union gw_slot *args);
/* The same with an exception that there is; null traps. */
enum gw_trap gw_interp_throw_ref(struct gw_exec *exec, uint64_t ref);

/* An exception of a tag of the newest frame's instance; args as above. */
enum gw_trap gw_interp_new_exn(struct gw_exec *exec, uint32_t tag,
                               const union gw_slot *args, struct gw_exn **out);
/* The newest frame from now on is record, which goes on where the clause
 * says; what that delivers has been written. */
enum gw_trap gw_interp_land(struct gw_exec *exec,
                            struct gw_frame_record *record,
                            const struct gw_clause *clause);
/* The clause of this kind and tag of the resume that record waits in. */
const struct gw_clause *
gw_interp_find_handler(const struct gw_frame_record *record,
                       const struct gw_taginst *tag, uint32_t kind);

/* ---- continuations ---- */

struct gw_interp_values {
    union gw_slot *slots;
    uint32_t count;
};

/* Operators on references to continuations in the newest frame.  Types and
 * tags are indices of its module; results go to where the arguments stand,
 * or to *to, which is a slot of the frame. */
enum gw_trap gw_interp_cont_new(struct gw_exec *exec, uint64_t func,
                                uint32_t type, union gw_slot *to);
enum gw_trap gw_interp_cont_bind(struct gw_exec *exec, uint64_t ref,
                                 uint32_t type,
                                 const struct gw_interp_values *args,
                                 union gw_slot *to);
enum gw_trap gw_interp_resume(struct gw_exec *exec, uint64_t ref,
                              const struct gw_interp_values *args);
enum gw_trap gw_interp_resume_throw(struct gw_exec *exec, uint64_t ref,
                                    uint32_t tag, union gw_slot *args);
enum gw_trap gw_interp_resume_throw_ref(struct gw_exec *exec, uint64_t ref,
                                        uint64_t exn, union gw_slot *results);
enum gw_trap gw_interp_suspend(struct gw_exec *exec, uint32_t tag,
                               union gw_slot *args);
/* type: of the continuation that the newest frame becomes. */
enum gw_trap gw_interp_switch(struct gw_exec *exec, uint64_t ref, uint32_t tag,
                              uint32_t type,
                              const struct gw_interp_values *args);
/* The newest continuation has returned; its results are at its beginning. */
enum gw_trap gw_interp_cont_end(struct gw_exec *exec);

/* At a safepoint with ctx->poll set; the record's pc is where the frame goes
 * on: a loop header or the function's beginning. */
enum gw_trap gw_interp_poll(struct gw_exec *exec);

enum gw_trap gw_interp_check_type(const struct gw_vmctx *ctx,
                                  const struct gw_funcinst *func,
                                  uint32_t type);

/* Bytes between the slots and the records. */
static inline uintptr_t
gw_interp_room(const struct gw_frame_record *sp, const union gw_slot *args)
{
    return (uintptr_t)(const void *)sp - (uintptr_t)(const void *)args;
}

/* What call_indirect calls. */
static inline enum gw_trap
gw_interp_callee(const struct gw_vmctx *ctx, uint32_t table, uint32_t type,
                 uint64_t index, struct gw_funcinst **out)
{
    const struct gw_tableinst *tab = ctx->tables[table];
    if (index >= tab->size)
        return GW_TRAP_UNDEFINED_ELEMENT;
    struct gw_funcinst *func = gw_ref_func(tab->elems[index]);
    if (!func)
        return GW_TRAP_UNINITIALIZED_ELEMENT;
    *out = func;
    if (func->type_id == ctx->type_ids[type])
        return GW_TRAP_NONE;
    return gw_interp_check_type(ctx, func, type);
}

/* Has ref the type, which is one of the module that ctx belongs to? */
static inline bool
gw_interp_has_type(const struct gw_vmctx *ctx, uint64_t ref, gw_valtype type)
{
    return gw_ref_has_type(ctx->exec->store, ref,
                           gw_typereg_valtype(ctx->type_ids, type));
}

/* The same for the type of a struct or array that has no subtypes. */
static inline bool
gw_interp_has_final_type(const struct gw_vmctx *ctx, uint64_t ref,
                         gw_valtype type)
{
    if (ref == 0)
        return (type & GW_NULLABLE) != 0;
    return !gw_ref_is_i31(ref) &&
           gw_ref_object(ref)->type_id == ctx->type_ids[gw_type_heap(type)];
}

/* Where size bytes stand that are offset behind an address, or NULL. */
static inline uint8_t *
gw_interp_at(const struct gw_meminst *memory, uint64_t address, uint64_t offset,
             uint64_t size)
{
    uint64_t at = address + offset;
    if (at < address || !gw_meminst_has(memory, at, size))
        return NULL;
    return memory->base + at;
}

/* Makes *address, where an atomic access of size bytes goes, the effective
 * one.  Alignment is looked at first. */
static inline enum gw_trap
gw_interp_atomic(const struct gw_meminst *memory, uint64_t *address,
                 uint64_t offset, uint64_t size)
{
    uint64_t at = *address + offset;
    if ((at & (size - 1)) != 0)
        return GW_TRAP_UNALIGNED_ATOMIC;
    if (at < offset || !gw_meminst_has(memory, at, size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    *address = at;
    return GW_TRAP_NONE;
}

/* A slot with an i32 or the bits of an f32.  Slots are written whole: a
 * processor that reads back more than was last written stalls. */
static inline union gw_slot
gw_interp_slot_u32(uint32_t value)
{
    union gw_slot slot = { .u64 = value };
    if (!gw_host_is_little()) {
        slot.u64 = 0;
        slot.u32 = value;
    }
    return slot;
}

#endif
