#include "interp/translate.h"

#include "rt/fuel.h"
#include "rt/heap.h"
#include "wasm/num.h"

enum { OPERANDS_MAX = 5 };

/* An instruction whose words are those that its letters in iop.def ask for:
 * the result if any, the operands, then up to two immediates. */
struct shape {
    enum gw_iop iop;
    uint32_t slots; /* of the result */
    uint32_t a, b;
    bool bulk; /* the last operand is a number of elements to charge for */
};

static void
emit_shape(struct gw_trans *t, const struct shape *shape)
{
    const char *letters = gw_iop_operands[shape->iop];
    bool result = letters[0] == 'd';
    uint32_t slots[OPERANDS_MAX];
    uint32_t first = result ? 2 : 1;
    uint32_t count = (uint32_t)strspn(letters + first - 1, "s");
    uint32_t words = 1 + (uint32_t)strlen(letters), behind = first + count;
    gw_trans_read_n(t, slots, count);
    if (shape->bulk)
        gw_trans_meter_size(t, slots[count - 1], GW_FUEL_TABLE_LOG2, 0);
    uint32_t *at = gw_trans_emit(t, shape->iop, words);
    for (uint32_t i = 0; i < count; i++)
        at[first + i] = slots[i];
    if (behind < words)
        at[behind] = shape->a;
    if (behind + 1 < words)
        at[behind + 1] = shape->b;
    if (result)
        gw_trans_result(t, shape->slots);
}

static void
emit_plain(struct gw_trans *t, bool bulk)
{
    const struct gw_imm *imm = &t->it->imm;
    struct shape shape = { t->rule->iop, 1, imm->a, imm->b, bulk };
    emit_shape(t, &shape);
}

void
gw_trans_op_plain(struct gw_trans *t)
{
    emit_plain(t, false);
}

void
gw_trans_op_bulk(struct gw_trans *t)
{
    emit_plain(t, true);
}

/* ---- objects from operands one behind the other ---- */

static uint32_t
take_values(struct gw_trans *t, uint32_t count)
{
    gw_trans_settle(t, count);
    uint32_t base = gw_trans_base(t, count);
    gw_trans_drop(t, count);
    return base;
}

void
gw_trans_op_struct_new(struct gw_trans *t)
{
    uint32_t type = t->it->imm.a;
    uint32_t base = take_values(t, t->it->module->types.defs[type].field_count);
    uint32_t *at = gw_trans_emit(t, GW_IOP_STRUCT_NEW, 4);
    at[2] = base;
    at[3] = type;
    gw_trans_result(t, 1);
}

void
gw_trans_op_array_new_fixed(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    uint32_t base = take_values(t, imm->b);
    uint32_t *at = gw_trans_emit(t, GW_IOP_ARRAY_NEW_FIXED, 5);
    at[2] = base;
    at[3] = imm->b;
    at[4] = imm->a;
    gw_trans_result(t, 1);
}

/* ---- fields and elements ---- */

struct storage {
    uint8_t size; /* in the object */
    bool extended;
    uint8_t slots; /* of the operand */
    uint16_t struct_get, struct_set, array_get, array_set;
};

#define SLOTS_u32 1
#define SLOTS_u64 1
#define SLOTS_v128 2

/* The forms of the four operators for a storage type. */
static const struct storage *
find_storage(gw_valtype type, bool extended)
{
    static const struct storage storages[] = {
#define STORED(IDENT, VALUE, MEMORY) \
    { sizeof(GW_C_##MEMORY),         \
      false,                         \
      SLOTS_##VALUE,                 \
      GW_IOP_STRUCT_GET_##IDENT,     \
      GW_IOP_STRUCT_SET_##IDENT,     \
      GW_IOP_ARRAY_GET_##IDENT,      \
      GW_IOP_ARRAY_SET_##IDENT },
#define EXTENDED(IDENT, VALUE, MEMORY) \
    { sizeof(GW_C_##MEMORY),           \
      true,                            \
      SLOTS_##VALUE,                   \
      GW_IOP_STRUCT_GET_##IDENT,       \
      0,                               \
      GW_IOP_ARRAY_GET_##IDENT,        \
      0 },
#include "interp/storage.def"
    };
    const struct storage *storage = storages;
    while (storage->size != gw_storage_size(type) ||
           storage->extended != extended)
        storage++;
    return storage;
}

static gw_valtype
field_type(const struct gw_trans *t, uint32_t type, uint32_t field)
{
    return t->it->module->types.defs[type].fields[field].type;
}

/* Where a field lies does not depend on the engine, only on the type. */
static uint32_t
field_offset(const struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    const struct gw_program *program = t->program;
    return gw_typereg_layout(program->engine, program->type_ids[imm->a])
        ->offsets[imm->b];
}

void
gw_trans_op_struct_get(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    const struct storage *storage = find_storage(field_type(t, imm->a, imm->b),
                                                 t->it->op ==
                                                     GW_OP_STRUCT_GET_S);
    struct shape shape = { storage->struct_get, storage->slots, field_offset(t),
                           0, false };
    emit_shape(t, &shape);
}

void
gw_trans_op_struct_set(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    const struct storage *storage = find_storage(field_type(t, imm->a, imm->b),
                                                 false);
    struct shape shape = { storage->struct_set, 0, field_offset(t), 0, false };
    emit_shape(t, &shape);
}

void
gw_trans_op_array_get(struct gw_trans *t)
{
    const struct storage *storage = find_storage(field_type(t, t->it->imm.a, 0),
                                                 t->it->op ==
                                                     GW_OP_ARRAY_GET_S);
    struct shape shape = { storage->array_get, storage->slots, 0, 0, false };
    emit_shape(t, &shape);
}

void
gw_trans_op_array_set(struct gw_trans *t)
{
    const struct storage *storage = find_storage(field_type(t, t->it->imm.a, 0),
                                                 false);
    struct shape shape = { storage->array_set, 0, 0, 0, false };
    emit_shape(t, &shape);
}

/* ---- casts ---- */

bool
gw_trans_is_final(const struct gw_trans *t, gw_valtype type)
{
    uint32_t heap = gw_type_heap(type);
    if (!gw_heap_is_index(heap))
        return false;
    const struct gw_typedef *def = &t->it->module->types.defs[heap];
    return def->final &&
           (def->comp == GW_COMP_STRUCT || def->comp == GW_COMP_ARRAY);
}

void
gw_trans_op_ref_test(struct gw_trans *t)
{
    gw_valtype type = t->it->imm.type;
    bool final = gw_trans_is_final(t, type);
    struct shape shape = { final ? GW_IOP_REF_TEST_FINAL : GW_IOP_REF_TEST, 1,
                           type, 0, false };
    emit_shape(t, &shape);
}

/* The reference stays where it is. */
void
gw_trans_op_ref_cast(struct gw_trans *t)
{
    gw_valtype type = t->it->imm.type;
    bool final = gw_trans_is_final(t, type);
    uint32_t slot = gw_trans_look(t);
    uint32_t *at =
        gw_trans_emit(t, final ? GW_IOP_REF_CAST_FINAL : GW_IOP_REF_CAST, 3);
    at[1] = slot;
    at[2] = type;
}
