#include "interp/translate.h"

#include "interp/run.h"

#include "rt/fuel.h"

#include <assert.h>

enum {
    WORDS_MAX = 1 << 29, /* a list of fixups has the place and two bits */
    SPARE = 16
};

/* ---- emitting ---- */

/* Grows *block to at least `needed` elements of `size`. */
static bool
grow(struct gw_trans *t, void **block, uint32_t *capacity, uint64_t needed,
     size_t size)
{
    uint64_t wanted = *capacity < 32 ? 64 : 2 * (uint64_t)*capacity;
    if (wanted < needed)
        wanted = needed;
    void *larger = NULL;
    if (wanted <= UINT32_MAX && wanted <= SIZE_MAX / size)
        larger = gw_alloc_resize(t->alloc, *block, *capacity * size,
                                 (size_t)wanted * size);
    if (!larger) {
        t->failed = true;
        return false;
    }
    *block = larger;
    *capacity = (uint32_t)wanted;
    return true;
}

uint32_t *
gw_trans_words(struct gw_trans *t, uint32_t count)
{
    uint64_t needed = (uint64_t)t->count + count;
    if (needed > t->capacity) {
        void *words = t->words;
        if (needed > WORDS_MAX)
            t->failed = true;
        if (t->failed || !grow(t, &words, &t->capacity, needed, 4))
            return NULL;
        t->words = words;
    }
    uint32_t *at = t->words + t->count;
    t->count += count;
    return at;
}

/* An instruction begins here; one that was taken back does not. */
static void
note_start(struct gw_trans *t)
{
    uint32_t count = t->start_count;
    while (count > 0 && t->starts[count - 1].at >= t->count)
        count--;
    if (count + 1 >= t->start_capacity) {
        void *starts = t->starts;
        if (t->failed ||
            !grow(t, &starts, &t->start_capacity, 0, sizeof *t->starts))
            return;
        t->starts = starts;
    }
    t->starts[count].at = t->count;
    t->start_count = count + 1;
}

uint32_t *
gw_trans_emit(struct gw_trans *t, enum gw_iop iop, uint32_t words)
{
    assert(words <= SPARE);
    uint32_t start = t->count;
    if (t->joins)
        note_start(t);
    uint32_t *at = gw_trans_words(t, words);
    if (!at)
        at = t->spare;
    at[0] = iop;
    t->prev = t->last;
    t->last = start;
    t->result = 0;
    return at;
}

void
gw_trans_barrier(struct gw_trans *t)
{
    t->last = t->prev = GW_NO_CODE;
    t->result = 0;
}

/* An entry of a list of fixups is place << 2 | k; the word at the place holds
 * the next entry.  No word of an operand stands at place 0. */
void
gw_trans_refer(struct gw_trans *t, uint32_t at, uint32_t k,
               struct gw_label *label, uint32_t *fixups)
{
    if (t->failed)
        return;
    if (label && label->loop) {
        t->words[at] = label->start - (at - k);
        return;
    }
    if (label)
        fixups = &label->fixups;
    t->words[at] = *fixups;
    *fixups = at << 2 | k;
}

void
gw_trans_bind(struct gw_trans *t, uint32_t *fixups)
{
    for (uint32_t next, entry = *fixups; entry != 0; entry = next) {
        uint32_t at = entry >> 2, k = entry & 3;
        next = t->words[at];
        t->words[at] = t->count - (at - k);
    }
    *fixups = 0;
    gw_trans_barrier(t);
}

/* ---- operands ---- */

static struct gw_loc *
push_loc(struct gw_trans *t, uint32_t slots)
{
    if (t->height == t->loc_capacity) {
        void *locs = t->locs;
        if (t->failed || !grow(t, &locs, &t->loc_capacity, 0, sizeof *t->locs))
            return NULL;
        t->locs = locs;
    }
    struct gw_loc *loc = &t->locs[t->height++];
    loc->slot = t->slot_top;
    loc->kind = GW_LOC_SLOT;
    loc->slots = (uint8_t)slots;
    t->slot_top += slots;
    if (t->slot_top > t->slot_max)
        t->slot_max = t->slot_top;
    return loc;
}

uint32_t
gw_trans_push(struct gw_trans *t, uint32_t slots)
{
    struct gw_loc *loc = push_loc(t, slots);
    return loc ? loc->slot : 0;
}

void
gw_trans_result(struct gw_trans *t, uint32_t slots)
{
    uint32_t slot = gw_trans_push(t, slots);
    if (t->failed)
        return;
    t->result = t->last + 1;
    t->words[t->result] = slot;
}

void
gw_trans_push_types(struct gw_trans *t, const gw_valtype *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gw_trans_push(t, gw_type_slots(types[i]));
}

