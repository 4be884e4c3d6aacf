#include "rt/typereg.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "os/os.h"
#include "rt/layout.h"
#include "wasm/limit.h"

#include <assert.h>

/*
 * [DOC] Type numbers.
 *
 * Two recursion groups are the same type exactly when they read the same
 * after every reference into the group itself has been replaced by its
 * distance from the group's start, and every other reference by the number
 * of the type it names (spec 3.1.3, rolling up).  So a group is written down
 * as such a row of words, the words are looked up in a map, and the group
 * gets fresh numbers, one after the other, only when they are new.
 *
 * Numbers index an array that only grows and never moves: chunks, each twice
 * as long as the one before.  Readers take no lock.  A number reaches another
 * thread only through something that orders memory, so all that a reader
 * must not see half-made is the list of chunks itself.
 *
 * Each entry lists its supertypes from the root to itself: "is a below b" is
 * one look at the place of b's depth in a's list.
 */

enum {
    FIRST_CHUNK_LOG2 = 6,
    FIRST_CHUNK = 1 << FIRST_CHUNK_LOG2,
    CHUNK_COUNT = 18,
    ENTRY_MAX = FIRST_CHUNK * ((1 << CHUNK_COUNT) - 1)
};

/* Marks a distance within the group; no number and no abstract heap type
 * looks like a distance (at most a million) with this bit. */
#define SELF 0x20000000u

struct entry {
    struct gw_typedef def;
    const uint32_t *display; /* def.depth + 1 numbers, from the root to it */
    const struct gw_layout *layout; /* of structs and arrays */
};

struct gw_typereg {
    struct gw_alloc *alloc;
    const uint64_t *limits;  /* the engine's, GW_LIMIT_* */
    struct gw_os_mutex lock; /* for all but reading entries */
    struct gw_map groups;    /* words of a group -> its first number */
    struct gw_arena arena;   /* words, displays, parts of definitions */
    struct gw_vec words;     /* scratch: the group looked at */
    uint32_t count;
    _Atomic(struct entry *) chunks[CHUNK_COUNT];
};

/* A recursion group that is being interned.  Heap types that are indices
 * start ... start + count - 1 become self, self + 1 ...; others become what
 * ids says, or stay when it is NULL. */
struct group {
    const struct gw_typedef *defs;
    const uint32_t *ids;
    uint32_t start, count, self;
};

/* ---- entries ---- */

static struct entry *
get_entry(const struct gw_typereg *reg, uint32_t id)
{
    uint32_t place = id + FIRST_CHUNK, log = FIRST_CHUNK_LOG2;
    while (place >> log > 1) /* not often: most numbers are small */
        log++;
    struct entry *chunk = atomic_load_explicit(
        &reg->chunks[log - FIRST_CHUNK_LOG2], memory_order_acquire);
    assert(chunk && "a number that was never given out");
    return &chunk[place - (1u << log)];
}

static enum gw_err
reserve_entries(struct gw_typereg *reg, uint32_t count)
{
    uint64_t most = reg->limits[GW_LIMIT_ENGINE_TYPES];
    assert(most <= ENTRY_MAX && reg->count <= most);
    if (count > most - reg->count)
        return GW_ERR_LIMIT;
    uint32_t end = reg->count + count;
    for (uint32_t i = 0; i < CHUNK_COUNT; i++) {
        uint32_t first = ((uint32_t)FIRST_CHUNK << i) - FIRST_CHUNK;
        if (first >= end)
            break;
        if (atomic_load_explicit(&reg->chunks[i], memory_order_relaxed))
            continue;
        struct entry *chunk = gw_alloc_zero(reg->alloc,
                                            (size_t)FIRST_CHUNK << i,
                                            sizeof(struct entry));
        if (!chunk)
            return GW_ERR_NOMEM;
        atomic_store_explicit(&reg->chunks[i], chunk, memory_order_release);
    }
    return GW_OK;
}

/* ---- a group as words ---- */

static uint32_t
map_heap(const struct group *group, uint32_t heap)
{
    if (!gw_heap_is_index(heap))
        return heap;
    if (heap - group->start < group->count)
        return group->self + (heap - group->start);
    return group->ids ? group->ids[heap] : heap;
}

static gw_valtype
map_type(const struct group *group, gw_valtype type)
{
    if (!gw_type_is_ref(type))
        return type;
    return (type & ~GW_HEAP_MASK) | map_heap(group, gw_type_heap(type));
}

static void
put_types(const struct group *group, uint32_t **at, const gw_valtype *types,
          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        *(*at)++ = map_type(group, types[i]);
}

