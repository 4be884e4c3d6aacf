#include "aot/llvm/ll.h"

#include <stdlib.h>

/* Operators on variables, constants, references, objects, and those on whole
 * tables and memories. */

/* ---- variables and constants ---- */

void
gw_ll_op_local_get(struct gw_ll *ll)
{
    uint32_t index = ll->it->imm.a;
    gw_ll_set(ll, 0,
              LLVMBuildLoad2(ll->b, gw_ll_type(ll, ll->it->locals[index]),
                             ll->locals[index], ""));
}

void
gw_ll_op_local_set(struct gw_ll *ll)
{
    LLVMBuildStore(ll->b, gw_ll_get(ll, 0), ll->locals[ll->it->imm.a]);
}

static LLVMValueRef
global_at(struct gw_ll *ll)
{
    return gw_ll_load_item(ll, ll->ptr, offsetof(struct gw_vmctx, globals),
                           ll->it->imm.a, sizeof(void *));
}

void
gw_ll_op_global_get(struct gw_ll *ll)
{
    const struct gw_globaltype *type = &ll->module->globals[ll->it->imm.a].type;
    LLVMTypeRef wanted = gw_ll_type(ll, type->type);
    LLVMValueRef at = global_at(ll);
    gw_ll_set(ll, 0,
              type->mutable ? gw_ll_load(ll, GW_LL_GLOBAL, wanted, at)
                            : gw_ll_load_fixed(ll, wanted, at, 0));
}

void
gw_ll_op_global_set(struct gw_ll *ll)
{
    LLVMValueRef at = global_at(ll);
    gw_ll_store(ll, GW_LL_GLOBAL, gw_ll_get(ll, 0), at);
    /* A store that another follows still counts if a trap comes between. */
    LLVMValueRef store = LLVMGetLastInstruction(LLVMGetInsertBlock(ll->b));
    LLVMSetVolatile(store, true);
}

void
gw_ll_op_const(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    LLVMValueRef bytes[16], value;
    switch (ll->it->op) {
    case GW_OP_I32_CONST:
        value = gw_ll_int(ll, ll->i32, (uint32_t)imm->u.i32);
        break;
    case GW_OP_I64_CONST:
        value = gw_ll_int(ll, ll->i64, (uint64_t)imm->u.i64);
        break;
    case GW_OP_F32_CONST:
        value = LLVMConstBitCast(gw_ll_int(ll, ll->i32, imm->u.f32), ll->f32);
        break;
    case GW_OP_F64_CONST:
        value = LLVMConstBitCast(gw_ll_int(ll, ll->i64, imm->u.f64), ll->f64);
        break;
    default:
        for (int i = 0; i < 16; i++)
            bytes[i] = gw_ll_int(ll, ll->i8, imm->u.v128[i]);
        value = LLVMConstVector(bytes, 16);
        break;
    }
    gw_ll_set(ll, 0, value);
}

void
gw_ll_op_select(struct gw_ll *ll)
{
    LLVMValueRef condition = gw_ll_get(ll, 2);
    condition = LLVMBuildICmp(ll->b, LLVMIntNE, condition,
                              gw_ll_int(ll, ll->i32, 0), "");
    gw_ll_set(ll, 0,
              LLVMBuildSelect(ll->b, condition, gw_ll_get(ll, 0),
                              gw_ll_get(ll, 1), ""));
}

/* ---- references ---- */

static LLVMValueRef
is_null(struct gw_ll *ll, LLVMValueRef ref)
{
    return LLVMBuildICmp(ll->b, LLVMIntEQ, ref, gw_ll_int(ll, ll->i64, 0), "");
}

static LLVMValueRef
to_i32(struct gw_ll *ll, LLVMValueRef bit)
{
    return LLVMBuildZExt(ll->b, bit, ll->i32, "");
}

void
gw_ll_op_ref_null(struct gw_ll *ll)
{
    gw_ll_set(ll, 0, gw_ll_int(ll, ll->i64, 0));
}

void
gw_ll_op_ref_func(struct gw_ll *ll)
{
    gw_ll_set(ll, 0,
              gw_ll_load_item(ll, ll->i64, offsetof(struct gw_vmctx, funcs),
                              ll->it->imm.a, sizeof(void *)));
}