void
gw_trans_op_local_get(struct gw_trans *t)
{
    uint32_t local = t->it->imm.a;
    struct gw_loc *loc = push_loc(t, gw_type_slots(t->it->locals[local]));
    if (!loc)
        return;
    loc->kind = GW_LOC_LOCAL;
    loc->of.local.index = local;
    loc->of.local.next = t->local_wait[local];
    t->local_wait[local] = t->height;
}

static void
push_const(struct gw_trans *t, bool is64, uint64_t value)
{
    struct gw_loc *loc = push_loc(t, 1);
    if (!loc)
        return;
    loc->kind = GW_LOC_CONST;
    loc->is64 = is64;
    loc->of.value = value;
}

void
gw_trans_op_i32_const(struct gw_trans *t)
{
    push_const(t, false, (uint32_t)t->it->imm.u.i32);
}

void
gw_trans_op_i64_const(struct gw_trans *t)
{
    push_const(t, true, (uint64_t)t->it->imm.u.i64);
}

void
gw_trans_op_f32_const(struct gw_trans *t)
{
    push_const(t, false, t->it->imm.u.f32);
}

void
gw_trans_op_f64_const(struct gw_trans *t)
{
    push_const(t, true, t->it->imm.u.f64);
}

void
gw_trans_op_ref_null(struct gw_trans *t)
{
    push_const(t, true, 0);
}

struct gw_loc
gw_trans_pop(struct gw_trans *t)
{
    if (t->failed)
        return (struct gw_loc){ .slots = 1 };
    assert(t->height > 0);
    struct gw_loc loc = t->locs[--t->height];
    /* The newest operand is the first of those that wait for its local. */
    if (loc.kind == GW_LOC_LOCAL)
        t->local_wait[loc.of.local.index] = loc.of.local.next;
    if (t->clean > t->height)
        t->clean = t->height;
    t->slot_top = loc.slot;
    return loc;
}

void
gw_trans_drop(struct gw_trans *t, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gw_trans_pop(t);
}

static void
emit_const(struct gw_trans *t, uint32_t to, const struct gw_loc *loc)
{
    uint64_t value = loc->of.value;
    bool fits = value <= INT32_MAX || value >= (uint64_t)INT32_MIN;
    bool is_long = loc->is64 && !fits;
    enum gw_iop iop = !loc->is64 ? GW_IOP_CONST
                      : fits     ? GW_IOP_CONST_SIGNED
                                 : GW_IOP_CONST_64;
    uint32_t *at = gw_trans_emit(t, iop, is_long ? 4 : 3);
    at[1] = to;
    at[2] = (uint32_t)value;
    if (is_long)
        at[3] = (uint32_t)(value >> 32);
}

void
gw_trans_move(struct gw_trans *t, uint32_t to, const struct gw_loc *loc)
{
    if (loc->kind == GW_LOC_CONST) {
        emit_const(t, to, loc);
        return;
    }
    bool two = loc->slots == 2;
    uint32_t from = gw_trans_read(t, loc);
    uint32_t *at = gw_trans_emit(t, two ? GW_IOP_MOVE_2 : GW_IOP_MOVE, 3);
    at[1] = to;
    at[2] = from;
}

uint32_t
gw_trans_read(struct gw_trans *t, const struct gw_loc *loc)
{
    if (loc->kind == GW_LOC_LOCAL)
        return t->local_slot[loc->of.local.index];
    if (loc->kind == GW_LOC_CONST)
        emit_const(t, loc->slot, loc);
    return loc->slot;
}

uint32_t
gw_trans_look(struct gw_trans *t)
{
    if (t->failed)
        return 0;
    if (t->locs[t->height - 1].kind == GW_LOC_CONST)
        gw_trans_settle(t, 1);
    return gw_trans_read(t, &t->locs[t->height - 1]);
}

void
gw_trans_read_n(struct gw_trans *t, uint32_t *slots, uint32_t count)
{
    while (count-- > 0) {
        struct gw_loc loc = gw_trans_pop(t);
        slots[count] = gw_trans_read(t, &loc);
    }
}

/* loc is the newest that waits for its local, if it waits for one. */
static void
settle_one(struct gw_trans *t, struct gw_loc *loc)
{
    if (loc->kind == GW_LOC_SLOT)
        return;
    gw_trans_move(t, loc->slot, loc);
    if (loc->kind == GW_LOC_LOCAL)
        t->local_wait[loc->of.local.index] = loc->of.local.next;
    loc->kind = GW_LOC_SLOT;
}

