/*
 * Canonical frames: what the interpreter reads out while the host runs, and
 * what it takes in, or refuses, in the place of it.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "unit/check.h"
#include "wasm/num.h"

/* What the host function does when it is called. */
typedef void visit_fn(struct gw_exec *exec, struct gw_frames *frames,
                      struct world *world);

struct visitor {
    struct world *world;
    visit_fn *visit;
    uint32_t calls;
};

static enum gw_trap
host_visit(void *env, struct gw_call *call, union gw_slot *args)
{
    struct visitor *visitor = env;
    struct gw_frames frames;
    (void)args;
    gw_frames_init(&frames, &visitor->world->alloc);
    CHECK(gw_interp_read_frames(call->exec, &frames) == GW_OK);
    if (visitor->calls++ == 0)
        visitor->visit(call->exec, &frames, visitor->world);
    gw_frames_fini(&frames);
    return GW_TRAP_NONE;
}

static bool
visit_world(struct world *world, struct visitor *visitor,
            const struct mode *mode, const char *text)
{
    static const struct gw_functype type = { 0, 0, 0, 0, NULL, NULL };
    struct gw_externval import = { .kind = GW_EXTERN_FUNC };
    struct gw_diag diag;
    visitor->world = world;
    visitor->calls = 0;
    return world_open(world, mode, text, &diag) &&
           CHECK(gw_funcinst_new_host(world->store, &type, host_visit, visitor,
                                      NULL, &import.of.func) == GW_OK) &&
           world_link(world, &import, 1, &diag);
}

static struct gw_frame *
frame_at(const struct gw_frames *frames, size_t i)
{
    return (struct gw_frame *)frames->frames.data + i;
}

static gw_valtype *
type_at(const struct gw_frames *frames, const struct gw_frame *frame,
        uint32_t i)
{
    return (gw_valtype *)frames->types.data + frame->first_type + i;
}

static union gw_slot *
slot_at(const struct gw_frames *frames, const struct gw_frame *frame,
        uint32_t i)
{
    return (union gw_slot *)frames->slots.data + frame->first_slot + i;
}

/* ---- reading ---- */

static const char nested[] =
    "(module (import \"\" \"\" (func $h))"
    " (func $g (param i32 v128) (result i32) (local f64)"
    "  (i32.const -7) (local.get 0) (i64.const -1) (v128.const i64x2 5 6)"
    "  (local.set 2 (f64.const 2.5))"
    "  (call $h) (drop) (drop) (i32.add))"
    " (func (export \"f\") (param i32) (result i32)"
    "  (local.get 0)"
    "  (call $g (i32.add (local.get 0) (i32.const 1))"
    "   (v128.const i64x2 3 4))"
    "  (i32.sub)))";

static void
check_nested(struct gw_exec *exec, struct gw_frames *frames,
             struct world *world)
{
    static const gw_valtype inner[] = { GW_TYPE_I32, GW_TYPE_V128, GW_TYPE_F64,
                                        GW_TYPE_I32, GW_TYPE_I32,  GW_TYPE_I64,
                                        GW_TYPE_V128 };
    (void)exec;
    if (!CHECK(frames->frames.count == 2))
        return;
    const struct gw_frame *f = frame_at(frames, 0), *g = frame_at(frames, 1);
    CHECK(f->func == world_func(world, "f"));
    CHECK(f->kind == GW_FRAME_CALL && g->kind == GW_FRAME_CALL);
    CHECK_EQ_U64(world->bytes[f->pc], 0x10);
    CHECK_EQ_U64(world->bytes[g->pc], 0x10);
    CHECK_EQ_U64(f->local_count, 1);
    CHECK_EQ_U64(f->operand_count, 1);
    CHECK_EQ_U64(slot_at(frames, f, 0)->u32, 50);
    CHECK_EQ_U64(slot_at(frames, f, 1)->u32, 50);
    CHECK_EQ_U64(g->local_count, 3);
    CHECK_EQ_U64(g->operand_count, 4);
    for (uint32_t i = 0; i < 7; i++)
        CHECK_EQ_U64(*type_at(frames, g, i), inner[i]);
    CHECK_EQ_U64(slot_at(frames, g, 0)->u32, 51);
    /* A v128 is its image in memory. */
    CHECK_EQ_U64(gw_get_u64(slot_at(frames, g, 1)), 3);
    CHECK_EQ_U64(gw_get_u64(slot_at(frames, g, 2)), 4);
    CHECK(slot_at(frames, g, 3)->f64 == 2.5);
    CHECK_EQ_U64(slot_at(frames, g, 4)->u32, (uint32_t)-7);
    CHECK_EQ_U64(slot_at(frames, g, 5)->u32, 51);
    CHECK_EQ_U64(slot_at(frames, g, 6)->u64, UINT64_MAX);
    CHECK_EQ_U64(gw_get_u64(slot_at(frames, g, 7)), 5);
    CHECK_EQ_U64(gw_get_u64(slot_at(frames, g, 8)), 6);
}

