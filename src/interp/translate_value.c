#include "interp/translate.h"

#include "rt/fuel.h"

/* ---- instructions of a plain shape ---- */

/* Pops count operands into the words from at[first] on. */
static uint32_t *
emit_read(struct gw_trans *t, enum gw_iop iop, uint32_t words, uint32_t first,
          uint32_t count)
{
    uint32_t slots[4];
    gw_trans_read_n(t, slots, count);
    uint32_t *at = gw_trans_emit(t, iop, words);
    for (uint32_t i = 0; i < count; i++)
        at[first + i] = slots[i];
    return at;
}

static uint32_t
operand_count(const struct gw_trans *t)
{
    return gw_sig_table[gw_op_table[t->it->op].sig].pop_count;
}

/* eqz of a comparison of integers is another comparison. */
static bool
negate_last(struct gw_trans *t)
{
    if (t->failed || !gw_trans_is_last(t, &t->locs[t->height - 1]))
        return false;
    const struct gw_fuse *fuse = gw_fuse_find(t->words[t->last]);
    if (fuse->opposite == 0)
        return false;
    t->words[t->last] = fuse->opposite;
    return true;
}

void
gw_trans_op_num(struct gw_trans *t)
{
    uint32_t count = operand_count(t);
    if (t->it->op == GW_OP_I32_EQZ && negate_last(t))
        return;
    emit_read(t, t->rule->iop, 2 + count, 2, count);
    gw_trans_result(t, t->rule->slots);
}

void
gw_trans_canonical(struct gw_trans *t)
{
    static const enum gw_iop iops[2][2] = {
        { GW_IOP_CANONICAL_F32, GW_IOP_CANONICAL_F32X4 },
        { GW_IOP_CANONICAL_F64, GW_IOP_CANONICAL_F64X2 },
    };
    bool wide = gw_op_table[t->it->op].text[1] == '6';
    struct gw_loc loc = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &loc);
    gw_trans_emit(t, iops[wide][loc.slots - 1], 3)[2] = slot;
    gw_trans_result(t, loc.slots);
}

void
gw_trans_op_wide(struct gw_trans *t)
{
    uint32_t count = operand_count(t);
    emit_read(t, t->rule->iop, 2 + count, 2, count);
    gw_trans_result(t, 1);
    gw_trans_push(t, 1);
    gw_trans_barrier(t);
}

void
gw_trans_op_lane(struct gw_trans *t)
{
    uint32_t count = operand_count(t);
    uint32_t *at = emit_read(t, t->rule->iop, 3 + count, 2, count);
    at[2 + count] = t->it->imm.lane;
    gw_trans_result(t, t->rule->slots);
}

void
gw_trans_op_shuffle(struct gw_trans *t)
{
    uint32_t *at = emit_read(t, t->rule->iop, 8, 2, 2);
    memcpy(&at[4], t->it->imm.u.v128, 16);
    gw_trans_result(t, 2);
}

/* Writes a constant operand as the rule wants it; returns how many words it
 * takes, 0 when the rule has no room for it. */
static uint32_t
constant_words(const struct gw_rule *rule, const struct gw_loc *loc,
               uint32_t *words)
{
    if (loc->kind != GW_LOC_CONST || rule->iop_k == 0)
        return 0;
    uint64_t value = loc->of.value;
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
    switch (rule->k) {
    case GW_CONST_32:
        return 1;
    case GW_CONST_SIGNED:
        return value <= INT32_MAX || value >= (uint64_t)INT32_MIN;
    default:
        return 2;
    }
}

