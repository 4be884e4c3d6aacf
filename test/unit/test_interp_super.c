/*
 * Every superinstruction does what its parts do, one after the other.
 *
 * The code of a function is overwritten with the parts of a row, on slots and
 * constants by chance, and run twice, before and after joining.  Slots, memory,
 * the global, the trap and its place must be the same.
 */
#include "interp/code.h"
#include "interp/super.h"
#include "unit/interp_util.h"

enum { INPUTS = 12, SLOTS = 24, PASSED = 16, WORDS = 60, ROUNDS = 60 };
enum { PAGE = 65536 };

/* As many words and slots as are needed. */
static const char module_text[] =
    "(module (memory 1) (global (mut i64) (i64.const 5))\n"
    " (func (export \"f\") (param i64 i64 i64 i64 i64 i64 i64 i64)\n"
    "  (param i64 i64 i64 i64) (local i64 i64 i64 i64 i64 i64 i64 i64)\n"
    "  (local i64 i64 i64 i64 i64 i64 i64 i64)\n"
    "  (i64.store (i32.const 0) (i64.const 1))\n"
    "  (i64.store (i32.const 0) (i64.const 2))\n"
    "  (i64.store (i32.const 0) (i64.const 3))\n"
    "  (i64.store (i32.const 0) (i64.const 4))\n"
    "  (i64.store (i32.const 0) (i64.const 5))\n"
    "  (i64.store (i32.const 0) (i64.const 6))))\n";

static uint64_t seed = 1;

static uint32_t
chance(uint32_t limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % limit;
}

/* Numbers at the edges of their types, floats, and places in memory. */
static uint64_t
chance_value(void)
{
    static const uint64_t edges[] = {
        0,
        1,
        2,
        31,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        UINT64_MAX,
        (uint64_t)1 << 63,
        0x3f800000,
        0x40490fdb,
        0x7fc00000,
        0x3ff8000000000000,
        0xc01e000000000000,
        0x7ff8000000000000,
    };
    if (chance(3) == 0)
        return edges[chance(sizeof(edges) / sizeof(edges[0]))];
    return chance(chance(4) == 0 ? 2 * PAGE : PAGE / 16);
}

/* Words of an operand, by its letter. */
static uint32_t
put_operand(uint32_t *word, char letter, uint32_t slot)
{
    switch (letter) {
    case 'd':
    case 's':
        word[0] = slot;
        return 1;
    case 'i':
        word[0] = chance(2) ? chance(40) : (uint32_t)chance_value();
        return 1;
    case 'l':
        word[0] = (uint32_t)chance_value();
        word[1] = (uint32_t)(chance_value() >> 32);
        return 2;
    default: /* the global; a branch has its place written later */
        word[0] = 0;
        return 1;
    }
}

static uint32_t
slot_for(const struct gw_super_part *part, uint32_t number, uint32_t word,
         char letter, const uint32_t *results)
{
    uint32_t link = part->links >> 3 * (word - 1) & 7;
    if (link != 0)
        return results[link - 1];
    if (letter == 'd' && part->result == GW_SUPER_PASSED)
        return PASSED + number;
    return chance(INPUTS);
}

/* Writes the parts, then a return, and another behind a mark for who
 * branches. */
static uint32_t
put_parts(const struct gw_super *row, uint32_t *words,
          struct gw_super_start *starts)
{
    uint32_t at = 0, branch = 0, results[GW_SUPER_MAX] = { 0 };
    for (uint32_t i = 0; i < row->count; i++) {
        const struct gw_super_part *part = &row->parts[i];
        const char *letters = gw_iop_operands[part->iop];
        starts[i].at = at;
        words[at] = part->iop;
        uint32_t k = 1;
        for (uint32_t n = 1; letters[n - 1]; n++) {
            char letter = letters[n - 1];
            uint32_t slot = slot_for(part, i, n, letter, results);
            if (letter == 'd')
                results[i] = slot;
            if (letter == 'j')
                branch = at + k;
            k += put_operand(words + at + k, letter, slot);
        }
        at += k;
    }
    words[at++] = GW_IOP_RETURN;
    if (branch != 0)
        words[branch] = at - starts[row->count - 1].at;
    const uint32_t mark[] = { GW_IOP_CONST, INPUTS, 77, GW_IOP_RETURN };
    memcpy(words + at, mark, sizeof mark);
    return at + 4;
}

struct outcome {
    enum gw_trap trap;
    ptrdiff_t place; /* of the trap */
    union gw_slot slots[SLOTS], global;
    uint8_t memory[PAGE];
};