static uint32_t
field_count(const struct gw_typedef *def)
{
    if (def->comp == GW_COMP_ARRAY)
        return 1;
    return def->comp == GW_COMP_STRUCT ? def->field_count : 0;
}

enum { WORDS_OF_HEAD = 5 };

static size_t
word_count(const struct gw_typedef *def)
{
    size_t count = WORDS_OF_HEAD + 2 * (size_t)field_count(def);
    if (def->comp == GW_COMP_FUNC)
        count += (size_t)def->func.param_count + def->func.result_count;
    return count;
}

static void
put_def(const struct group *group, uint32_t **at, const struct gw_typedef *def)
{
    bool func = def->comp == GW_COMP_FUNC;
    uint32_t fields = field_count(def);
    *(*at)++ = def->comp | (def->final ? 0x100u : 0u);
    *(*at)++ = def->super == GW_NO_INDEX ? GW_NO_INDEX
                                         : map_heap(group, def->super);
    *(*at)++ = func ? def->func.param_count : fields;
    *(*at)++ = func ? def->func.result_count : 0;
    *(*at)++ = def->comp == GW_COMP_CONT ? map_heap(group, def->cont) : 0;
    if (func) {
        put_types(group, at, def->func.params, def->func.param_count);
        put_types(group, at, def->func.results, def->func.result_count);
    }
    for (uint32_t i = 0; i < fields; i++) {
        *(*at)++ = map_type(group, def->fields[i].type);
        *(*at)++ = def->fields[i].mutable;
    }
}

/* Leaves the group's words in reg->words. */
static bool
put_group(struct gw_typereg *reg, struct group *group)
{
    size_t count = 0;
    for (uint32_t i = 0; i < group->count; i++)
        count += word_count(&group->defs[i]);
    reg->words.count = 0;
    uint32_t *at = gw_vec_push_n(&reg->words, count);
    if (!at)
        return false;
    group->self = SELF;
    for (uint32_t i = 0; i < group->count; i++)
        put_def(group, &at, &group->defs[i]);
    assert(at == (uint32_t *)reg->words.data + count);
    return true;
}

/* ---- new entries ---- */

static const gw_valtype *
copy_types(struct gw_typereg *reg, const struct group *group,
           const gw_valtype *types, uint32_t count)
{
    gw_valtype *copy = gw_arena_array(&reg->arena, count, sizeof(*copy));
    for (uint32_t i = 0; copy && i < count; i++)
        copy[i] = map_type(group, types[i]);
    return copy;
}

static bool
copy_func(struct gw_typereg *reg, const struct group *group,
          const struct gw_functype *from, struct gw_functype *to)
{
    *to = *from;
    to->params = copy_types(reg, group, from->params, from->param_count);
    to->results = copy_types(reg, group, from->results, from->result_count);
    to->param_slots = to->result_slots = 0;
    for (uint32_t i = 0; i < from->param_count; i++)
        to->param_slots += gw_type_slots(from->params[i]);
    for (uint32_t i = 0; i < from->result_count; i++)
        to->result_slots += gw_type_slots(from->results[i]);
    return to->params && to->results;
}

static bool
copy_fields(struct gw_typereg *reg, const struct group *group,
            const struct gw_typedef *from, struct gw_typedef *to)
{
    uint32_t count = field_count(from);
    to->field_count = count;
    to->fields = gw_arena_array(&reg->arena, count, sizeof(*to->fields));
    for (uint32_t i = 0; to->fields && i < count; i++) {
        to->fields[i] = from->fields[i];
        to->fields[i].type = map_type(group, from->fields[i].type);
    }
    return to->fields != NULL;
}

static bool
copy_parts(struct gw_typereg *reg, const struct group *group,
           const struct gw_typedef *from, struct gw_typedef *to)
{
    if (from->comp == GW_COMP_FUNC)
        return copy_func(reg, group, &from->func, &to->func);
    if (from->comp != GW_COMP_CONT)
        return copy_fields(reg, group, from, to);
    to->cont = map_heap(group, from->cont);
    return true;
}

/* The supertype of an entry has a smaller number: it is made already. */
static bool
make_display(struct gw_typereg *reg, struct entry *entry, uint32_t id)
{
    const struct entry *super = NULL;
    entry->def.depth = 0;
    if (entry->def.super != GW_NO_INDEX) {
        assert(entry->def.super < id);
        super = get_entry(reg, entry->def.super);
        assert(super->def.depth < UINT8_MAX);
        entry->def.depth = (uint8_t)(super->def.depth + 1);
    }
    uint32_t depth = entry->def.depth;
    uint32_t *display = gw_arena_array(&reg->arena, (size_t)depth + 1,
                                       sizeof(*display));
    if (!display)
        return false;
    for (uint32_t i = 0; i < depth; i++)
        display[i] = super->display[i];
    display[depth] = id;
    entry->display = display;
    return true;
}

