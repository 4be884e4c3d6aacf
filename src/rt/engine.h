/*
 * An engine: what programs and stores of one configuration share.
 *
 * Holds the configuration, the allocator, the tier and the registry that
 * gives every function, struct, array and continuation type a number: two
 * types of any two modules are equal exactly when their numbers are equal.
 * Thread safe.  Reference counted: programs and stores hold it.
 */
#ifndef GW_RT_ENGINE_H
#define GW_RT_ENGINE_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/option.h"
#include "wasm/module.h"

struct gw_engine;
struct gw_program;
struct gw_tier;
struct gw_typereg;
struct gw_timer;

/* What gives programs machine code (aot/aot.h). */
struct gw_compiler {
    /* A file may be an artifact: *bytes becomes its module then. */
    enum gw_err (*open)(struct gw_engine *engine, struct gw_span *bytes,
                        struct gw_diag *diag);
    /* Gives program->native, or leaves it NULL; file is what open was given. */
    enum gw_err (*prepare)(struct gw_program *program, struct gw_span file,
                           struct gw_diag *diag);
};

struct gw_engine {
    struct gw_alloc alloc;
    struct gw_config config;
    struct gw_decode_options decode; /* from the configuration */
    const struct gw_tier *tier;
    const struct gw_compiler *compiler; /* NULL: none */
    struct gw_typereg *types;
    struct gw_timer *timer; /* private: deadlines of stores */
    atomic_uint refs;
};

/* tier: the tier that runs functions (interp/interp.h).  resize: see
 * base/alloc.h; NULL: malloc.  Returns NULL when out of memory or when the
 * system cannot do what config asks. */
struct gw_engine *gw_engine_new(const struct gw_config *config,
                                const struct gw_tier *tier,
                                gw_resize_fn *resize, void *env);
struct gw_engine *gw_engine_ref(struct gw_engine *engine);
void gw_engine_unref(struct gw_engine *engine);

/* ---- type numbers ---- */

/* Numbers every type of a module: ids[i] for canonical and other indices.
 * The numbers stay valid as long as the engine.  GW_ERR_NOMEM, or GW_ERR_LIMIT
 * when there would be more than GW_LIMIT_ENGINE_TYPES. */
enum gw_err gw_typereg_intern(struct gw_engine *engine,
                              const struct gw_types *types, uint32_t *ids);
/* The number of a function type made by the host: no supertype, final. */
enum gw_err gw_typereg_intern_func(struct gw_engine *engine,
                                   const struct gw_functype *type,
                                   uint32_t *id);
/* Is type a equal to b or declared below it?  Constant time, no lock. */
bool gw_typereg_is_sub(const struct gw_engine *engine, uint32_t a, uint32_t b);
/* The definition a number stands for; heap types in it are type numbers of
 * the engine, not module indices.  Valid as long as the engine. */
const struct gw_typedef *gw_typereg_def(const struct gw_engine *engine,
                                        uint32_t id);
/* A module's value type with its defined heap type replaced by its number
 * (ids as made by gw_typereg_intern): comparable across modules. */
gw_valtype gw_typereg_valtype(const uint32_t *ids, gw_valtype type);
/* gw_type_matches for such engine-wide value types. */
bool gw_typereg_matches(const struct gw_engine *engine, gw_valtype a,
                        gw_valtype b);

#endif
