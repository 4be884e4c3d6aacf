#include "wasm/decode.h"

#include "base/hash.h"

/*
 * [DOC] Types and their equality (spec 3.3).
 *
 * Two definitions are the same type when they stand at the same place of
 * recursion groups that are equal once the references of each group to its
 * own members are counted from the group's start.  As each group is read,
 * references to earlier groups are replaced by canonical indices, so that
 * comparing one group with another compares numbers only.  A group equal to
 * an earlier one takes over its canonical indices, in its own fields too.
 * From then on equality of types is equality of numbers.
 */

enum {
    FORM_REC = 0x4e,
    FORM_SUB_FINAL = 0x4f,
    FORM_SUB = 0x50,
    FORM_CONT = 0x5d,
    FORM_ARRAY = 0x5e,
    FORM_STRUCT = 0x5f,
    FORM_FUNC = 0x60
};

/* A set of groups by structure: slots hold the start of a group plus one.
 * Its size is chosen once, as the count of groups is known. */
struct group_set {
    uint32_t *slots;
    size_t count;
};

struct group {
    uint32_t start, end;
};

/* A type of a group as a number that does not depend on where it stands. */
static uint64_t
relative_type(gw_valtype type, uint32_t start, uint32_t end)
{
    uint32_t heap = gw_type_heap(type);
    if (!gw_type_is_ref(type) || heap < start || heap >= end)
        return type;
    return (uint64_t)1 << 32 | (type - start);
}

static uint64_t
relative_index(uint32_t index, uint32_t start, uint32_t end)
{
    if (index < start || index >= end)
        return index;
    return (uint64_t)1 << 32 | (index - start);
}

static uint64_t
hash_types(uint64_t hash, const struct group *group, const gw_valtype *types,
           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        hash = gw_hash_u64(hash,
                           relative_type(types[i], group->start, group->end));
    return hash;
}

static uint64_t
hash_def(uint64_t hash, const struct group *group, const struct gw_typedef *def)
{
    uint32_t start = group->start, end = group->end;
    hash = gw_hash_u64(hash, (uint64_t)def->comp << 8 | def->final);
    hash = gw_hash_u64(hash, relative_index(def->super, start, end));
    if (def->comp == GW_COMP_CONT)
        return gw_hash_u64(hash, relative_index(def->cont, start, end));
    if (def->comp == GW_COMP_FUNC) {
        const struct gw_functype *func = &def->func;
        hash = gw_hash_u64(hash, func->param_count);
        hash = hash_types(hash, group, func->params, func->param_count);
        return hash_types(hash, group, func->results, func->result_count);
    }
    for (uint32_t i = 0; i < def->field_count; i++) {
        hash = hash_types(hash, group, &def->fields[i].type, 1);
        hash = gw_hash_u64(hash, def->fields[i].mutable);
    }
    return hash;
}

static bool
same_types(const gw_valtype *a, const gw_valtype *b, uint32_t count,
           const struct group *ga, const struct group *gb)
{
    for (uint32_t i = 0; i < count; i++) {
        if (relative_type(a[i], ga->start, ga->end) !=
            relative_type(b[i], gb->start, gb->end))
            return false;
    }
    return true;
}

static bool
same_fields(const struct gw_typedef *a, const struct gw_typedef *b,
            const struct group *ga, const struct group *gb)
{
    if (a->field_count != b->field_count)
        return false;
    for (uint32_t i = 0; i < a->field_count; i++) {
        if (a->fields[i].mutable != b->fields[i].mutable ||
            !same_types(&a->fields[i].type, &b->fields[i].type, 1, ga, gb))
            return false;
    }
    return true;
}

static bool
same_def(const struct gw_typedef *a, const struct gw_typedef *b,
         const struct group *ga, const struct group *gb)
{
    if (a->comp != b->comp || a->final != b->final ||
        relative_index(a->super, ga->start, ga->end) !=
            relative_index(b->super, gb->start, gb->end))
        return false;
    if (a->comp == GW_COMP_CONT)
        return relative_index(a->cont, ga->start, ga->end) ==
               relative_index(b->cont, gb->start, gb->end);
    if (a->comp != GW_COMP_FUNC)
        return same_fields(a, b, ga, gb);
    return a->func.param_count == b->func.param_count &&
           a->func.result_count == b->func.result_count &&
           same_types(a->func.params, b->func.params, a->func.param_count, ga,
                      gb) &&
           same_types(a->func.results, b->func.results, a->func.result_count,
                      ga, gb);
}

