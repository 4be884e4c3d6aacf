#include "fuzz/gen_inside.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- bytes ---- */

void
buf_put(struct buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;
    if (buf->capacity - buf->size < size) {
        buf->capacity = 2 * buf->capacity + size + 64;
        buf->data = realloc(buf->data, buf->capacity);
        if (!buf->data)
            abort();
    }
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
}

void
buf_u8(struct buf *buf, uint32_t value)
{
    uint8_t byte = (uint8_t)value;
    buf_put(buf, &byte, 1);
}

void
buf_u32(struct buf *buf, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_u8(buf, (uint32_t)(value & 0x7f) | 0x80);
    buf_u8(buf, (uint32_t)value);
}

void
buf_s64(struct buf *buf, int64_t value)
{
    while (value < -64 || value > 63) {
        buf_u8(buf, (uint32_t)(value & 0x7f) | 0x80);
        /* Division that rounds down: a shift of what is negative is not
         * defined by the language. */
        value = (value - (value & 0x7f)) / 128;
    }
    buf_u8(buf, (uint32_t)(value & 0x7f));
}

void
buf_heap(struct buf *buf, uint32_t heap)
{
    if (gw_heap_is_index(heap))
        buf_s64(buf, heap);
    else
        buf_u8(buf, heap & 0xff);
}

void
buf_type(struct buf *buf, gw_valtype type)
{
    bool null = (type & GW_NULLABLE) != 0;
    if (!gw_type_is_ref(type)) {
        buf_u8(buf, type);
        return;
    }
    if (!null || gw_heap_is_index(gw_type_heap(type)))
        buf_u8(buf, null ? 0x63 : 0x64);
    buf_heap(buf, gw_type_heap(type));
}

void
buf_fini(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){ 0 };
}

/* ---- answers ---- */

static uint32_t
next_byte(struct gen *gen)
{
    return gen->at < gen->end ? *gen->at++ : 0;
}

uint32_t
pick(struct gen *gen, uint32_t count)
{
    uint32_t value = next_byte(gen);
    if (count > 64) /* one byte would favour the first */
        value = value << 8 | next_byte(gen);
    return value % count;
}

uint64_t
pick_bits(struct gen *gen, uint32_t bytes)
{
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | next_byte(gen);
    return value;
}

bool
once_in(struct gen *gen, uint32_t count)
{
    return pick(gen, count) == count - 1;
}

bool
has(const struct gen *gen, uint64_t features)
{
    return (gen->options.features & features) == features;
}

/* A simple generator of the family of Weyl sequences: the sum is mixed by
 * multiplications and shifts. */
static uint64_t
mix(uint64_t value)
{
    value = (value ^ value >> 32) * UINT64_C(0xd6e8feb86659fd93);
    value = (value ^ value >> 29) * UINT64_C(0xff51afd7ed558ccd);
    return value ^ value >> 32;
}

enum { SEED_MOST = 8192 };

/* Bytes for a seed: any number of them, the same on every machine. */
static size_t
expand_seed(uint64_t seed, uint8_t bytes[SEED_MOST])
{
    uint64_t state = mix(seed + 1);
    size_t size = 64 + (size_t)(state % (SEED_MOST - 64));
    for (size_t i = 0; i < size; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        bytes[i] = (uint8_t)(mix(state) >> 24);
    }
    return size;
}

/* ---- sections ---- */

static void
put_section(struct buf *out, uint32_t id, struct buf *contents)
{
    buf_u8(out, id);
    buf_u32(out, contents->size);
    buf_put(out, contents->data, contents->size);
    buf_fini(contents);
}

/* A vector of count items that stand in contents. */
static void
put_vector(struct buf *out, uint32_t id, uint32_t count, struct buf *contents)
{
    struct buf section = { 0 };
    if (count > 0) {
        buf_u32(&section, count);
        buf_put(&section, contents->data, contents->size);
        put_section(out, id, &section);
    }
    buf_fini(contents);
}

static void
put_limits(struct buf *out, const struct gw_limits *limits, uint32_t more)
{
    buf_u8(out,
           1u | (limits->shared ? 2u : 0) | (limits->is64 ? 4u : 0) | more);
    buf_u32(out, limits->min);
    buf_u32(out, limits->max);
}

