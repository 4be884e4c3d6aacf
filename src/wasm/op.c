#include "wasm/op.h"

#include <assert.h>

#include <string.h>

/* The flags as op.def writes them. */
enum {
    NONE = 0,
    PURE = GW_OPF_PURE,
    TRAPS = GW_OPF_TRAPS,
    READS = GW_OPF_READS,
    WRITES = GW_OPF_WRITES,
    CONST_OK = GW_OPF_CONST_OK,
    STRUCTURE = GW_OPF_STRUCTURE,
    BRANCH = GW_OPF_BRANCH,
    CALL = GW_OPF_CALL | GW_OPF_TRAPS | GW_OPF_READS | GW_OPF_WRITES,
    TERMINATES = GW_OPF_TERMINATES,
    ATOMIC = GW_OPF_ATOMIC,
    NANS = GW_OPF_NANS,
    RMW = GW_OPF_ATOMIC | GW_OPF_TRAPS | GW_OPF_READS | GW_OPF_WRITES
};

/* Without the text format the code must do for a name, but for those that tell
 * the shape of lanes. */
#ifdef GW_WITHOUT_TEXT
#define NAME(CODE, TEXT, IMM) (GW_IMM_##IMM == GW_IMM_LANE ? TEXT : #CODE)
#else
#define NAME(CODE, TEXT, IMM) TEXT
#endif

const struct gw_op_info gw_op_table[GW_OP_COUNT] = {
    [GW_OP_NONE] = { .text = "", .code = 0xfffff },
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    [GW_OP_##IDENT] = {                                 \
        .text = NAME(CODE, TEXT, IMM),                  \
        .code = CODE,                                   \
        .imm = GW_IMM_##IMM,                            \
        .sig = GW_SIG_##SIG,                            \
        .feature = GW_FEATURE_##FEATURE,                \
        .text_size = sizeof(TEXT) - 1,                  \
        .flags = FLAGS,                                 \
    },
#include "wasm/op.def"
};

/* Sizes of the tags that mem.def names. */
enum {
    SIZE_u8 = 1,
    SIZE_s8 = 1,
    SIZE_u16 = 2,
    SIZE_s16 = 2,
    SIZE_u32 = 4,
    SIZE_s32 = 4,
    SIZE_u64 = 8
};

const uint8_t gw_op_access_size[GW_OP_COUNT] = {
#define ACCESS(IDENT, TAG, COUNT) [GW_OP_##IDENT] = SIZE_##TAG * (COUNT),
#define LOAD(IDENT, VALUE, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define STORE(IDENT, VALUE, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define VLOAD(IDENT, LANE, COUNT, KIND) ACCESS(IDENT, LANE, COUNT)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT) ACCESS(IDENT, MEMORY, COUNT)
#define VLOAD_LANE(IDENT, LANE) ACCESS(IDENT, LANE, 1)
#define VSTORE(IDENT, LANE, COUNT) ACCESS(IDENT, LANE, COUNT)
#define VSTORE_LANE(IDENT, LANE) ACCESS(IDENT, LANE, 1)
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND) ACCESS(IDENT, MEMORY, 1)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define ATOMIC_WAIT(IDENT, MEMORY) ACCESS(IDENT, MEMORY, 1)
#define ATOMIC_NOTIFY(IDENT, MEMORY) ACCESS(IDENT, MEMORY, 1)
#include "wasm/mem.def"
};

