#include "aot/llvm/ll.h"

#include "wasm/num.h"

/* Accesses, by the rows of mem.def. */

enum form {
    NO_ACCESS,
    A_LOAD,
    A_STORE,
    A_VLOAD,
    A_VLOAD_EXTEND,
    A_VLOAD_LANE,
    A_VSTORE,
    A_VSTORE_LANE,
    AN_ATOMIC_LOAD,
    AN_ATOMIC_STORE,
    AN_ATOMIC_RMW,
    AN_ATOMIC_CMPXCHG,
    AN_ATOMIC_WAIT,
    AN_ATOMIC_NOTIFY
};

enum fill { FILL_ALL, FILL_SPLAT, FILL_ZERO };
enum {
    RMW_ADD = LLVMAtomicRMWBinOpAdd,
    RMW_SUB = LLVMAtomicRMWBinOpSub,
    RMW_AND = LLVMAtomicRMWBinOpAnd,
    RMW_OR = LLVMAtomicRMWBinOpOr,
    RMW_XOR = LLVMAtomicRMWBinOpXor,
    RMW_XCHG = LLVMAtomicRMWBinOpXchg
};

struct access {
    uint8_t form;   /* enum form */
    uint8_t cell;   /* bytes of one cell in memory */
    uint8_t count;  /* cells */
    uint8_t lane;   /* bytes of a lane, or of the operand */
    uint8_t kind;   /* enum fill, or the operation of rmw */
    bool is_signed; /* the cell */
};

#define SIGN_u8 false
#define SIGN_u16 false
#define SIGN_u32 false
#define SIGN_u64 false
#define SIGN_s8 true
#define SIGN_s16 true
#define SIGN_s32 true
#define BYTES(TAG) sizeof(GW_C_##TAG)
#define ROW(IDENT, FORM, CELL, COUNT, LANE, KIND) \
    [GW_OP_##                                     \
        IDENT] = { FORM, BYTES(CELL), COUNT, BYTES(LANE), KIND, SIGN_##CELL },

static const struct access accesses[GW_OP_COUNT] = {
#define LOAD(IDENT, VALUE, MEMORY) ROW(IDENT, A_LOAD, MEMORY, 1, VALUE, 0)
#define STORE(IDENT, VALUE, MEMORY) ROW(IDENT, A_STORE, MEMORY, 1, VALUE, 0)
#define VLOAD(IDENT, LANE, COUNT, KIND) \
    ROW(IDENT, A_VLOAD, LANE, COUNT, LANE, FILL_##KIND)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT) \
    ROW(IDENT, A_VLOAD_EXTEND, MEMORY, COUNT, LANE, 0)
#define VLOAD_LANE(IDENT, LANE) ROW(IDENT, A_VLOAD_LANE, LANE, 1, LANE, 0)
#define VSTORE(IDENT, LANE, COUNT) ROW(IDENT, A_VSTORE, LANE, COUNT, LANE, 0)
#define VSTORE_LANE(IDENT, LANE) ROW(IDENT, A_VSTORE_LANE, LANE, 1, LANE, 0)
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY) \
    ROW(IDENT, AN_ATOMIC_LOAD, MEMORY, 1, VALUE, 0)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY) \
    ROW(IDENT, AN_ATOMIC_STORE, MEMORY, 1, VALUE, 0)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND) \
    ROW(IDENT, AN_ATOMIC_RMW, MEMORY, 1, VALUE, RMW_##KIND)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY) \
    ROW(IDENT, AN_ATOMIC_CMPXCHG, MEMORY, 1, VALUE, 0)
#define ATOMIC_WAIT(IDENT, MEMORY) \
    ROW(IDENT, AN_ATOMIC_WAIT, MEMORY, 1, MEMORY, 0)
#define ATOMIC_NOTIFY(IDENT, MEMORY) \
    ROW(IDENT, AN_ATOMIC_NOTIFY, MEMORY, 1, MEMORY, 0)
#include "wasm/mem.def"
};

static LLVMTypeRef
int_type(const struct gw_ll *ll, uint32_t bytes)
{
    return LLVMIntTypeInContext(ll->context, bytes * 8);
}

/* ---- where ---- */

static const struct gw_memtype *
memtype(const struct gw_ll *ll)
{
    return &ll->module->memories[ll->it->imm.a];
}

static LLVMValueRef
meminst(struct gw_ll *ll)
{
    uint32_t memory = ll->it->imm.a;
    if (memory == 0)
        return gw_ll_load_fixed(ll, ll->ptr, ll->ctx,
                                offsetof(struct gw_vmctx, mem0));
    return gw_ll_load_item(ll, ll->ptr, offsetof(struct gw_vmctx, memories),
                           memory, sizeof(void *));
}