static bool
make_entry(struct gw_typereg *reg, const struct group *group, uint32_t index)
{
    const struct gw_typedef *from = &group->defs[index];
    uint32_t id = group->self + index;
    struct entry *entry = get_entry(reg, id);
    entry->def = (struct gw_typedef){
        .comp = from->comp,
        .final = from->final,
        .super = GW_NO_INDEX,
        .canon = id,
        .group_start = group->self,
        .group_count = group->count,
    };
    if (from->super != GW_NO_INDEX)
        entry->def.super = map_heap(group, from->super);
    return copy_parts(reg, group, from, &entry->def) &&
           make_display(reg, entry, id);
}

/* After the entries: a field may refer to a later type of its group. */
static bool
make_layouts(struct gw_typereg *reg, const struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        struct entry *entry = get_entry(reg, group->self + i);
        entry->layout = NULL;
        if (entry->def.comp != GW_COMP_STRUCT &&
            entry->def.comp != GW_COMP_ARRAY)
            continue;
        entry->layout = gw_layout_new(reg, &reg->arena, &entry->def);
        if (!entry->layout)
            return false;
    }
    return true;
}

/* Gives the group whose words stand in reg->words fresh numbers.  After a
 * failure the entries are as free as before. */
static enum gw_err
add_group(struct gw_typereg *reg, struct group *group)
{
    enum gw_err err = reserve_entries(reg, group->count);
    if (err != GW_OK)
        return err;
    size_t size = reg->words.count * sizeof(uint32_t);
    void *words = gw_arena_get(&reg->arena, size);
    if (!words)
        return GW_ERR_NOMEM;
    memcpy(words, reg->words.data, size);
    group->self = reg->count;
    for (uint32_t i = 0; i < group->count; i++)
        if (!make_entry(reg, group, i))
            return GW_ERR_NOMEM;
    if (!make_layouts(reg, group))
        return GW_ERR_NOMEM;
    if (gw_map_put(&reg->groups, gw_span(words, size), group->self, NULL))
        return GW_ERR_NOMEM;
    reg->count += group->count;
    return GW_OK;
}

/* GW_OK: *first is the number of the group's first type. */
static enum gw_err
intern_group(struct gw_typereg *reg, struct group *group, uint32_t *first)
{
    if (!put_group(reg, group))
        return GW_ERR_NOMEM;
    struct gw_span words = gw_span(reg->words.data,
                                   reg->words.count * sizeof(uint32_t));
    const uint32_t *found = gw_map_find(&reg->groups, words);
    enum gw_err err = found ? GW_OK : add_group(reg, group);
    *first = found ? *found : group->self;
    return err;
}

/* ---- the interface ---- */

struct gw_typereg *
gw_typereg_new(struct gw_alloc *alloc, const uint64_t *limits)
{
    struct gw_typereg *reg = gw_alloc_zero(alloc, 1, sizeof(*reg));
    if (!reg)
        return NULL;
    reg->alloc = alloc;
    reg->limits = limits;
    /* Guests choose the keys: without a seed they could make them collide.
     * Where there is no randomness the map is slower at worst. */
    uint64_t seed = 0;
    if (!gw_os_random(&seed, sizeof(seed)))
        seed = (uint64_t)(uintptr_t)reg;
    gw_os_mutex_init(&reg->lock);
    gw_map_init(&reg->groups, alloc, seed);
    gw_arena_init(&reg->arena, alloc, SIZE_MAX);
    gw_vec_init(&reg->words, alloc, sizeof(uint32_t));
    for (uint32_t i = 0; i < CHUNK_COUNT; i++)
        atomic_init(&reg->chunks[i], NULL);
    return reg;
}

void
gw_typereg_delete(struct gw_typereg *reg)
{
    if (!reg)
        return;
    for (uint32_t i = 0; i < CHUNK_COUNT; i++) {
        struct entry *chunk = atomic_load(&reg->chunks[i]);
        gw_alloc_free(reg->alloc, chunk,
                      ((size_t)FIRST_CHUNK << i) * sizeof(*chunk));
    }
    gw_vec_fini(&reg->words);
    gw_arena_fini(&reg->arena);
    gw_map_fini(&reg->groups);
    gw_os_mutex_fini(&reg->lock);
    gw_alloc_free(reg->alloc, reg, sizeof(*reg));
}

