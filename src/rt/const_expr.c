#include "rt/const_expr.h"

#include "rt/heap.h"
#include "rt/store.h"
#include "wasm/op_read.h"

#include <assert.h>

/* ---- the stack ---- */

/* Nearly every constant expression is one operator.  Deeper ones than
 * SHALLOW, which compilers write for constant arrays, go to the allocator. */
enum { SHALLOW = 16 };

/* Operands in their slots, as on the guest stack.  Collections see them: an
 * object may be made while others wait to become its fields. */
struct stack {
    struct gw_instance *instance;
    union gw_slot *slots;
    size_t depth, capacity;
    struct gw_pins pins;
    union gw_slot shallow[SHALLOW];
};

static void
init_stack(struct stack *stack, struct gw_instance *instance)
{
    stack->instance = instance;
    stack->slots = stack->shallow;
    stack->depth = 0;
    stack->capacity = SHALLOW;
    stack->pins.count = 0;
    gw_pins_push(instance->store, &stack->pins);
}

static void
free_slots(struct stack *stack)
{
    if (stack->slots != stack->shallow)
        gw_alloc_free(&stack->instance->store->alloc, stack->slots,
                      stack->capacity * sizeof(*stack->slots));
}

static void
fini_stack(struct stack *stack)
{
    gw_pins_pop(stack->instance->store, &stack->pins);
    free_slots(stack);
}

static bool
grow(struct stack *stack)
{
    struct gw_alloc *alloc = &stack->instance->store->alloc;
    size_t size = stack->capacity * sizeof(*stack->slots);
    union gw_slot *slots = gw_alloc_get(alloc, 2 * size);
    if (!slots)
        return false;
    memcpy(slots, stack->slots, size);
    free_slots(stack);
    stack->slots = slots;
    stack->capacity *= 2;
    return true;
}

/* Returns cleared slots of one value, so that the unused half of a slot is
 * zero, or NULL when out of memory. */
static union gw_slot *
push(struct stack *stack, uint32_t count)
{
    assert(count <= 2);
    if (stack->capacity - stack->depth < count && !grow(stack))
        return NULL;
    union gw_slot *slots = &stack->slots[stack->depth];
    memset(slots, 0, count * sizeof(*slots));
    stack->depth += count;
    return slots;
}

/* The slots stay as they are until the next push. */
static union gw_slot *
pop(struct stack *stack, size_t count)
{
    assert(stack->depth >= count && "the expression was validated");
    stack->depth -= count;
    return &stack->slots[stack->depth];
}

/* ---- operators ---- */

/* Unsigned, because sums wrap round. */
static bool
eval_binary(enum gw_op op, union gw_slot a, union gw_slot b, union gw_slot *out)
{
    switch (op) {
    case GW_OP_I32_ADD:
        out->u32 = a.u32 + b.u32;
        return true;
    case GW_OP_I32_SUB:
        out->u32 = a.u32 - b.u32;
        return true;
    case GW_OP_I32_MUL:
        out->u32 = a.u32 * b.u32;
        return true;
    case GW_OP_I64_ADD:
        out->u64 = a.u64 + b.u64;
        return true;
    case GW_OP_I64_SUB:
        out->u64 = a.u64 - b.u64;
        return true;
    case GW_OP_I64_MUL:
        out->u64 = a.u64 * b.u64;
        return true;
    default:
        return false;
    }
}

/* The operators without operands; false for any other. */
static bool
eval_nullary(const struct gw_instance *instance, enum gw_op op,
             const struct gw_imm *imm, union gw_slot *out)
{
    switch (op) {
    case GW_OP_I32_CONST:
        out->i32 = imm->u.i32;
        return true;
    case GW_OP_I64_CONST:
        out->i64 = imm->u.i64;
        return true;
    case GW_OP_F32_CONST:
        out->u32 = imm->u.f32;
        return true;
    case GW_OP_F64_CONST:
        out->u64 = imm->u.f64;
        return true;
    case GW_OP_V128_CONST:
        memcpy(out, imm->u.v128, sizeof(imm->u.v128));
        return true;
    case GW_OP_REF_NULL:
        out->ref = 0;
        return true;
    case GW_OP_REF_FUNC:
        out->ref = gw_ref_from(instance->ctx.funcs[imm->a]);
        return true;
    case GW_OP_GLOBAL_GET:
        memcpy(out, instance->globals[imm->a]->value,
               gw_type_slots(instance->globals[imm->a]->type.type) *
                   sizeof(*out));
        return true;
    default:
        return false;
    }
}

/* Slots of all fields of a struct type, or of one element of an array's. */
static size_t
value_slots(const struct gw_store *store, uint32_t type_id)
{
    const struct gw_typedef *def = gw_typereg_def(store->engine, type_id);
    size_t slots = 0;
    for (uint32_t i = 0; i < def->field_count; i++)
        slots += gw_type_slots(def->fields[i].type);
    return slots;
}