/* Guarded and shared memories never move. */
static LLVMValueRef
base_of(struct gw_ll *ll)
{
    const struct gw_memtype *type = memtype(ll);
    bool fixed = type->limits.shared ||
                 gw_memtype_guarded(ll->program->engine, type);
    bool first = ll->it->imm.a == 0;
    LLVMValueRef at = first ? ll->ctx : meminst(ll);
    uint64_t offset = first ? offsetof(struct gw_vmctx, mem0_base)
                            : offsetof(struct gw_meminst, base);
    if (fixed)
        return gw_ll_load_fixed(ll, ll->ptr, at, offset);
    return gw_ll_load(ll, GW_LL_CONTEXT, ll->ptr, gw_ll_at(ll, at, offset));
}

/* Traps unless size bytes at the effective address are inside.  A sum of an
 * index and an offset of 32 bits does not wrap. */
static void
check_bounds(struct gw_ll *ll, LLVMValueRef place, LLVMValueRef index,
             uint64_t size)
{
    bool is64 = memtype(ll)->limits.is64;
    LLVMValueRef bytes = gw_ll_load(
        ll, GW_LL_CONTEXT, ll->i64,
        gw_ll_at(ll, meminst(ll), offsetof(struct gw_meminst, size)));
    LLVMValueRef end = LLVMBuildAdd(ll->b, place, gw_ll_int(ll, ll->i64, size),
                                    "");
    LLVMValueRef bad = LLVMBuildICmp(ll->b, LLVMIntUGT, end, bytes, "");
    if (is64) {
        LLVMValueRef wraps = LLVMBuildICmp(ll->b, LLVMIntULT, place, index, "");
        LLVMValueRef ends = LLVMBuildICmp(ll->b, LLVMIntULT, end, place, "");
        bad = LLVMBuildOr(ll->b, bad, LLVMBuildOr(ll->b, wraps, ends, ""), "");
    }
    gw_ll_trap_if(ll, bad, GW_TRAP_MEMORY_OUT_OF_BOUNDS);
}

/* The effective address, and where it is in the memory. */
struct place {
    LLVMValueRef index, address;
};

static struct place
effective(struct gw_ll *ll)
{
    struct place place;
    place.index = gw_ll_get(ll, 0);
    if (LLVMTypeOf(place.index) != ll->i64)
        place.index = LLVMBuildZExt(ll->b, place.index, ll->i64, "");
    place.address = LLVMBuildAdd(ll->b, place.index,
                                 gw_ll_int(ll, ll->i64, ll->it->imm.u.offset),
                                 "");
    return place;
}

static LLVMValueRef
find(struct gw_ll *ll, uint64_t size)
{
    struct place place = effective(ll);
    if (gw_memtype_guarded(ll->program->engine, memtype(ll))) {
        LLVMValueRef at = LLVMBuildGEP2(ll->b, ll->i8, base_of(ll),
                                        &place.index, 1, "");
        return gw_ll_at(ll, at, ll->it->imm.u.offset);
    }
    check_bounds(ll, place.address, place.index, size);
    return LLVMBuildGEP2(ll->b, ll->i8, base_of(ll), &place.address, 1, "");
}

/* The address of an atomic access: aligned first, then inside. */
static struct place
find_aligned(struct gw_ll *ll, uint64_t size)
{
    struct place place = effective(ll);
    LLVMValueRef rest = LLVMBuildAnd(ll->b, place.address,
                                     gw_ll_int(ll, ll->i64, size - 1), "");
    gw_ll_trap_if(ll,
                  LLVMBuildICmp(ll->b, LLVMIntNE, rest,
                                gw_ll_int(ll, ll->i64, 0), ""),
                  GW_TRAP_UNALIGNED_ATOMIC);
    check_bounds(ll, place.address, place.index, size);
    return place;
}

static LLVMValueRef
find_atomic(struct gw_ll *ll, uint64_t size)
{
    struct place place = find_aligned(ll, size);
    return LLVMBuildGEP2(ll->b, ll->i8, base_of(ll), &place.address, 1, "");
}

/* ---- scalars ---- */

static LLVMTypeRef
result_type(const struct gw_ll *ll)
{
    static const gw_valtype types[GW_SV_COUNT] = {
        [GW_SV_I32] = GW_TYPE_I32,   [GW_SV_I64] = GW_TYPE_I64,
        [GW_SV_F32] = GW_TYPE_F32,   [GW_SV_F64] = GW_TYPE_F64,
        [GW_SV_V128] = GW_TYPE_V128,
    };
    uint32_t sig = gw_op_table[ll->it->op].sig;
    return gw_ll_type(ll, types[gw_sig_table[sig].push[0]]);
}