static bool
same_group(const struct gw_types *types, const struct group *a,
           const struct group *b)
{
    if (a->end - a->start != b->end - b->start)
        return false;
    for (uint32_t i = 0; i < a->end - a->start; i++) {
        if (!same_def(&types->defs[a->start + i], &types->defs[b->start + i], a,
                      b))
            return false;
    }
    return true;
}

/* Finds the first group equal to this one, adding it when there is none. */
static uint32_t
find_group(struct group_set *set, const struct gw_types *types,
           const struct group *group)
{
    /* Groups that collide for one module do not for the next. */
    uint64_t hash = (uint64_t)(uintptr_t)types;
    for (uint32_t i = group->start; i < group->end; i++)
        hash = hash_def(hash, group, &types->defs[i]);
    size_t slot = (size_t)(hash % set->count);
    for (; set->slots[slot] != 0; slot = (slot + 1) % set->count) {
        uint32_t start = set->slots[slot] - 1;
        struct group other = { start, start + types->defs[start].group_count };
        if (same_group(types, group, &other))
            return start;
    }
    set->slots[slot] = group->start + 1;
    return group->start;
}

static void
move_type(gw_valtype *type, const struct group *group, uint32_t to)
{
    uint32_t heap = gw_type_heap(*type);
    if (gw_type_is_ref(*type) && heap >= group->start && heap < group->end)
        *type = *type - group->start + to;
}

static void
move_index(uint32_t *index, const struct group *group, uint32_t to)
{
    if (*index >= group->start && *index < group->end)
        *index = *index - group->start + to;
}

/* Rewrites a group's references to itself to those of its equal. */
static void
move_group(struct gw_types *types, const struct group *group, uint32_t to)
{
    for (uint32_t i = group->start; i < group->end; i++) {
        struct gw_typedef *def = &types->defs[i];
        def->canon = to + (i - group->start);
        if (to == group->start)
            continue;
        move_index(&def->super, group, to);
        if (def->comp == GW_COMP_CONT) {
            move_index(&def->cont, group, to);
        } else if (def->comp == GW_COMP_FUNC) {
            /* The lists are the arena's, which this decoding may write. */
            gw_valtype *list = (gw_valtype *)def->func.params;
            uint32_t count = def->func.param_count + def->func.result_count;
            for (uint32_t k = 0; k < count; k++)
                move_type(&list[k], group, to);
        } else {
            for (uint32_t k = 0; k < def->field_count; k++)
                move_type(&def->fields[k].type, group, to);
        }
    }
}

static gw_valtype
read_member(struct gw_decoder *decoder, uint32_t group_end)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    gw_valtype type = gw_read_valtype(reader, &decoder->module->types,
                                      group_end);
    if (!reader->failed)
        gw_decode_feature(decoder, gw_gate_type(type), at, NULL);
    return type;
}

static uint32_t
slots_of(const gw_valtype *types, uint32_t count)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < count; i++)
        slots += gw_type_slots(types[i]);
    return slots;
}

/* Parameters and results share one array: results stand where the count of
 * parameters says.  They are read twice, first to learn the second count. */
static bool
read_func(struct gw_decoder *decoder, struct gw_typedef *def,
          uint32_t group_end)
{
    struct gw_reader *reader = &decoder->reader;
    uint32_t param_count, result_count;
    if (!gw_decode_count(decoder, GW_LIMIT_PARAMS, &param_count))
        return false;
    const uint8_t *params_at = reader->at;
    for (uint32_t i = 0; i < param_count && !reader->failed; i++)
        read_member(decoder, group_end);
    const uint8_t *results_at = reader->at;
    if (!gw_decode_count(decoder, GW_LIMIT_RESULTS, &result_count))
        return false;
    if (result_count > 1 &&
        !gw_decode_feature(decoder, GW_FEATURE_BIT(MULTI_VALUE), results_at,
                           "invalid result arity"))
        return false;
    gw_valtype *list = gw_decode_array(
        decoder, param_count + gw_decode_room(decoder, result_count, 1),
        sizeof *list);
    if (!list)
        return false;
    const uint8_t *at = reader->at;
    reader->at = params_at;
    for (uint32_t i = 0; i < param_count; i++)
        list[i] = read_member(decoder, group_end);
    reader->at = at;
    for (uint32_t i = 0; i < result_count && !reader->failed; i++)
        list[param_count + i] = read_member(decoder, group_end);
    if (reader->failed)
        return false;
    def->func = (struct gw_functype){
        .param_count = param_count,
        .result_count = result_count,
        .param_slots = slots_of(list, param_count),
        .result_slots = slots_of(list + param_count, result_count),
        .params = list,
        .results = list + param_count,
    };
    return true;
}

