#include "wasm/op_iter.h"

#include "wasm/decode.h"
#include "wasm/gate.h"
#include "wasm/limit.h"
#include "wasm/op_check.h"
#include "wasm/op_fast.h"
#include "wasm/op_quick.h"

enum {
    STACK_GUARD = 2, /* slots below the stack that may be read, never count */
    INIT_SIZE = sizeof(uint32_t) + sizeof(uint8_t) /* log and flag */
};

void
gw_op_iter_init(struct gw_op_iter *it, const struct gw_module *module,
                const struct gw_decode_options *options, struct gw_alloc *alloc)
{
    memset(it, 0, sizeof *it);
    it->module = module;
    it->options = options;
    it->alloc = alloc;
    it->allowed = gw_gate_allowed(options);
}

void
gw_op_iter_fini(struct gw_op_iter *it)
{
    gw_alloc_free(it->alloc, it->stack_store,
                  (it->stack_capacity + (size_t)STACK_GUARD) *
                      sizeof *it->stack_store);
    gw_alloc_free(it->alloc, it->ctls, it->ctl_capacity * sizeof *it->ctls);
    gw_alloc_free(it->alloc, it->locals_store,
                  it->locals_capacity * sizeof *it->locals_store);
    gw_alloc_free(it->alloc, it->init_log,
                  it->init_capacity * (size_t)INIT_SIZE);
    gw_fast_delete(it->fast, it->alloc);
    memset(it, 0, sizeof *it);
}

bool
gw_op_iter_hasten(struct gw_op_iter *it, const struct gw_shape *shapes)
{
    if (shapes && !it->fast)
        it->fast = gw_fast_new(it->alloc);
    it->shapes = it->fast ? shapes : NULL;
    return it->shapes == shapes;
}

static bool
fail_memory(struct gw_op_iter *it)
{
    return gw_reader_fail(&it->reader, GW_ERR_NOMEM,
                          it->module->bytes.data + it->pc, "out of memory");
}

static bool
fail_limit(struct gw_op_iter *it, const char *what, uint64_t limit)
{
    return gw_reader_fail(&it->reader, GW_ERR_LIMIT,
                          it->module->bytes.data + it->pc, "more than %llu %s",
                          (unsigned long long)limit, what);
}

bool
gw_op_fail(struct gw_op_iter *it, const char *format, ...)
{
    if (it->reader.failed)
        return false;
    va_list args;
    va_start(args, format);
    gw_diag_reportv(it->reader.diag, GW_ERR_INVALID, it->pc, format, args);
    va_end(args);
    /* The diagnostic has its text; this makes the failure stick. */
    return gw_reader_fail(&it->reader, GW_ERR_INVALID, it->reader.at,
                          "invalid");
}

/* Grows *block to hold at least `needed` elements, doubling up to `most`. */
static bool
grow(struct gw_op_iter *it, void **block, uint32_t extra, uint32_t *capacity,
     uint32_t needed, uint64_t most, size_t size)
{
    uint64_t wanted = *capacity < 32 ? 64 : 2 * (uint64_t)*capacity;
    if (wanted > most)
        wanted = most;
    if (wanted < needed)
        wanted = needed;
    size_t old_size = *block ? (*capacity + (size_t)extra) * size : 0;
    void *larger = gw_alloc_resize(it->alloc, *block, old_size,
                                   ((size_t)wanted + extra) * size);
    if (!larger)
        return fail_memory(it);
    *block = larger;
    *capacity = (uint32_t)wanted;
    return true;
}

static bool
grow_stack(struct gw_op_iter *it, uint32_t needed)
{
    uint64_t limit = it->options->limits[GW_LIMIT_OPERANDS];
    if (needed > limit)
        return fail_limit(it, "operands on the stack", limit);
    void *store = it->stack_store;
    bool fresh = !store;
    if (!grow(it, &store, STACK_GUARD, &it->stack_capacity, needed, limit,
              sizeof *it->stack_store))
        return false;
    it->stack_store = store;
    it->stack = it->stack_store + STACK_GUARD;
    if (fresh)
        memset(store, 0, STACK_GUARD * sizeof *it->stack_store);
    return true;
}