/* A cell of memory as an operand. */
static LLVMValueRef
extend_cell(struct gw_ll *ll, const struct access *access, LLVMValueRef cell)
{
    LLVMTypeRef type = int_type(ll, access->lane);
    if (access->cell == access->lane)
        return cell;
    return access->is_signed ? LLVMBuildSExt(ll->b, cell, type, "")
                             : LLVMBuildZExt(ll->b, cell, type, "");
}

static LLVMValueRef
shorten(struct gw_ll *ll, const struct access *access, LLVMValueRef value)
{
    if (access->cell == access->lane)
        return value;
    return LLVMBuildTrunc(ll->b, value, int_type(ll, access->cell), "");
}

/* A load of a guarded memory is marked: optimise.c keeps it. */
static LLVMValueRef
load_cell(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef at)
{
    LLVMValueRef cell = gw_ll_load(ll, GW_LL_MEMORY, type, at);
    if (gw_memtype_guarded(ll->program->engine, memtype(ll)))
        LLVMSetMetadata(cell, ll->traps, ll->empty);
    return cell;
}

static void
load(struct gw_ll *ll, const struct access *access)
{
    LLVMTypeRef result = result_type(ll);
    LLVMValueRef at = find(ll, access->cell);
    LLVMTypeRef type = access->cell == access->lane
                           ? result
                           : int_type(ll, access->cell);
    LLVMValueRef cell = load_cell(ll, type, at);
    gw_ll_set(ll, 0, extend_cell(ll, access, cell));
}

static void
store(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find(ll, access->cell);
    gw_ll_store(ll, GW_LL_MEMORY, shorten(ll, access, gw_ll_get(ll, 1)), at);
}

/* ---- vectors ---- */

static LLVMTypeRef
vector_of(const struct gw_ll *ll, uint32_t bytes, uint32_t count)
{
    return LLVMVectorType(int_type(ll, bytes), count);
}

static LLVMValueRef
as_v128(struct gw_ll *ll, LLVMValueRef vector)
{
    return LLVMBuildBitCast(ll->b, vector, ll->v128, "");
}

static void
load_vector(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find(ll, (uint64_t)access->cell * access->count);
    if (access->kind == FILL_ALL) {
        gw_ll_set(ll, 0, load_cell(ll, ll->v128, at));
        return;
    }
    uint32_t lanes = 16u / access->cell;
    LLVMTypeRef type = vector_of(ll, access->cell, lanes);
    LLVMValueRef zero = LLVMConstNull(type);
    LLVMValueRef cell = load_cell(ll, int_type(ll, access->cell), at);
    LLVMValueRef vector = LLVMBuildInsertElement(ll->b, zero, cell,
                                                 gw_ll_int(ll, ll->i32, 0), "");
    if (access->kind == FILL_SPLAT)
        vector = LLVMBuildShuffleVector(ll->b, vector, zero,
                                        LLVMConstNull(
                                            LLVMVectorType(ll->i32, lanes)),
                                        "");
    gw_ll_set(ll, 0, as_v128(ll, vector));
}

static void
load_extend(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find(ll, (uint64_t)access->cell * access->count);
    LLVMTypeRef narrow = vector_of(ll, access->cell, access->count);
    LLVMTypeRef wide = vector_of(ll, access->lane, access->count);
    LLVMValueRef cells = load_cell(ll, narrow, at);
    cells = access->is_signed ? LLVMBuildSExt(ll->b, cells, wide, "")
                              : LLVMBuildZExt(ll->b, cells, wide, "");
    gw_ll_set(ll, 0, as_v128(ll, cells));
}

static void
load_lane(struct gw_ll *ll, const struct access *access)
{
    LLVMTypeRef type = vector_of(ll, access->cell, 16u / access->cell);
    LLVMValueRef vector = LLVMBuildBitCast(ll->b, gw_ll_get(ll, 1), type, "");
    LLVMValueRef cell = load_cell(ll, int_type(ll, access->cell),
                                  find(ll, access->cell));
    vector = LLVMBuildInsertElement(ll->b, vector, cell,
                                    gw_ll_int(ll, ll->i32, ll->it->imm.lane),
                                    "");
    gw_ll_set(ll, 0, as_v128(ll, vector));
}

