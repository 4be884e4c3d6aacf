/* The deterministic profile: whatever NaNs go in, the canonical one comes out
 * of every operator that makes NaNs. */
#include "interp_util.h"

#include "wasm/op.h"

/* NaNs with a sign and a payload, signalling ones among them. */
static const char *const floats[] = { "f32.const -nan:0x212345",
                                      "f32.const nan:0x400001" };
static const char *const doubles[] = { "f64.const -nan:0x4000012345678",
                                       "f64.const nan:0x8000000000001" };
static const char *const vectors_f32[] = {
    "v128.const i32x4 0xffa12345 0x7fa00001 0xffc00000 0x7fffffff",
    "v128.const i32x4 0x7fc00001 0xffc00000 0x7f800001 0xffffffff"
};
static const char *const vectors_f64[] = {
    "v128.const i64x2 0xfff4000012345678 0x7ff8000000000001",
    "v128.const i64x2 0xfff8000000000000 0x7ff0000000000001"
};

static const char *const *
operands_of(enum gw_op op, uint8_t sigval)
{
    const char *text = gw_op_table[op].text;
    bool wide = text[1] == '6';
    if (sigval == GW_SV_F32)
        return floats;
    if (sigval == GW_SV_F64)
        return doubles;
    /* Promotion and demotion take the other lanes. */
    if (strchr(text, 'm') &&
        (strstr(text, "promote") || strstr(text, "demote")))
        wide = !wide;
    return wide ? vectors_f64 : vectors_f32;
}

/* "(operator (operand) (operand))" */
static void
write_operator(char *text, size_t size, enum gw_op op, unsigned which)
{
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[op].sig];
    size_t used = (size_t)snprintf(text, size, "(%s", gw_op_table[op].text);
    for (uint32_t i = 0; i < sig->pop_count; i++)
        used += (size_t)snprintf(text + used, size - used, " (%s)",
                                 operands_of(op, sig->pop[i])[(which + i) % 2]);
    snprintf(text + used, size - used, ")");
}

/* The module's functions "0" and "1" yield the bits of the result; a scalar
 * is the first, and the second is the same again out of a local. */
static void
write_module(char *text, size_t size, enum gw_op op, unsigned which)
{
    char value[512];
    write_operator(value, sizeof value, op, which);
    switch (gw_sig_table[gw_op_table[op].sig].push[0]) {
    case GW_SV_F32:
        snprintf(text, size,
                 "(func (export \"0\") (result i64) (i64.extend_i32_u "
                 "(i32.reinterpret_f32 %s)))"
                 "(func (export \"1\") (result i64) (local f32) (local.set 0 "
                 "%s) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0))))",
                 value, value);
        break;
    case GW_SV_F64:
        snprintf(text, size,
                 "(func (export \"0\") (result i64) (i64.reinterpret_f64 %s))"
                 "(func (export \"1\") (result i64) (local f64) (local.set 0 "
                 "%s) (i64.reinterpret_f64 (local.get 0)))",
                 value, value);
        break;
    default:
        snprintf(text, size,
                 "(func (export \"0\") (result i64) (i64x2.extract_lane 0 %s))"
                 "(func (export \"1\") (result i64) (local v128) (local.set 0 "
                 "%s) (i64x2.extract_lane 1 (local.get 0)))",
                 value, value);
    }
}

static uint64_t
expected_bits(enum gw_op op, unsigned half)
{
    const char *text = gw_op_table[op].text;
    if (text[1] == '6')
        return UINT64_C(0x7ff8000000000000);
    if (text[3] != 'x')
        return 0x7fc00000;
    /* Two lanes; those above a demotion's are 0. */
    return half == 1 && strstr(text, "demote") ? 0
                                               : UINT64_C(0x7fc000007fc00000);
}

static void
test_operator(enum gw_op op, const struct mode *mode, unsigned which)
{
    char text[2048];
    struct world world;
    write_module(text, sizeof text, op, which);
    if (!world_init(&world, mode, text)) {
        puts(text);
        return;
    }
    for (unsigned half = 0; half < 2; half++) {
        struct gw_funcinst *func = world_func(&world, half ? "1" : "0");
        union gw_slot slot = { .u64 = 0 };
        if (func && CHECK(gw_func_call(func, &slot) == GW_TRAP_NONE) &&
            !CHECK_EQ_U64(slot.u64, expected_bits(op, half)))
            printf("    %s, %s\n", text, mode_name(mode));
    }
    world_fini(&world);
}

int
main(void)
{
    unsigned count = 0;
    for (unsigned op = 0; op < GW_OP_COUNT; op++) {
        if (!(gw_op_table[op].flags & GW_OPF_NANS))
            continue;
        count++;
        for (uint64_t driver = 1; driver < 4; driver++) {
            struct mode mode = { .driver = driver,
                                 .memory = driver & 1,
                                 .safepoint_test = driver == 3,
                                 .deterministic = 1 };
            for (unsigned which = 0; which < 2; which++)
                test_operator((enum gw_op)op, &mode, which);
        }
    }
    CHECK_EQ_U64(count, 56);
    return CHECK_DONE();
}
