#include "interp/interp.h"

#include "interp/probe.h"
#include "interp/run.h"

/* ---- out ---- */

/* The value of an operand or local, at most two slots.  What stands above an
 * i32 in its slot means nothing here and is zero in the canonical form. */
static void
read_value(gw_valtype type, const union gw_slot *from, union gw_slot *to)
{
    if (type == GW_TYPE_I32 || type == GW_TYPE_F32)
        *to = gw_interp_slot_u32(from->u32);
    else
        memcpy(to, from, gw_type_slots(type) * sizeof(*to));
}

static const union gw_slot *
place_of(const struct gw_trans *t, const struct gw_loc *loc,
         const union gw_slot *fp, union gw_slot *room)
{
    if (loc->kind == GW_LOC_LOCAL)
        return fp + t->local_slot[loc->of.local.index];
    if (loc->kind == GW_LOC_SLOT)
        return fp + loc->slot;
    if (loc->is64)
        room->u64 = loc->of.value;
    else
        room->u32 = (uint32_t)loc->of.value;
    return room;
}

/* Behind its operands a frame has the exceptions of the legacy handlers that
 * it is in, which rethrow names; they have slots, but are no operands of the
 * validator.  The next handler's label from *depth on, or NULL. */
static const struct gw_label *
next_handler(const struct gw_trans *t, uint32_t *depth)
{
    while (*depth < t->depth) {
        const struct gw_label *label = &t->labels[(*depth)++];
        if (label->handler)
            return label;
    }
    return NULL;
}

static uint32_t
count_handlers(const struct gw_trans *t)
{
    uint32_t count = 0, depth = 0;
    while (next_handler(t, &depth))
        count++;
    return count;
}

static bool
push_value(struct gw_frames *frames, gw_valtype type, const union gw_slot *from)
{
    gw_valtype *types = gw_vec_push(&frames->types);
    union gw_slot *slots = gw_vec_push_n(&frames->slots, gw_type_slots(type));
    if (!types || !slots)
        return false;
    *types = type;
    read_value(type, from, slots);
    return true;
}

static enum gw_err
read_frame(struct gw_frames *frames, const struct gw_frame_record *record,
           const struct gw_probe *probe)
{
    const struct gw_trans *t = &probe->t;
    struct gw_frame *frame = gw_vec_push(&frames->frames);
    bool good = frame != NULL;
    if (good)
        *frame = (struct gw_frame){
            .func = record->func,
            .pc = probe->pc,
            .kind = probe->kind,
            .local_count = probe->it.local_count,
            .operand_count = probe->operands + count_handlers(t),
            .first_type = (uint32_t)frames->types.count,
            .first_slot = (uint32_t)frames->slots.count,
        };
    for (uint32_t i = 0; good && i < probe->it.local_count; i++)
        good = push_value(frames, probe->it.locals[i],
                          record->fp + t->local_slot[i]);
    for (uint32_t i = 0; good && i < probe->operands; i++) {
        union gw_slot room[2];
        good = push_value(frames, probe->it.stack[i],
                          place_of(t, &t->locs[i], record->fp, room));
    }
    const struct gw_label *label;
    uint32_t depth = 0;
    while (good && (label = next_handler(t, &depth)) != NULL)
        good = push_value(frames, GW_TYPE_EXNREF, record->fp + label->slot);
    return good ? GW_OK : GW_ERR_NOMEM;
}

enum gw_err
gw_interp_read_frames(struct gw_exec *exec, struct gw_frames *frames)
{
    const struct gw_frame_record *newest = exec->frame_top, *r = newest;
    enum gw_err err = GW_OK;
    while (r->func)
        r++;
    while (err == GW_OK && r-- != newest) {
        struct gw_probe probe;
        const struct gw_icode *code = r->func->code;
        bool safepoint = r == newest && exec->pc == NULL;
        err = gw_probe_offset(&probe, r->func->instance->program,
                              r->func->index, (uint32_t)(r->pc - code->words),
                              safepoint);
        if (err == GW_OK)
            err = read_frame(frames, r, &probe);
        gw_probe_fini(&probe);
    }
    return err;
}

/* ---- in ---- */