static void
gen_memories(struct gen *gen, struct buf *out)
{
    uint32_t count = HAS(gen, MULTI_MEMORY) ? pick(gen, 4) : pick(gen, 8) > 0;
    for (uint32_t i = 0; i < count; i++) {
        struct gw_memtype *memory = &gen->memories[i];
        bool bytes = HAS(gen, CUSTOM_PAGE_SIZES) && once_in(gen, 6);
        memory->page_log2 = bytes ? 0 : 16;
        memory->limits.has_max = true;
        memory->limits.is64 = HAS(gen, MEMORY64) && once_in(gen, 3);
        memory->limits.shared = HAS(gen, THREADS) && once_in(gen, 4);
        memory->limits.min = bytes ? pick_bits(gen, 2) : !once_in(gen, 8);
        memory->limits.max = memory->limits.min + pick(gen, 3);
        put_limits(out, &memory->limits, bytes ? 8 : 0);
        if (bytes)
            buf_u32(out, 0);
    }
    gen->memory_count = count;
}

static gw_valtype
pick_elem(struct gen *gen)
{
    gw_valtype type = pick_ref(gen);
    if (HAS(gen, FUNCTION_REFERENCES) && once_in(gen, 4) &&
        is_constructible(gen, type & ~GW_NULLABLE))
        type &= ~GW_NULLABLE;
    return type;
}

/* Table 0 holds every function that code may name; see gen_elems. */
static void
gen_tables(struct gen *gen, struct buf *out)
{
    uint32_t count = HAS(gen, REFERENCE_TYPES) ? 1 + pick(gen, 3) : 1;
    for (uint32_t i = 0; i < count; i++) {
        struct gw_tabletype *table = &gen->tables[i];
        table->elem = i == 0 ? GW_TYPE_FUNCREF : pick_elem(gen);
        table->limits.has_max = true;
        table->limits.is64 = i > 0 && HAS(gen, MEMORY64) && once_in(gen, 4);
        table->limits.min = i == 0 ? gen->callee_count + pick(gen, 3)
                                   : 4 + pick(gen, 6);
        table->limits.max = table->limits.min + pick(gen, 8);
        bool init = !(table->elem & GW_NULLABLE) ||
                    (HAS(gen, FUNCTION_REFERENCES) && i > 0 && once_in(gen, 4));
        if (init) {
            buf_u8(out, 0x40);
            buf_u8(out, 0);
        }
        buf_type(out, table->elem);
        put_limits(out, &table->limits, 0);
        if (init) {
            gen->global_end = 0;
            gen_const_expr(gen, out, table->elem);
        }
    }
    gen->table_count = count;
}

static void
gen_tags(struct gen *gen, struct buf *out)
{
    bool tags = HAS(gen, EXCEPTIONS) || HAS(gen, LEGACY_EXCEPTIONS) ||
                HAS(gen, STACK_SWITCHING);
    uint32_t count = tags ? pick(gen, 4) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t type = pick_def(gen, GW_COMP_FUNC);
        const struct gw_functype *func = &gen->defs[type].func;
        if (func->result_count > 0 &&
            (!HAS(gen, STACK_SWITCHING) || once_in(gen, 2)))
            type = func_type(gen, func->params, func->param_count, NULL, 0);
        if (type == GW_NO_INDEX)
            break;
        gen->tags[gen->tag_count++] = type;
        buf_u8(out, 0);
        buf_u32(out, type);
    }
}

static void
gen_globals(struct gen *gen, struct buf *out)
{
    uint32_t count = 1 + pick(gen, ITEMS_MOST - 1);
    for (uint32_t i = 0; i < count; i++) {
        struct gw_globaltype *global = &gen->globals[i];
        global->type = i == 0 ? (gw_valtype)GW_TYPE_I32 : pick_type(gen);
        if (!is_constructible(gen, global->type))
            global->type |= GW_NULLABLE;
        global->mutable = i == 0 || !once_in(gen, 3);
        buf_type(out, global->type);
        buf_u8(out, global->mutable);
        gen->global_end = i;
        if (i == 0) {
            buf_u8(out, 0x41);
            buf_s64(out, BUDGET);
            buf_u8(out, 0x0b);
        } else {
            gen_const_expr(gen, out, global->type);
        }
        gen->global_count = i + 1;
    }
}

static void
put_funcs(struct gen *gen, struct buf *out)
{
    for (uint32_t i = 0; i < gen->callee_count; i++)
        buf_u32(out, i);
}

/* A segment in any of its forms; the items are of a type of its own. */
static void
gen_elem(struct gen *gen, struct buf *out)
{
    uint32_t table = pick(gen, gen->table_count);
    bool active = once_in(gen, 3);
    gw_valtype type = active ? gen->tables[table].elem : pick_elem(gen);
    if (!is_constructible(gen, type))
        type = GW_TYPE_FUNCREF;
    active = active && fits(gen, type, gen->tables[table].elem);
    buf_u32(out, active ? (table ? 6 : 4) : 5);
    if (active && table > 0)
        buf_u32(out, table);
    gen->global_end = gen->global_count;
    if (active) {
        bool is64 = gen->tables[table].limits.is64;
        gen->code = out;
        buf_u8(out, is64 ? 0x42 : 0x41);
        buf_u8(out, once_in(gen, 4) ? pick(gen, 4) : 0);
        buf_u8(out, 0x0b);
    }
    /* The short form of a segment for table 0 holds funcref alone. */
    if (!active || table > 0)
        buf_type(out, type);
    else
        type = GW_TYPE_FUNCREF;
    uint32_t count = pick(gen, 5);
    buf_u32(out, count);
    while (count-- > 0)
        gen_const_expr(gen, out, type);
    gen->elems[gen->elem_count++] = type;
}

