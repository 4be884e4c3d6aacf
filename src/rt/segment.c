#include "rt/segment.h"

#include "rt/const_expr.h"
#include "rt/store.h"

/* ---- elements ---- */

static struct gw_reader
open_items(const struct gw_instance *instance, const struct gw_elem *elem,
           struct gw_diag *diag)
{
    struct gw_span bytes = instance->program->module->bytes;
    struct gw_reader reader;
    gw_reader_init(&reader,
                   gw_span(bytes.data + elem->offset,
                           bytes.size - elem->offset),
                   elem->offset, diag);
    return reader;
}

/* Evaluates all items of a segment into refs. */
static enum gw_err
read_items(struct gw_instance *instance, const struct gw_elem *elem,
           struct gw_diag *diag, uint64_t *refs)
{
    struct gw_reader reader = open_items(instance, elem, diag);
    for (uint32_t i = 0; i < elem->count; i++) {
        if (elem->exprs) {
            union gw_slot value[2];
            enum gw_err err = gw_const_read(instance, &reader, value);
            if (err != GW_OK)
                return err;
            refs[i] = value[0].ref;
        } else {
            uint32_t func = gw_read_u32(&reader);
            refs[i] = gw_ref_from(instance->ctx.funcs[func]);
        }
    }
    return GW_OK;
}

static enum gw_err
make_elem(struct gw_instance *instance, uint32_t index, struct gw_diag *diag)
{
    const struct gw_elem *elem = &instance->program->module->elems[index];
    struct gw_elem_items *items = &instance->elems[index];
    if (elem->mode != GW_SEGMENT_PASSIVE)
        return GW_OK;
    items->refs = gw_alloc_zero(&instance->store->alloc, elem->count,
                                sizeof(*items->refs));
    if (!items->refs)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for an element segment");
    items->count = elem->count;
    return read_items(instance, elem, diag, items->refs);
}

void
gw_elem_drop(struct gw_instance *instance, uint32_t elem)
{
    struct gw_elem_items *items = &instance->elems[elem];
    gw_alloc_free(&instance->store->alloc, items->refs,
                  items->count * sizeof(*items->refs));
    *items = (struct gw_elem_items){ NULL, 0 };
}

/* Where an active segment begins: an i32 or an i64, as the table or memory
 * is addressed. */
static enum gw_err
eval_start(struct gw_instance *instance, const struct gw_expr *expr, bool is64,
           struct gw_diag *diag, uint64_t *start)
{
    union gw_slot value[2];
    enum gw_err err = gw_const_eval(instance, expr, diag, value);
    if (err == GW_OK)
        *start = is64 ? value[0].u64 : value[0].u32;
    return err;
}

/* The items go straight into the table: evaluating one has no effect that
 * could tell the difference. */
static enum gw_err
copy_elem(struct gw_instance *instance, const struct gw_elem *elem,
          struct gw_diag *diag, enum gw_trap *trap)
{
    struct gw_tableinst *table = instance->ctx.tables[elem->table];
    uint64_t start;
    enum gw_err err = eval_start(instance, &elem->start,
                                 table->type.limits.is64, diag, &start);
    if (err != GW_OK)
        return err;
    if (elem->count > table->size || start > table->size - elem->count) {
        *trap = GW_TRAP_TABLE_OUT_OF_BOUNDS;
        return GW_OK;
    }
    if (elem->count == 0)
        return GW_OK;
    return read_items(instance, elem, diag, table->elems + start);
}

/* ---- data ---- */

static enum gw_err
copy_data(struct gw_instance *instance, const struct gw_data *data,
          struct gw_diag *diag, enum gw_trap *trap)
{
    struct gw_meminst *memory = instance->ctx.memories[data->memory];
    uint64_t start;
    enum gw_err err = eval_start(instance, &data->start,
                                 memory->type.limits.is64, diag, &start);
    if (err != GW_OK)
        return err;
    if (!gw_meminst_has(memory, start, data->bytes.size))
        *trap = GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    else if (data->bytes.size != 0)
        memcpy(memory->base + start, data->bytes.data, data->bytes.size);
    return GW_OK;
}

/* ---- all of them ---- */

enum gw_err
gw_segments_make(struct gw_instance *instance, struct gw_diag *diag)
{
    const struct gw_module *module = instance->program->module;
    for (uint32_t i = 0; i < module->data_count; i++)
        if (module->datas[i].mode == GW_SEGMENT_PASSIVE)
            instance->datas[i] = module->datas[i].bytes;
    for (uint32_t i = 0; i < module->elem_count; i++) {
        enum gw_err err = make_elem(instance, i, diag);
        if (err != GW_OK)
            return err;
    }
    return GW_OK;
}

enum gw_err
gw_segments_copy(struct gw_instance *instance, struct gw_diag *diag,
                 enum gw_trap *trap)
{
    const struct gw_module *module = instance->program->module;
    enum gw_err err = GW_OK;
    *trap = GW_TRAP_NONE;
    for (uint32_t i = 0; i < module->elem_count; i++) {
        if (module->elems[i].mode == GW_SEGMENT_ACTIVE)
            err = copy_elem(instance, &module->elems[i], diag, trap);
        if (err != GW_OK || *trap != GW_TRAP_NONE)
            return err;
    }
    for (uint32_t i = 0; i < module->data_count; i++) {
        if (module->datas[i].mode == GW_SEGMENT_ACTIVE)
            err = copy_data(instance, &module->datas[i], diag, trap);
        if (err != GW_OK || *trap != GW_TRAP_NONE)
            return err;
    }
    return GW_OK;
}
