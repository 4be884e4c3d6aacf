#include "aot/llvm/ll.h"

#include <math.h>

/* What a row of number.def says.  in: the operands; the value is the result,
 * NULL when the function has set the results itself. */
struct number;
typedef LLVMValueRef build_fn(struct gw_ll *ll, const struct number *row,
                              LLVMValueRef *in);

struct number {
    build_fn *build;
    int argument;
    enum gw_lanes lanes;
    const char *name;
};

static const uint8_t lane_counts[GW_LANES_COUNT] = {
    [GW_LANES_I8] = 16, [GW_LANES_I16] = 8, [GW_LANES_I32] = 4,
    [GW_LANES_I64] = 2, [GW_LANES_F32] = 4, [GW_LANES_F64] = 2,
};

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

static bool
is_vector(LLVMValueRef value)
{
    return LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMVectorTypeKind;
}

static LLVMValueRef
number(struct gw_ll *ll, LLVMTypeRef type, uint64_t value)
{
    if (LLVMGetTypeKind(type) != LLVMVectorTypeKind)
        return gw_ll_int(ll, type, value);
    LLVMValueRef all[16];
    LLVMTypeRef lane = LLVMGetElementType(type);
    unsigned count = LLVMGetVectorSize(type);
    for (unsigned i = 0; i < count; i++)
        all[i] = gw_ll_int(ll, lane, value);
    return LLVMConstVector(all, count);
}

/* ---- simple ones ---- */

static LLVMValueRef
binary(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildBinOp(ll->b, (LLVMOpcode)row->argument, in[0], in[1], "");
}

static LLVMValueRef
unary(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return gw_ll_intrinsic1(ll, row->name, in[0]);
}

static LLVMValueRef
binary_call(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return gw_ll_intrinsic2(ll, row->name, in[0], in[1]);
}

/* A scalar is 1 or 0, a lane all ones or zeros. */
static LLVMValueRef
truth(struct gw_ll *ll, const struct number *row, LLVMValueRef bits)
{
    if (!is_vector(bits))
        return LLVMBuildZExt(ll->b, bits, ll->i32, "");
    static const enum gw_lanes integers[GW_LANES_COUNT] = {
        [GW_LANES_I8] = GW_LANES_I8,   [GW_LANES_I16] = GW_LANES_I16,
        [GW_LANES_I32] = GW_LANES_I32, [GW_LANES_I64] = GW_LANES_I64,
        [GW_LANES_F32] = GW_LANES_I32, [GW_LANES_F64] = GW_LANES_I64,
    };
    return LLVMBuildSExt(ll->b, bits, ll->vectors[integers[row->lanes]], "");
}

static LLVMValueRef
compare(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return truth(ll, row,
                 LLVMBuildICmp(ll->b, (LLVMIntPredicate)row->argument, in[0],
                               in[1], ""));
}

static LLVMValueRef
compare_float(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return truth(ll, row,
                 LLVMBuildFCmp(ll->b, (LLVMRealPredicate)row->argument, in[0],
                               in[1], ""));
}

static LLVMValueRef
is_zero(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef zero = LLVMConstNull(LLVMTypeOf(in[0]));
    return truth(ll, row, LLVMBuildICmp(ll->b, LLVMIntEQ, in[0], zero, ""));
}

static LLVMValueRef
count_zeros(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef type = LLVMTypeOf(in[0]);
    LLVMValueRef args[2] = { in[0], gw_ll_int(ll, ll->i1, 0) };
    return gw_ll_intrinsic(ll, row->name, &type, 1, args, 2);
}

static LLVMValueRef
absolute(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return count_zeros(ll, row, in); /* its second argument is alike */
}

static LLVMValueRef
negate(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return LLVMBuildNeg(ll->b, in[0], "");
}

static LLVMValueRef
negate_float(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return LLVMBuildFNeg(ll->b, in[0], "");
}

static LLVMValueRef
invert(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return LLVMBuildNot(ll->b, in[0], "");
}

static LLVMValueRef
and_not(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return LLVMBuildAnd(ll->b, in[0], LLVMBuildNot(ll->b, in[1], ""), "");
}