/* The operators that make a struct or an array; they name its type. */
static enum gw_trap
eval_new(struct stack *stack, enum gw_op op, const struct gw_imm *imm,
         uint64_t *ref)
{
    struct gw_store *store = stack->instance->store;
    uint32_t type_id = stack->instance->ctx.type_ids[imm->a];
    size_t slots = value_slots(store, type_id);
    uint32_t count;
    switch (op) {
    case GW_OP_STRUCT_NEW:
        return gw_struct_new(store, type_id, pop(stack, slots), ref);
    case GW_OP_STRUCT_NEW_DEFAULT:
        return gw_struct_new(store, type_id, NULL, ref);
    case GW_OP_ARRAY_NEW:
        count = pop(stack, 1)->u32;
        return gw_array_new(store, type_id, pop(stack, slots), count, ref);
    case GW_OP_ARRAY_NEW_DEFAULT:
        count = pop(stack, 1)->u32;
        return gw_array_new(store, type_id, NULL, count, ref);
    default:
        assert(op == GW_OP_ARRAY_NEW_FIXED);
        return gw_array_new_fixed(store, type_id, pop(stack, imm->b * slots),
                                  imm->b, ref);
    }
}

static enum gw_err
fail(struct gw_reader *reader, enum gw_trap trap)
{
    return gw_diag_report(reader->diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                          "%s in a constant expression", gw_trap_text(trap));
}

static enum gw_err
eval_object(struct stack *stack, struct gw_reader *reader, enum gw_op op,
            const struct gw_imm *imm)
{
    uint64_t ref;
    stack->pins.slots = stack->slots;
    stack->pins.count = stack->depth;
    enum gw_trap trap = eval_new(stack, op, imm, &ref);
    stack->pins.count = 0;
    if (trap != GW_TRAP_NONE)
        return fail(reader, trap);
    union gw_slot *slot = push(stack, 1);
    if (!slot)
        return fail(reader, GW_TRAP_NO_MEMORY);
    slot->ref = ref;
    return GW_OK;
}

static uint32_t
result_slots(const struct gw_instance *instance, enum gw_op op,
             const struct gw_imm *imm)
{
    if (op == GW_OP_GLOBAL_GET)
        return gw_type_slots(instance->globals[imm->a]->type.type);
    return op == GW_OP_V128_CONST ? 2 : 1;
}

static enum gw_err
unknown(struct gw_reader *reader, enum gw_op op)
{
    return gw_diag_report(reader->diag, GW_ERR_UNSUPPORTED,
                          gw_reader_offset(reader, reader->at),
                          "feature not in this build: %s in a constant "
                          "expression",
                          gw_op_table[op].text);
}

static enum gw_err
eval_op(struct stack *stack, struct gw_reader *reader, enum gw_op op,
        const struct gw_imm *imm)
{
    const struct gw_op_info *info = &gw_op_table[op];
    union gw_slot *slot;
    if (gw_sig_table[info->sig].pop_count == 2) {
        union gw_slot b = *pop(stack, 1), a = *pop(stack, 1);
        slot = push(stack, 1);
        return eval_binary(op, a, b, slot) ? GW_OK : unknown(reader, op);
    }
    if (GW_HAS(GC) && op == GW_OP_REF_I31) {
        uint32_t value = pop(stack, 1)->u32;
        push(stack, 1)->ref = gw_ref_from_i31(value);
        return GW_OK;
    }
    /* A reference is the same in both hierarchies. */
    if (op == GW_OP_ANY_CONVERT_EXTERN || op == GW_OP_EXTERN_CONVERT_ANY)
        return GW_OK;
    if (GW_HAS(GC) &&
        (info->imm == GW_IMM_TYPE || info->imm == GW_IMM_TYPE_COUNT))
        return eval_object(stack, reader, op, imm);
    slot = push(stack, result_slots(stack->instance, op, imm));
    if (!slot)
        return fail(reader, GW_TRAP_NO_MEMORY);
    return eval_nullary(stack->instance, op, imm, slot) ? GW_OK
                                                        : unknown(reader, op);
}

enum gw_err
gw_const_read(struct gw_instance *instance, struct gw_reader *reader,
              union gw_slot value[2])
{
    struct stack stack;
    enum gw_err err = GW_OK;
    init_stack(&stack, instance);
    while (err == GW_OK) {
        enum gw_op op;
        struct gw_imm imm;
        if (!gw_op_read(reader, &instance->program->module->types, &op, &imm))
            err = GW_ERR_MALFORMED;
        else if (op == GW_OP_END)
            break;
        else
            err = eval_op(&stack, reader, op, &imm);
    }
    if (err == GW_OK) {
        assert(stack.depth == 1 || stack.depth == 2);
        memset(value, 0, 2 * sizeof(*value));
        memcpy(value, stack.slots, stack.depth * sizeof(*value));
    }
    fini_stack(&stack);
    return err;
}

enum gw_err
gw_const_eval(struct gw_instance *instance, const struct gw_expr *expr,
              struct gw_diag *diag, union gw_slot value[2])
{
    struct gw_span bytes = instance->program->module->bytes;
    struct gw_reader reader;
    gw_reader_init(&reader, gw_span(bytes.data + expr->offset, expr->size),
                   expr->offset, diag);
    return gw_const_read(instance, &reader, value);
}