static bool
read_field(struct gw_decoder *decoder, struct gw_field *field,
           uint32_t group_end)
{
    struct gw_reader *reader = &decoder->reader;
    if (reader->at < reader->end &&
        (*reader->at == GW_TYPE_I8 || *reader->at == GW_TYPE_I16))
        field->type = *reader->at++;
    else
        field->type = read_member(decoder, group_end);
    const uint8_t *at = reader->at;
    uint8_t mutable = gw_read_u8(reader);
    if (mutable > 1)
        gw_decode_malformed(decoder, at, "malformed mutability");
    field->mutable = mutable == 1;
    return !reader->failed;
}

static bool
read_fields(struct gw_decoder *decoder, struct gw_typedef *def,
            uint32_t group_end)
{
    uint32_t count = 1;
    if (def->comp == GW_COMP_STRUCT &&
        !gw_decode_count(decoder, GW_LIMIT_STRUCT_FIELDS, &count))
        return false;
    def->fields = gw_decode_array(decoder, gw_decode_room(decoder, count, 2),
                                  sizeof *def->fields);
    if (!def->fields)
        return false;
    def->field_count = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_field(decoder, &def->fields[i], group_end))
            return false;
    }
    return true;
}

static bool
read_cont(struct gw_decoder *decoder, struct gw_typedef *def,
          uint32_t group_end)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    uint32_t heap = gw_read_heaptype(reader, &decoder->module->types,
                                     group_end);
    if (!reader->failed && !gw_heap_is_index(heap))
        gw_decode_malformed(decoder, at, "malformed continuation type");
    def->cont = heap;
    return !reader->failed;
}

static bool
read_comp(struct gw_decoder *decoder, struct gw_typedef *def,
          uint32_t group_end)
{
    const uint8_t *at = decoder->reader.at;
    uint8_t form = gw_read_u8(&decoder->reader);
    switch (form) {
    case FORM_FUNC:
        def->comp = GW_COMP_FUNC;
        return read_func(decoder, def, group_end);
    case FORM_STRUCT:
    case FORM_ARRAY:
        def->comp = form == FORM_STRUCT ? GW_COMP_STRUCT : GW_COMP_ARRAY;
        return gw_decode_feature(decoder, GW_FEATURE_BIT(GC), at, NULL) &&
               GW_HAS(GC) && read_fields(decoder, def, group_end);
    case FORM_CONT:
        def->comp = GW_COMP_CONT;
        return gw_decode_feature(decoder, GW_FEATURE_BIT(STACK_SWITCHING), at,
                                 NULL) &&
               GW_HAS(STACK_SWITCHING) && read_cont(decoder, def, group_end);
    default:
        /* The forms are small negative numbers in one byte. */
        return gw_decode_malformed(decoder, at, "%s: type form %02x",
                                   form & 0x80
                                       ? "integer representation too long"
                                       : "malformed definition type",
                                   form);
    }
}

/* One subtype: perhaps with a list of at most one supertype. */
static bool
read_sub(struct gw_decoder *decoder, uint32_t index, uint32_t group_end)
{
    struct gw_reader *reader = &decoder->reader;
    struct gw_types *types = &decoder->module->types;
    struct gw_typedef *def = &types->defs[index];
    const uint8_t *at = reader->at;
    def->final = true;
    def->super = GW_NO_INDEX;
    if (at < reader->end && (*at == FORM_SUB || *at == FORM_SUB_FINAL)) {
        if (!gw_decode_feature(decoder, GW_FEATURE_BIT(GC), at, NULL) ||
            !GW_HAS(GC))
            return false;
        def->final = gw_read_u8(reader) == FORM_SUB_FINAL;
        at = reader->at;
        uint32_t count = gw_read_u32(reader);
        if (count > 1)
            return gw_decode_malformed(decoder, at,
                                       "sub type with %u super types", count);
        if (count == 1) {
            at = reader->at;
            uint32_t super = gw_read_u32(reader);
            if (!reader->failed && super >= index)
                return gw_decode_invalid(decoder, at, "unknown type %u", super);
            if (!reader->failed)
                def->super = super < types->count ? types->defs[super].canon
                                                  : super;
        }
    }
    return !reader->failed && read_comp(decoder, def, group_end);
}