static void
store_lane(struct gw_ll *ll, const struct access *access)
{
    LLVMTypeRef type = vector_of(ll, access->cell, 16u / access->cell);
    LLVMValueRef vector = LLVMBuildBitCast(ll->b, gw_ll_get(ll, 1), type, "");
    LLVMValueRef cell = LLVMBuildExtractElement(
        ll->b, vector, gw_ll_int(ll, ll->i32, ll->it->imm.lane), "");
    gw_ll_store(ll, GW_LL_MEMORY, cell, find(ll, access->cell));
}

/* ---- atomics ---- */

static void
load_atomic(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find_atomic(ll, access->cell);
    LLVMValueRef cell = LLVMBuildLoad2(ll->b, int_type(ll, access->cell), at,
                                       "");
    LLVMSetOrdering(cell, LLVMAtomicOrderingSequentiallyConsistent);
    LLVMSetAlignment(cell, access->cell);
    LLVMSetVolatile(cell, true);
    gw_ll_set(ll, 0, extend_cell(ll, access, cell));
}

static void
store_atomic(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find_atomic(ll, access->cell);
    LLVMValueRef cell = LLVMBuildStore(ll->b,
                                       shorten(ll, access, gw_ll_get(ll, 1)),
                                       at);
    LLVMSetOrdering(cell, LLVMAtomicOrderingSequentiallyConsistent);
    LLVMSetAlignment(cell, access->cell);
    LLVMSetVolatile(cell, true);
}

static void
change_atomic(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find_atomic(ll, access->cell);
    LLVMValueRef old =
        LLVMBuildAtomicRMW(ll->b, (LLVMAtomicRMWBinOp)access->kind, at,
                           shorten(ll, access, gw_ll_get(ll, 1)),
                           LLVMAtomicOrderingSequentiallyConsistent, false);
    gw_ll_set(ll, 0, extend_cell(ll, access, old));
}

static void
exchange_atomic(struct gw_ll *ll, const struct access *access)
{
    LLVMValueRef at = find_atomic(ll, access->cell);
    LLVMValueRef both =
        LLVMBuildAtomicCmpXchg(ll->b, at, shorten(ll, access, gw_ll_get(ll, 1)),
                               shorten(ll, access, gw_ll_get(ll, 2)),
                               LLVMAtomicOrderingSequentiallyConsistent,
                               LLVMAtomicOrderingSequentiallyConsistent, false);
    LLVMValueRef old = LLVMBuildExtractValue(ll->b, both, 0, "");
    gw_ll_set(ll, 0, extend_cell(ll, access, old));
}

/* The helpers look at the address themselves. */
static void
wait_or_notify(struct gw_ll *ll, const struct access *access)
{
    bool wait = access->form == AN_ATOMIC_WAIT;
    struct place place = find_aligned(ll, access->cell);
    LLVMValueRef args[4] = { gw_ll_int(ll, ll->i64, ll->it->imm.a),
                             place.address, gw_ll_get(ll, 1), NULL };
    enum gw_ll_helper helper = GW_HELPER_notify;
    if (wait) {
        args[3] = gw_ll_get(ll, 2);
        helper = access->cell == 4 ? GW_HELPER_wait32 : GW_HELPER_wait64;
    }
    LLVMValueRef out = gw_ll_helper(ll, helper, args);
    gw_ll_set(ll, 0, LLVMBuildTrunc(ll->b, out, ll->i32, ""));
}

bool
gw_ll_mem(struct gw_ll *ll)
{
    const struct access *access = &accesses[ll->it->op];
    switch ((enum form)access->form) {
    case A_LOAD:
        load(ll, access);
        return true;
    case A_STORE:
        store(ll, access);
        return true;
    case A_VLOAD:
        load_vector(ll, access);
        return true;
    case A_VLOAD_EXTEND:
        load_extend(ll, access);
        return true;
    case A_VLOAD_LANE:
        load_lane(ll, access);
        return true;
    case A_VSTORE:
        gw_ll_store(ll, GW_LL_MEMORY, gw_ll_get(ll, 1), find(ll, 16));
        return true;
    case A_VSTORE_LANE:
        store_lane(ll, access);
        return true;
    case AN_ATOMIC_LOAD:
        load_atomic(ll, access);
        return true;
    case AN_ATOMIC_STORE:
        store_atomic(ll, access);
        return true;
    case AN_ATOMIC_RMW:
        change_atomic(ll, access);
        return true;
    case AN_ATOMIC_CMPXCHG:
        exchange_atomic(ll, access);
        return true;
    case AN_ATOMIC_WAIT:
    case AN_ATOMIC_NOTIFY:
        wait_or_notify(ll, access);
        return true;
    case NO_ACCESS:
        break;
    }
    return false;
}