/* One group of a module: all of it is a repetition, or none of it. */
static enum gw_err
intern_defs(struct gw_typereg *reg, const struct gw_types *types,
            uint32_t start, uint32_t count, uint32_t *ids)
{
    const struct gw_typedef *defs = &types->defs[start];
    if (defs->canon != start) {
        for (uint32_t i = 0; i < count; i++)
            ids[start + i] = ids[defs[i].canon];
        return GW_OK;
    }
    struct group group = { defs, ids, start, count, 0 };
    uint32_t first;
    enum gw_err err = intern_group(reg, &group, &first);
    for (uint32_t i = 0; err == GW_OK && i < count; i++)
        ids[start + i] = first + i;
    return err;
}

enum gw_err
gw_typereg_intern(struct gw_engine *engine, const struct gw_types *types,
                  uint32_t *ids)
{
    struct gw_typereg *reg = engine->types;
    enum gw_err err = GW_OK;
    gw_os_mutex_lock(&reg->lock);
    for (uint32_t i = 0; err == GW_OK && i < types->count;) {
        uint32_t count = types->defs[i].group_count;
        assert(types->defs[i].group_start == i && count != 0);
        err = intern_defs(reg, types, i, count, ids);
        i += count;
    }
    gw_os_mutex_unlock(&reg->lock);
    return err;
}

enum gw_err
gw_typereg_intern_func(struct gw_engine *engine, const struct gw_functype *type,
                       uint32_t *id)
{
    struct gw_typereg *reg = engine->types;
    struct gw_typedef def = {
        .comp = GW_COMP_FUNC,
        .final = true,
        .super = GW_NO_INDEX,
        .func = *type,
    };
    /* No index is as large as this start: nothing refers to the group. */
    struct group group = { &def, NULL, UINT32_MAX, 1, 0 };
    gw_os_mutex_lock(&reg->lock);
    enum gw_err err = intern_group(reg, &group, id);
    gw_os_mutex_unlock(&reg->lock);
    return err;
}

bool
gw_typereg_is_sub(const struct gw_engine *engine, uint32_t a, uint32_t b)
{
    if (a == b)
        return true;
    const struct entry *below = get_entry(engine->types, a);
    uint32_t depth = get_entry(engine->types, b)->def.depth;
    return depth < below->def.depth && below->display[depth] == b;
}

const struct gw_typedef *
gw_typereg_find(const struct gw_typereg *reg, uint32_t id)
{
    return &get_entry(reg, id)->def;
}

const struct gw_typedef *
gw_typereg_def(const struct gw_engine *engine, uint32_t id)
{
    return gw_typereg_find(engine->types, id);
}

const struct gw_layout *
gw_typereg_layout(const struct gw_engine *engine, uint32_t type_id)
{
    return get_entry(engine->types, type_id)->layout;
}

gw_valtype
gw_typereg_valtype(const uint32_t *ids, gw_valtype type)
{
    struct group none = { NULL, ids, UINT32_MAX, 0, 0 };
    return map_type(&none, type);
}

/* The abstract heap type right above a defined one. */
static uint32_t
heap_above(const struct gw_engine *engine, uint32_t heap)
{
    static const uint32_t above[] = {
        [GW_COMP_FUNC] = GW_HEAP_FUNC,
        [GW_COMP_STRUCT] = GW_HEAP_STRUCT,
        [GW_COMP_ARRAY] = GW_HEAP_ARRAY,
        [GW_COMP_CONT] = GW_HEAP_CONT,
    };
    return above[gw_typereg_def(engine, heap)->comp];
}

bool
gw_typereg_matches(const struct gw_engine *engine, gw_valtype a, gw_valtype b)
{
    static const struct gw_types no_types = { NULL, 0 };
    if (a == b || a == GW_TYPE_BOT)
        return true;
    if (!gw_type_is_ref(a) || !gw_type_is_ref(b) ||
        ((a & GW_NULLABLE) != 0 && (b & GW_NULLABLE) == 0))
        return false;
    uint32_t below = gw_type_heap(a), top = gw_type_heap(b);
    if (gw_heap_is_index(below)) {
        if (gw_heap_is_index(top))
            return gw_typereg_is_sub(engine, below, top);
        below = heap_above(engine, below);
    } else if (gw_heap_is_index(top)) {
        /* Of the abstract types only the bottom is below a defined one. */
        top = gw_heap_bottom(&no_types, heap_above(engine, top));
    }
    return gw_heap_matches(&no_types, below, top);
}