const struct gw_sig gw_sig_table[GW_SIG_COUNT] = {
#define SIG(IDENT, POPS, POP0, POP1, POP2, POP3, PUSHES, PUSH0, PUSH1) \
    [GW_SIG_##IDENT] = {                                               \
        POPS,                                                          \
        PUSHES,                                                        \
        { GW_SV_##POP0, GW_SV_##POP1, GW_SV_##POP2, GW_SV_##POP3 },    \
        { GW_SV_##PUSH0, GW_SV_##PUSH1 },                              \
    },
#include "wasm/sig.def"
};

#define IS_EXECUTABLE(IDENT, EXECUTABLE) ((EXECUTABLE) && GW_HAS(IDENT))

const struct gw_feature_info gw_feature_table[GW_FEATURE_COUNT] = {
#define FEATURE(IDENT, NAME, ON, EXECUTABLE, TEXT) \
    [GW_FEATURE_##IDENT] = { NAME, ON, IS_EXECUTABLE(IDENT, EXECUTABLE) },
#include "wasm/feature.def"
};

const uint64_t gw_features_default =
#define FEATURE(IDENT, NAME, ON, EXECUTABLE, TEXT) \
    (ON ? GW_FEATURE_BIT(IDENT) : 0) |
#include "wasm/feature.def"
    0;

const uint64_t gw_features_executable =
#define FEATURE(IDENT, NAME, ON, EXECUTABLE, TEXT) \
    (IS_EXECUTABLE(IDENT, EXECUTABLE) ? GW_FEATURE_BIT(IDENT) : 0) |
#include "wasm/feature.def"
    0;

#define SLOT(CODE) \
    ((CODE) < 256 ? (CODE) : PLANE((CODE) >> 12) + ((CODE) & 0xfff))
#define PLANE(PREFIX)                   \
    ((PREFIX) == 0xfb   ? GW_OP_SLOT_FB \
     : (PREFIX) == 0xfc ? GW_OP_SLOT_FC \
     : (PREFIX) == 0xfd ? GW_OP_SLOT_FD \
                        : GW_OP_SLOT_FE)

#define ROOM(PREFIX)                                    \
    ((PREFIX) == 0xfb   ? GW_OP_SLOT_FC - GW_OP_SLOT_FB \
     : (PREFIX) == 0xfc ? GW_OP_SLOT_FD - GW_OP_SLOT_FC \
     : (PREFIX) == 0xfd ? GW_OP_SLOT_FE - GW_OP_SLOT_FD \
                        : GW_OP_SLOT_END - GW_OP_SLOT_FE)

#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS)                  \
    static_assert((CODE) < 256 || ((CODE) & 0xfff) < ROOM((CODE) >> 12), \
                  TEXT " needs a larger plane of its prefix in op.h");
#include "wasm/op.def"

const uint16_t gw_op_of_byte[GW_OP_SLOT_END] = {
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    [SLOT(CODE)] = GW_OP_##IDENT,
#include "wasm/op.def"
};

enum gw_op
gw_op_find_prefixed(uint32_t prefix, uint32_t sub)
{
    static const uint16_t start[] = { GW_OP_SLOT_FB, GW_OP_SLOT_FC,
                                      GW_OP_SLOT_FD, GW_OP_SLOT_FE,
                                      GW_OP_SLOT_END };
    if (!gw_op_is_prefix(prefix))
        return GW_OP_NONE;
    const uint16_t *plane = &start[prefix - 0xfb];
    if (sub >= (uint32_t)plane[1] - plane[0])
        return GW_OP_NONE;
    return (enum gw_op)gw_op_of_byte[plane[0] + sub];
}

static bool
text_is(enum gw_op op, const char *text, size_t size)
{
    const struct gw_op_info *info = &gw_op_table[op];
    return info->text_size == size && memcmp(info->text, text, size) == 0;
}

enum gw_op
gw_op_find_text(const char *text, size_t size)
{
    for (int i = GW_OP_NONE + 1; i < GW_OP_COUNT; i++) {
        if (text_is((enum gw_op)i, text, size))
            return (enum gw_op)i;
    }
    return GW_OP_NONE;
}

/* FNV-1a with a final mix: the texts are short and differ at both ends. */
static uint32_t
first_slot(const char *text, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return (hash ^ hash >> 15) % GW_OP_NAMES_SLOTS;
}

void
gw_op_names_init(struct gw_op_names *names)
{
    memset(names, 0, sizeof *names);
    for (int i = GW_OP_NONE + 1; i < GW_OP_COUNT; i++) {
        const char *text = gw_op_table[i].text;
        size_t size = gw_op_table[i].text_size;
        /* Of rows with one text the first stays. */
        if (gw_op_names_find(names, text, size) != GW_OP_NONE)
            continue;
        uint32_t slot = first_slot(text, size);
        while (names->slots[slot] != GW_OP_NONE)
            slot = (slot + 1) % GW_OP_NAMES_SLOTS;
        names->slots[slot] = (uint16_t)i;
    }
}

enum gw_op
gw_op_names_find(const struct gw_op_names *names, const char *text, size_t size)
{
    uint32_t slot = first_slot(text, size);
    for (;;) {
        enum gw_op op = (enum gw_op)names->slots[slot];
        if (op == GW_OP_NONE || text_is(op, text, size))
            return op;
        slot = (slot + 1) % GW_OP_NAMES_SLOTS;
    }
}
