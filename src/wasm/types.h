/*
 * Types of the specification, section 2.3.
 *
 * A value type is one 32-bit number, so that equality is integer equality:
 * a number or vector type is its byte in the binary format; a reference type
 * has GW_REF set, GW_NULLABLE when it admits null, and a heap type in the low
 * 30 bits.  A heap type is an abstract one (GW_HEAP_FUNC ...) or the index of
 * a defined type.  Indices are canonical within a module: of two equivalent
 * definitions only the first is ever named.
 *
 * Immutable once the module is decoded; then shareable by any thread.
 */
#ifndef GW_WASM_TYPES_H
#define GW_WASM_TYPES_H

#include "base/diag.h"
#include "base/span.h"

typedef uint32_t gw_valtype;

enum {
    GW_TYPE_BOT = 0, /* the type of what unreachable code leaves */
    GW_TYPE_I32 = 0x7f,
    GW_TYPE_I64 = 0x7e,
    GW_TYPE_F32 = 0x7d,
    GW_TYPE_F64 = 0x7c,
    GW_TYPE_V128 = 0x7b,
    GW_TYPE_I8 = 0x78, /* storage types of fields only */
    GW_TYPE_I16 = 0x77
};

#define GW_REF 0x80000000u
#define GW_NULLABLE 0x40000000u
#define GW_HEAP_MASK 0x3fffffffu
#define GW_HEAP_ABSTRACT 0x3fffff00u /* or'ed with the byte of the format */

enum {
    GW_HEAP_NOCONT = GW_HEAP_ABSTRACT | 0x75,
    GW_HEAP_NOEXN = GW_HEAP_ABSTRACT | 0x74,
    GW_HEAP_NOFUNC = GW_HEAP_ABSTRACT | 0x73,
    GW_HEAP_NOEXTERN = GW_HEAP_ABSTRACT | 0x72,
    GW_HEAP_NONE = GW_HEAP_ABSTRACT | 0x71,
    GW_HEAP_FUNC = GW_HEAP_ABSTRACT | 0x70,
    GW_HEAP_EXTERN = GW_HEAP_ABSTRACT | 0x6f,
    GW_HEAP_ANY = GW_HEAP_ABSTRACT | 0x6e,
    GW_HEAP_EQ = GW_HEAP_ABSTRACT | 0x6d,
    GW_HEAP_I31 = GW_HEAP_ABSTRACT | 0x6c,
    GW_HEAP_STRUCT = GW_HEAP_ABSTRACT | 0x6b,
    GW_HEAP_ARRAY = GW_HEAP_ABSTRACT | 0x6a,
    GW_HEAP_EXN = GW_HEAP_ABSTRACT | 0x69,
    GW_HEAP_CONT = GW_HEAP_ABSTRACT | 0x68,
    GW_HEAP_BOT = GW_HEAP_ABSTRACT /* a reference of any heap type */
};

#define GW_TYPE_FUNCREF (GW_REF | GW_NULLABLE | GW_HEAP_FUNC)
#define GW_TYPE_EXTERNREF (GW_REF | GW_NULLABLE | GW_HEAP_EXTERN)
#define GW_TYPE_EXNREF (GW_REF | GW_NULLABLE | GW_HEAP_EXN)

static inline bool
gw_type_is_ref(gw_valtype type)
{
    return (type & GW_REF) != 0;
}

static inline uint32_t
gw_type_heap(gw_valtype type)
{
    return type & GW_HEAP_MASK;
}

static inline bool
gw_heap_is_index(uint32_t heap)
{
    return heap < GW_HEAP_ABSTRACT;
}

static inline gw_valtype
gw_type_ref(bool nullable, uint32_t heap)
{
    return GW_REF | (nullable ? GW_NULLABLE : 0u) | heap;
}

/* 64-bit slots a value takes in frames, globals and argument arrays. */
static inline uint32_t
gw_type_slots(gw_valtype type)
{
    return type == GW_TYPE_V128 ? 2 : 1;
}

enum gw_comp { GW_COMP_FUNC, GW_COMP_STRUCT, GW_COMP_ARRAY, GW_COMP_CONT };

struct gw_functype {
    uint32_t param_count, result_count;
    uint32_t param_slots, result_slots;
    const gw_valtype *params;
    const gw_valtype *results;
};

struct gw_field {
    gw_valtype type; /* may be GW_TYPE_I8 or GW_TYPE_I16 */
    bool mutable;
};

/* Kept at 56 bytes: a definition may take as few as two in the module, and
 * decoding may take no more than 32 times the module's size. */
struct gw_typedef {
    uint8_t comp; /* enum gw_comp */
    bool final;
    uint8_t depth;        /* number of supertypes above */
    uint32_t super;       /* canonical index, or GW_NO_INDEX */
    uint32_t canon;       /* index of the first equivalent definition */
    uint32_t group_start; /* its recursion group, as written */
    uint32_t group_count;
    union {
        struct gw_functype func; /* GW_COMP_FUNC */
        struct {                 /* GW_COMP_STRUCT; _ARRAY: one field */
            struct gw_field *fields;
            uint32_t field_count;
        };
        uint32_t cont; /* GW_COMP_CONT: canonical index of a function type */
    };
};

struct gw_types {
    struct gw_typedef *defs;
    uint32_t count;
};

/* Spec 3.3 (matching): is every value of type a a value of type b?  Both
 * belong to types.  GW_TYPE_BOT matches everything. */
bool gw_type_matches_slow(const struct gw_types *types, gw_valtype a,
                          gw_valtype b);
bool gw_heap_matches(const struct gw_types *types, uint32_t a, uint32_t b);

static inline bool
gw_type_matches(const struct gw_types *types, gw_valtype a, gw_valtype b)
{
    return a == b || gw_type_matches_slow(types, a, b);
}

/* Has the type a default value (numbers, vectors, nullable references)? */
static inline bool
gw_type_has_default(gw_valtype type)
{
    return !gw_type_is_ref(type) || (type & GW_NULLABLE) != 0;
}

/* The abstract heap type at the top of heap's hierarchy: any, func, extern,
 * exn or cont. */
uint32_t gw_heap_top(const struct gw_types *types, uint32_t heap);
/* The one at the bottom: none, nofunc, noextern, noexn or nocont. */
uint32_t gw_heap_bottom(const struct gw_types *types, uint32_t heap);

/* Writes the type in text format, e.g. "(ref null 3)"; returns the length. */
size_t gw_type_print(gw_valtype type, char *buffer, size_t size);

#endif