void
gw_ll_op_ref_is_null(struct gw_ll *ll)
{
    gw_ll_set(ll, 0, to_i32(ll, is_null(ll, gw_ll_get(ll, 0))));
}

void
gw_ll_op_ref_eq(struct gw_ll *ll)
{
    gw_ll_set(ll, 0,
              to_i32(ll, LLVMBuildICmp(ll->b, LLVMIntEQ, gw_ll_get(ll, 0),
                                       gw_ll_get(ll, 1), "")));
}

void
gw_ll_op_ref_as_non_null(struct gw_ll *ll)
{
    gw_ll_trap_if(ll, is_null(ll, gw_ll_get(ll, 0)), GW_TRAP_NULL_REFERENCE);
}

void
gw_ll_op_ref_i31(struct gw_ll *ll)
{
    LLVMValueRef value = LLVMBuildZExt(ll->b, gw_ll_get(ll, 0), ll->i64, "");
    value = LLVMBuildShl(ll->b, value, gw_ll_int(ll, ll->i64, 1), "");
    value = LLVMBuildOr(ll->b, value, gw_ll_int(ll, ll->i64, 1), "");
    value = LLVMBuildAnd(ll->b, value, gw_ll_int(ll, ll->i64, UINT32_MAX), "");
    gw_ll_set(ll, 0, value);
}

void
gw_ll_op_i31_get(struct gw_ll *ll)
{
    LLVMValueRef ref = gw_ll_get(ll, 0), one = gw_ll_int(ll, ll->i32, 1);
    gw_ll_trap_if(ll, is_null(ll, ref), GW_TRAP_NULL_I31);
    LLVMValueRef value = LLVMBuildTrunc(ll->b, ref, ll->i32, "");
    gw_ll_set(ll, 0,
              ll->it->op == GW_OP_I31_GET_S
                  ? LLVMBuildAShr(ll->b, value, one, "")
                  : LLVMBuildLShr(ll->b, value, one, ""));
}

/* Of a final struct or array type: the number is compared here. */
static LLVMValueRef
has_final_type(struct gw_ll *ll, LLVMValueRef ref, gw_valtype type)
{
    LLVMBasicBlockRef none, odd, next = gw_ll_block(ll), from[3];
    LLVMValueRef values[3];
    values[0] = values[1] = gw_ll_int(ll, ll->i1, 0);
    if (type & GW_NULLABLE)
        values[0] = gw_ll_int(ll, ll->i1, 1);
    gw_ll_unless(ll, is_null(ll, ref), &none);
    LLVMValueRef bit = LLVMBuildTrunc(ll->b, ref, ll->i1, "");
    gw_ll_unless(ll, bit, &odd);
    LLVMValueRef object = LLVMBuildIntToPtr(ll->b, ref, ll->ptr, "");
    LLVMValueRef id = gw_ll_load(ll, GW_LL_OBJECT, ll->i32,
                                 gw_ll_at(ll, object,
                                          offsetof(struct gw_object, type_id)));
    LLVMValueRef want = gw_ll_load_item(ll, ll->i32,
                                        offsetof(struct gw_vmctx, type_ids),
                                        gw_type_heap(type), sizeof(uint32_t));
    values[2] = LLVMBuildICmp(ll->b, LLVMIntEQ, id, want, "");
    from[0] = none;
    from[1] = odd;
    from[2] = LLVMGetInsertBlock(ll->b);
    LLVMBuildBr(ll->b, next);
    for (int i = 0; i < 2; i++) {
        gw_ll_go(ll, from[i]);
        LLVMBuildBr(ll->b, next);
    }
    gw_ll_go(ll, next);
    LLVMValueRef phi = LLVMBuildPhi(ll->b, ll->i1, "");
    LLVMAddIncoming(phi, values, from, 3);
    return phi;
}

static bool
is_final(const struct gw_ll *ll, gw_valtype type)
{
    uint32_t heap = gw_type_heap(type);
    if (!gw_heap_is_index(heap))
        return false;
    const struct gw_typedef *def = &ll->module->types.defs[heap];
    return def->final &&
           (def->comp == GW_COMP_STRUCT || def->comp == GW_COMP_ARRAY);
}