void
gw_trans_op_num2(struct gw_trans *t)
{
    const struct gw_rule *rule = t->rule;
    uint32_t words[2];
    struct gw_loc b = gw_trans_pop(t), a = gw_trans_pop(t);
    uint16_t swap = gw_rule_swaps[t->it->op];
    /* A constant comes last; a result that has just been computed first. */
    if (swap != GW_OP_NONE && b.kind != GW_LOC_CONST &&
        (a.kind == GW_LOC_CONST || gw_trans_is_last(t, &b))) {
        struct gw_loc old = a;
        a = b;
        b = old;
        rule = &gw_rules[swap];
    }
    uint32_t count = constant_words(rule, &b, words);
    uint32_t from = gw_trans_read(t, &a);
    if (count == 0)
        words[0] = gw_trans_read(t, &b);
    uint32_t *at = count == 0 ? gw_trans_emit(t, rule->iop, 4)
                              : gw_trans_emit(t, rule->iop_k, 3 + count);
    at[2] = from;
    at[3] = words[0];
    if (count == 2)
        at[4] = words[1];
    gw_trans_result(t, rule->slots);
}

/* ---- variables ---- */

void
gw_trans_op_drop(struct gw_trans *t)
{
    gw_trans_drop(t, 1);
    t->result = 0;
}

void
gw_trans_op_select(struct gw_trans *t)
{
    uint32_t slots[3];
    uint32_t wide = t->failed ? 1 : t->locs[t->height - 2].slots;
    gw_trans_read_n(t, slots, 3);
    uint32_t *at = gw_trans_emit(t, wide == 2 ? GW_IOP_SELECT_2 : GW_IOP_SELECT,
                                 5);
    at[2] = slots[2];
    at[3] = slots[0];
    at[4] = slots[1];
    gw_trans_result(t, wide);
}

/* Gives a local the value of an operand that was on top of the stack and is
 * popped or about to be. */
static void
set_local(struct gw_trans *t, uint32_t local, const struct gw_loc *loc)
{
    if (loc->kind == GW_LOC_LOCAL && loc->of.local.index == local)
        return;
    uint32_t slot = t->local_slot[local];
    if (t->local_wait[local] == 0 && gw_trans_is_last(t, loc)) {
        t->words[t->result] = slot;
        return;
    }
    gw_trans_settle_local(t, local);
    gw_trans_move(t, slot, loc);
}

void
gw_trans_op_local_set(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    if (!t->failed)
        set_local(t, t->it->imm.a, &loc);
}

/* Afterwards the operand is where the local is, unless it is a constant. */
void
gw_trans_op_local_tee(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    if (t->failed)
        return;
    set_local(t, t->it->imm.a, &loc);
    if (loc.kind != GW_LOC_CONST) {
        gw_trans_op_local_get(t);
    } else {
        gw_trans_push(t, 1);
        if (!t->failed)
            t->locs[t->height - 1] = loc;
    }
}

static bool
is_wide_global(const struct gw_trans *t)
{
    uint32_t index = t->it->imm.a;
    return gw_type_slots(t->it->module->globals[index].type.type) == 2;
}

void
gw_trans_op_global_get(struct gw_trans *t)
{
    bool wide = is_wide_global(t);
    uint32_t *at = gw_trans_emit(t,
                                 wide ? GW_IOP_GLOBAL_GET_2 : GW_IOP_GLOBAL_GET,
                                 3);
    at[2] = t->it->imm.a;
    gw_trans_result(t, wide ? 2 : 1);
}

void
gw_trans_op_global_set(struct gw_trans *t)
{
    bool wide = is_wide_global(t);
    uint32_t *at = emit_read(t, wide ? GW_IOP_GLOBAL_SET_2 : GW_IOP_GLOBAL_SET,
                             3, 1, 1);
    at[2] = t->it->imm.a;
}

void
gw_trans_op_v128_const(struct gw_trans *t)
{
    uint32_t *at = gw_trans_emit(t, GW_IOP_CONST_2, 6);
    memcpy(&at[2], t->it->imm.u.v128, 16);
    gw_trans_result(t, 2);
}

/* ---- references ---- */

void
gw_trans_op_ref_func(struct gw_trans *t)
{
    uint32_t *at = gw_trans_emit(t, GW_IOP_REF_FUNC, 3);
    at[2] = t->it->imm.a;
    gw_trans_result(t, 1);
}