static LLVMValueRef
choose_bits(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    LLVMValueRef a = LLVMBuildAnd(ll->b, in[0], in[2], "");
    LLVMValueRef b = LLVMBuildAnd(ll->b, in[1], LLVMBuildNot(ll->b, in[2], ""),
                                  "");
    return LLVMBuildOr(ll->b, a, b, "");
}

/* ---- shifts ---- */

static LLVMValueRef
spread(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef scalar)
{
    LLVMValueRef zero = LLVMConstNull(type);
    LLVMValueRef one = LLVMBuildInsertElement(ll->b, zero, scalar,
                                              gw_ll_int(ll, ll->i32, 0), "");
    LLVMTypeRef mask = LLVMVectorType(ll->i32, LLVMGetVectorSize(type));
    return LLVMBuildShuffleVector(ll->b, one, zero, LLVMConstNull(mask), "");
}

static LLVMValueRef
shift(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef type = LLVMTypeOf(in[0]);
    bool vector = is_vector(in[0]);
    LLVMTypeRef lane = vector ? LLVMGetElementType(type) : type;
    uint64_t bits = LLVMGetIntTypeWidth(lane);
    LLVMValueRef by = in[1];
    if (vector)
        by = LLVMBuildAnd(ll->b, by, gw_ll_int(ll, ll->i32, bits - 1), "");
    by = LLVMBuildIntCast2(ll->b, by, lane, false, "");
    by = LLVMBuildAnd(ll->b, by, gw_ll_int(ll, lane, bits - 1), "");
    return LLVMBuildBinOp(ll->b, (LLVMOpcode)row->argument, in[0],
                          vector ? spread(ll, type, by) : by, "");
}

static LLVMValueRef
rotate(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef type = LLVMTypeOf(in[0]);
    LLVMValueRef args[3] = { in[0], in[0], in[1] };
    return gw_ll_intrinsic(ll, row->name, &type, 1, args, 3);
}

static LLVMValueRef
sign_extend(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef narrow = LLVMIntTypeInContext(ll->context,
                                              (unsigned)row->argument);
    LLVMValueRef value = LLVMBuildTrunc(ll->b, in[0], narrow, "");
    return LLVMBuildSExt(ll->b, value, LLVMTypeOf(in[0]), "");
}

/* ---- division ---- */

static LLVMValueRef
divide(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef type = LLVMTypeOf(in[0]);
    LLVMValueRef zero = LLVMConstNull(type), ones = LLVMConstAllOnes(type);
    LLVMValueRef divisor = in[1];
    LLVMOpcode opcode = (LLVMOpcode)row->argument;
    gw_ll_trap_if(ll, LLVMBuildICmp(ll->b, LLVMIntEQ, divisor, zero, ""),
                  GW_TRAP_INTEGER_DIVIDE_BY_ZERO);
    if (opcode == LLVMSDiv || opcode == LLVMSRem) {
        uint64_t bits = LLVMGetIntTypeWidth(type);
        LLVMValueRef least = gw_ll_int(ll, type, UINT64_C(1) << (bits - 1));
        LLVMValueRef minus = LLVMBuildICmp(ll->b, LLVMIntEQ, divisor, ones, "");
        LLVMValueRef low = LLVMBuildICmp(ll->b, LLVMIntEQ, in[0], least, "");
        if (opcode == LLVMSDiv)
            gw_ll_trap_if(ll, LLVMBuildAnd(ll->b, low, minus, ""),
                          GW_TRAP_INTEGER_OVERFLOW);
        else /* what is divided by -1 leaves 0, as by 1 */
            divisor = LLVMBuildSelect(ll->b, minus, gw_ll_int(ll, type, 1),
                                      divisor, "");
    }
    return LLVMBuildBinOp(ll->b, opcode, in[0], divisor, "");
}

/* ---- floats ---- */

/* LLVM may drop an operation that changes nothing but quiets a NaN. */
static LLVMValueRef
quiet(struct gw_ll *ll, LLVMValueRef value)
{
    return gw_ll_intrinsic1(ll, "llvm.canonicalize", value);
}

static LLVMValueRef
arithmetic(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef value = binary(ll, row, in);
    return LLVMIsConstant(in[0]) || LLVMIsConstant(in[1]) ? quiet(ll, value)
                                                          : value;
}