static void
gen_elems(struct gen *gen, struct buf *out)
{
    buf_u8(out, 0);
    buf_u8(out, 0x41);
    buf_u8(out, 0);
    buf_u8(out, 0x0b);
    buf_u32(out, gen->callee_count);
    put_funcs(gen, out);
    gen->elems[gen->elem_count++] = GW_TYPE_FUNCREF;
    if (!HAS(gen, BULK_MEMORY) || !HAS(gen, REFERENCE_TYPES))
        return;
    /* Declared and passive, with function indices. */
    for (uint32_t mode = 1; mode <= 3; mode += 2) {
        buf_u8(out, mode);
        buf_u8(out, 0);
        buf_u32(out, gen->callee_count);
        put_funcs(gen, out);
        gen->elems[gen->elem_count++] = GW_TYPE_FUNCREF;
    }
    for (uint32_t count = pick(gen, 4); count > 0; count--)
        gen_elem(gen, out);
}

static void
gen_datas(struct gen *gen, struct buf *out)
{
    uint32_t count = pick(gen, 4);
    for (uint32_t i = 0; i < count; i++) {
        bool active = gen->memory_count > 0 &&
                      (!HAS(gen, BULK_MEMORY) || once_in(gen, 2));
        if (!active && !HAS(gen, BULK_MEMORY))
            break;
        uint32_t memory = active ? pick(gen, gen->memory_count) : 0;
        buf_u8(out, active ? (memory ? 2 : 0) : 1);
        if (memory > 0)
            buf_u32(out, memory);
        if (active) {
            buf_u8(out, gen->memories[memory].limits.is64 ? 0x42 : 0x41);
            buf_s64(out, pick(gen, 64));
            buf_u8(out, 0x0b);
        }
        uint32_t size = pick(gen, 40);
        buf_u32(out, size);
        while (size-- > 0)
            buf_u8(out, next_byte(gen));
        gen->data_count++;
    }
}

/* ---- exports ---- */

static void
put_export(struct buf *out, char letter, uint32_t number, uint32_t kind,
           uint32_t index)
{
    char name[16];
    int size = snprintf(name, sizeof name, "%c%u", letter, number);
    buf_u32(out, (uint32_t)size);
    buf_put(out, name, (size_t)size);
    buf_u8(out, kind);
    buf_u32(out, index);
}

static uint32_t
put_exports(const struct gen *gen, struct buf *out, uint32_t func_count)
{
    uint32_t count = 0;
    for (uint32_t i = gen->callee_count; i < func_count; i++, count++)
        put_export(out, 'e', i - gen->callee_count, GW_EXTERN_FUNC, i);
    for (uint32_t i = 0; i < gen->memory_count; i++, count++)
        put_export(out, 'm', i, GW_EXTERN_MEMORY, i);
    for (uint32_t i = 0; i < gen->global_count; i++) {
        if (!gen->globals[i].mutable || HAS(gen, MUTABLE_GLOBALS)) {
            put_export(out, 'g', i, GW_EXTERN_GLOBAL, i);
            count++;
        }
    }
    for (uint32_t i = 0; i < gen->table_count; i++, count++)
        put_export(out, 't', i, GW_EXTERN_TABLE, i);
    return count;
}

static void
put_import(struct buf *out)
{
    static const char names[] = "\1h\3mix";
    buf_put(out, names, sizeof names - 1);
    buf_u8(out, GW_EXTERN_FUNC);
    buf_u32(out, 0);
}

/* ---- the module ---- */

static void
gen_funcs(struct gen *gen)
{
    gen->import_count = once_in(gen, 2);
    gen->func_types[0] = 0;
    gen->callee_count = gen->import_count;
    for (uint32_t count = 1 + pick(gen, 6); count > 0; count--)
        gen->func_types[gen->callee_count++] = pick_def(gen, GW_COMP_FUNC);
}

