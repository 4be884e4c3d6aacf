/* Does the table of operators agree with the binary format, with itself, and
 * with the tables of meanings and memory accesses? */
#include "wasm/op.h"

#include "check.h"
#include "wasm/num.h"

#define EACH_OP(OP)                                        \
    for (enum gw_op OP = GW_OP_NONE + 1; OP < GW_OP_COUNT; \
         OP = (enum gw_op)(OP + 1))

static uint32_t
prefix_of(uint32_t code)
{
    return code < 256 ? 0 : code >> 12;
}

static uint32_t
sub_of(uint32_t code)
{
    return code < 256 ? code : code & 0xfff;
}

static void
test_codes(void)
{
    EACH_OP(op)
    {
        uint32_t code = gw_op_table[op].code;
        CHECK_EQ_U64(gw_op_find(prefix_of(code), sub_of(code)), op);
    }
    CHECK_EQ_U64(gw_op_table[GW_OP_NONE].code, 0xfffff);
}

/* Every code that is found belongs to the row found, and each plane has as
 * many operators as the specifications list. */
static void
test_planes(void)
{
    static const struct {
        uint32_t prefix, count;
    } planes[] = {
        { 0, 206 }, { 0xfb, 31 }, { 0xfc, 22 }, { 0xfd, 256 }, { 0xfe, 67 }
    };
    uint32_t total = 0;
    for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) {
        uint32_t found = 0;
        for (uint32_t sub = 0; sub < 0x2000; sub++) {
            enum gw_op op = gw_op_find(planes[i].prefix, sub);
            if (op == GW_OP_NONE)
                continue;
            found++;
            uint32_t code = gw_op_table[op].code;
            CHECK(prefix_of(code) == planes[i].prefix && sub_of(code) == sub);
        }
        CHECK_EQ_U64(found, planes[i].count);
        total += found;
    }
    CHECK_EQ_U64(total, GW_OP_COUNT - 1);
}

static void
test_unassigned(void)
{
    static const uint8_t holes[] = { 0x16, 0x17, 0x1d, 0x1e, 0x27, 0xc5,
                                     0xcf, 0xd7, 0xdf, 0xe7, 0xf0, 0xfa,
                                     0xfb, 0xfc, 0xfd, 0xfe, 0xff };
    for (size_t i = 0; i < sizeof holes; i++)
        CHECK_EQ_U64(gw_op_find(0, holes[i]), GW_OP_NONE);
    static const uint32_t simd_holes[] = { 0x9a, 0xa2, 0xa5, 0xa6, 0xaf,
                                           0xb0, 0xb2, 0xb3, 0xb4, 0xbb,
                                           0xc2, 0xc5, 0xc6, 0xcf, 0xd0,
                                           0xd2, 0xd3, 0xd4, 0xe2, 0xee };
    for (size_t i = 0; i < sizeof simd_holes / sizeof *simd_holes; i++)
        CHECK_EQ_U64(gw_op_find(0xfd, simd_holes[i]), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0, 256), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0, UINT32_MAX), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfb, 31), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfc, 0x12), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfd, 0x114), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfe, 0x04), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfe, 0x4f), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfe, UINT32_MAX), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xfa, 0), GW_OP_NONE);
    CHECK_EQ_U64(gw_op_find(0xff, 0), GW_OP_NONE);
    for (uint32_t byte = 0; byte < 256; byte++)
        CHECK(gw_op_is_prefix(byte) == (byte >= 0xfb && byte <= 0xfe));
}