/* LLVM's minimum and maximum hand signalling NaNs on; a sum quiets them. */
static LLVMValueRef
extremum(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef nan = LLVMBuildFCmp(ll->b, LLVMRealUNO, in[0], in[1], "");
    LLVMValueRef sum = LLVMBuildFAdd(ll->b, in[0], in[1], "");
    return LLVMBuildSelect(ll->b, nan, sum, binary_call(ll, row, in), "");
}

static LLVMValueRef
pick(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef less = row->argument ? LLVMBuildFCmp(ll->b, LLVMRealOLT, in[0],
                                                      in[1], "")
                                      : LLVMBuildFCmp(ll->b, LLVMRealOLT, in[1],
                                                      in[0], "");
    return LLVMBuildSelect(ll->b, less, in[1], in[0], "");
}

/* ---- conversions ---- */

static LLVMValueRef
convert(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildCast(ll->b, (LLVMOpcode)row->argument, in[0],
                         result_type(ll), "");
}

static bool
is_cast(LLVMValueRef value)
{
    return LLVMIsAInstruction(value) && LLVMIsACastInst(value);
}

static LLVMValueRef
demote(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef value = convert(ll, row, in);
    return is_cast(in[0]) ? quiet(ll, value) : value;
}

/* The floats between which the result fits; the lower may be reached by a
 * signed result of at most as many bits as the operand's mantissa. */
struct range {
    double low, high;
    bool low_fits;
};

static struct range
find_range(struct gw_ll *ll, bool is_signed, LLVMTypeRef from)
{
    bool is64 = result_type(ll) == ll->i64;
    double high = ldexp(1.0, (is64 ? 64 : 32) - is_signed);
    struct range range = { is_signed ? -high : -1.0, high, is_signed };
    if (is_signed && !is64 && from == ll->f64) {
        range.low -= 1;
        range.low_fits = false;
    }
    return range;
}

static LLVMValueRef
truncate(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef from = LLVMTypeOf(in[0]);
    struct range range = find_range(ll, row->argument == LLVMFPToSI, from);
    LLVMValueRef nan = LLVMBuildFCmp(ll->b, LLVMRealUNO, in[0], in[0], "");
    LLVMValueRef below =
        LLVMBuildFCmp(ll->b, range.low_fits ? LLVMRealOLT : LLVMRealOLE, in[0],
                      LLVMConstReal(from, range.low), "");
    LLVMValueRef above = LLVMBuildFCmp(ll->b, LLVMRealOGE, in[0],
                                       LLVMConstReal(from, range.high), "");
    gw_ll_trap_if(ll, nan, GW_TRAP_INVALID_CONVERSION);
    gw_ll_trap_if(ll, LLVMBuildOr(ll->b, below, above, ""),
                  GW_TRAP_INTEGER_OVERFLOW);
    return convert(ll, row, in);
}

static LLVMValueRef
call_saturate(struct gw_ll *ll, const char *name, LLVMTypeRef to,
              LLVMValueRef value)
{
    LLVMTypeRef types[2] = { to, LLVMTypeOf(value) };
    return gw_ll_intrinsic(ll, name, types, 2, &value, 1);
}

static LLVMValueRef
saturate(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return call_saturate(ll, row->name, result_type(ll), in[0]);
}

/* ---- wide arithmetic ---- */

static LLVMValueRef
join(struct gw_ll *ll, LLVMTypeRef wide, LLVMValueRef low, LLVMValueRef high)
{
    low = LLVMBuildZExt(ll->b, low, wide, "");
    high = LLVMBuildZExt(ll->b, high, wide, "");
    high = LLVMBuildShl(ll->b, high, gw_ll_int(ll, wide, 64), "");
    return LLVMBuildOr(ll->b, low, high, "");
}

static LLVMValueRef
set_halves(struct gw_ll *ll, LLVMTypeRef wide, LLVMValueRef value)
{
    LLVMValueRef high = LLVMBuildLShr(ll->b, value, gw_ll_int(ll, wide, 64),
                                      "");
    gw_ll_set(ll, 0, LLVMBuildTrunc(ll->b, value, ll->i64, ""));
    gw_ll_set(ll, 1, LLVMBuildTrunc(ll->b, high, ll->i64, ""));
    return NULL;
}