void
gw_trans_op_ref_is_null(struct gw_trans *t)
{
    emit_read(t, GW_IOP_I64_EQZ, 3, 2, 1);
    gw_trans_result(t, 1);
}

void
gw_trans_op_ref_eq(struct gw_trans *t)
{
    emit_read(t, GW_IOP_I64_EQ, 4, 2, 2);
    gw_trans_result(t, 1);
}

/* The reference stays where it is. */
void
gw_trans_op_ref_as_non_null(struct gw_trans *t)
{
    uint32_t slot = gw_trans_look(t);
    gw_trans_emit(t, GW_IOP_REF_AS_NON_NULL, 2)[1] = slot;
}

/* ---- loads and stores ---- */

/* The offset, lane and memory of an access from at[first] on, for the form
 * 0 (_G), 1 (_P) or 2 (_M). */
static void
put_memarg(const struct gw_trans *t, uint32_t *at, uint32_t form, bool lane)
{
    const struct gw_imm *imm = &t->it->imm;
    *at++ = (uint32_t)imm->u.offset;
    if (form == 2)
        *at++ = (uint32_t)(imm->u.offset >> 32);
    if (lane)
        *at++ = imm->lane;
    bool is64 = t->it->module->memories[imm->a].limits.is64;
    if (form == 2)
        *at = imm->a | (is64 ? GW_MEM_64 : 0);
}

/* Operands in words first ...; the rest of the instruction behind them. */
static void
emit_access(struct gw_trans *t, uint32_t first, uint32_t count, bool lane)
{
    uint32_t form = t->it->imm.a == 0 ? t->form0 : 2;
    uint32_t words = first + count + 1 + lane + (form == 2 ? 2 : 0);
    uint32_t *at = emit_read(t, t->rule->iop + form, words, first, count);
    put_memarg(t, at + first + count, form, lane);
}

void
gw_trans_op_load(struct gw_trans *t)
{
    emit_access(t, 2, 1, false);
    gw_trans_result(t, t->rule->slots);
}

void
gw_trans_op_store(struct gw_trans *t)
{
    emit_access(t, 1, 2, false);
}

void
gw_trans_op_load_lane(struct gw_trans *t)
{
    emit_access(t, 2, 2, true);
    gw_trans_result(t, 2);
}

void
gw_trans_op_store_lane(struct gw_trans *t)
{
    emit_access(t, 1, 2, true);
}

/* An atomic access finds its memory as any memory is found. */
void
gw_trans_op_atomic(struct gw_trans *t)
{
    uint32_t count = operand_count(t), first = t->rule->slots != 0 ? 2 : 1;
    uint32_t *at = emit_read(t, t->rule->iop, first + count + 3, first, count);
    put_memarg(t, at + first + count, 2, false);
    if (t->rule->slots != 0)
        gw_trans_result(t, t->rule->slots);
}

/* ---- tables and memories ---- */

void
gw_trans_meter_size(struct gw_trans *t, uint32_t slot, uint32_t log2,
                    uint32_t is64)
{
    if (!t->meter)
        return;
    uint32_t *at = gw_trans_emit(t, GW_IOP_METER_BULK, 4);
    at[1] = slot;
    at[2] = log2;
    at[3] = is64;
}

/* An operator on three operands, the size last, then what a and, unless it is
 * GW_NO_INDEX, b name. */
static void
emit_bulk(struct gw_trans *t, enum gw_iop iop, uint32_t a, uint32_t b,
          uint32_t log2)
{
    uint32_t slots[3], flags = gw_trans_flags(t, 3);
    gw_trans_read_n(t, slots, 3);
    gw_trans_meter_size(t, slots[2], log2, flags >> 2);
    bool two = b != GW_NO_INDEX;
    uint32_t *at = gw_trans_emit(t, iop, two ? 7 : 6);
    for (uint32_t i = 0; i < 3; i++)
        at[1 + i] = slots[i];
    at[4] = a;
    at[two ? 6 : 5] = flags;
    if (two)
        at[5] = b;
}