LLVMValueRef
gw_ll_has_type(struct gw_ll *ll, LLVMValueRef ref, gw_valtype type)
{
    if (is_final(ll, type))
        return has_final_type(ll, ref, type);
    LLVMValueRef args[2] = { ref, gw_ll_int(ll, ll->i64, type) };
    return LLVMBuildTrunc(ll->b, gw_ll_helper(ll, GW_HELPER_has_type, args),
                          ll->i1, "");
}

void
gw_ll_op_ref_test(struct gw_ll *ll)
{
    gw_ll_set(ll, 0,
              to_i32(ll,
                     gw_ll_has_type(ll, gw_ll_get(ll, 0), ll->it->imm.type)));
}

void
gw_ll_op_ref_cast(struct gw_ll *ll)
{
    LLVMValueRef has = gw_ll_has_type(ll, gw_ll_get(ll, 0), ll->it->imm.type);
    gw_ll_trap_if(ll, LLVMBuildNot(ll->b, has, ""), GW_TRAP_CAST_FAILURE);
}

/* ---- structs ---- */

static const struct gw_layout *
layout_of(const struct gw_ll *ll, uint32_t type)
{
    return gw_typereg_layout(ll->program->engine, ll->program->type_ids[type]);
}

/* Makes room for values in slots and writes the operands from 0 on. */
static LLVMValueRef
spill(struct gw_ll *ll, const gw_valtype *types, uint32_t count, uint32_t first)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < count; i++)
        slots += gw_type_slots(types[i]);
    LLVMValueRef room = gw_ll_slots(ll, slots);
    gw_ll_put_slots(ll, types, ll->vals + ll->it->height + first, count, room);
    return room;
}

/* What a field or element is as an operand. */
static gw_valtype
unpacked(gw_valtype type)
{
    return type == GW_TYPE_I8 || type == GW_TYPE_I16 ? GW_TYPE_I32 : type;
}

void
gw_ll_op_struct_new(struct gw_ll *ll)
{
    uint32_t type = ll->it->imm.a;
    const struct gw_typedef *def = &ll->module->types.defs[type];
    LLVMValueRef args[2] = { gw_ll_int(ll, ll->i64, type),
                             gw_ll_int(ll, ll->i64, 0) };
    if (ll->it->op == GW_OP_STRUCT_NEW && def->field_count != 0) {
        gw_valtype *types = malloc(def->field_count * sizeof(*types));
        for (uint32_t i = 0; i < def->field_count; i++)
            types[i] = unpacked(def->fields[i].type);
        args[1] = spill(ll, types, def->field_count, 0);
        free(types);
    }
    gw_ll_set(ll, 0, gw_ll_helper(ll, GW_HELPER_struct_new, args));
}

/* Reads a cell of a storage type as an operand. */
static LLVMValueRef
read_cell(struct gw_ll *ll, gw_valtype type, bool sign, LLVMValueRef at)
{
    if (type != GW_TYPE_I8 && type != GW_TYPE_I16)
        return gw_ll_load(ll, GW_LL_OBJECT, gw_ll_type(ll, type), at);
    LLVMValueRef value = gw_ll_load(ll, GW_LL_OBJECT,
                                    type == GW_TYPE_I8 ? ll->i8 : ll->i16, at);
    return sign ? LLVMBuildSExt(ll->b, value, ll->i32, "")
                : LLVMBuildZExt(ll->b, value, ll->i32, "");
}

static void
write_cell(struct gw_ll *ll, gw_valtype type, LLVMValueRef value,
           LLVMValueRef at)
{
    if (type == GW_TYPE_I8 || type == GW_TYPE_I16)
        value = LLVMBuildTrunc(ll->b, value,
                               type == GW_TYPE_I8 ? ll->i8 : ll->i16, "");
    gw_ll_store(ll, GW_LL_OBJECT, value, at);
}

static LLVMValueRef
data_of(struct gw_ll *ll, LLVMValueRef ref, enum gw_trap trap)
{
    gw_ll_trap_if(ll, is_null(ll, ref), trap);
    return gw_ll_at(ll, LLVMBuildIntToPtr(ll->b, ref, ll->ptr, ""),
                    sizeof(struct gw_object));
}