void
gw_trans_settle(struct gw_trans *t, uint32_t count)
{
    if (t->failed)
        return;
    assert(count <= t->height);
    uint32_t low = t->height - count;
    for (uint32_t i = t->height; i-- > low;)
        settle_one(t, &t->locs[i]);
    if (t->clean >= low)
        t->clean = t->height;
}

void
gw_trans_settle_local(struct gw_trans *t, uint32_t local)
{
    while (!t->failed && t->local_wait[local] != 0)
        settle_one(t, &t->locs[t->local_wait[local] - 1]);
}

void
gw_trans_settle_locals(struct gw_trans *t)
{
    for (uint32_t i = t->height; !t->failed && i-- > t->clean;) {
        if (t->locs[i].kind == GW_LOC_LOCAL)
            settle_one(t, &t->locs[i]);
    }
    t->clean = t->height;
}

uint32_t
gw_trans_base(const struct gw_trans *t, uint32_t count)
{
    if (t->failed)
        return 0;
    return count ? t->locs[t->height - count].slot : t->slot_top;
}

bool
gw_trans_is_last(const struct gw_trans *t, const struct gw_loc *loc)
{
    return t->result != 0 && loc->kind == GW_LOC_SLOT &&
           t->words[t->result] == loc->slot;
}

uint32_t
gw_trans_flags(const struct gw_trans *t, uint32_t count)
{
    uint32_t flags = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (t->it->stack[t->it->height + i] == GW_TYPE_I64)
            flags |= 1u << i;
    }
    return flags;
}

/* ---- the sink ---- */

/* Counts what the operator costs into its segment (rt/fuel.h). */
static void
meter(struct gw_trans *t, enum gw_op op)
{
    uint32_t cost = gw_fuel_cost(op);
    if (cost == 0)
        return;
    if (t->meter_at == 0) {
        uint32_t *at = gw_trans_emit(t, GW_IOP_METER, 2);
        at[1] = 0;
        t->meter_at = t->last + 1;
    }
    if (!t->failed)
        t->words[t->meter_at] += cost;
}

/* The locals are known only when the walk comes to the first operator. */
static bool
start(struct gw_trans *t)
{
    const struct gw_op_iter *it = t->it;
    size_t count = it->local_count;
    t->local_slot = gw_alloc_zero(t->alloc, count + 1, sizeof *t->local_slot);
    t->local_wait = gw_alloc_zero(t->alloc, count + 1, sizeof *t->local_wait);
    if (!t->local_slot || !t->local_wait)
        t->failed = true;
    for (size_t i = 0; !t->failed && i < count; i++)
        t->local_slot[i + 1] = t->local_slot[i] + gw_type_slots(it->locals[i]);
    t->slot_top = t->failed ? 0 : t->local_slot[count];
    /* Locals are cleared in pairs, and results come back at the front. */
    t->slot_max = t->slot_top + 1;
    if (t->slot_max < it->type->result_slots)
        t->slot_max = it->type->result_slots;
    gw_trans_open(t, 0, true);
    return !t->failed;
}

static bool
on_op(void *self, struct gw_op_iter *it)
{
    struct gw_trans *t = self;
    enum gw_op op = it->op;
    if (!t->started && !start(t))
        return false;
    t->started = true;
    t->rule = &gw_rules[op];
    if (t->meter && it->reachable)
        meter(t, op);
    if (!t->rule->emit) {
        /* feature.def lets in only what can be executed. */
        gw_reader_fail(&it->reader, GW_ERR_UNSUPPORTED,
                       it->module->bytes.data + it->pc, "%s cannot be executed",
                       gw_op_table[op].text);
        return false;
    }
    t->rule->emit(t);
    if (t->deterministic && (gw_op_table[op].flags & GW_OPF_NANS))
        gw_trans_canonical(t);
    if (t->meter && gw_fuel_ends_segment(op))
        t->meter_at = 0;
    if (t->failed)
        return false;
    return !t->probe || t->probe(t->probe_env, t);
}

static uint8_t
form_of_memory(const struct gw_engine *engine, const struct gw_module *module)
{
    if (module->memory_count == 0 || module->memories[0].limits.is64)
        return 2;
    return gw_memtype_guarded(engine, &module->memories[0]) ? 0 : 1;
}

void
gw_trans_init(struct gw_trans *t, struct gw_op_iter *it,
              const struct gw_program *program)
{
    const struct gw_engine *engine = program->engine;
    memset(t, 0, sizeof *t);
    t->it = it;
    t->program = program;
    t->alloc = it->alloc;
    t->joins = gw_interp_joins(engine);
    t->meter = engine->config.values[GW_OPTION_METER] != 0;
    t->deterministic = engine->config.values[GW_OPTION_DETERMINISTIC] != 0;
    t->form0 = form_of_memory(engine, it->module);
    gw_vec_init(&t->clauses, t->alloc, sizeof(struct gw_clause));
    gw_trans_barrier(t);
}