void
gw_trans_op_table_fill(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_TABLE_FILL, t->it->imm.a, GW_NO_INDEX,
              GW_FUEL_TABLE_LOG2);
}

void
gw_trans_op_table_copy(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_TABLE_COPY, t->it->imm.a, t->it->imm.b,
              GW_FUEL_TABLE_LOG2);
}

void
gw_trans_op_table_init(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_TABLE_INIT, t->it->imm.b, t->it->imm.a,
              GW_FUEL_TABLE_LOG2);
}

void
gw_trans_op_memory_fill(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_MEMORY_FILL, t->it->imm.a, GW_NO_INDEX,
              GW_FUEL_MEMORY_LOG2);
}

void
gw_trans_op_memory_copy(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_MEMORY_COPY, t->it->imm.a, t->it->imm.b,
              GW_FUEL_MEMORY_LOG2);
}

void
gw_trans_op_memory_init(struct gw_trans *t)
{
    emit_bulk(t, GW_IOP_MEMORY_INIT, t->it->imm.b, t->it->imm.a,
              GW_FUEL_MEMORY_LOG2);
}

void
gw_trans_op_elem_drop(struct gw_trans *t)
{
    gw_trans_emit(t, GW_IOP_ELEM_DROP, 2)[1] = t->it->imm.a;
}

void
gw_trans_op_data_drop(struct gw_trans *t)
{
    gw_trans_emit(t, GW_IOP_DATA_DROP, 2)[1] = t->it->imm.a;
}

void
gw_trans_op_table_get(struct gw_trans *t)
{
    uint32_t flags = gw_trans_flags(t, 1);
    uint32_t *at = emit_read(t, GW_IOP_TABLE_GET, 5, 2, 1);
    at[3] = t->it->imm.a;
    at[4] = flags;
    gw_trans_result(t, 1);
}

void
gw_trans_op_table_set(struct gw_trans *t)
{
    uint32_t flags = gw_trans_flags(t, 1);
    uint32_t *at = emit_read(t, GW_IOP_TABLE_SET, 5, 1, 2);
    at[3] = t->it->imm.a;
    at[4] = flags;
}

/* The number of elements comes second. */
void
gw_trans_op_table_grow(struct gw_trans *t)
{
    uint32_t slots[2], flags = gw_trans_flags(t, 2) >> 1;
    gw_trans_read_n(t, slots, 2);
    gw_trans_meter_size(t, slots[1], GW_FUEL_TABLE_LOG2, flags);
    uint32_t *at = gw_trans_emit(t, GW_IOP_TABLE_GROW, 6);
    at[2] = slots[0];
    at[3] = slots[1];
    at[4] = t->it->imm.a;
    at[5] = flags;
    gw_trans_result(t, 1);
}

void
gw_trans_op_memory_grow(struct gw_trans *t)
{
    uint32_t flags = gw_trans_flags(t, 1);
    uint32_t *at = emit_read(t, GW_IOP_MEMORY_GROW, 5, 2, 1);
    at[3] = t->it->imm.a;
    at[4] = flags;
    gw_trans_result(t, 1);
}

static void
emit_size(struct gw_trans *t, enum gw_iop iop, bool is64)
{
    uint32_t *at = gw_trans_emit(t, iop, 4);
    at[2] = t->it->imm.a;
    at[3] = is64;
    gw_trans_result(t, 1);
}

void
gw_trans_op_table_size(struct gw_trans *t)
{
    const struct gw_module *module = t->it->module;
    emit_size(t, GW_IOP_TABLE_SIZE,
              module->tables[t->it->imm.a].type.limits.is64);
}

void
gw_trans_op_memory_size(struct gw_trans *t)
{
    const struct gw_module *module = t->it->module;
    emit_size(t, GW_IOP_MEMORY_SIZE,
              module->memories[t->it->imm.a].limits.is64);
}