static LLVMValueRef
add_wide(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef wide = LLVMIntTypeInContext(ll->context, 128);
    LLVMValueRef both[2] = { join(ll, wide, in[0], in[1]),
                             join(ll, wide, in[2], in[3]) };
    return set_halves(ll, wide, binary(ll, row, both));
}

static LLVMValueRef
multiply_wide(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef wide = LLVMIntTypeInContext(ll->context, 128);
    LLVMOpcode extend = (LLVMOpcode)row->argument;
    LLVMValueRef a = LLVMBuildCast(ll->b, extend, in[0], wide, "");
    LLVMValueRef b = LLVMBuildCast(ll->b, extend, in[1], wide, "");
    return set_halves(ll, wide, LLVMBuildMul(ll->b, a, b, ""));
}

/* ---- lanes ---- */

/* Lanes first, first + step … of a vector. */
static LLVMValueRef
every(struct gw_ll *ll, LLVMValueRef vector, unsigned first, unsigned step,
      unsigned count)
{
    LLVMValueRef mask[16];
    for (unsigned i = 0; i < count; i++)
        mask[i] = gw_ll_int(ll, ll->i32, first + i * step);
    return LLVMBuildShuffleVector(ll->b, vector, vector,
                                  LLVMConstVector(mask, count), "");
}

/* Two vectors, one behind the other. */
static LLVMValueRef
append(struct gw_ll *ll, LLVMValueRef a, LLVMValueRef b)
{
    LLVMValueRef mask[16];
    unsigned count = 2 * LLVMGetVectorSize(LLVMTypeOf(a));
    for (unsigned i = 0; i < count; i++)
        mask[i] = gw_ll_int(ll, ll->i32, i);
    return LLVMBuildShuffleVector(ll->b, a, b, LLVMConstVector(mask, count),
                                  "");
}

static LLVMValueRef
shuffle(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef mask[16];
    (void)row;
    for (int i = 0; i < 16; i++)
        mask[i] = gw_ll_int(ll, ll->i32, ll->it->imm.u.v128[i]);
    return LLVMBuildShuffleVector(ll->b, in[0], in[1],
                                  LLVMConstVector(mask, 16), "");
}

/* A lane number past 15 gives 0: where the machine has an instruction that
 * looks at its highest bit, numbers are moved there. */
static LLVMValueRef
swizzle(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef args[2] = { in[0], in[1] }, value = LLVMConstNull(ll->v128);
    (void)row;
    if (ll->ssse3) {
        args[1] = gw_ll_intrinsic2(ll, "llvm.uadd.sat", in[1],
                                   number(ll, ll->v128, 0x70));
        return gw_ll_intrinsic(ll, "llvm.x86.ssse3.pshuf.b.128", NULL, 0, args,
                               2);
    }
    if (!ll->x86)
        return gw_ll_intrinsic(ll, "llvm.aarch64.neon.tbl1", &ll->v128, 1, args,
                               2);
    for (unsigned i = 0; i < 16; i++) {
        LLVMValueRef at = gw_ll_int(ll, ll->i32, i);
        LLVMValueRef from = LLVMBuildExtractElement(ll->b, in[1], at, "");
        LLVMValueRef good = LLVMBuildICmp(ll->b, LLVMIntULT, from,
                                          gw_ll_int(ll, ll->i8, 16), "");
        from = LLVMBuildAnd(ll->b, from, gw_ll_int(ll, ll->i8, 15), "");
        LLVMValueRef lane = LLVMBuildExtractElement(ll->b, in[0], from, "");
        lane = LLVMBuildSelect(ll->b, good, lane, gw_ll_int(ll, ll->i8, 0), "");
        value = LLVMBuildInsertElement(ll->b, value, lane, at, "");
    }
    return value;
}

/* A scalar operand as a lane. */
static LLVMValueRef
as_lane(struct gw_ll *ll, const struct number *row, LLVMValueRef value)
{
    LLVMTypeRef lane = LLVMGetElementType(ll->vectors[row->lanes]);
    return LLVMTypeOf(value) == lane ? value
                                     : LLVMBuildTrunc(ll->b, value, lane, "");
}