static bool
func_matches(const struct gw_types *types, const struct gw_functype *a,
             const struct gw_functype *b)
{
    if (a->param_count != b->param_count || a->result_count != b->result_count)
        return false;
    for (uint32_t i = 0; i < a->param_count; i++) {
        if (!gw_type_matches(types, b->params[i], a->params[i]))
            return false;
    }
    for (uint32_t i = 0; i < a->result_count; i++) {
        if (!gw_type_matches(types, a->results[i], b->results[i]))
            return false;
    }
    return true;
}

/* A field that can be written must keep its type exactly. */
static bool
field_matches(const struct gw_types *types, const struct gw_field *a,
              const struct gw_field *b)
{
    if (a->mutable != b->mutable)
        return false;
    if (a->mutable || a->type <= GW_TYPE_I8 || b->type <= GW_TYPE_I8)
        return a->type == b->type;
    return gw_type_matches(types, a->type, b->type);
}

static bool
comp_matches(const struct gw_types *types, const struct gw_typedef *a,
             const struct gw_typedef *b)
{
    if (a->comp != b->comp)
        return false;
    if (a->comp == GW_COMP_FUNC)
        return func_matches(types, &a->func, &b->func);
    if (a->comp == GW_COMP_CONT)
        return gw_heap_matches(types, a->cont, b->cont);
    if (a->field_count < b->field_count)
        return false;
    for (uint32_t i = 0; i < b->field_count; i++) {
        if (!field_matches(types, &a->fields[i], &b->fields[i]))
            return false;
    }
    return true;
}

/* Sets the depths of a group; supertypes stand before their subtypes. */
static bool
set_depths(struct gw_decoder *decoder, const struct group *group,
           const uint8_t *at)
{
    struct gw_types *types = &decoder->module->types;
    uint64_t limit = decoder->options->limits[GW_LIMIT_SUBTYPE_DEPTH];
    for (uint32_t i = group->start; i < group->end; i++) {
        struct gw_typedef *def = &types->defs[i];
        if (def->super == GW_NO_INDEX)
            continue;
        def->depth = (uint8_t)(types->defs[def->super].depth + 1);
        if (def->depth > limit)
            return gw_reader_fail(&decoder->reader, GW_ERR_LIMIT, at,
                                  "type %u has more than %u super types", i,
                                  (unsigned)limit);
    }
    return true;
}

static bool
check_group(struct gw_decoder *decoder, const struct group *group,
            const uint8_t *at)
{
    const struct gw_types *types = &decoder->module->types;
    for (uint32_t i = group->start; i < group->end; i++) {
        const struct gw_typedef *def = &types->defs[i];
        if (def->comp == GW_COMP_CONT &&
            types->defs[def->cont].comp != GW_COMP_FUNC)
            return gw_decode_invalid(decoder, at, "non-function type %u",
                                     def->cont);
        if (def->super == GW_NO_INDEX)
            continue;
        const struct gw_typedef *super = &types->defs[def->super];
        if (super->final || !comp_matches(types, def, super))
            return gw_decode_invalid(decoder, at,
                                     "sub type %u does not match super type "
                                     "%u",
                                     i, def->super);
    }
    return true;
}

/* Reads the members of a group and gives them their canonical indices.  There
 * is room for total definitions: a count that claims more is not true. */