/* Is the frame of the shape that its place in the function has? */
static bool
fits(const struct gw_frames *frames, const struct gw_frame *frame,
     const struct gw_probe *probe)
{
    const gw_valtype *types = (const gw_valtype *)frames->types.data +
                              frame->first_type;
    uint32_t locals = probe->it.local_count, operands = probe->operands;
    if (frame->kind != probe->kind || frame->local_count != locals ||
        frame->operand_count != operands + count_handlers(&probe->t))
        return false;
    for (uint32_t i = locals + operands; i < locals + frame->operand_count;
         i++) {
        if (types[i] != GW_TYPE_EXNREF)
            return false;
    }
    return (locals == 0 ||
            memcmp(types, probe->it.locals, locals * sizeof(*types)) == 0) &&
           (operands == 0 || memcmp(types + locals, probe->it.stack,
                                    operands * sizeof(*types)) == 0);
}

/* Writes a value where it belongs; what belongs to a local or to the code
 * itself must be that already. */
static bool
write_value(const struct gw_trans *t, const struct gw_loc *loc, gw_valtype type,
            union gw_slot *fp, const union gw_slot *value)
{
    union gw_slot room[2], found[2];
    size_t size = loc->slots * sizeof(*value);
    if (loc->kind == GW_LOC_SLOT) {
        memcpy(fp + loc->slot, value, size);
        return true;
    }
    read_value(type, place_of(t, loc, fp, room), found);
    return memcmp(found, value, size) == 0;
}

static bool
write_frame(const struct gw_frames *frames, const struct gw_frame *frame,
            const struct gw_probe *probe, union gw_slot *fp)
{
    const struct gw_trans *t = &probe->t;
    const union gw_slot *value = (const union gw_slot *)frames->slots.data +
                                 frame->first_slot;
    uint32_t locals = t->local_slot[frame->local_count];
    if (locals != 0)
        memcpy(fp, value, locals * sizeof(*fp));
    value += locals;
    for (uint32_t i = 0; i < probe->operands; i++) {
        const struct gw_loc *loc = &t->locs[i];
        if (!write_value(t, loc, probe->it.stack[i], fp, value))
            return false;
        value += loc->slots;
    }
    const struct gw_label *label;
    uint32_t depth = 0;
    while ((label = next_handler(t, &depth)) != NULL)
        fp[label->slot] = *value++;
    return true;
}

/* Where the callee of a frame at a call has its slots: at the results of the
 * call, which the probe has pushed. */
static union gw_slot *
next_fp(const struct gw_probe *probe, union gw_slot *fp)
{
    const struct gw_trans *t = &probe->t;
    bool results = t->height > probe->operands;
    return fp + (results ? t->locs[probe->operands].slot : t->slot_top);
}

static enum gw_err
enter_frame(struct gw_exec *exec, const struct gw_frames *frames,
            const struct gw_frame *frame, const struct gw_probe *probe,
            union gw_slot **fp)
{
    struct gw_frame_record *record = exec->frame_top;
    struct gw_funcinst *func = frame->func;
    const struct gw_icode *code = gw_interp_translate(func->instance->program,
                                                      func->index);
    if (!code)
        return GW_ERR_NOMEM;
    if (!fits(frames, frame, probe) ||
        gw_interp_room(record, *fp) < code->frame_bytes ||
        !write_frame(frames, frame, probe, *fp))
        return GW_ERR_ARGUMENT;
    func->code = code;
    *--record = (struct gw_frame_record){ func, code->words + probe->offset,
                                          *fp, &func->instance->ctx };
    exec->frame_top = record;
    *fp = next_fp(probe, *fp);
    return GW_OK;
}

enum gw_err
gw_interp_enter_frames(struct gw_exec *exec, const struct gw_frames *frames)
{
    struct gw_frame_record *mark = exec->frame_top;
    const struct gw_frame *frame = frames->frames.data;
    size_t count = frames->frames.count;
    enum gw_err err = count ? GW_OK : GW_ERR_ARGUMENT;
    while (mark->func)
        mark++;
    exec->frame_top = mark;
    union gw_slot *fp = mark->fp;
    for (size_t i = 0; err == GW_OK && i < count; i++) {
        struct gw_probe probe;
        bool newest = i + 1 == count;
        if (newest == (frame[i].kind == GW_FRAME_CALL))
            return GW_ERR_ARGUMENT;
        err = gw_probe_pc(&probe, frame[i].func->instance->program,
                          frame[i].func->index, frame[i].pc, frame[i].kind);
        if (err == GW_OK)
            err = enter_frame(exec, frames, &frame[i], &probe, &fp);
        gw_probe_fini(&probe);
    }
    return err;
}