bool
gw_op_reserve(struct gw_op_iter *it, uint32_t count)
{
    if (count <= it->stack_capacity - it->height)
        return true;
    if (count > UINT32_MAX - it->height)
        return fail_limit(it, "operands on the stack", UINT32_MAX);
    return grow_stack(it, it->height + count);
}

static bool
push_list(struct gw_op_iter *it, const gw_valtype *types, uint32_t count)
{
    if (!gw_op_reserve(it, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        it->stack[it->height + i] = types[i];
    it->height += count;
    return true;
}

/* Every frame takes two bytes or more of the function, so a deep function
 * pays for its own frames. */
static bool
grow_ctls(struct gw_op_iter *it)
{
    uint64_t limit = it->options->limits[GW_LIMIT_BLOCK_DEPTH];
    uint64_t most = it->depth + gw_reader_left(&it->reader) / 2 + 1;
    if (it->depth >= limit)
        return fail_limit(it, "blocks inside each other", limit);
    void *block = it->ctls;
    if (!grow(it, &block, 0, &it->ctl_capacity, it->depth + 1,
              most < limit ? most : limit, sizeof *it->ctls))
        return false;
    it->ctls = block;
    /* The frames have moved, and with them the types of the short form. */
    for (uint32_t i = 0; i < it->depth; i++) {
        struct gw_blocktype *type = &it->ctls[i].type;
        if (type->single != GW_TYPE_BOT)
            type->results = &type->single;
    }
    return true;
}

static bool
push_frame(struct gw_op_iter *it, enum gw_op op,
           const struct gw_blocktype *type)
{
    if (it->depth == it->ctl_capacity && !grow_ctls(it))
        return false;
    bool entered = it->depth == 0 || it->reachable;
    struct gw_ctl *ctl = &it->ctls[it->depth++];
    ctl->op = op;
    ctl->height = it->height;
    ctl->init_mark = it->init_count;
    ctl->pc = it->pc;
    ctl->checked = UINT32_MAX;
    ctl->unreachable = false;
    ctl->entered = entered;
    ctl->type = *type;
    if (type->single != GW_TYPE_BOT)
        ctl->type.results = &ctl->type.single;
    it->reachable = entered;
    return push_list(it, type->params, type->param_count);
}

/* Locals set inside of a block are set no more behind it. */
static void
reset_init(struct gw_op_iter *it, uint32_t mark)
{
    while (it->init_count > mark)
        it->init[it->init_log[--it->init_count]] = 0;
}

static bool
restart_frame(struct gw_op_iter *it, const gw_valtype *types, uint32_t count)
{
    struct gw_ctl *ctl = gw_op_frame(it);
    reset_init(it, ctl->init_mark);
    ctl->op = it->op;
    ctl->unreachable = false;
    it->reachable = ctl->entered;
    return push_list(it, types, count);
}

static bool
pop_frame(struct gw_op_iter *it)
{
    const struct gw_ctl *ctl = gw_op_frame(it);
    reset_init(it, ctl->init_mark);
    if (--it->depth == 0)
        return true;
    ctl = gw_op_frame(it);
    it->reachable = ctl->entered && !ctl->unreachable;
    return push_list(it, it->pushes, it->push_count);
}

/* What an operator does to operands and frames after it was delivered. */
static bool
finish(struct gw_op_iter *it)
{
    struct gw_ctl *ctl = gw_op_frame(it);
    switch ((enum gw_op_after)it->after) {
    case GW_AFTER_TERMINATOR:
        ctl->unreachable = true;
        it->height = ctl->height;
        it->reachable = false;
        return true;
    case GW_AFTER_BLOCK:
        return push_frame(it, it->op, &it->imm.block);
    case GW_AFTER_ELSE:
        return restart_frame(it, ctl->type.params, ctl->type.param_count);
    case GW_AFTER_CATCH:
        return restart_frame(it, it->pushes, it->push_count);
    case GW_AFTER_END:
        return pop_frame(it);
    default:
        return push_list(it, it->pushes, it->push_count) &&
               push_list(it, it->tail, it->tail_count);
    }
}

static bool
fail_malformed(struct gw_op_iter *it, const char *text)
{
    return gw_reader_fail(&it->reader, GW_ERR_MALFORMED,
                          it->module->bytes.data + it->pc, "%s", text);
}

static bool
check_memarg(struct gw_op_iter *it)
{
    const struct gw_imm *imm = &it->imm;
    uint32_t natural = gw_op_access_log2(it->op);
    if (!gw_op_check_index(it, "memory", imm->a, it->module->memory_count))
        return false;
    if (imm->b > natural)
        return gw_op_fail(it,
                          "alignment must not be larger than natural: "
                          "2^%u at %s",
                          imm->b, gw_op_table[it->op].text);
    if (imm->b != natural && (gw_op_table[it->op].flags & GW_OPF_ATOMIC))
        return gw_op_fail(it, "alignment must be natural: 2^%u at %s", imm->b,
                          gw_op_table[it->op].text);
    return it->module->memories[imm->a].limits.is64 ||
           imm->u.offset <= UINT32_MAX ||
           gw_op_fail(it, "offset out of range: %llu",
                      (unsigned long long)imm->u.offset);
}

static bool
check_lane(struct gw_op_iter *it, uint32_t lane, uint32_t lanes)
{
    return lane < lanes ||
           gw_op_fail(it, "invalid lane index %u of %u", lane, lanes);
}

/* The text of an operator on lanes begins with their shape: i8x16. */
static uint32_t
lanes_of_text(const char *text)
{
    uint32_t lanes = 0;
    while (*text != '\0' && *text++ != 'x')
        continue;
    for (; *text >= '0' && *text <= '9'; text++)
        lanes = 10 * lanes + (uint32_t)(*text - '0');
    return lanes;
}

static bool
check_shuffle(struct gw_op_iter *it)
{
    for (unsigned i = 0; i < 16; i++) {
        if (!check_lane(it, it->imm.u.v128[i], 32))
            return false;
    }
    return true;
}

/* Do the things that the immediates of a table row name exist? */
static bool
check_imm(struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    const struct gw_imm *imm = &it->imm;
    switch ((enum gw_imm_kind)gw_op_table[it->op].imm) {
    case GW_IMM_MEM:
        return gw_op_check_index(it, "memory", imm->a, module->memory_count);
    case GW_IMM_MEMARG:
        return check_memarg(it);
    case GW_IMM_MEMARG_LANE:
        return check_memarg(it) &&
               check_lane(it, imm->lane, 16u / gw_op_access_size[it->op]);
    case GW_IMM_LANE:
        return check_lane(it, imm->lane,
                          lanes_of_text(gw_op_table[it->op].text));
    case GW_IMM_LANES16:
        return check_shuffle(it);
    case GW_IMM_DATA_MEM:
        return gw_op_check_index(it, "memory", imm->b, module->memory_count) &&
               gw_op_check_data(it, imm->a);
    case GW_IMM_DATA:
        return gw_op_check_data(it, imm->a);
    case GW_IMM_ELEM:
        return gw_op_check_index(it, "elem segment", imm->a,
                                 module->elem_count);
    case GW_IMM_TABLE:
        return gw_op_check_index(it, "table", imm->a, module->table_count);
    default:
        return true;
    }
}

static gw_valtype
type_of_sigval(const struct gw_op_iter *it, uint8_t sigval)
{
    static const gw_valtype types[GW_SV_COUNT] = {
        [GW_SV_I32] = GW_TYPE_I32,
        [GW_SV_I64] = GW_TYPE_I64,
        [GW_SV_F32] = GW_TYPE_F32,
        [GW_SV_F64] = GW_TYPE_F64,
        [GW_SV_V128] = GW_TYPE_V128,
        [GW_SV_EQREF] = GW_REF | GW_NULLABLE | GW_HEAP_EQ,
        [GW_SV_ARRAYREF] = GW_REF | GW_NULLABLE | GW_HEAP_ARRAY,
        [GW_SV_I31REF] = GW_REF | GW_NULLABLE | GW_HEAP_I31,
        [GW_SV_I31] = GW_REF | GW_HEAP_I31,
    };
    const struct gw_module *module = it->module;
    if (sigval == GW_SV_ADDR) {
        bool second = gw_op_table[it->op].imm == GW_IMM_DATA_MEM;
        uint32_t memory = second ? it->imm.b : it->imm.a;
        return gw_op_address(module->memories[memory].limits.is64);
    }
    if (sigval == GW_SV_TADDR)
        return gw_op_address(module->tables[it->imm.a].type.limits.is64);
    return types[sigval];
}

static bool
check_sig(struct gw_op_iter *it)
{
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[it->op].sig];
    if (!check_imm(it))
        return false;
    for (uint32_t i = sig->pop_count; i-- > 0;) {
        if (!gw_op_pop(it, type_of_sigval(it, sig->pop[i])))
            return false;
    }
    for (uint32_t i = 0; i < sig->push_count; i++)
        gw_op_give(it, type_of_sigval(it, sig->push[i]));
    return true;
}

/* The features that an operator needs besides the one of its row: those of
 * the types in its immediates, and arithmetic in a constant expression. */
static uint64_t
needed_features(const struct gw_op_iter *it)
{
    const struct gw_op_info *info = &gw_op_table[it->op];
    const struct gw_blocktype *block = &it->imm.block;
    uint64_t needed = UINT64_C(1) << info->feature;
    switch (info->imm) {
    case GW_IMM_BLOCK:
    case GW_IMM_TRY_TABLE:
        if (block->single != GW_TYPE_BOT)
            return needed | gw_gate_type(block->single);
        if (block->param_count > 0 || block->result_count > 1)
            return needed | GW_FEATURE_BIT(MULTI_VALUE);
        return needed;
    case GW_IMM_HEAP:
    case GW_IMM_VALTYPES:
        return needed | gw_gate_type(it->imm.type);
    case GW_IMM_NONE:
        if (it->constant && gw_sig_table[info->sig].pop_count == 2)
            return needed | GW_FEATURE_BIT(EXTENDED_CONST);
        return needed;
    default:
        return needed;
    }
}

static bool
check_constant(struct gw_op_iter *it)
{
    return (gw_op_table[it->op].flags & GW_OPF_CONST_OK) ||
           it->op == GW_OP_END ||
           gw_op_fail(it, "constant expression required: %s is not constant",
                      gw_op_table[it->op].text);
}

bool
gw_op_perform(struct gw_op_iter *it, const struct gw_sink *sink)
{
    it->push_count = it->tail_count = 0;
    it->after = GW_AFTER_NOTHING;
    gw_op_check_fn *check = gw_op_check_find(it->op);
    if (!(check ? check(it) : check_sig(it)))
        return false;
    if (sink &&
        (it->reachable || (gw_op_table[it->op].flags & GW_OPF_STRUCTURE)) &&
        !sink->op(sink->self, it))
        return false;
    return finish(it);
}

/* Reads one operator. */
static bool
fetch(struct gw_op_iter *it)
{
    struct gw_reader *reader = &it->reader;
    const uint8_t *at = reader->at;
    it->pc = (uint32_t)gw_reader_offset(reader, at);
    if (at == reader->end)
        return fail_malformed(it, "unexpected end");
    if (!gw_op_read(reader, &it->module->types, &it->op, &it->imm))
        return false;
    uint64_t needed = needed_features(it);
    return (!it->constant || check_constant(it)) &&
           gw_gate_check(reader, it->allowed, needed, &it->features, at, NULL);
}

/* One operator, the general way. */
static bool
step(struct gw_op_iter *it, const struct gw_sink *sink)
{
    return fetch(it) && gw_op_perform(it, sink);
}

static bool
walk(struct gw_op_iter *it, const struct gw_sink *sink)
{
    while (it->depth > 0) {
        if (!it->constant && !it->slow && !gw_op_quick_run(it, sink))
            return false;
        if (it->depth > 0 && !step(it, sink))
            return false;
    }
    return true;
}

static bool
reserve_locals(struct gw_op_iter *it, uint64_t count)
{
    uint64_t limit = it->options->limits[GW_LIMIT_LOCALS];
    if (count <= it->locals_capacity)
        return true;
    void *store = it->locals_store;
    if (!grow(it, &store, 0, &it->locals_capacity, (uint32_t)count, limit,
              sizeof *it->locals_store))
        return false;
    it->locals_store = store;
    return true;
}

/* The log and the flags share one block, the log first. */
static bool
reserve_init(struct gw_op_iter *it)
{
    uint32_t count = it->local_count;
    if (count <= it->init_capacity)
        return true;
    void *block = gw_alloc_resize(it->alloc, it->init_log,
                                  it->init_capacity * (size_t)INIT_SIZE,
                                  count * (size_t)INIT_SIZE);
    if (!block)
        return fail_memory(it);
    it->init_log = block;
    it->init = (uint8_t *)(it->init_log + count);
    it->init_capacity = count;
    return true;
}

/* Parameters have values; so has what has a default. */
static bool
start_init(struct gw_op_iter *it)
{
    it->init_count = 0;
    if (!it->init_tracked)
        return true;
    if (!reserve_init(it))
        return false;
    for (uint32_t i = 0; i < it->local_count; i++)
        it->init[i] = i < it->type->param_count ||
                      gw_type_has_default(it->locals[i]);
    return true;
}

/* One run of locals of the same type, if there is room for it; too many are
 * refused by the caller, once all have been counted. */
static bool
read_run(struct gw_op_iter *it, uint64_t *total)
{
    struct gw_reader *reader = &it->reader;
    const struct gw_types *types = &it->module->types;
    const uint8_t *at = reader->at;
    it->pc = (uint32_t)gw_reader_offset(reader, at);
    uint32_t count = gw_read_u32(reader);
    const uint8_t *type_at = reader->at;
    gw_valtype type = gw_read_valtype(reader, types, types->count);
    if (reader->failed)
        return false;
    if (*total + count > UINT32_MAX)
        return fail_malformed(it, "too many locals");
    if (!gw_gate_check(reader, it->allowed, gw_gate_type(type), &it->features,
                       type_at, NULL))
        return false;
    it->init_tracked |= count > 0 && !gw_type_has_default(type);
    uint64_t end = *total + count;
    if (end <= it->options->limits[GW_LIMIT_LOCALS]) {
        if (!reserve_locals(it, end))
            return false;
        for (uint64_t i = *total; i < end; i++)
            it->locals_store[i] = type;
    }
    *total = end;
    return true;
}

static bool
read_locals(struct gw_op_iter *it)
{
    uint64_t total = it->type->param_count;
    it->init_tracked = false;
    if (!reserve_locals(it, total))
        return false;
    if (total > 0)
        memcpy(it->locals_store, it->type->params,
               (size_t)total * sizeof *it->locals_store);
    for (uint32_t i = gw_read_u32(&it->reader); i > 0; i--) {
        if (!read_run(it, &total))
            return false;
    }
    uint64_t limit = it->options->limits[GW_LIMIT_LOCALS];
    if (total > limit)
        return gw_reader_fail(&it->reader, GW_ERR_LIMIT,
                              it->module->bytes.data + it->pc,
                              "too many locals: %llu, the limit is %llu",
                              (unsigned long long)total,
                              (unsigned long long)limit);
    it->locals = it->locals_store;
    it->local_count = (uint32_t)total;
    return !it->reader.failed && start_init(it);
}

/* Makes frame 0. */
static bool
start_walk(struct gw_op_iter *it, const struct gw_blocktype *type)
{
    it->height = 0;
    it->depth = 0;
    it->init_count = 0;
    return (it->stack_store || grow_stack(it, 1)) &&
           push_frame(it, GW_OP_BLOCK, type);
}

/* A body whose last `end` is missing: the wording depends on what a reader
 * that takes no notice of sizes would find there. */
static const char *
text_of_end(const struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    const struct gw_section *code = &module->sections[GW_SECTION_CODE];
    const struct gw_func *func = &module->funcs[it->func];
    if (it->pc < func->offset + (uint64_t)func->size)
        return "unexpected end of section or function";
    if (it->func + 1 < module->func_count)
        return "END opcode expected before the end of the function";
    if (code->offset + (size_t)code->size < module->bytes.size)
        return "section size mismatch: the function has no end";
    return "unexpected end of section or function";
}

/* An operator that the end of its section or function cuts off is read again
 * without regard to that: its number may be wrong however many bytes it has,
 * and then that is the better report. */
static void
reword_end(struct gw_op_iter *it, struct gw_diag *diag)
{
    struct gw_diag again;
    struct gw_reader reader;
    enum gw_op op;
    gw_diag_init(&again);
    gw_reader_init(&reader, it->module->bytes, 0, &again);
    reader.at += it->pc;
    const char *text = "unexpected end of section or function";
    if (it->func != GW_NO_INDEX && it->depth > 0)
        text = text_of_end(it);
    if (it->depth > 0 &&
        !gw_op_read(&reader, &it->module->types, &op, &it->imm) &&
        again.err == GW_ERR_MALFORMED && again.offset == diag->offset &&
        strncmp(again.text, "integer", 7) == 0)
        text = again.text;
    memmove(diag->text, text, strlen(text) + 1);
}

static enum gw_err
failure(struct gw_op_iter *it, struct gw_diag *diag)
{
    if (diag->err == GW_OK)
        return GW_OK;
    if (diag->func == GW_NO_INDEX)
        diag->func = it->func;
    if (gw_diag_says(diag, "unexpected end"))
        reword_end(it, diag);
    return diag->err;
}

/* Begins with the first byte of a function. */
static void
start_func(struct gw_op_iter *it, uint32_t func, struct gw_diag *diag)
{
    const struct gw_func *body = &it->module->funcs[func];
    gw_reader_init(&it->reader, it->module->bytes, 0, diag);
    it->reader.at += body->offset;
    it->reader.end = it->reader.at + body->size;
    it->func = func;
    it->type = gw_module_functype(it->module, func);
    it->pc = body->offset;
    it->constant = false;
    it->declares = NULL;
    it->depth = 0;
}

bool
gw_op_lend(struct gw_op_iter *it, uint32_t func, uint32_t count,
           struct gw_diag *diag)
{
    static const struct gw_blocktype none = { .param_count = 0 };
    start_func(it, func, diag);
    it->local_count = 0;
    it->init_tracked = false;
    return start_walk(it, &none) && gw_op_reserve(it, count);
}

bool
gw_op_step_lent(struct gw_op_iter *it)
{
    uint32_t flow = GW_OPF_STRUCTURE | GW_OPF_BRANCH | GW_OPF_CALL |
                    GW_OPF_TERMINATES;
    return fetch(it) && !(gw_op_table[it->op].flags & flow) &&
           gw_op_perform(it, NULL);
}

enum gw_err
gw_op_iter_run(struct gw_op_iter *it, uint32_t func, const struct gw_sink *sink,
               struct gw_diag *diag)
{
    struct gw_diag scratch;
    if (!diag) {
        gw_diag_init(&scratch);
        diag = &scratch;
    }
    if (it->shapes && !sink && !it->slow && gw_fast_run(it, func))
        return GW_OK;
    start_func(it, func, diag);
    struct gw_blocktype type = { .results = it->type->results,
                                 .result_count = it->type->result_count };
    if (!read_locals(it) || !start_walk(it, &type) || !walk(it, sink))
        return failure(it, diag);
    if (it->reader.at != it->reader.end) {
        gw_reader_fail(&it->reader, GW_ERR_MALFORMED, it->reader.at,
                       "section size mismatch: the function goes on behind "
                       "its end");
        return failure(it, diag);
    }
    return GW_OK;
}

enum gw_err
gw_op_iter_const(struct gw_op_iter *it, struct gw_reader *reader,
                 gw_valtype type, uint32_t global_limit, struct gw_expr *out)
{
    it->reader = *reader;
    it->func = GW_NO_INDEX;
    it->type = NULL;
    it->local_count = 0;
    it->init_tracked = false;
    it->constant = true;
    it->global_limit = global_limit;
    it->pc = (uint32_t)gw_reader_offset(reader, reader->at);
    out->offset = it->pc;
    struct gw_blocktype block = { .result_count = 1, .single = type };
    bool good = !reader->failed && start_walk(it, &block) && walk(it, NULL);
    reader->at = it->reader.at;
    reader->end = it->reader.end;
    reader->failed = it->reader.failed;
    out->size = (uint32_t)gw_reader_offset(reader, reader->at) - out->offset;
    return good ? GW_OK : failure(it, reader->diag);
}