static LLVMValueRef
field_at(struct gw_ll *ll, gw_valtype *type)
{
    const struct gw_imm *imm = &ll->it->imm;
    LLVMValueRef data = data_of(ll, gw_ll_get(ll, 0), GW_TRAP_NULL_STRUCTURE);
    *type = ll->module->types.defs[imm->a].fields[imm->b].type;
    return gw_ll_at(ll, data, layout_of(ll, imm->a)->offsets[imm->b]);
}

void
gw_ll_op_struct_get(struct gw_ll *ll)
{
    gw_valtype type;
    LLVMValueRef at = field_at(ll, &type);
    gw_ll_set(ll, 0, read_cell(ll, type, ll->it->op == GW_OP_STRUCT_GET_S, at));
}

void
gw_ll_op_struct_set(struct gw_ll *ll)
{
    gw_valtype type;
    LLVMValueRef at = field_at(ll, &type);
    write_cell(ll, type, gw_ll_get(ll, 1), at);
}

/* ---- arrays ---- */

static gw_valtype
element_type(const struct gw_ll *ll, uint32_t type)
{
    return ll->module->types.defs[type].fields[0].type;
}

static LLVMValueRef
read_count(struct gw_ll *ll, LLVMValueRef ref)
{
    LLVMValueRef data = data_of(ll, ref, GW_TRAP_NULL_ARRAY);
    LLVMValueRef at = gw_ll_at(ll, data,
                               (uint64_t)offsetof(struct gw_object, count) -
                                   sizeof(struct gw_object));
    return gw_ll_load(ll, GW_LL_OBJECT, ll->i64, at);
}

static LLVMValueRef
cell_at(struct gw_ll *ll, gw_valtype *type)
{
    LLVMValueRef ref = gw_ll_get(ll, 0);
    LLVMValueRef index = LLVMBuildZExt(ll->b, gw_ll_get(ll, 1), ll->i64, "");
    LLVMValueRef count = read_count(ll, ref);
    *type = element_type(ll, ll->it->imm.a);
    gw_ll_trap_if(ll, LLVMBuildICmp(ll->b, LLVMIntUGE, index, count, ""),
                  GW_TRAP_ARRAY_OUT_OF_BOUNDS);
    LLVMValueRef size = gw_ll_int(ll, ll->i64, gw_storage_size(*type));
    LLVMValueRef offset = LLVMBuildMul(ll->b, index, size, "");
    LLVMValueRef data = gw_ll_at(ll, LLVMBuildIntToPtr(ll->b, ref, ll->ptr, ""),
                                 sizeof(struct gw_object));
    return LLVMBuildGEP2(ll->b, ll->i8, data, &offset, 1, "");
}

void
gw_ll_op_array_get(struct gw_ll *ll)
{
    gw_valtype type;
    LLVMValueRef at = cell_at(ll, &type);
    gw_ll_set(ll, 0, read_cell(ll, type, ll->it->op == GW_OP_ARRAY_GET_S, at));
}

void
gw_ll_op_array_set(struct gw_ll *ll)
{
    gw_valtype type;
    LLVMValueRef at = cell_at(ll, &type);
    write_cell(ll, type, gw_ll_get(ll, 2), at);
}

void
gw_ll_op_array_len(struct gw_ll *ll)
{
    gw_ll_set(ll, 0,
              LLVMBuildTrunc(ll->b, read_count(ll, gw_ll_get(ll, 0)), ll->i32,
                             ""));
}

void
gw_ll_op_array_new(struct gw_ll *ll)
{
    uint32_t type = ll->it->imm.a;
    gw_valtype element = unpacked(element_type(ll, type));
    bool given = ll->it->op == GW_OP_ARRAY_NEW;
    LLVMValueRef args[3] = { gw_ll_int(ll, ll->i64, type),
                             given ? spill(ll, &element, 1, 0)
                                   : gw_ll_int(ll, ll->i64, 0),
                             gw_ll_get(ll, given) };
    gw_ll_set(ll, 0, gw_ll_helper(ll, GW_HELPER_array_new, args));
}

