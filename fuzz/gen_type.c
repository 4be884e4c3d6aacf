#include "fuzz/gen_inside.h"

bool
fits(const struct gen *gen, gw_valtype type, gw_valtype want)
{
    return gw_type_matches(&gen->types, type, want);
}

bool
lists_fit(const struct gen *gen, const gw_valtype *a, uint32_t a_count,
          const gw_valtype *b, uint32_t b_count)
{
    if (a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; i++) {
        if (!fits(gen, a[i], b[i]))
            return false;
    }
    return true;
}

/* ---- choosing ---- */

static bool
heap_allowed(const struct gen *gen, uint32_t heap)
{
    switch (heap) {
    case GW_HEAP_FUNC:
    case GW_HEAP_EXTERN:
        return HAS(gen, REFERENCE_TYPES);
    case GW_HEAP_EXN:
        return HAS(gen, EXCEPTIONS) && !gen->options.no_exnref;
    case GW_HEAP_NOEXN:
        return HAS(gen, EXCEPTIONS) && HAS(gen, GC) && !gen->options.no_exnref;
    case GW_HEAP_CONT:
    case GW_HEAP_NOCONT:
        return HAS(gen, STACK_SWITCHING);
    default:
        return HAS(gen, GC);
    }
}

static const uint32_t abstract_heaps[] = {
    GW_HEAP_FUNC,   GW_HEAP_EXTERN, GW_HEAP_ANY,      GW_HEAP_EQ,
    GW_HEAP_I31,    GW_HEAP_STRUCT, GW_HEAP_ARRAY,    GW_HEAP_EXN,
    GW_HEAP_NOFUNC, GW_HEAP_NONE,   GW_HEAP_NOEXTERN, GW_HEAP_NOEXN,
    GW_HEAP_CONT,   GW_HEAP_NOCONT,
};

enum { ABSTRACT_COUNT = sizeof abstract_heaps / sizeof *abstract_heaps };

/* Any heap type, of definitions only those below def_end. */
static uint32_t
any_heap(struct gen *gen, uint32_t def_end)
{
    if (HAS(gen, FUNCTION_REFERENCES) && def_end > 0 && !once_in(gen, 3))
        return pick(gen, def_end);
    for (uint32_t tries = 0; tries < 4; tries++) {
        uint32_t heap = abstract_heaps[pick(gen, ABSTRACT_COUNT)];
        if (heap_allowed(gen, heap))
            return heap;
    }
    return GW_HEAP_FUNC;
}

uint32_t
pick_heap(struct gen *gen)
{
    uint32_t heap = any_heap(gen, gen->types.count);
    bool is_cont = gw_heap_top(&gen->types, heap) == GW_HEAP_CONT;
    return is_cont ? (uint32_t)GW_HEAP_FUNC : heap;
}

static gw_valtype
pick_number(struct gen *gen)
{
    static const gw_valtype numbers[] = { GW_TYPE_I32, GW_TYPE_I64, GW_TYPE_F32,
                                          GW_TYPE_F64, GW_TYPE_V128 };
    return numbers[pick(gen, HAS(gen, SIMD) ? 5 : 4)];
}

static gw_valtype
type_below(struct gen *gen, uint32_t def_end, bool nullable)
{
    if (!HAS(gen, REFERENCE_TYPES) || !once_in(gen, 3))
        return pick_number(gen);
    uint32_t heap = any_heap(gen, def_end);
    if (!nullable)
        nullable = !HAS(gen, FUNCTION_REFERENCES) || !once_in(gen, 4);
    return gw_type_ref(nullable, heap);
}

gw_valtype
pick_type(struct gen *gen)
{
    return type_below(gen, gen->types.count, false);
}

gw_valtype
pick_ref(struct gen *gen)
{
    if (!HAS(gen, REFERENCE_TYPES))
        return GW_TYPE_I32;
    return gw_type_ref(true, any_heap(gen, gen->types.count));
}

uint32_t
pick_def(struct gen *gen, enum gw_comp comp)
{
    uint32_t start = pick(gen, gen->types.count);
    for (uint32_t i = 0; i < gen->types.count; i++) {
        uint32_t index = (start + i) % gen->types.count;
        if (gen->defs[index].comp == comp)
            return index;
    }
    return GW_NO_INDEX;
}

/* ---- making ---- */

static struct gw_typedef *
new_def(struct gen *gen, enum gw_comp comp)
{
    uint32_t index = gen->types.count++;
    struct gw_typedef *def = &gen->defs[index];
    memset(def, 0, sizeof *def);
    def->comp = (uint8_t)comp;
    def->final = true;
    def->super = GW_NO_INDEX;
    def->canon = index;
    def->group_start = index;
    def->group_count = 1;
    return def;
}