/* Written down by hand from the documents, at the ends of each range. */
static void
test_known(void)
{
    static const struct {
        const char *text;
        uint32_t prefix, sub;
    } known[] = {
        { "unreachable", 0, 0x00 },
        { "end", 0, 0x0b },
        { "return_call_ref", 0, 0x15 },
        { "delegate", 0, 0x18 },
        { "try_table", 0, 0x1f },
        { "table.set", 0, 0x26 },
        { "i32.load", 0, 0x28 },
        { "i64.store32", 0, 0x3e },
        { "memory.grow", 0, 0x40 },
        { "f64.const", 0, 0x44 },
        { "i32.eqz", 0, 0x45 },
        { "f64.ge", 0, 0x66 },
        { "i32.rotr", 0, 0x78 },
        { "i64.rotr", 0, 0x8a },
        { "f32.copysign", 0, 0x98 },
        { "f64.copysign", 0, 0xa6 },
        { "f64.promote_f32", 0, 0xbb },
        { "f64.reinterpret_i64", 0, 0xbf },
        { "i64.extend32_s", 0, 0xc4 },
        { "ref.eq", 0, 0xd3 },
        { "br_on_non_null", 0, 0xd6 },
        { "cont.new", 0, 0xe0 },
        { "switch", 0, 0xe6 },
        { "struct.new", 0xfb, 0 },
        { "array.len", 0xfb, 15 },
        { "array.init_elem", 0xfb, 19 },
        { "br_on_cast_fail", 0xfb, 25 },
        { "i31.get_u", 0xfb, 30 },
        { "i64.trunc_sat_f64_u", 0xfc, 7 },
        { "memory.init", 0xfc, 8 },
        { "memory.fill", 0xfc, 11 },
        { "table.fill", 0xfc, 17 },
        { "i64.add128", 0xfc, 19 },
        { "i64.mul_wide_u", 0xfc, 22 },
        { "v128.store", 0xfd, 11 },
        { "i8x16.shuffle", 0xfd, 13 },
        { "f64x2.replace_lane", 0xfd, 34 },
        { "v128.any_true", 0xfd, 83 },
        { "f64x2.promote_low_f32x4", 0xfd, 95 },
        { "i8x16.add", 0xfd, 0x6e },
        { "i64x2.ge_s", 0xfd, 0xdb },
        { "f64x2.convert_low_i32x4_u", 0xfd, 0xff },
        { "i8x16.relaxed_swizzle", 0xfd, 0x100 },
        { "i32x4.relaxed_dot_i8x16_i7x16_add_s", 0xfd, 0x113 },
        { "memory.atomic.notify", 0xfe, 0 },
        { "atomic.fence", 0xfe, 3 },
        { "i32.atomic.load", 0xfe, 0x10 },
        { "i64.atomic.store32", 0xfe, 0x1d },
        { "i64.atomic.rmw32.add_u", 0xfe, 0x24 },
        { "i32.atomic.rmw.xchg", 0xfe, 0x41 },
        { "i64.atomic.rmw32.cmpxchg_u", 0xfe, 0x4e },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        enum gw_op op = gw_op_find(known[i].prefix, known[i].sub);
        CHECK_STR(gw_op_table[op].text, known[i].text);
    }
}

static bool
shares_text(enum gw_op op)
{
    return op == GW_OP_SELECT_T || op == GW_OP_REF_TEST_NULL ||
           op == GW_OP_REF_CAST_NULL;
}

static void
test_texts(void)
{
    static struct gw_op_names names;
    gw_op_names_init(&names);
    EACH_OP(op)
    {
        const char *text = gw_op_table[op].text;
        size_t size = strlen(text);
        CHECK_EQ_U64(gw_op_table[op].text_size, size);
        enum gw_op found = gw_op_find_text(text, size);
        CHECK_EQ_U64(gw_op_names_find(&names, text, size), found);
        CHECK_STR(gw_op_table[found].text, text);
        CHECK((found == op) == !shares_text(op));
        CHECK(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._") == size);
        CHECK_EQ_U64(gw_op_find_text(text, size - 1) == found, false);
    }
    static const char *const strangers[] = {
        "", "i32", "i32.addx", "I32.ADD", "i32.add ", "get_local"
    };
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        size_t size = strlen(strangers[i]);
        CHECK_EQ_U64(gw_op_find_text(strangers[i], size), GW_OP_NONE);
        CHECK_EQ_U64(gw_op_names_find(&names, strangers[i], size), GW_OP_NONE);
    }
}

static bool
reads_memarg(enum gw_op op)
{
    uint8_t imm = gw_op_table[op].imm;
    return imm == GW_IMM_MEMARG || imm == GW_IMM_MEMARG_LANE;
}

static void
test_columns(void)
{
    EACH_OP(op)
    {
        const struct gw_op_info *info = &gw_op_table[op];
        CHECK(info->imm < GW_IMM_COUNT && info->sig < GW_SIG_COUNT &&
              info->feature < GW_FEATURE_COUNT);
        CHECK(reads_memarg(op) == (gw_op_access_size[op] != 0));
        if (reads_memarg(op)) {
            CHECK(gw_op_access_size[op] == 1u << gw_op_access_log2(op));
            CHECK(gw_sig_table[info->sig].pop[0] == GW_SV_ADDR);
        }
        uint16_t effects = GW_OPF_TRAPS | GW_OPF_READS | GW_OPF_WRITES;
        CHECK(!(info->flags & GW_OPF_PURE) || !(info->flags & effects));
        if (info->flags & GW_OPF_CALL)
            CHECK((info->flags & effects) == effects);
        CHECK(((info->flags & GW_OPF_ATOMIC) != 0) ==
              (info->feature == GW_FEATURE_THREADS));
    }
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_V128_LOAD), 4);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_V128_LOAD8X8_S), 3);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_V128_LOAD32_ZERO), 2);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_V128_STORE16_LANE), 1);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_I64_LOAD8_U), 0);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_F64_STORE), 3);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_MEMORY_ATOMIC_NOTIFY), 2);
    CHECK_EQ_U64(gw_op_access_log2(GW_OP_MEMORY_ATOMIC_WAIT64), 3);
}

