/*
 * [DOC] The garbage-collected heap of a store.
 *
 * Structs, arrays, exceptions, continuations and host references are objects:
 * a header and their values behind it.  Objects never move, so a reference is an address
 * and optimised code needs no stack maps.  An i31 is no object: its lowest
 * bit is set (rt/value.h).
 *
 * Marking starts from globals, tables, element segments, roots held by the
 * host, the guest stack, and the exception that has left it.  The stack is scanned conservatively: every slot
 * in use that holds the address of a live cell keeps that object.  This costs
 * nothing while code runs; what it may keep too long is bounded by the stack.
 * Snapshots do not depend on it: they read canonical frames, which are typed.
 *
 * A collection happens only inside the functions below that allocate (and
 * gw_heap_collect).  A caller whose references live anywhere but in guest
 * slots (below exec.slot_top), instances, roots or pins must hold them in one
 * of those across such a call.
 *
 * Small objects live in size classes in blocks of 64 KiB; large ones alone.
 * The heap grows: the next collection is due when twice the bytes that
 * survived the last have been handed out (at least 1 MiB; more when the heap
 * is mostly holes or there are many roots).  The limit is the option
 * MAX_HEAP, which counts blocks, not cells; at it, allocation collects, then
 * fails.  It also fails when the limit has forced a number of
 * collections in a row and each left the heap as good as full: otherwise a
 * guest could make us collect without end.
 *
 * Used by the thread that runs the store.
 */
#ifndef GW_RT_HEAP_H
#define GW_RT_HEAP_H

#include "rt/store.h"

#include <string.h>

enum gw_object_kind {
    GW_OBJECT_STRUCT,
    GW_OBJECT_ARRAY,
    GW_OBJECT_EXN,  /* an exception: tag and payload */
    GW_OBJECT_CONT, /* a continuation: rt/stack.h */
    GW_OBJECT_HOST  /* what the host passed as externref */
};

struct gw_object {
    uint32_t type_id; /* engine type number; exceptions: of the tag's type;
                         host references: GW_NO_INDEX */
    uint8_t kind;
    uint8_t mark; /* the heap's */
    bool leaf;    /* the heap's: holds nothing that is traced */
    uint8_t reserved;
    uint64_t count; /* arrays: elements; else 0 */
    /* The values follow, 8-byte aligned. */
};

struct gw_exn {
    struct gw_object object;
    struct gw_taginst *tag;
    /* The payload follows, in slots. */
};

struct gw_hostref {
    struct gw_object object;
    void *host;
    void (*finalize)(void *host); /* when collected or with the store */
};

static inline uint8_t *
gw_object_data(struct gw_object *object)
{
    return (uint8_t *)(object + 1);
}

static inline union gw_slot *
gw_exn_payload(struct gw_exn *exn)
{
    return (union gw_slot *)(exn + 1);
}

/* Where the fields of a struct or the elements of an array lie, computed once
 * per engine type.  Fields are naturally aligned (v128: 8) in host byte
 * order; references take 8 bytes. */
struct gw_layout {
    uint32_t size;        /* struct: bytes of all fields; array: element */
    uint32_t field_count; /* array: 1 */
    const struct gw_field *fields; /* engine-wide types */
    const uint32_t *offsets;       /* struct: of each field */
    const uint32_t *refs; /* struct: offsets of the traced references */
    uint32_t ref_count;   /* array: 1 when elements are traced */
};

/* Lock-free; valid as long as the engine.  NULL for function types. */
const struct gw_layout *gw_typereg_layout(const struct gw_engine *engine,
                                          uint32_t type_id);

/* ---- allocation: 0 or NULL when the limit is reached even after a
 * collection (the caller traps GW_TRAP_HEAP_EXHAUSTED); values are zero ---- */

struct gw_object *gw_heap_new_struct(struct gw_store *store, uint32_t type_id);
struct gw_object *gw_heap_new_array(struct gw_store *store, uint32_t type_id,
                                    uint64_t count);
struct gw_exn *gw_heap_new_exn(struct gw_store *store, struct gw_taginst *tag);
/* finalize may be NULL; it must not call into the store. */
struct gw_hostref *gw_heap_new_host(struct gw_store *store, void *host,
                                    void (*finalize)(void *host));

void gw_heap_collect(struct gw_store *store);

struct gw_heap_stats {
    uint64_t live_bytes; /* after the last collection, plus since */
    uint64_t held_bytes; /* from the allocator; never above MAX_HEAP */
    uint64_t collections, objects;
    uint64_t rescans; /* times that marking ran out of its stack */
};
struct gw_heap_stats gw_heap_stats(const struct gw_store *store);

/* Is ref null, an i31 or the address of an object that this store's heap
 * holds?  Any number may be asked about: nothing but known cells is read. */
bool gw_heap_knows(const struct gw_store *store, uint64_t ref);

/* ---- roots: references that the host holds ---- */

/* ref may be a function, too; it may be changed at any time. */
struct gw_root {
    struct gw_root *previous, *next;
    uint64_t ref;
};

/* NULL when out of memory.  What is left is freed with the store. */
struct gw_root *gw_root_new(struct gw_store *store, uint64_t ref);
void gw_root_delete(struct gw_store *store, struct gw_root *root);

/* Slots outside the guest stack that are scanned like it, from push to pop;
 * the last pushed is popped first.  The struct is the caller's and may be
 * changed meanwhile. */
struct gw_pins {
    struct gw_pins *outer; /* private */
    const union gw_slot *slots;
    size_t count;
};