static bool
read_group(struct gw_decoder *decoder, struct group_set *set, uint32_t count,
           uint64_t total)
{
    struct gw_types *types = &decoder->module->types;
    const uint8_t *at = decoder->reader.at;
    struct group group = { types->count, types->count + count };
    for (uint32_t i = group.start; i < group.end; i++) {
        if (i >= total)
            return gw_decode_malformed(decoder, decoder->reader.end,
                                       "unexpected end");
        types->defs[i].group_start = group.start;
        types->defs[i].group_count = count;
        types->defs[i].canon = i;
        if (!read_sub(decoder, i, group.end))
            return false;
    }
    uint32_t first = find_group(set, types, &group);
    move_group(types, &group, first);
    types->count = group.end;
    if (!set_depths(decoder, &group, at))
        return false;
    return first != group.start || check_group(decoder, &group, at);
}

/* Skips over a type definition, without looking at what it says. */
static void
skip_type(struct gw_reader *reader)
{
    uint8_t byte = gw_read_u8(reader);
    if (byte == 0x63 || byte == 0x64)
        gw_read_s33(reader);
}

static void
skip_sub(struct gw_reader *reader)
{
    uint8_t form = gw_read_u8(reader);
    if (form == FORM_SUB || form == FORM_SUB_FINAL) {
        for (uint32_t i = gw_read_u32(reader); i > 0 && !reader->failed; i--)
            gw_read_u32(reader);
        form = gw_read_u8(reader);
    }
    unsigned lists = form == FORM_FUNC ? 2 : 1;
    bool fields = form == FORM_STRUCT || form == FORM_ARRAY;
    if (form == FORM_CONT) {
        gw_read_s33(reader);
        return;
    }
    for (; lists > 0; lists--) {
        uint32_t count = form == FORM_ARRAY ? 1 : gw_read_u32(reader);
        for (; count > 0 && !reader->failed; count--) {
            skip_type(reader);
            if (fields)
                gw_read_u8(reader);
        }
    }
}

/* Counts definitions ahead of reading them, so that their array is made once
 * and takes no more than it needs.  Input that fails here fails again later,
 * and then with its report. */
static uint64_t
count_types(struct gw_reader reader, uint32_t groups)
{
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    reader.diag = &scratch;
    uint64_t total = 0;
    for (; groups > 0 && !reader.failed; groups--) {
        uint64_t members = 1;
        if (reader.at < reader.end && *reader.at == FORM_REC) {
            reader.at++;
            members = gw_read_u32(&reader);
        }
        for (; members > 0 && !reader.failed; members--, total++)
            skip_sub(&reader);
    }
    return total;
}

static bool
read_groups(struct gw_decoder *decoder, struct group_set *set, uint32_t groups,
            uint64_t total)
{
    struct gw_reader *reader = &decoder->reader;
    for (; groups > 0 && !reader->failed; groups--) {
        uint32_t count = 1;
        const uint8_t *at = reader->at;
        if (at < reader->end && *at == FORM_REC) {
            reader->at++;
            if (!gw_decode_feature(decoder, GW_FEATURE_BIT(GC), at, NULL) ||
                !gw_decode_count(decoder, GW_LIMIT_REC_GROUP, &count))
                return false;
        }
        if (count > 0 && !read_group(decoder, set, count, total))
            return false;
    }
    return !reader->failed;
}

bool
gw_decode_types(struct gw_decoder *decoder)
{
    struct gw_types *types = &decoder->module->types;
    uint32_t groups;
    const uint8_t *at = decoder->reader.at;
    if (!gw_decode_count(decoder, GW_LIMIT_TYPES, &groups))
        return false;
    decoder->module->sections[GW_SECTION_TYPE].count = groups;
    uint64_t total = count_types(decoder->reader, groups);
    uint64_t limit = decoder->options->limits[GW_LIMIT_TYPES];
    if (total > limit)
        return gw_reader_fail(&decoder->reader, GW_ERR_LIMIT, at,
                              "more than %llu types",
                              (unsigned long long)limit);
    types->defs = gw_decode_array(decoder, total, sizeof *types->defs);
    if (!types->defs)
        return false;
    size_t room = (size_t)gw_decode_room(decoder, groups, 2);
    struct group_set set = { NULL, room + room / 4 + 2 };
    set.slots = gw_alloc_zero(decoder->alloc, set.count, sizeof *set.slots);
    if (!set.slots)
        return gw_reader_fail(&decoder->reader, GW_ERR_NOMEM, at,
                              "out of memory");
    bool good = read_groups(decoder, &set, groups, total);
    gw_alloc_free(decoder->alloc, set.slots, set.count * sizeof *set.slots);
    return good;
}
