#include "interp/probe.h"

static void
found(struct gw_probe *probe, enum gw_frame_kind kind, uint32_t operands)
{
    probe->found = true;
    probe->kind = kind;
    probe->pc = probe->t.it->pc;
    probe->offset = probe->t.count;
    probe->operands = operands;
}

static bool
wanted(const struct gw_probe *probe, bool safepoint)
{
    const struct gw_trans *t = &probe->t;
    if (probe->by_offset)
        return probe->want == t->count && probe->safepoint == safepoint;
    return probe->want == t->it->pc;
}

/* After each operator.  The operands of a call have been popped, those of a
 * loop still count. */
static bool
look(void *env, struct gw_trans *t)
{
    struct gw_probe *probe = env;
    const struct gw_op_iter *it = t->it;
    if (!it->reachable)
        return true;
    if (it->op == GW_OP_LOOP && wanted(probe, true))
        found(probe, GW_FRAME_LOOP, it->height + it->imm.block.param_count);
    else if ((gw_op_table[it->op].flags & GW_OPF_CALL) && wanted(probe, false))
        found(probe, GW_FRAME_CALL, it->height);
    return !probe->found;
}

/* Stops before the first operator has been looked at. */
static bool
look_at_entry(void *env, struct gw_trans *t)
{
    struct gw_probe *probe = env;
    found(probe, GW_FRAME_ENTRY, 0);
    probe->pc = t->it->pc;
    probe->offset = 0;
    return false;
}

static enum gw_err
run(struct gw_probe *probe, struct gw_program *program, uint32_t func,
    bool entry)
{
    struct gw_engine *engine = program->engine;
    gw_op_iter_init(&probe->it, program->module, &engine->decode,
                    &engine->alloc);
    gw_trans_init(&probe->t, &probe->it, program);
    probe->t.probe = entry ? look_at_entry : look;
    probe->t.probe_env = probe;
    enum gw_err err = gw_trans_run(&probe->t, func);
    if (err != GW_OK)
        return err;
    return probe->found ? GW_OK : GW_ERR_ARGUMENT;
}

enum gw_err
gw_probe_offset(struct gw_probe *probe, struct gw_program *program,
                uint32_t func, uint32_t offset, bool at_safepoint)
{
    memset(probe, 0, sizeof *probe);
    probe->by_offset = true;
    probe->safepoint = at_safepoint;
    probe->want = offset;
    return run(probe, program, func, at_safepoint && offset == 0);
}

enum gw_err
gw_probe_pc(struct gw_probe *probe, struct gw_program *program, uint32_t func,
            uint32_t pc, enum gw_frame_kind kind)
{
    memset(probe, 0, sizeof *probe);
    probe->want = pc;
    return run(probe, program, func, kind == GW_FRAME_ENTRY);
}

void
gw_probe_fini(struct gw_probe *probe)
{
    gw_trans_fini(&probe->t);
    gw_op_iter_fini(&probe->it);
}

/* ---- maps ---- */

/* Only operators that made code get a place. */
static bool
note(void *env, struct gw_trans *t)
{
    struct gw_code_map *map = env;
    size_t count = map->places.count;
    struct gw_code_place *places = map->places.data;
    uint32_t end = count ? places[count - 1].end : 0;
    if (t->count <= end)
        return true;
    struct gw_code_place *place = gw_vec_push(&map->places);
    if (!place) {
        t->failed = true;
        return false;
    }
    place->end = t->count;
    place->pc = t->it->pc;
    return true;
}

enum gw_err
gw_code_map_init(struct gw_code_map *map, struct gw_program *program,
                 uint32_t func)
{
    struct gw_engine *engine = program->engine;
    struct gw_op_iter it;
    struct gw_trans t;
    gw_vec_init(&map->places, &engine->alloc, sizeof(struct gw_code_place));
    map->first = program->module->funcs[func].offset;
    gw_op_iter_init(&it, program->module, &engine->decode, &engine->alloc);
    gw_trans_init(&t, &it, program);
    t.probe = note;
    t.probe_env = map;
    enum gw_err err = gw_trans_run(&t, func);
    gw_trans_fini(&t);
    gw_op_iter_fini(&it);
    return err;
}

void
gw_code_map_fini(struct gw_code_map *map)
{
    gw_vec_fini(&map->places);
}

uint32_t
gw_code_map_find(const struct gw_code_map *map, uint32_t offset)
{
    const struct gw_code_place *places = map->places.data;
    size_t low = 0, high = map->places.count;
    /* The first place with end >= offset. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places[middle].end < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->places.count ? places[low].pc : map->first;
}