static void
set_func(struct gen *gen, struct gw_typedef *def, uint32_t param_count,
         uint32_t result_count)
{
    gw_valtype *list = gen->lists[def - gen->defs];
    def->func.params = list;
    def->func.results = list + VALUES_MOST;
    def->func.param_count = param_count;
    def->func.result_count = result_count;
}

static bool
same_list(const gw_valtype *a, uint32_t a_count, const gw_valtype *b,
          uint32_t b_count)
{
    return a_count == b_count &&
           (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

uint32_t
func_type(struct gen *gen, const gw_valtype *params, uint32_t count,
          const gw_valtype *results, uint32_t result_count)
{
    if (count > VALUES_MOST || result_count > VALUES_MOST)
        return GW_NO_INDEX;
    for (uint32_t i = 0; i < gen->types.count; i++) {
        const struct gw_typedef *def = &gen->defs[i];
        if (def->comp == GW_COMP_FUNC &&
            same_list(def->func.params, def->func.param_count, params, count) &&
            same_list(def->func.results, def->func.result_count, results,
                      result_count))
            return i;
    }
    if (gen->types.count == TYPES_MOST)
        return GW_NO_INDEX;
    struct gw_typedef *def = new_def(gen, GW_COMP_FUNC);
    gw_valtype *list = gen->lists[gen->types.count - 1];
    set_func(gen, def, count, result_count);
    if (count > 0)
        memcpy(list, params, count * sizeof *list);
    if (result_count > 0)
        memcpy(list + VALUES_MOST, results, result_count * sizeof *list);
    return gen->types.count - 1;
}

uint32_t
cont_type(struct gen *gen, uint32_t func)
{
    for (uint32_t i = 0; i < gen->types.count; i++) {
        if (gen->defs[i].comp == GW_COMP_CONT && gen->defs[i].cont == func)
            return i;
    }
    if (gen->types.count == TYPES_MOST || func == GW_NO_INDEX)
        return GW_NO_INDEX;
    new_def(gen, GW_COMP_CONT)->cont = func;
    return gen->types.count - 1;
}

/* References that cannot be null name earlier definitions only, so that
 * there is a way to make the value. */
static gw_valtype
member(struct gen *gen, uint32_t own, uint32_t group_end)
{
    if (once_in(gen, 4))
        return type_below(gen, group_end, true);
    return type_below(gen, own, false);
}

static void
fill_func(struct gen *gen, struct gw_typedef *def, uint32_t own,
          uint32_t group_end)
{
    gw_valtype *list = gen->lists[own];
    uint32_t params = pick(gen, 5);
    uint32_t results = pick(gen, HAS(gen, MULTI_VALUE) ? 4 : 2);
    set_func(gen, def, params, results);
    for (uint32_t i = 0; i < params; i++)
        list[i] = member(gen, own, group_end);
    for (uint32_t i = 0; i < results; i++)
        list[VALUES_MOST + i] = member(gen, own, group_end);
}

static void
fill_fields(struct gen *gen, struct gw_typedef *def, uint32_t own,
            uint32_t group_end)
{
    def->fields = gen->fields[own];
    uint32_t count = def->comp == GW_COMP_ARRAY ? 1 : pick(gen, FIELDS_MOST);
    while (def->field_count < count) {
        struct gw_field *field = &def->fields[def->field_count++];
        field->mutable = !once_in(gen, 4);
        field->type = once_in(gen, 4)
                          ? (once_in(gen, 2) ? GW_TYPE_I8 : GW_TYPE_I16)
                          : member(gen, own, group_end);
    }
}

/* Puts a definition below an earlier one of its kind that is not final. */
static bool
fill_sub(struct gen *gen, struct gw_typedef *def, uint32_t own)
{
    uint32_t super = own > 0 ? pick(gen, own) : 0;
    const struct gw_typedef *above = &gen->defs[super];
    if (super == own || above->final || above->comp != def->comp ||
        above->depth > 8)
        return false;
    def->super = super;
    def->depth = (uint8_t)(above->depth + 1);
    if (def->comp == GW_COMP_FUNC) {
        memcpy(gen->lists[own], gen->lists[super], sizeof gen->lists[own]);
        set_func(gen, def, above->func.param_count, above->func.result_count);
    } else if (def->comp == GW_COMP_CONT) {
        def->cont = above->cont;
    } else {
        def->fields = gen->fields[own];
        def->field_count = above->field_count;
        memcpy(def->fields, above->fields,
               above->field_count * sizeof *def->fields);
        if (def->comp == GW_COMP_STRUCT && def->field_count < FIELDS_MOST)
            def->fields[def->field_count++] = (struct gw_field){
                pick_number(gen), true
            };
    }
    return true;
}

static void
fill_def(struct gen *gen, uint32_t own, uint32_t group_end)
{
    struct gw_typedef *def = &gen->defs[own];
    bool gc = HAS(gen, GC);
    if (gc)
        def->final = !once_in(gen, 2);
    if (gc && once_in(gen, 3) && fill_sub(gen, def, own))
        return;
    if (def->comp == GW_COMP_FUNC) {
        fill_func(gen, def, own, group_end);
    } else if (def->comp == GW_COMP_CONT) {
        /* Type 0 is a function. */
        uint32_t func = pick(gen, own);
        def->cont = gen->defs[func].comp == GW_COMP_FUNC ? func : 0;
    } else {
        fill_fields(gen, def, own, group_end);
    }
}

static enum gw_comp
pick_comp(struct gen *gen)
{
    enum gw_comp comp = GW_COMP_FUNC;
    if (HAS(gen, GC))
        comp = (enum gw_comp)pick(gen, HAS(gen, STACK_SWITCHING) ? 4 : 3);
    else if (HAS(gen, STACK_SWITCHING) && once_in(gen, 3))
        comp = GW_COMP_CONT;
    return comp;
}

static void
gen_group(struct gen *gen)
{
    uint32_t start = gen->types.count;
    uint32_t count = HAS(gen, GC) ? 1 + pick(gen, 3) : 1;
    /* The kinds first: references within the group need them. */
    for (uint32_t i = 0; i < count; i++) {
        struct gw_typedef *def = new_def(gen, pick_comp(gen));
        def->group_start = start;
        def->group_count = count;
        if (def->comp == GW_COMP_FUNC)
            set_func(gen, def, 0, 0);
    }
    for (uint32_t i = 0; i < count; i++)
        fill_def(gen, start + i, start + count);
}

void
gen_types(struct gen *gen)
{
    static const gw_valtype mix[] = { GW_TYPE_I32, GW_TYPE_I64 };
    gen->types.defs = gen->defs;
    func_type(gen, mix, 2, mix + 1, 1);
    for (uint32_t groups = 3 + pick(gen, 6); groups > 0; groups--)
        gen_group(gen);
}

bool
is_constructible(const struct gen *gen, gw_valtype type)
{
    if (!gw_type_is_ref(type) || (type & GW_NULLABLE))
        return true;
    uint32_t heap = gw_type_heap(type);
    if (heap == GW_HEAP_FUNC)
        return true;
    if (!HAS(gen, GC))
        return false;
    if (!gw_heap_is_index(heap))
        return heap == GW_HEAP_ANY || heap == GW_HEAP_EQ ||
               heap == GW_HEAP_I31 || heap == GW_HEAP_EXTERN;
    const struct gw_typedef *def = &gen->defs[heap];
    if (def->comp != GW_COMP_STRUCT)
        return def->comp == GW_COMP_ARRAY;
    for (uint32_t i = 0; i < def->field_count; i++) {
        if (!is_constructible(gen, def->fields[i].type))
            return false;
    }
    return true;
}

/* ---- writing ---- */

static void
put_list(struct buf *out, const gw_valtype *types, uint32_t count)
{
    buf_u32(out, count);
    for (uint32_t i = 0; i < count; i++)
        buf_type(out, types[i]);
}

static void
put_def(struct buf *out, const struct gw_typedef *def)
{
    static const uint8_t forms[] = {
        [GW_COMP_FUNC] = 0x60,
        [GW_COMP_STRUCT] = 0x5f,
        [GW_COMP_ARRAY] = 0x5e,
        [GW_COMP_CONT] = 0x5d,
    };
    if (!def->final || def->super != GW_NO_INDEX) {
        buf_u8(out, def->final ? 0x4f : 0x50);
        buf_u32(out, def->super != GW_NO_INDEX);
        if (def->super != GW_NO_INDEX)
            buf_u32(out, def->super);
    }
    buf_u8(out, forms[def->comp]);
    if (def->comp == GW_COMP_FUNC) {
        put_list(out, def->func.params, def->func.param_count);
        put_list(out, def->func.results, def->func.result_count);
        return;
    }
    if (def->comp == GW_COMP_CONT) {
        buf_heap(out, def->cont);
        return;
    }
    if (def->comp == GW_COMP_STRUCT)
        buf_u32(out, def->field_count);
    for (uint32_t i = 0; i < def->field_count; i++) {
        buf_type(out, def->fields[i].type);
        buf_u8(out, def->fields[i].mutable);
    }
}

void
put_types(const struct gen *gen, struct buf *out)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < gen->types.count; groups++)
        i += gen->defs[i].group_count;
    buf_u32(out, groups);
    for (uint32_t i = 0; i < gen->types.count; i++) {
        const struct gw_typedef *def = &gen->defs[i];
        if (def->group_start == i && def->group_count > 1) {
            buf_u8(out, 0x4e);
            buf_u32(out, def->group_count);
        }
        put_def(out, def);
    }
}