static LLVMValueRef
splat(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return spread(ll, ll->vectors[row->lanes], as_lane(ll, row, in[0]));
}

static LLVMValueRef
lane_number(struct gw_ll *ll)
{
    return gw_ll_int(ll, ll->i32, ll->it->imm.lane);
}

static LLVMValueRef
extract(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef lane = LLVMBuildExtractElement(ll->b, in[0], lane_number(ll),
                                                "");
    LLVMTypeRef type = result_type(ll);
    return LLVMTypeOf(lane) == type
               ? lane
               : LLVMBuildCast(ll->b, (LLVMOpcode)row->argument, lane, type,
                               "");
}

static LLVMValueRef
replace(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildInsertElement(ll->b, in[0], as_lane(ll, row, in[1]),
                                  lane_number(ll), "");
}

/* One bit for each lane, as a number. */
static LLVMValueRef
gather(struct gw_ll *ll, LLVMIntPredicate predicate, LLVMValueRef vector)
{
    LLVMTypeRef type = LLVMTypeOf(vector);
    unsigned count = LLVMGetVectorSize(type);
    LLVMValueRef bits = LLVMBuildICmp(ll->b, predicate, vector,
                                      LLVMConstNull(type), "");
    return LLVMBuildBitCast(ll->b, bits,
                            LLVMIntTypeInContext(ll->context, count), "");
}

static LLVMValueRef
any_true(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef bits = gather(ll, LLVMIntNE, in[0]);
    LLVMValueRef none = LLVMConstNull(LLVMTypeOf(bits));
    return truth(ll, row, LLVMBuildICmp(ll->b, LLVMIntNE, bits, none, ""));
}

static LLVMValueRef
all_true(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef bits = gather(ll, LLVMIntEQ, in[0]);
    LLVMValueRef none = LLVMConstNull(LLVMTypeOf(bits));
    return truth(ll, row, LLVMBuildICmp(ll->b, LLVMIntEQ, bits, none, ""));
}

static LLVMValueRef
bitmask(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return LLVMBuildZExt(ll->b, gather(ll, LLVMIntSLT, in[0]), ll->i32, "");
}

/* ---- lanes of other widths ---- */

/* A vector type with lanes of twice the bits. */
static LLVMTypeRef
wider(struct gw_ll *ll, LLVMValueRef vector)
{
    LLVMTypeRef type = LLVMTypeOf(vector);
    unsigned bits = LLVMGetIntTypeWidth(LLVMGetElementType(type));
    return LLVMVectorType(LLVMIntTypeInContext(ll->context, 2 * bits),
                          LLVMGetVectorSize(type));
}

static LLVMValueRef
widen(struct gw_ll *ll, LLVMOpcode extend, LLVMValueRef vector)
{
    return LLVMBuildCast(ll->b, extend, vector, wider(ll, vector), "");
}

/* Lanes that are too large or too small become the limits of lanes of half
 * the bits. */
static LLVMValueRef
clamp(struct gw_ll *ll, LLVMValueRef vector, bool is_signed)
{
    LLVMTypeRef type = LLVMTypeOf(vector);
    unsigned bits = LLVMGetIntTypeWidth(LLVMGetElementType(type)) / 2;
    uint64_t high = (UINT64_C(1) << (is_signed ? bits - 1 : bits)) - 1;
    uint64_t low = is_signed ? ~high : 0;
    LLVMTypeRef half = LLVMVectorType(LLVMIntTypeInContext(ll->context, bits),
                                      LLVMGetVectorSize(type));
    vector = gw_ll_intrinsic2(ll, "llvm.smin", vector, number(ll, type, high));
    vector = gw_ll_intrinsic2(ll, "llvm.smax", vector, number(ll, type, low));
    return LLVMBuildTrunc(ll->b, vector, half, "");
}

static LLVMValueRef
narrow(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return append(ll, clamp(ll, in[0], row->argument),
                  clamp(ll, in[1], row->argument));
}