static void
run(struct world *world, struct gw_funcinst *func, const union gw_slot *inputs,
    struct outcome *out)
{
    struct gw_exec *exec = &world->store->exec;
    union gw_slot args[INPUTS], *slots = exec->slot_top;
    struct gw_vmctx *ctx = func->instance ? &func->instance->ctx : NULL;
    void *outer = exec->frame_top;
    memcpy(args, inputs, sizeof args);
    ctx->globals[0]->u64 = 5;
    for (uint32_t i = 0; i < PAGE; i++)
        ctx->mem0->base[i] = (uint8_t)(i * 7 >> 2);
    out->trap = gw_interp_tier.call(exec, func, args);
    const struct gw_frame_record *record = exec->frame_top;
    const struct gw_icode *code = func->code;
    out->place = out->trap ? record->pc - code->words : 0;
    exec->frame_top = outer;
    memcpy(out->slots, slots, sizeof out->slots);
    /* What was passed on need not be stored. */
    memset(out->slots + PASSED, 0, sizeof(*slots) * GW_SUPER_MAX);
    out->global = *ctx->globals[0];
    memcpy(out->memory, ctx->mem0->base, PAGE);
}

/* Which NaN comes of two is left to the compiler, which may turn a sum round. */
static bool
same_slot(union gw_slot a, union gw_slot b)
{
    bool nan64 = a.f64 != a.f64 && b.f64 != b.f64;
    bool nan32 = a.f32 != a.f32 && b.f32 != b.f32;
    return a.u64 == b.u64 || nan64 ||
           (nan32 && a.u64 <= UINT32_MAX && b.u64 <= UINT32_MAX);
}

static bool
same_slots(const struct outcome *a, const struct outcome *b)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (!same_slot(a->slots[i], b->slots[i]))
            return false;
    }
    return true;
}

/* Yields whether anything was joined. */
static bool
try_row(struct world *world, struct gw_funcinst *func, uint32_t number,
        struct outcome *apart, struct outcome *joined)
{
    const struct gw_super *row = &gw_supers[number];
    struct gw_super_start starts[GW_SUPER_MAX + 1];
    uint32_t words[WORDS];
    union gw_slot inputs[INPUTS];
    uint32_t count = put_parts(row, words, starts);
    const struct gw_icode *icode = func->code;
    uint32_t *code = (uint32_t *)(uintptr_t)icode->words;
    size_t size = count * sizeof(*words);
    if (!CHECK(count <= icode->word_count))
        return false;
    for (uint32_t i = 0; i < INPUTS; i++)
        inputs[i].u64 = chance_value();
    memcpy(code, words, size);
    run(world, func, inputs, apart);
    gw_super_join(words, starts, row->count, PASSED);
    memcpy(code, words, size);
    run(world, func, inputs, joined);
    bool same = apart->trap == joined->trap && apart->place == joined->place &&
                apart->global.u64 == joined->global.u64 &&
                same_slots(apart, joined) &&
                memcmp(apart->memory, joined->memory, PAGE) == 0;
    if (!CHECK(same))
        printf("    row %u, which begins with instruction %u\n",
               (unsigned)number, (unsigned)row->parts[0].iop);
    return words[0] == GW_IOP_COUNT + number;
}

static void
test_driver(uint64_t driver)
{
    const struct mode mode = { driver, 0, 0, 0, 0 };
    struct world world;
    struct outcome *outcomes = calloc(2, sizeof(*outcomes));
    union gw_slot args[INPUTS] = { { .u64 = 0 } };
    if (!CHECK(outcomes != NULL) || !world_init(&world, &mode, module_text))
        return;
    struct gw_funcinst *func = world_func(&world, "f");
    CHECK(gw_func_call(func, args) == GW_TRAP_NONE); /* translates it */
    for (uint32_t i = 0; i < GW_IOP_END - GW_IOP_COUNT; i++) {
        uint32_t met = 0;
        for (uint32_t k = 0; k < ROUNDS; k++)
            met += try_row(&world, func, i, &outcomes[0], &outcomes[1]);
        if (!CHECK(met > 0))
            printf("    row %u was never joined\n", (unsigned)i);
    }
    world_fini(&world);
    free(outcomes);
}

int
main(void)
{
    if (gw_interp_has_driver(GW_DRIVER_TAIL))
        test_driver(GW_DRIVER_TAIL);
    else if (gw_interp_has_driver(GW_DRIVER_GOTO))
        test_driver(GW_DRIVER_GOTO);
    else
        CHECK_SKIP("no driver has superinstructions");
    return CHECK_DONE();
}