static void
test_signatures(void)
{
    for (size_t i = 0; i < GW_SIG_COUNT; i++) {
        const struct gw_sig *sig = &gw_sig_table[i];
        for (size_t j = 0; j < 4; j++)
            CHECK((sig->pop[j] != GW_SV_NONE) == (j < sig->pop_count));
        for (size_t j = 0; j < 2; j++)
            CHECK((sig->push[j] != GW_SV_NONE) == (j < sig->push_count));
    }
}

static void
test_const_ok(void)
{
    static const enum gw_op allowed[] = { GW_OP_I32_CONST,
                                          GW_OP_I64_CONST,
                                          GW_OP_F32_CONST,
                                          GW_OP_F64_CONST,
                                          GW_OP_V128_CONST,
                                          GW_OP_I32_ADD,
                                          GW_OP_I32_SUB,
                                          GW_OP_I32_MUL,
                                          GW_OP_I64_ADD,
                                          GW_OP_I64_SUB,
                                          GW_OP_I64_MUL,
                                          GW_OP_GLOBAL_GET,
                                          GW_OP_REF_NULL,
                                          GW_OP_REF_FUNC,
                                          GW_OP_REF_I31,
                                          GW_OP_STRUCT_NEW,
                                          GW_OP_STRUCT_NEW_DEFAULT,
                                          GW_OP_ARRAY_NEW,
                                          GW_OP_ARRAY_NEW_DEFAULT,
                                          GW_OP_ARRAY_NEW_FIXED,
                                          GW_OP_ANY_CONVERT_EXTERN,
                                          GW_OP_EXTERN_CONVERT_ANY };
    size_t marked = 0;
    EACH_OP(op)
    {
        marked += (gw_op_table[op].flags & GW_OPF_CONST_OK) != 0;
    }
    CHECK_EQ_U64(marked, sizeof allowed / sizeof *allowed);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        CHECK(gw_op_table[allowed[i]].flags & GW_OPF_CONST_OK);
}

static void
test_terminates(void)
{
    static const enum gw_op ends[] = {
        GW_OP_UNREACHABLE,     GW_OP_BR,          GW_OP_BR_TABLE,
        GW_OP_RETURN,          GW_OP_RETURN_CALL, GW_OP_RETURN_CALL_INDIRECT,
        GW_OP_RETURN_CALL_REF, GW_OP_THROW,       GW_OP_THROW_REF,
        GW_OP_RETHROW
    };
    size_t marked = 0;
    EACH_OP(op)
    {
        marked += (gw_op_table[op].flags & GW_OPF_TERMINATES) != 0;
    }
    CHECK_EQ_U64(marked, sizeof ends / sizeof *ends);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        CHECK(gw_op_table[ends[i]].flags & GW_OPF_TERMINATES);
}

static void
test_features(void)
{
    for (size_t i = 0; i < GW_FEATURE_COUNT; i++) {
        const struct gw_feature_info *info = &gw_feature_table[i];
        CHECK(info->name[0] != '\0');
        CHECK((gw_features_default >> i & 1) == (uint64_t)info->on);
        CHECK((gw_features_executable >> i & 1) == (uint64_t)info->executable);
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(info->name, gw_feature_table[j].name) != 0);
    }
    CHECK(gw_features_default & GW_FEATURE_BIT(MVP));
    CHECK(!(gw_features_default & GW_FEATURE_BIT(LEGACY_EXCEPTIONS)));
}

/*
 * num.def and mem.def against op.def: the tags of each row are the types of
 * the operator's signature, and no numeric operator is without a meaning.
 */

static uint8_t meanings[GW_OP_COUNT];

enum {
    SV_ = GW_SV_NONE,
    SV_u8 = GW_SV_I32,
    SV_u32 = GW_SV_I32,
    SV_s32 = GW_SV_I32,
    SV_u64 = GW_SV_I64,
    SV_s64 = GW_SV_I64,
    SV_f32 = GW_SV_F32,
    SV_f64 = GW_SV_F64,
    SV_v128 = GW_SV_V128
};

static void
check_meaning(enum gw_op op, int push, int pop0, int pop1, int pop2)
{
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[op].sig];
    CHECK_EQ_U64(sig->push[0], push);
    CHECK_EQ_U64(sig->pop[0], pop0);
    CHECK_EQ_U64(sig->pop[1], pop1);
    CHECK_EQ_U64(sig->pop[2], pop2);
    meanings[op]++;
}