static LLVMValueRef
average(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef a = widen(ll, LLVMZExt, in[0]), b = widen(ll, LLVMZExt, in[1]);
    LLVMValueRef one = number(ll, LLVMTypeOf(a), 1);
    LLVMValueRef sum = LLVMBuildAdd(ll->b, LLVMBuildAdd(ll->b, a, b, ""), one,
                                    "");
    return LLVMBuildTrunc(ll->b, LLVMBuildLShr(ll->b, sum, one, ""),
                          ll->vectors[row->lanes], "");
}

static LLVMValueRef
multiply_q15(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef a = widen(ll, LLVMSExt, in[0]), b = widen(ll, LLVMSExt, in[1]);
    LLVMTypeRef type = LLVMTypeOf(a);
    (void)row;
    LLVMValueRef product = LLVMBuildMul(ll->b, a, b, "");
    product = LLVMBuildAdd(ll->b, product, number(ll, type, 0x4000), "");
    product = LLVMBuildAShr(ll->b, product, number(ll, type, 15), "");
    return clamp(ll, product, true);
}

/* Of one operand its half, of two the product of their halves. */
static LLVMValueRef
extend_half(struct gw_ll *ll, const struct number *row, LLVMValueRef *in,
            bool high)
{
    unsigned half = lane_counts[row->lanes] / 2u;
    bool two = gw_sig_table[gw_op_table[ll->it->op].sig].pop_count == 2;
    LLVMOpcode extend = (LLVMOpcode)row->argument;
    LLVMValueRef a = every(ll, in[0], high ? half : 0, 1, half);
    a = widen(ll, extend, a);
    if (!two)
        return a;
    LLVMValueRef b = every(ll, in[1], high ? half : 0, 1, half);
    return LLVMBuildMul(ll->b, a, widen(ll, extend, b), "");
}

static LLVMValueRef
extend(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return extend_half(ll, row, in, false);
}

static LLVMValueRef
extend_high(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return extend_half(ll, row, in, true);
}

static LLVMValueRef
add_pairs(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    unsigned half = lane_counts[row->lanes] / 2u;
    LLVMOpcode extend_by = (LLVMOpcode)row->argument;
    return LLVMBuildAdd(ll->b,
                        widen(ll, extend_by, every(ll, in[0], 0, 2, half)),
                        widen(ll, extend_by, every(ll, in[0], 1, 2, half)), "");
}

static LLVMValueRef
pair_product(struct gw_ll *ll, const struct number *row, LLVMValueRef *in,
             unsigned first)
{
    unsigned half = lane_counts[row->lanes] / 2u;
    LLVMValueRef a = every(ll, in[0], first, 2, half);
    LLVMValueRef b = every(ll, in[1], first, 2, half);
    return LLVMBuildMul(ll->b, widen(ll, LLVMSExt, a), widen(ll, LLVMSExt, b),
                        "");
}

static LLVMValueRef
dot(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildAdd(ll->b, pair_product(ll, row, in, 0),
                        pair_product(ll, row, in, 1), "");
}

/* Products of bytes fit 16 bits; only their sum need be cut. */
static LLVMValueRef
dot_saturated(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return gw_ll_intrinsic2(ll, "llvm.sadd.sat", pair_product(ll, row, in, 0),
                            pair_product(ll, row, in, 1));
}

static LLVMValueRef
dot_add(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMValueRef sums = dot_saturated(ll, row, in);
    LLVMValueRef low = widen(ll, LLVMSExt, every(ll, sums, 0, 2, 4));
    LLVMValueRef high = widen(ll, LLVMSExt, every(ll, sums, 1, 2, 4));
    LLVMValueRef c = LLVMBuildBitCast(ll->b, in[2], LLVMTypeOf(low), "");
    return LLVMBuildAdd(ll->b, LLVMBuildAdd(ll->b, low, high, ""), c, "");
}

/* ---- conversions of lanes ---- */

static LLVMTypeRef
lanes_of_32(struct gw_ll *ll, LLVMTypeRef lane, LLVMValueRef like)
{
    (void)ll;
    return LLVMVectorType(lane, LLVMGetVectorSize(LLVMTypeOf(like)));
}