/* The bodies, then two callers of each function; *count: of functions. */
static void
gen_bodies(struct gen *gen, struct buf *out, uint32_t *count)
{
    uint32_t total = gen->callee_count;
    const uint8_t *end = gen->end;
    for (uint32_t i = gen->import_count; i < gen->callee_count; i++) {
        /* To each its share of the answers. */
        size_t shares = gen->callee_count - i + 1;
        gen->end = gen->at + (size_t)(end - gen->at) / shares;
        gen_func(gen, i, out);
    }
    gen->end = end;
    for (uint32_t i = 0; i < 2 * gen->callee_count; i++) {
        size_t start = out->size;
        if (gen_caller(gen, i / 2, out, &gen->func_types[total]))
            total++;
        else
            out->size = start;
    }
    *count = total;
}

/* The start function, if there is one without parameters and results. */
static bool
gen_start(struct gen *gen, struct buf *out)
{
    for (uint32_t i = 0; i < gen->callee_count; i++) {
        const struct gw_functype *type = &gen->defs[gen->func_types[i]].func;
        if (type->param_count + type->result_count == 0 && once_in(gen, 2)) {
            buf_u32(out, i);
            return true;
        }
    }
    return false;
}

/* Only what names a segment of data needs their count before the code. */
static bool
names_data(const struct gen *gen)
{
    for (int op = GW_OP_NONE + 1; op < GW_OP_COUNT; op++) {
        uint8_t imm = gw_op_table[op].imm;
        if (gen->uses[op] > 0 &&
            (imm == GW_IMM_DATA || imm == GW_IMM_DATA_MEM ||
             imm == GW_IMM_TYPE_DATA))
            return true;
    }
    return false;
}

static void
gen_all(struct gen *gen, struct buf *out)
{
    struct buf tables = { 0 }, memories = { 0 }, tags = { 0 }, globals = { 0 };
    struct buf elems = { 0 }, datas = { 0 }, code = { 0 }, funcs = { 0 };
    struct buf types = { 0 }, imports = { 0 }, exports = { 0 }, start = { 0 };
    struct buf data_count = { 0 };
    uint32_t func_count;
    gen_types(gen);
    gen_code_init(gen);
    gen_funcs(gen);
    gen_tags(gen, &tags);
    gen_memories(gen, &memories);
    gen_tables(gen, &tables);
    gen_globals(gen, &globals);
    gen_elems(gen, &elems);
    gen_datas(gen, &datas);
    gen_bodies(gen, &code, &func_count);

    buf_put(out, "\0asm\1\0\0\0", 8);
    put_types(gen, &types);
    put_section(out, 1, &types);
    put_import(&imports);
    put_vector(out, 2, gen->import_count, &imports);
    for (uint32_t i = gen->import_count; i < func_count; i++)
        buf_u32(&funcs, gen->func_types[i]);
    put_vector(out, 3, func_count - gen->import_count, &funcs);
    put_vector(out, 4, gen->table_count, &tables);
    put_vector(out, 5, gen->memory_count, &memories);
    put_vector(out, 13, gen->tag_count, &tags);
    put_vector(out, 6, gen->global_count, &globals);
    uint32_t export_count = put_exports(gen, &exports, func_count);
    put_vector(out, 7, export_count, &exports);
    if (gen_start(gen, &start))
        put_section(out, 8, &start);
    put_vector(out, 9, gen->elem_count, &elems);
    if (names_data(gen)) {
        buf_u32(&data_count, gen->data_count);
        put_section(out, 12, &data_count);
    }
    put_vector(out, 10, func_count - gen->import_count, &code);
    put_vector(out, 11, gen->data_count, &datas);
}

static void
from_bytes(struct gen_module *module, const uint8_t *data, size_t size,
           const struct gen_options *options)
{
    struct gen *gen = calloc(1, sizeof *gen);
    struct buf out = { 0 };
    if (!gen)
        abort();
    memset(module, 0, sizeof *module);
    gen->at = data;
    gen->end = data + size;
    gen->options = *options;
    gen->uses = module->uses;
    gen_all(gen, &out);
    free(gen);
    module->data = out.data;
    module->size = out.size;
}

void
gen_module_seed(struct gen_module *module, uint64_t seed,
                const struct gen_options *options)
{
    uint8_t bytes[SEED_MOST];
    from_bytes(module, bytes, expand_seed(seed, bytes), options);
}

void
gen_module_init(struct gen_module *module, struct gw_span input,
                const struct gen_options *options)
{
    uint64_t seed = 0;
    if (input.size == 0) {
        from_bytes(module, (const uint8_t *)"", 0, options);
    } else if (input.size <= sizeof seed) {
        for (size_t i = 0; i < input.size; i++)
            seed |= (uint64_t)input.data[i] << 8 * i;
        gen_module_seed(module, seed, options);
    } else {
        from_bytes(module, input.data, input.size, options);
    }
}

void
gen_module_fini(struct gen_module *module)
{
    free(module->data);
    module->data = NULL;
}