static void
check_wide(enum gw_op op, int pops)
{
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[op].sig];
    CHECK(sig->pop_count == pops && sig->push_count == 2);
    meanings[op]++;
}

static void
test_meanings(void)
{
#define MEANS(IDENT, R, A, B, C) \
    check_meaning(GW_OP_##IDENT, SV_##R, SV_##A, SV_##B, SV_##C);
#define NUM1(IDENT, R, A, EXPR) MEANS(IDENT, R, A, , )
#define NUM2(IDENT, R, A, B, EXPR) MEANS(IDENT, R, A, B, )
#define NUM3(IDENT, R, A, B, C, EXPR) MEANS(IDENT, R, A, B, C)
#define NUM1_TRAP(IDENT, R, A, TRAPS, EXPR) \
    MEANS(IDENT, R, A, , )                  \
    CHECK(gw_op_table[GW_OP_##IDENT].flags &GW_OPF_TRAPS);
#define NUM2_TRAP(IDENT, R, A, B, TRAPS, EXPR) \
    MEANS(IDENT, R, A, B, )                    \
    CHECK(gw_op_table[GW_OP_##IDENT].flags &GW_OPF_TRAPS);
#define NUM1_LANE(IDENT, R, A, EXPR) MEANS(IDENT, R, A, , )
#define NUM2_LANE(IDENT, R, A, B, EXPR) MEANS(IDENT, R, A, B, )
#define NUM2_LANES(IDENT, R, A, B, EXPR) MEANS(IDENT, R, A, B, )
#define WIDE2(IDENT, LOW, HIGH) check_wide(GW_OP_##IDENT, 2);
#define WIDE4(IDENT, LOW, HIGH) check_wide(GW_OP_##IDENT, 4);
#include "wasm/num_call.inc"
#include "wasm/num.def"
    EACH_OP(op)
    {
        const struct gw_op_info *info = &gw_op_table[op];
        const struct gw_sig *sig = &gw_sig_table[info->sig];
        bool numeric = info->imm == GW_IMM_NONE || info->imm == GW_IMM_LANE ||
                       info->imm == GW_IMM_LANES16;
        numeric = numeric && sig->pop_count > 0;
        for (size_t i = 0; i < sig->pop_count; i++)
            numeric = numeric && sig->pop[i] <= GW_SV_V128;
        numeric = numeric && sig->push[0] <= GW_SV_V128;
        if (meanings[op] != (numeric ? 1 : 0))
            printf("%s: %d rows in num.def\n", info->text, meanings[op]);
        CHECK_EQ_U64(meanings[op], numeric ? 1 : 0);
    }
}

static void
check_access(enum gw_op op, int push, int value)
{
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[op].sig];
    /* Rows name floats by their bits. */
    int got = push ? sig->push[0] : sig->pop[1];
    got = got == GW_SV_F32 ? GW_SV_I32 : got == GW_SV_F64 ? GW_SV_I64 : got;
    CHECK_EQ_U64(got, value);
    CHECK(gw_op_table[op].flags & (push ? GW_OPF_READS : GW_OPF_WRITES));
}

static void
test_accesses(void)
{
#define ACCESS(IDENT, PUSH, VALUE) \
    check_access(GW_OP_##IDENT, PUSH, SV_##VALUE);
#define LOAD(IDENT, VALUE, MEMORY) ACCESS(IDENT, 1, VALUE)
#define STORE(IDENT, VALUE, MEMORY) ACCESS(IDENT, 0, VALUE)
#define VLOAD(IDENT, LANE, COUNT, KIND) ACCESS(IDENT, 1, v128)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT) ACCESS(IDENT, 1, v128)
#define VLOAD_LANE(IDENT, LANE) ACCESS(IDENT, 1, v128)
#define VSTORE(IDENT, LANE, COUNT) ACCESS(IDENT, 0, v128)
#define VSTORE_LANE(IDENT, LANE) ACCESS(IDENT, 0, v128)
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY) ACCESS(IDENT, 1, VALUE)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY) ACCESS(IDENT, 0, VALUE)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND) \
    ACCESS(IDENT, 0, VALUE) ACCESS(IDENT, 1, VALUE)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY) \
    ACCESS(IDENT, 0, VALUE) ACCESS(IDENT, 1, VALUE)
#define ATOMIC_WAIT(IDENT, MEMORY) ACCESS(IDENT, 1, u32)
#define ATOMIC_NOTIFY(IDENT, MEMORY) ACCESS(IDENT, 1, u32)
#include "wasm/mem.def"
}

int
main(void)
{
    test_codes();
    test_planes();
    test_unassigned();
    test_known();
    test_texts();
    test_columns();
    test_signatures();
    test_const_ok();
    test_terminates();
    test_features();
    test_meanings();
    test_accesses();
    return CHECK_DONE();
}