void
gw_ll_op_array_new_fixed(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    gw_valtype element = unpacked(element_type(ll, imm->a));
    gw_valtype *types = malloc((imm->b + 1u) * sizeof(*types));
    for (uint32_t i = 0; i < imm->b; i++)
        types[i] = element;
    LLVMValueRef args[3] = { gw_ll_int(ll, ll->i64, imm->a),
                             spill(ll, types, imm->b, 0),
                             gw_ll_int(ll, ll->i64, imm->b) };
    free(types);
    gw_ll_set(ll, 0, gw_ll_helper(ll, GW_HELPER_array_new_fixed, args));
}

void
gw_ll_op_array_new_segment(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    bool data = ll->it->op == GW_OP_ARRAY_NEW_DATA;
    LLVMValueRef args[4] = { gw_ll_int(ll, ll->i64, imm->a),
                             gw_ll_int(ll, ll->i64, imm->b), gw_ll_get(ll, 0),
                             gw_ll_get(ll, 1) };
    gw_ll_set(ll, 0,
              gw_ll_helper(ll,
                           data ? GW_HELPER_array_new_data
                                : GW_HELPER_array_new_elem,
                           args));
}

void
gw_ll_op_array_fill(struct gw_ll *ll)
{
    gw_valtype element = unpacked(element_type(ll, ll->it->imm.a));
    LLVMValueRef args[4] = { gw_ll_get(ll, 0), gw_ll_get(ll, 1),
                             spill(ll, &element, 1, 2), gw_ll_get(ll, 3) };
    gw_ll_helper(ll, GW_HELPER_array_fill, args);
}

void
gw_ll_op_array_copy(struct gw_ll *ll)
{
    gw_ll_helper(ll, GW_HELPER_array_copy, ll->vals + ll->it->height);
}

void
gw_ll_op_array_init(struct gw_ll *ll)
{
    bool data = ll->it->op == GW_OP_ARRAY_INIT_DATA;
    LLVMValueRef args[5] = { gw_ll_get(ll, 0), gw_ll_get(ll, 1),
                             gw_ll_int(ll, ll->i64, ll->it->imm.b),
                             gw_ll_get(ll, 2), gw_ll_get(ll, 3) };
    gw_ll_helper(ll,
                 data ? GW_HELPER_array_init_data : GW_HELPER_array_init_elem,
                 args);
}

/* ---- tables ---- */

static LLVMValueRef
extend(struct gw_ll *ll, LLVMValueRef index)
{
    return LLVMTypeOf(index) == ll->i64
               ? index
               : LLVMBuildZExt(ll->b, index, ll->i64, "");
}

/* A number of 64 bits as an address of the type that the operator has. */
static LLVMValueRef
narrow(struct gw_ll *ll, LLVMValueRef value, bool is64)
{
    return is64 ? value : LLVMBuildTrunc(ll->b, value, ll->i32, "");
}

static LLVMValueRef
table_at(struct gw_ll *ll, uint32_t table)
{
    return gw_ll_load_item(ll, ll->ptr, offsetof(struct gw_vmctx, tables),
                           table, sizeof(void *));
}

LLVMValueRef
gw_ll_element(struct gw_ll *ll, uint32_t table, LLVMValueRef index,
              enum gw_trap trap)
{
    LLVMValueRef place = extend(ll, index), inst = table_at(ll, table);
    LLVMValueRef size =
        gw_ll_load(ll, GW_LL_CONTEXT, ll->i64,
                   gw_ll_at(ll, inst, offsetof(struct gw_tableinst, size)));
    gw_ll_trap_if(ll, LLVMBuildICmp(ll->b, LLVMIntUGE, place, size, ""), trap);
    LLVMValueRef elems =
        gw_ll_load(ll, GW_LL_CONTEXT, ll->ptr,
                   gw_ll_at(ll, inst, offsetof(struct gw_tableinst, elems)));
    return LLVMBuildGEP2(ll->b, ll->i64, elems, &place, 1, "");
}

void
gw_ll_op_table_get(struct gw_ll *ll)
{
    LLVMValueRef at = gw_ll_element(ll, ll->it->imm.a, gw_ll_get(ll, 0),
                                    GW_TRAP_TABLE_OUT_OF_BOUNDS);
    gw_ll_set(ll, 0, gw_ll_load(ll, GW_LL_TABLE, ll->i64, at));
}

