/*
 * A module: the result of decoding and validating, spec section 2.5.
 *
 * One arena holds everything; the bytes of the module are borrowed and must
 * outlive it (spans and code point into them).  Nothing changes after
 * gw_module_decode has returned, so any number of threads and stores share
 * one module.
 */
#ifndef GW_WASM_MODULE_H
#define GW_WASM_MODULE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/span.h"
#include "wasm/limit.h"
#include "wasm/op.h"
#include "wasm/types.h"

enum gw_extern { /* the order of the binary format */
                 GW_EXTERN_FUNC,
                 GW_EXTERN_TABLE,
                 GW_EXTERN_MEMORY,
                 GW_EXTERN_GLOBAL,
                 GW_EXTERN_TAG,
                 GW_EXTERN_COUNT
};

struct gw_limits {
    uint64_t min, max; /* max is UINT64_MAX when there is none */
    bool has_max;
    bool is64;
    bool shared;
};

struct gw_tabletype {
    gw_valtype elem;
    struct gw_limits limits;
};

struct gw_memtype {
    struct gw_limits limits; /* in pages */
    uint8_t page_log2;       /* 16 unless custom page sizes are used */
};

struct gw_globaltype {
    gw_valtype type;
    bool mutable;
};

/* A constant expression: operators up to and including `end`. */
struct gw_expr {
    uint32_t offset, size; /* in the module's bytes; size 0: none */
};

struct gw_import {
    struct gw_span module, name;
    enum gw_extern kind;
    uint32_t index; /* in the index space of its kind */
};

struct gw_export {
    struct gw_span name;
    enum gw_extern kind;
    uint32_t index;
};

struct gw_func {
    uint32_t type;         /* canonical type index */
    uint32_t offset, size; /* body after its size field; imports: 0, 0 */
    bool declared;         /* may be named by ref.func in code */
};

struct gw_table {
    struct gw_tabletype type;
    struct gw_expr init; /* size 0: filled with null */
};

struct gw_global {
    struct gw_globaltype type;
    struct gw_expr init; /* imports: none */
};

enum gw_segment_mode {
    GW_SEGMENT_PASSIVE,
    GW_SEGMENT_ACTIVE,
    GW_SEGMENT_DECLARED
};

struct gw_elem {
    enum gw_segment_mode mode;
    gw_valtype type;
    uint32_t table;
    struct gw_expr start; /* active: where in the table */
    uint32_t count;
    uint32_t offset; /* of the first item in the module's bytes */
    bool exprs;      /* items are expressions, else function indices */
};

struct gw_data {
    enum gw_segment_mode mode;
    uint32_t memory;
    struct gw_expr start; /* active: where in the memory */
    struct gw_span bytes;
};

struct gw_custom {
    struct gw_span name, bytes;
    uint32_t offset; /* of bytes in the module */
};

/* Where each section begins and how long it is, for inspection.  Index: the
 * section id (0 counts all custom sections together). */
enum { GW_SECTION_COUNT = 14 };

struct gw_section {
    uint32_t offset, size, count; /* size 0: absent */
};

struct gw_module {
    struct gw_arena arena;
    struct gw_span bytes;

    struct gw_types types;
    struct gw_import *imports;
    struct gw_func *funcs; /* imports first, as in every index space */
    struct gw_table *tables;
    struct gw_memtype *memories;
    struct gw_global *globals;
    uint32_t *tags; /* canonical function type index */
    struct gw_export *exports;
    struct gw_elem *elems;
    struct gw_data *datas;
    struct gw_custom *customs;

    uint32_t import_count, func_count, table_count, memory_count;
    uint32_t global_count, tag_count, export_count, elem_count, data_count;
    uint32_t custom_count;
    uint32_t imported[GW_EXTERN_COUNT]; /* how many of each are imported */
    uint32_t start;                     /* function, or GW_NO_INDEX */
    bool has_data_count;

    uint64_t features; /* bit 1 << GW_FEATURE_*: what the module uses */
    struct gw_section sections[GW_SECTION_COUNT];
    struct gw_span name_section; /* contents of the last "name" section */
    uint32_t *export_index;      /* open addressing by name: index + 1, or 0 */
    uint32_t export_slots;       /* a power of two, or 0 */
    uint64_t export_seed;
};

/* What a decoder is told. */
struct gw_decode_options {
    uint64_t features;  /* bit set of features allowed */
    bool validate_only; /* also let in features that no tier executes yet */
    uint32_t jobs;      /* threads that may walk bodies; 0: one a core */
    uint64_t limits[GW_LIMIT_COUNT];
    /* NULL, or told by any thread how many bytes of the code are done. */
    void (*progress)(void *env, const char *what, uint64_t done,
                     uint64_t total);
    void *progress_env;
};

/* All features that are on by default; the defaults of limit.def; one job. */
void gw_decode_options_init(struct gw_decode_options *options);

/*
 * Decodes and validates a whole module (spec 5 and 3), code included.
 *
 * On success *out is a module to be freed with gw_module_delete; bytes must
 * outlive it.  On failure reports to diag: GW_ERR_MALFORMED, _INVALID,
 * _UNSUPPORTED (a feature not allowed or not executable), _LIMIT or _NOMEM,
 * always with an offset, and frees all.  Uses at most 32 * size + 1 MiB, and
 * what the walk over one body needs once more for each further thread; alloc
 * is called from all of them.
 */
enum gw_err gw_module_decode(struct gw_span bytes,
                             const struct gw_decode_options *options,
                             struct gw_alloc *alloc, struct gw_diag *diag,
                             struct gw_module **out);
void gw_module_delete(struct gw_module *module);

/* The steps of the above: all sections but without the function bodies'
 * instructions, then one body (any order, any thread; used in parallel). */
enum gw_err gw_module_decode_sections(struct gw_span bytes,
                                      const struct gw_decode_options *options,
                                      struct gw_alloc *alloc,
                                      struct gw_diag *diag,
                                      struct gw_module **out);

static inline const struct gw_functype *
gw_module_functype(const struct gw_module *module, uint32_t func)
{
    return &module->types.defs[module->funcs[func].type].func;
}

/* The name section's name of a function, {NULL, 0} when there is none; looked
 * up on each call by walking the section. */
struct gw_span gw_module_func_name(const struct gw_module *module,
                                   uint32_t func);

/* Calls match for the functions in the name section until it returns true:
 * the last function asked about, or GW_NO_INDEX when none matches. */
uint32_t gw_module_match_func_name(const struct gw_module *module,
                                   bool (*match)(void *env,
                                                 struct gw_span name),
                                   void *env);

/* Finds an export by name, or NULL. */
const struct gw_export *gw_module_find_export(const struct gw_module *module,
                                              struct gw_span name);

#endif