/* Two lanes, and two of zeros. */
static LLVMValueRef
fill_up(struct gw_ll *ll, LLVMValueRef vector)
{
    if (LLVMGetVectorSize(LLVMTypeOf(vector)) == 4)
        return vector;
    return append(ll, vector, LLVMConstNull(LLVMTypeOf(vector)));
}

static LLVMValueRef
saturate_lanes(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef to = lanes_of_32(ll, ll->i32, in[0]);
    return fill_up(ll, call_saturate(ll, row->name, to, in[0]));
}

static LLVMValueRef
convert_lanes(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildCast(ll->b, (LLVMOpcode)row->argument, in[0],
                         ll->vectors[GW_LANES_F32], "");
}

static LLVMValueRef
convert_low(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    return LLVMBuildCast(ll->b, (LLVMOpcode)row->argument,
                         every(ll, in[0], 0, 1, 2), ll->vectors[GW_LANES_F64],
                         "");
}

static LLVMValueRef
demote_lanes(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    (void)row;
    return fill_up(ll, LLVMBuildFPTrunc(ll->b, in[0],
                                        lanes_of_32(ll, ll->f32, in[0]), ""));
}

/* ---- fused ---- */

/* One lane at a time, where the processor cannot. */
static LLVMValueRef
multiply_add_slowly(struct gw_ll *ll, const struct number *row,
                    LLVMValueRef *in)
{
    bool is64 = row->lanes == GW_LANES_F64;
    LLVMTypeRef bits = is64 ? ll->i64 : ll->i32;
    LLVMValueRef result = LLVMConstNull(ll->vectors[row->lanes]);
    for (unsigned i = 0; i < lane_counts[row->lanes]; i++) {
        LLVMValueRef at = gw_ll_int(ll, ll->i32, i), args[3];
        for (int j = 0; j < 3; j++) {
            args[j] = LLVMBuildExtractElement(ll->b, in[j], at, "");
            args[j] = LLVMBuildBitCast(ll->b, args[j], bits, "");
        }
        LLVMValueRef lane = gw_ll_helper(ll,
                                         is64 ? GW_HELPER_fma_f64
                                              : GW_HELPER_fma_f32,
                                         args);
        lane = LLVMBuildIntCast2(ll->b, lane, bits, false, "");
        lane = LLVMBuildBitCast(ll->b, lane, is64 ? ll->f64 : ll->f32, "");
        result = LLVMBuildInsertElement(ll->b, result, lane, at, "");
    }
    return result;
}

static LLVMValueRef
multiply_add(struct gw_ll *ll, const struct number *row, LLVMValueRef *in)
{
    LLVMTypeRef type = LLVMTypeOf(in[0]);
    LLVMValueRef args[3] = { in[0], in[1], in[2] };
    if (row->argument)
        args[0] = LLVMBuildFNeg(ll->b, args[0], "");
    if (!ll->has_fma)
        return multiply_add_slowly(ll, row, args);
    return gw_ll_intrinsic(ll, "llvm.fma", &type, 1, args, 3);
}

/* ---- the table ---- */

static const struct number numbers[GW_OP_COUNT] = {
#define NUMBER(IDENT, LANES, BUILD, ARGUMENT, NAME) \
    [GW_OP_##IDENT] = { BUILD, (int)(ARGUMENT), GW_LANES_##LANES, NAME },
#include "aot/llvm/number.def"
};

bool
gw_ll_num(struct gw_ll *ll)
{
    const struct number *row = &numbers[ll->it->op];
    uint32_t count = gw_sig_table[gw_op_table[ll->it->op].sig].pop_count;
    LLVMValueRef in[4];
    if (!row->build)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        in[i] = gw_ll_get(ll, i);
        if (LLVMTypeOf(in[i]) == ll->v128 && row->lanes != GW_LANES_NONE)
            in[i] = LLVMBuildBitCast(ll->b, in[i], ll->vectors[row->lanes], "");
    }
    LLVMValueRef value = row->build(ll, row, in);
    if (!value)
        return true;
    if (is_vector(value))
        value = LLVMBuildBitCast(ll->b, value, ll->v128, "");
    gw_ll_set(ll, 0, value);
    return true;
}
