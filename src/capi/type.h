/*
 * Types as the C API has them: plain values, each owning its parts.
 *
 * A value type is the inside's number, in its engine-wide form (rt/engine.h);
 * one that names a type by number holds its engine.
 */
#ifndef GW_CAPI_TYPE_H
#define GW_CAPI_TYPE_H

#include "rt/engine.h"
#include "wasm/limit.h"

#include "wasm.h"

struct gw_program;

struct wasm_valtype_t {
    gw_valtype type;
    struct gw_engine *engine; /* NULL unless type names a type by number */
};

/* The head of all external types. */
struct wasm_externtype_t {
    wasm_externkind_t kind;
};

struct wasm_functype_t {
    struct wasm_externtype_t head;
    wasm_valtype_vec_t params, results;
};

struct wasm_globaltype_t {
    struct wasm_externtype_t head;
    wasm_mutability_t mutability;
    wasm_valtype_t *content;
};

/* wasm.h knows 32-bit limits only; the exact ones stand behind them. */
struct wasm_tabletype_t {
    struct wasm_externtype_t head;
    wasm_limits_t limits;
    struct gw_limits exact;
    wasm_valtype_t *element;
};

struct wasm_memorytype_t {
    struct wasm_externtype_t head;
    wasm_limits_t limits;
    struct gw_memtype exact;
};

/* Tags are not part of wasm.h: godwit_externtype_tag looks into their type. */
struct gw_capi_tagtype {
    struct wasm_externtype_t head;
    wasm_functype_t *func;
};

struct wasm_importtype_t {
    wasm_name_t module, name;
    wasm_externtype_t *type;
};

struct wasm_exporttype_t {
    wasm_name_t name;
    wasm_externtype_t *type;
};

/* The kind a value type has in the C API. */
wasm_valkind_t gw_capi_valkind(const struct gw_engine *engine, gw_valtype type);

/* From the inside: own, or NULL when out of memory.  Value types are
 * engine-wide ones. */
wasm_valtype_t *gw_capi_valtype(struct gw_engine *engine, gw_valtype type);
wasm_externtype_t *gw_capi_functype(struct gw_engine *engine,
                                    const struct gw_functype *type);
wasm_externtype_t *gw_capi_globaltype(struct gw_engine *engine,
                                      const struct gw_globaltype *type);
wasm_externtype_t *gw_capi_tabletype(struct gw_engine *engine,
                                     const struct gw_tabletype *type);
wasm_externtype_t *gw_capi_memorytype(const struct gw_memtype *type);
/* Takes func over. */
wasm_externtype_t *gw_capi_tagtype(wasm_functype_t *func);

/* To the inside: false when out of memory or when a part belongs to another
 * engine.  *out owns one block, to be freed through *block. */
bool gw_capi_functype_lower(const struct gw_engine *engine,
                            const wasm_functype_t *type,
                            struct gw_functype *out, gw_valtype **block);
bool gw_capi_valtype_lower(const struct gw_engine *engine,
                           const wasm_valtype_t *type, gw_valtype *out);

/* Between the kinds' two orders. */
wasm_externkind_t gw_capi_externkind(enum gw_extern kind);
enum gw_extern gw_capi_extern(wasm_externkind_t kind);

/* The type of an external of a program. */
wasm_externtype_t *gw_capi_externtype(const struct gw_program *program,
                                      enum gw_extern kind, uint32_t index);

#endif