void
gw_ll_op_table_set(struct gw_ll *ll)
{
    LLVMValueRef at = gw_ll_element(ll, ll->it->imm.a, gw_ll_get(ll, 0),
                                    GW_TRAP_TABLE_OUT_OF_BOUNDS);
    gw_ll_store(ll, GW_LL_TABLE, gw_ll_get(ll, 1), at);
}

void
gw_ll_op_table_size(struct gw_ll *ll)
{
    uint32_t table = ll->it->imm.a;
    LLVMValueRef size = gw_ll_load(
        ll, GW_LL_CONTEXT, ll->i64,
        gw_ll_at(ll, table_at(ll, table), offsetof(struct gw_tableinst, size)));
    bool is64 = ll->module->tables[table].type.limits.is64;
    gw_ll_set(ll, 0, narrow(ll, size, is64));
}

void
gw_ll_op_table_grow(struct gw_ll *ll)
{
    uint32_t table = ll->it->imm.a;
    LLVMValueRef args[3] = { gw_ll_int(ll, ll->i64, table), gw_ll_get(ll, 0),
                             gw_ll_get(ll, 1) };
    bool is64 = ll->module->tables[table].type.limits.is64;
    gw_ll_set(ll, 0,
              narrow(ll, gw_ll_helper(ll, GW_HELPER_table_grow, args), is64));
}

/* A helper whose first arguments are the immediates, then the operands. */
static LLVMValueRef
call_helper(struct gw_ll *ll, enum gw_ll_helper helper, uint32_t a, uint32_t b,
            uint32_t immediates, uint32_t operands)
{
    LLVMValueRef args[5] = { gw_ll_int(ll, ll->i64, a),
                             gw_ll_int(ll, ll->i64, b) };
    for (uint32_t i = 0; i < operands; i++)
        args[immediates + i] = gw_ll_get(ll, i);
    return gw_ll_helper(ll, helper, args);
}

void
gw_ll_op_table_fill(struct gw_ll *ll)
{
    call_helper(ll, GW_HELPER_table_fill, ll->it->imm.a, 0, 1, 3);
}

void
gw_ll_op_table_copy(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    call_helper(ll, GW_HELPER_table_copy, imm->a, imm->b, 2, 3);
}

void
gw_ll_op_table_init(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    call_helper(ll, GW_HELPER_table_init, imm->b, imm->a, 2, 3);
}

void
gw_ll_op_elem_drop(struct gw_ll *ll)
{
    call_helper(ll, GW_HELPER_elem_drop, ll->it->imm.a, 0, 1, 0);
}

/* ---- memories ---- */

void
gw_ll_op_memory_size(struct gw_ll *ll)
{
    uint32_t memory = ll->it->imm.a;
    bool is64 = ll->module->memories[memory].limits.is64;
    LLVMValueRef pages = call_helper(ll, GW_HELPER_memory_size, memory, 0, 1,
                                     0);
    gw_ll_set(ll, 0, narrow(ll, pages, is64));
}

void
gw_ll_op_memory_grow(struct gw_ll *ll)
{
    uint32_t memory = ll->it->imm.a;
    bool is64 = ll->module->memories[memory].limits.is64;
    LLVMValueRef old = call_helper(ll, GW_HELPER_memory_grow, memory, 0, 1, 1);
    gw_ll_set(ll, 0, narrow(ll, old, is64));
}

void
gw_ll_op_memory_fill(struct gw_ll *ll)
{
    call_helper(ll, GW_HELPER_memory_fill, ll->it->imm.a, 0, 1, 3);
}

void
gw_ll_op_memory_copy(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    call_helper(ll, GW_HELPER_memory_copy, imm->a, imm->b, 2, 3);
}

void
gw_ll_op_memory_init(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    call_helper(ll, GW_HELPER_memory_init, imm->b, imm->a, 2, 3);
}

void
gw_ll_op_data_drop(struct gw_ll *ll)
{
    call_helper(ll, GW_HELPER_data_drop, ll->it->imm.a, 0, 1, 0);
}

void
gw_ll_op_fence(struct gw_ll *ll)
{
    LLVMBuildFence(ll->b, LLVMAtomicOrderingSequentiallyConsistent, false, "");
}