static void
test_read(const struct mode *mode)
{
    struct world world;
    struct visitor visitor = { .visit = check_nested };
    char got[64];
    if (visit_world(&world, &visitor, mode, nested)) {
        world_call(&world, "f", "i32:50", got, sizeof got);
        CHECK_STR(got, "i32:0x6"); /* 50 - (51 - 7) */
        CHECK_EQ_U64(visitor.calls, 1);
    }
    world_fini(&world);
}

/* ---- taking in ---- */

static const char looping[] =
    "(module (import \"\" \"\" (func $h))"
    " (func (export \"f\") (param i32) (result i32) (local i32)"
    "  (i32.const 1000)"
    "  (loop (param i32) (result i32)"
    "   (call $h)"
    "   (i32.add (local.get 0))"
    "   (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
    "   (br_if 0 (i32.lt_s (local.get 1) (i32.const 3)))))"
    ")";

/* Turns the frame in the call into one at the loop that the call is in. */
static struct gw_frame *
to_loop(struct gw_frames *frames, const struct world *world)
{
    struct gw_frame *frame = frame_at(frames, 0);
    CHECK_EQ_U64(frames->frames.count, 1);
    CHECK_EQ_U64(frame->operand_count, 1);
    while (world->bytes[frame->pc] != 0x03)
        frame->pc--;
    frame->kind = GW_FRAME_LOOP;
    return frame;
}

static void
go_to_loop(struct gw_exec *exec, struct gw_frames *frames, struct world *world)
{
    struct gw_frame *frame = to_loop(frames, world);
    slot_at(frames, frame, 0)->u32 = 20; /* was 7 */
    slot_at(frames, frame, 1)->u32 = 1;  /* two rounds are left */
    slot_at(frames, frame, 2)->u32 = 5;  /* was 1000 */
    CHECK(gw_interp_enter_frames(exec, frames) == GW_OK);
}

static void
refuse(struct gw_exec *exec, struct gw_frames *frames, struct world *world)
{
    struct gw_frame *frame = frame_at(frames, 0), old;
    /* A newest frame that waits for a result. */
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    frame = to_loop(frames, world);
    old = *frame;
    frame->pc++;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    *frame = old;
    frame->operand_count = 0;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    *frame = old;
    frame->local_count = 1;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    *frame = old;
    frame->kind = GW_FRAME_ENTRY;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    *frame = old;
    *type_at(frames, frame, 1) = GW_TYPE_F32;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    *type_at(frames, frame, 1) = GW_TYPE_I32;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_OK);
}

static void
test_enter(const struct mode *mode)
{
    struct world world;
    struct visitor visitor = { .visit = go_to_loop };
    char got[64];
    if (visit_world(&world, &visitor, mode, looping)) {
        world_call(&world, "f", "i32:7", got, sizeof got);
        CHECK_STR(got, "i32:0x2d"); /* 5 + 20 + 20 */
        CHECK_EQ_U64(visitor.calls, 3);
        visitor.visit = refuse;
        visitor.calls = 0;
        world_call(&world, "f", "i32:7", got, sizeof got);
        CHECK_STR(got, "i32:0x3fd"); /* 1000 + 3 * 7 */
    }
    world_fini(&world);
}

/* An operand that stands for a local, or for a constant, must be equal to it:
 * a frame that says otherwise was not made by this engine. */
static void
contradict(struct gw_exec *exec, struct gw_frames *frames, struct world *world)
{
    struct gw_frame *outer = frame_at(frames, 0);
    struct gw_frame *newest = frame_at(frames, 1);
    while (world->bytes[newest->pc] != 0x03)
        newest->pc--;
    newest->kind = GW_FRAME_LOOP;
    slot_at(frames, outer, 1)->u32++;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    slot_at(frames, outer, 1)->u32--;
    slot_at(frames, outer, 2)->u32++;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_ERR_ARGUMENT);
    slot_at(frames, outer, 2)->u32--;
    CHECK(gw_interp_enter_frames(exec, frames) == GW_OK);
}

static void
test_contradiction(const struct mode *mode)
{
    static const char text[] =
        "(module (import \"\" \"\" (func $h))"
        " (func $g (loop (call $h)))"
        " (func (export \"f\") (param i32) (result i32)"
        "  (local.get 0) (i32.const 9) (call $g) (i32.add)))";
    struct world world;
    struct visitor visitor = { .visit = contradict };
    char got[64];
    if (visit_world(&world, &visitor, mode, text)) {
        world_call(&world, "f", "i32:7", got, sizeof got);
        CHECK_STR(got, "i32:0x10");
        CHECK_EQ_U64(visitor.calls, 2);
    }
    world_fini(&world);
}

int
main(void)
{
    for (uint64_t d = GW_DRIVER_SWITCH; d <= GW_DRIVER_TAIL; d++) {
        for (uint64_t meter = 0; meter < 2; meter++) {
            struct mode mode = { .driver = d, .meter = meter };
            if (!gw_interp_has_driver(d))
                continue;
            test_read(&mode);
            test_enter(&mode);
            test_contradiction(&mode);
        }
    }
    return CHECK_DONE();
}