void
gw_trans_fini(struct gw_trans *t)
{
    size_t locals = t->it->local_count + (size_t)1;
    gw_alloc_free(t->alloc, t->words, t->capacity * sizeof *t->words);
    gw_alloc_free(t->alloc, t->starts, t->start_capacity * sizeof *t->starts);
    gw_alloc_free(t->alloc, t->locs, t->loc_capacity * sizeof *t->locs);
    gw_alloc_free(t->alloc, t->labels, t->label_capacity * sizeof *t->labels);
    gw_alloc_free(t->alloc, t->local_slot, locals * sizeof *t->local_slot);
    gw_alloc_free(t->alloc, t->local_wait, locals * sizeof *t->local_wait);
    gw_vec_fini(&t->clauses);
}

enum gw_err
gw_trans_run(struct gw_trans *t, uint32_t func)
{
    struct gw_sink sink = { t, on_op };
    enum gw_err err = gw_op_iter_run(t->it, func, &sink, NULL);
    return t->failed ? GW_ERR_NOMEM : err;
}

struct gw_label *
gw_trans_open(struct gw_trans *t, uint32_t param_count, bool live)
{
    if (t->depth == t->label_capacity) {
        void *labels = t->labels;
        if (t->failed ||
            !grow(t, &labels, &t->label_capacity, 0, sizeof *t->labels)) {
            t->failed = true;
            return NULL;
        }
        t->labels = labels;
    }
    struct gw_label *label = &t->labels[t->depth++];
    memset(label, 0, sizeof *label);
    label->dead = !live;
    if (live) {
        label->height = t->height - param_count;
        label->slot = gw_trans_base(t, param_count);
    }
    return label;
}

/* ---- code of a program ---- */

static size_t
code_size(uint32_t words, uint32_t clauses)
{
    return offsetof(struct gw_icode, words) + words * sizeof(uint32_t) +
           clauses * sizeof(struct gw_clause);
}

static struct gw_icode *
make_code(struct gw_trans *t, struct gw_alloc *alloc)
{
    const struct gw_functype *type = t->it->type;
    uint32_t clauses = (uint32_t)t->clauses.count;
    struct gw_icode *code = gw_alloc_get(alloc, code_size(t->count, clauses));
    if (!code)
        return NULL;
    uint64_t bytes = (uint64_t)t->slot_max * sizeof(union gw_slot) +
                     sizeof(struct gw_frame_record);
    code->frame_bytes = bytes < GW_CODE_STUB ? (uint32_t)bytes : GW_CODE_STUB;
    code->frame_slots = t->slot_max;
    code->zero_first = type->param_slots;
    code->zero_pairs = (t->local_slot[t->it->local_count] - type->param_slots +
                        1) /
                       2;
    code->word_count = t->count;
    code->clause_count = clauses;
    memcpy(code->words, t->words, t->count * sizeof(uint32_t));
    if (t->joins)
        gw_super_join(code->words, t->starts, t->start_count,
                      t->local_slot[t->it->local_count]);
    if (clauses != 0)
        memcpy(code->words + t->count, t->clauses.data,
               clauses * sizeof(struct gw_clause));
    return code;
}

static struct gw_icode *
translate(const struct gw_program *program, uint32_t func)
{
    struct gw_engine *engine = program->engine;
    struct gw_icode *code = NULL;
    struct gw_op_iter it;
    struct gw_trans t;
    gw_op_iter_init(&it, program->module, &engine->decode, &engine->alloc);
    gw_trans_init(&t, &it, program);
    if (gw_trans_run(&t, func) == GW_OK)
        code = make_code(&t, &engine->alloc);
    gw_trans_fini(&t);
    gw_op_iter_fini(&it);
    return code;
}

const struct gw_icode *
gw_interp_translate(struct gw_program *program, uint32_t func)
{
    uint32_t imported = program->module->imported[GW_EXTERN_FUNC];
    _Atomic(void *) *place = &program->code[func - imported];
    struct gw_icode *code = atomic_load_explicit(place, memory_order_acquire);
    if (code)
        return code;
    gw_os_mutex_lock(&program->translating);
    code = atomic_load_explicit(place, memory_order_relaxed);
    if (!code) {
        code = translate(program, func);
        atomic_store_explicit(place, code, memory_order_release);
    }
    gw_os_mutex_unlock(&program->translating);
    return code;
}

void
gw_interp_free_code(struct gw_program *program, void *code)
{
    struct gw_icode *icode = code;
    if (icode)
        gw_alloc_free(&program->engine->alloc, icode,
                      code_size(icode->word_count, icode->clause_count));
}
