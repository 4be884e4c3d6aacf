#include "rt/instance.h"

/* Every operator checks its whole range first and then cannot fail, as the
 * specification asks since bulk memory.  Nothing is copied for a size of 0:
 * C gives memcpy no leave to see pointers without bytes. */

static bool
fits(uint64_t start, uint64_t count, uint64_t size)
{
    return count <= size && start <= size - count;
}

enum gw_trap
gw_memory_fill(struct gw_meminst *memory, uint64_t to, uint8_t value,
               uint64_t size)
{
    if (!gw_meminst_has(memory, to, size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    if (size != 0)
        memset(memory->base + to, value, (size_t)size);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_memory_copy(struct gw_meminst *to_memory, uint64_t to,
               struct gw_meminst *from_memory, uint64_t from, uint64_t size)
{
    if (!gw_meminst_has(to_memory, to, size) ||
        !gw_meminst_has(from_memory, from, size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    if (size != 0)
        memmove(to_memory->base + to, from_memory->base + from, (size_t)size);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_memory_init(struct gw_instance *instance, uint32_t memory, uint32_t data,
               uint64_t to, uint32_t from, uint32_t size)
{
    struct gw_meminst *mem = instance->ctx.memories[memory];
    struct gw_span bytes = instance->datas[data];
    if (!gw_meminst_has(mem, to, size) || !fits(from, size, bytes.size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    if (size != 0)
        memcpy(mem->base + to, bytes.data + from, size);
    return GW_TRAP_NONE;
}

void
gw_data_drop(struct gw_instance *instance, uint32_t data)
{
    instance->datas[data] = gw_span(NULL, 0);
}

enum gw_trap
gw_table_fill(struct gw_tableinst *table, uint64_t to, uint64_t ref,
              uint64_t size)
{
    if (!fits(to, size, table->size))
        return GW_TRAP_TABLE_OUT_OF_BOUNDS;
    for (uint64_t i = 0; i < size; i++)
        table->elems[to + i] = ref;
    return GW_TRAP_NONE;
}

enum gw_trap
gw_table_copy(struct gw_tableinst *to_table, uint64_t to,
              struct gw_tableinst *from_table, uint64_t from, uint64_t size)
{
    if (!fits(to, size, to_table->size) || !fits(from, size, from_table->size))
        return GW_TRAP_TABLE_OUT_OF_BOUNDS;
    if (size != 0)
        memmove(to_table->elems + to, from_table->elems + from,
                (size_t)size * sizeof(*to_table->elems));
    return GW_TRAP_NONE;
}

enum gw_trap
gw_table_init(struct gw_instance *instance, uint32_t table, uint32_t elem,
              uint64_t to, uint32_t from, uint32_t size)
{
    struct gw_tableinst *tab = instance->ctx.tables[table];
    const struct gw_elem_items *items = &instance->elems[elem];
    if (!fits(to, size, tab->size) || !fits(from, size, items->count))
        return GW_TRAP_TABLE_OUT_OF_BOUNDS;
    if (size != 0)
        memcpy(tab->elems + to, items->refs + from, size * sizeof(*tab->elems));
    return GW_TRAP_NONE;
}