void gw_pins_push(struct gw_store *store, struct gw_pins *pins);
void gw_pins_pop(struct gw_store *store, struct gw_pins *pins);

/* ---- references ---- */

static inline bool
gw_ref_is_i31(uint64_t ref)
{
    return (ref & 1) != 0;
}

static inline uint64_t
gw_ref_from_i31(uint32_t value)
{
    return (uint64_t)(value & 0x7fffffffu) << 1 | 1;
}

static inline uint32_t
gw_ref_i31_u(uint64_t ref)
{
    return (uint32_t)(ref >> 1) & 0x7fffffffu;
}

static inline int32_t
gw_ref_i31_s(uint64_t ref)
{
    uint32_t value = gw_ref_i31_u(ref);
    return value & 0x40000000u ? (int32_t)(value | 0x80000000u)
                               : (int32_t)value;
}

static inline struct gw_object *
gw_ref_object(uint64_t ref)
{
    return (struct gw_object *)(uintptr_t)ref;
}

/* Spec 4.2.2 (reference typing): has ref the engine-wide reference type?
 * Null matches nullable types.  Used by ref.test, ref.cast and br_on_cast. */
bool gw_ref_has_type(const struct gw_store *store, uint64_t ref,
                     gw_valtype type);

/* Does an engine-wide type have values that may be objects of the heap?  Not
 * numbers and not functions, which belong to the store. */
bool gw_typereg_is_traced(const struct gw_engine *engine, gw_valtype type);

/* Spec 4.4.5 (ref.eq). */
static inline bool
gw_ref_eq(uint64_t a, uint64_t b)
{
    return a == b;
}

/* ---- fields and elements, spec 4.2.14 (field values) ---- */

/* Bytes that a value of a storage type takes in an object. */
static inline uint32_t
gw_storage_size(gw_valtype type)
{
    switch (type) {
    case GW_TYPE_I8:
        return 1;
    case GW_TYPE_I16:
        return 2;
    case GW_TYPE_I32:
    case GW_TYPE_F32:
        return 4;
    case GW_TYPE_V128:
        return 16;
    default:
        return 8;
    }
}

/* Reads the value at data into as many slots as its type has; sign: extend
 * an i8 or i16 with its sign. */
static inline void
gw_field_load(const uint8_t *data, gw_valtype type, bool sign,
              union gw_slot *out)
{
    uint16_t half;
    if (type == GW_TYPE_V128) {
        memcpy(out, data, 16);
        return;
    }
    out->u64 = 0;
    switch (gw_storage_size(type)) {
    case 1:
        out->u32 = sign ? (*data ^ 0x80u) - 0x80u : *data;
        break;
    case 2:
        memcpy(&half, data, sizeof(half));
        out->u32 = sign ? (half ^ 0x8000u) - 0x8000u : half;
        break;
    case 4:
        memcpy(&out->u32, data, sizeof(out->u32));
        break;
    default:
        memcpy(&out->u64, data, sizeof(out->u64));
        break;
    }
}

/* Writes a value to data; an i8 or i16 loses its upper bits. */
static inline void
gw_field_store(uint8_t *data, gw_valtype type, const union gw_slot *value)
{
    uint16_t half;
    switch (gw_storage_size(type)) {
    case 1:
        *data = (uint8_t)value->u32;
        break;
    case 2:
        half = (uint16_t)value->u32;
        memcpy(data, &half, sizeof(half));
        break;
    case 4:
        memcpy(data, &value->u32, sizeof(value->u32));
        break;
    case 16:
        memcpy(data, value, 16);
        break;
    default:
        memcpy(data, &value->u64, sizeof(value->u64));
        break;
    }
}

/* ---- operators shared by all tiers, spec 4.4.5 and 4.4.9 ----
 *
 * Types are engine numbers, counts and indices those of the guest.  Each
 * checks all before it changes anything, and returns a trap.  Operands that
 * are references must be where a collection sees them. */

/* values: the fields in their slots, one behind the other; NULL: defaults. */
enum gw_trap gw_struct_new(struct gw_store *store, uint32_t type_id,
                           const union gw_slot *values, uint64_t *ref);

/* value: of each element; NULL: the default. */
enum gw_trap gw_array_new(struct gw_store *store, uint32_t type_id,
                          const union gw_slot *value, uint32_t count,
                          uint64_t *ref);
/* values: of all elements, as for gw_struct_new. */
enum gw_trap gw_array_new_fixed(struct gw_store *store, uint32_t type_id,
                                const union gw_slot *values, uint32_t count,
                                uint64_t *ref);
/* data and elem are indices of the instance's segments. */
enum gw_trap gw_array_new_data(struct gw_instance *instance, uint32_t type_id,
                               uint32_t data, uint32_t from, uint32_t count,
                               uint64_t *ref);
enum gw_trap gw_array_new_elem(struct gw_instance *instance, uint32_t type_id,
                               uint32_t elem, uint32_t from, uint32_t count,
                               uint64_t *ref);

enum gw_trap gw_array_fill(struct gw_store *store, uint64_t ref, uint32_t at,
                           const union gw_slot *value, uint32_t count);
enum gw_trap gw_array_copy(struct gw_store *store, uint64_t to_ref, uint32_t to,
                           uint64_t from_ref, uint32_t from, uint32_t count);
enum gw_trap gw_array_init_data(struct gw_instance *instance, uint64_t ref,
                                uint32_t at, uint32_t data, uint32_t from,
                                uint32_t count);
enum gw_trap gw_array_init_elem(struct gw_instance *instance, uint64_t ref,
                                uint32_t at, uint32_t elem, uint32_t from,
                                uint32_t count);

#endif
