/*
 * wasm.h: the standard C interface of WebAssembly engines, as published at
 * github.com/WebAssembly/wasm-c-api.  A program written against that header
 * compiles with this one and the other way round; the layout of every struct
 * and the value of every constant agree.  What godwit has beyond it is in
 * godwit.h.
 *
 * Ownership.  `own` marks what changes hands, in the way `const` marks what
 * does not change:
 *   - an own result, or what is left in an own `out` parameter, belongs to
 *     the caller, who ends it with wasm_<name>_delete;
 *   - an own parameter belongs to the callee from the call on, also when the
 *     call fails;
 *   - an own vector owns its elements;
 *   - everything else is borrowed for the call; a pointer returned without
 *     own lives as long as the object it was asked of.
 * Deleting NULL does nothing.  Objects may be deleted in any order: each
 * handle keeps alive what it needs.
 *
 * Threads.  Engines, shared modules, types and configurations may be used by
 * any thread (not changed by two at once).  A store and all objects made with
 * it are used by one thread at a time.
 *
 * Errors.  A function that returns a pointer returns NULL when it fails, and
 * objects of a store other than the one they are given to are a failure, too.
 * The reason of a failed wasm_module_new is had from godwit_module_new.
 */
#ifndef WASM_H
#define WASM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef WASM_API_EXTERN
#if defined(_WIN32) && !defined(__MINGW32__) && !defined(LIBWASM_STATIC)
#define WASM_API_EXTERN __declspec(dllimport)
#elif defined(__GNUC__)
#define WASM_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define own

static_assert(sizeof(float) == 4 && sizeof(double) == 8,
              "float and double are those of WebAssembly");
static_assert(sizeof(intptr_t) == 4 || sizeof(intptr_t) == 8,
              "a pointer has the size of an i32 or an i64");

typedef char byte_t;
typedef float float32_t;
typedef double float64_t;

/* ---- families of declarations ---- */

/* A type of objects, and how one ends. */
#define WASM_DECLARE_OWN(name)                      \
    typedef struct wasm_##name##_t wasm_##name##_t; \
    WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t *);

/* A vector: size elements at data, which are wasm_<name>_t or, with `*` for
 * star, pointers to them.  new takes over the elements of an array,
 * new_uninitialized leaves them to the caller (pointers are NULL), copy copies
 * the elements, too. */
#define WASM_DECLARE_VEC(name, star)                                   \
    typedef struct wasm_##name##_vec_t {                               \
        size_t size;                                                   \
        wasm_##name##_t star *data;                                    \
    } wasm_##name##_vec_t;                                             \
    WASM_API_EXTERN void wasm_##name##_vec_new_empty(                  \
        own wasm_##name##_vec_t *out);                                 \
    WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(          \
        own wasm_##name##_vec_t *out, size_t size);                    \
    WASM_API_EXTERN void wasm_##name##_vec_new(                        \
        own wasm_##name##_vec_t *out, size_t size,                     \
        own wasm_##name##_t star const elements[]);                    \
    WASM_API_EXTERN void wasm_##name##_vec_copy(                       \
        own wasm_##name##_vec_t *out, const wasm_##name##_vec_t *vec); \
    WASM_API_EXTERN void wasm_##name##_vec_delete(own wasm_##name##_vec_t *);

/* A description of a type: a plain value that belongs to no store. */
#define WASM_DECLARE_TYPE(name)                              \
    WASM_DECLARE_OWN(name)                                   \
    WASM_DECLARE_VEC(name, *)                                \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy( \
        const wasm_##name##_t *);

/* A handle of an object of a store.  copy makes another handle of the same
 * object; same tells whether two handles have one object; the host may keep
 * one pointer with each object, and a finalizer that is called with it when
 * the object goes or another pointer takes its place. */
#define WASM_DECLARE_REF_BASE(name)                                     \
    WASM_DECLARE_OWN(name)                                              \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(            \
        const wasm_##name##_t *);                                       \
    WASM_API_EXTERN bool wasm_##name##_same(const wasm_##name##_t *,    \
                                            const wasm_##name##_t *);   \
    WASM_API_EXTERN void *wasm_##name##_get_host_info(                  \
        const wasm_##name##_t *);                                       \
    WASM_API_EXTERN void wasm_##name##_set_host_info(wasm_##name##_t *, \
                                                     void *info);       \
    WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(    \
        wasm_##name##_t *, void *info, void (*finalizer)(void *info));

/* The same handle seen as a reference of any kind, and back: NULL when it is
 * one of another kind.  Nothing changes hands. */
#define WASM_DECLARE_REF(name)                                           \
    WASM_DECLARE_REF_BASE(name)                                          \
    WASM_API_EXTERN wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *); \
    WASM_API_EXTERN wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *);   \
    WASM_API_EXTERN const wasm_ref_t *wasm_##name##_as_ref_const(        \
        const wasm_##name##_t *);                                        \
    WASM_API_EXTERN const wasm_##name##_t *wasm_ref_as_##name##_const(   \
        const wasm_ref_t *);

/* An object that can be given to another store of the same engine, in any
 * thread: share it there, obtain it here. */
#define WASM_DECLARE_SHARABLE_REF(name)                              \
    WASM_DECLARE_REF(name)                                           \
    WASM_DECLARE_OWN(shared_##name)                                  \
    WASM_API_EXTERN own wasm_shared_##name##_t *wasm_##name##_share( \
        const wasm_##name##_t *);                                    \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_obtain(       \
        wasm_store_t *, const wasm_shared_##name##_t *);

/* ---- bytes and names ---- */

typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

/* UTF-8, not terminated unless made by the _nt function. */
typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name wasm_byte_vec
#define wasm_name_new wasm_byte_vec_new
#define wasm_name_new_empty wasm_byte_vec_new_empty
#define wasm_name_new_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy wasm_byte_vec_copy
#define wasm_name_delete wasm_byte_vec_delete

static inline void
wasm_name_new_from_string(own wasm_name_t *out, const char *text)
{
    wasm_name_new(out, strlen(text), text);
}

/* With the NUL, which counts in the size. */
static inline void
wasm_name_new_from_string_nt(own wasm_name_t *out, const char *text)
{
    wasm_name_new(out, strlen(text) + 1, text);
}

/* ---- configuration, engine, store ---- */

/* See godwit/config.h for what can be set. */
WASM_DECLARE_OWN(config)
WASM_API_EXTERN own wasm_config_t *wasm_config_new(void);

/* Compiled code and types are shared by all stores of an engine. */
WASM_DECLARE_OWN(engine)
WASM_API_EXTERN own wasm_engine_t *wasm_engine_new(void);
WASM_API_EXTERN own wasm_engine_t *
wasm_engine_new_with_config(own wasm_config_t *);

/* Holds all that changes while guests run.  Objects of a store that the guest
 * or the host has made live until the last handle of the store and of its
 * objects is deleted. */
WASM_DECLARE_OWN(store)
WASM_API_EXTERN own wasm_store_t *wasm_store_new(wasm_engine_t *);

/* ---- types ---- */

typedef uint8_t wasm_mutability_t;
enum wasm_mutability_enum { WASM_CONST, WASM_VAR };

typedef struct wasm_limits_t {
    uint32_t min;
    uint32_t max; /* wasm_limits_max_default: none */
} wasm_limits_t;

static const uint32_t wasm_limits_max_default = 0xffffffff;

WASM_DECLARE_TYPE(valtype)

typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
    WASM_I32,
    WASM_I64,
    WASM_F32,
    WASM_F64,
    WASM_EXTERNREF = 128, /* and every reference that is not to a function */
    WASM_FUNCREF
};

WASM_API_EXTERN own wasm_valtype_t *wasm_valtype_new(wasm_valkind_t);
WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *);

static inline bool
wasm_valkind_is_num(wasm_valkind_t kind)
{
    return kind < WASM_EXTERNREF;
}

static inline bool
wasm_valkind_is_ref(wasm_valkind_t kind)
{
    return kind >= WASM_EXTERNREF;
}

static inline bool
wasm_valtype_is_num(const wasm_valtype_t *type)
{
    return wasm_valkind_is_num(wasm_valtype_kind(type));
}

static inline bool
wasm_valtype_is_ref(const wasm_valtype_t *type)
{
    return wasm_valkind_is_ref(wasm_valtype_kind(type));
}

WASM_DECLARE_TYPE(functype)
WASM_API_EXTERN own wasm_functype_t *
wasm_functype_new(own wasm_valtype_vec_t *params,
                  own wasm_valtype_vec_t *results);
WASM_API_EXTERN const wasm_valtype_vec_t *
wasm_functype_params(const wasm_functype_t *);
WASM_API_EXTERN const wasm_valtype_vec_t *
wasm_functype_results(const wasm_functype_t *);

WASM_DECLARE_TYPE(globaltype)
WASM_API_EXTERN own wasm_globaltype_t *wasm_globaltype_new(own wasm_valtype_t *,
                                                           wasm_mutability_t);
WASM_API_EXTERN const wasm_valtype_t *
wasm_globaltype_content(const wasm_globaltype_t *);
WASM_API_EXTERN wasm_mutability_t
wasm_globaltype_mutability(const wasm_globaltype_t *);

WASM_DECLARE_TYPE(tabletype)
WASM_API_EXTERN own wasm_tabletype_t *wasm_tabletype_new(own wasm_valtype_t *,
                                                         const wasm_limits_t *);
WASM_API_EXTERN const wasm_valtype_t *
wasm_tabletype_element(const wasm_tabletype_t *);
WASM_API_EXTERN const wasm_limits_t *
wasm_tabletype_limits(const wasm_tabletype_t *);

/* Limits in pages. */
WASM_DECLARE_TYPE(memorytype)
WASM_API_EXTERN own wasm_memorytype_t *
wasm_memorytype_new(const wasm_limits_t *);
WASM_API_EXTERN const wasm_limits_t *
wasm_memorytype_limits(const wasm_memorytype_t *);

WASM_DECLARE_TYPE(externtype)

typedef uint8_t wasm_externkind_t;
enum wasm_externkind_enum {
    WASM_EXTERN_FUNC,
    WASM_EXTERN_GLOBAL,
    WASM_EXTERN_TABLE,
    WASM_EXTERN_MEMORY
};

WASM_API_EXTERN wasm_externkind_t
wasm_externtype_kind(const wasm_externtype_t *);

/* The same object seen otherwise; NULL when it is of another kind. */
#define WASM_DECLARE_EXTERNTYPE_CAST(name)                                    \
    WASM_API_EXTERN wasm_externtype_t *wasm_##name##_as_externtype(           \
        wasm_##name##_t *);                                                   \
    WASM_API_EXTERN wasm_##name##_t *wasm_externtype_as_##name(               \
        wasm_externtype_t *);                                                 \
    WASM_API_EXTERN const wasm_externtype_t *                                 \
    wasm_##name##_as_externtype_const(const wasm_##name##_t *);               \
    WASM_API_EXTERN const wasm_##name##_t *wasm_externtype_as_##name##_const( \
        const wasm_externtype_t *);

WASM_DECLARE_EXTERNTYPE_CAST(functype)
WASM_DECLARE_EXTERNTYPE_CAST(globaltype)
WASM_DECLARE_EXTERNTYPE_CAST(tabletype)
WASM_DECLARE_EXTERNTYPE_CAST(memorytype)
#undef WASM_DECLARE_EXTERNTYPE_CAST

WASM_DECLARE_TYPE(importtype)
WASM_API_EXTERN own wasm_importtype_t *
wasm_importtype_new(own wasm_name_t *module, own wasm_name_t *name,
                    own wasm_externtype_t *);
WASM_API_EXTERN const wasm_name_t *
wasm_importtype_module(const wasm_importtype_t *);
WASM_API_EXTERN const wasm_name_t *
wasm_importtype_name(const wasm_importtype_t *);
WASM_API_EXTERN const wasm_externtype_t *
wasm_importtype_type(const wasm_importtype_t *);

WASM_DECLARE_TYPE(exporttype)
WASM_API_EXTERN own wasm_exporttype_t *
wasm_exporttype_new(own wasm_name_t *, own wasm_externtype_t *);
WASM_API_EXTERN const wasm_name_t *
wasm_exporttype_name(const wasm_exporttype_t *);
WASM_API_EXTERN const wasm_externtype_t *
wasm_exporttype_type(const wasm_exporttype_t *);

/* ---- values ---- */

struct wasm_ref_t;

typedef struct wasm_val_t {
    wasm_valkind_t kind;
    union {
        int32_t i32;
        int64_t i64;
        float32_t f32;
        float64_t f64;
        struct wasm_ref_t *ref; /* NULL: the null reference */
    } of;
} wasm_val_t;

/* A value owns its reference. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t *);
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t *out, const wasm_val_t *);
WASM_DECLARE_VEC(val, )

/* ---- references ---- */

WASM_DECLARE_REF_BASE(ref)

/* A place in guest code.  Offsets are in bytes: from the start of the
 * function's body, and from the start of the module. */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)
WASM_API_EXTERN own wasm_frame_t *wasm_frame_copy(const wasm_frame_t *);
WASM_API_EXTERN struct wasm_instance_t *
wasm_frame_instance(const wasm_frame_t *);
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t *);
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t *);
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t *);

typedef wasm_name_t wasm_message_t; /* terminated; the NUL counts */

/* Why guest code, or a host function, stopped.  The origin is the innermost
 * frame, NULL when no guest code was running; the trace begins with it. */
WASM_DECLARE_REF(trap)
WASM_API_EXTERN own wasm_trap_t *wasm_trap_new(wasm_store_t *,
                                               const wasm_message_t *);
WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t *,
                                       own wasm_message_t *out);
WASM_API_EXTERN own wasm_frame_t *wasm_trap_origin(const wasm_trap_t *);
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t *,
                                     own wasm_frame_vec_t *out);

/* An object of the host that guests can hold and compare but not look into. */
WASM_DECLARE_REF(foreign)
WASM_API_EXTERN own wasm_foreign_t *wasm_foreign_new(wasm_store_t *);

/* ---- modules ---- */

/* The bytes are copied; they are validated completely. */
WASM_DECLARE_SHARABLE_REF(module)
WASM_API_EXTERN own wasm_module_t *
wasm_module_new(wasm_store_t *, const wasm_byte_vec_t *binary);
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t *,
                                          const wasm_byte_vec_t *binary);
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t *,
                                         own wasm_importtype_vec_t *out);
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t *,
                                         own wasm_exporttype_vec_t *out);
/* What serialize wrote, deserialize validates again: it may come from
 * anywhere. */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t *,
                                           own wasm_byte_vec_t *out);
WASM_API_EXTERN own wasm_module_t *
wasm_module_deserialize(wasm_store_t *, const wasm_byte_vec_t *);

/* ---- functions ---- */

WASM_DECLARE_REF(func)

/* A function of the host.  args are borrowed; results holds
 * one WASM_INIT_VAL for each result and is to be filled.  Returns NULL or a
 * trap. */
typedef own wasm_trap_t *(*wasm_func_callback_t)(const wasm_val_vec_t *args,
                                                 own wasm_val_vec_t *results);
typedef own wasm_trap_t *(*wasm_func_callback_with_env_t)(
    void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results);

WASM_API_EXTERN own wasm_func_t *
wasm_func_new(wasm_store_t *, const wasm_functype_t *, wasm_func_callback_t);
/* finalizer (may be NULL) is called with env when the store goes, or before
 * this returns NULL. */
WASM_API_EXTERN own wasm_func_t *
wasm_func_new_with_env(wasm_store_t *, const wasm_functype_t *,
                       wasm_func_callback_with_env_t, void *env,
                       void (*finalizer)(void *env));

WASM_API_EXTERN own wasm_functype_t *wasm_func_type(const wasm_func_t *);
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t *);
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t *);

/* Returns NULL, or the trap that ended the call; arguments that do not fit
 * the function's type are such a trap.  results is an array of the caller's
 * with room for the results; what it held is not freed. */
WASM_API_EXTERN own wasm_trap_t *wasm_func_call(const wasm_func_t *,
                                                const wasm_val_vec_t *args,
                                                wasm_val_vec_t *results);

/* ---- globals ---- */

WASM_DECLARE_REF(global)
WASM_API_EXTERN own wasm_global_t *
wasm_global_new(wasm_store_t *, const wasm_globaltype_t *, const wasm_val_t *);
WASM_API_EXTERN own wasm_globaltype_t *wasm_global_type(const wasm_global_t *);
WASM_API_EXTERN void wasm_global_get(const wasm_global_t *,
                                     own wasm_val_t *out);
/* Does nothing when the global is immutable or the value does not fit. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t *, const wasm_val_t *);

/* ---- tables ---- */

WASM_DECLARE_REF(table)
typedef uint32_t wasm_table_size_t;

WASM_API_EXTERN own wasm_table_t *
wasm_table_new(wasm_store_t *, const wasm_tabletype_t *, wasm_ref_t *init);
WASM_API_EXTERN own wasm_tabletype_t *wasm_table_type(const wasm_table_t *);
/* NULL for the null reference and outside the table. */
WASM_API_EXTERN own wasm_ref_t *wasm_table_get(const wasm_table_t *,
                                               wasm_table_size_t index);
WASM_API_EXTERN bool wasm_table_set(wasm_table_t *, wasm_table_size_t index,
                                    wasm_ref_t *);
WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t *);
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t *, wasm_table_size_t delta,
                                     wasm_ref_t *init);

/* ---- memories ---- */

WASM_DECLARE_REF(memory)
typedef uint32_t wasm_memory_pages_t;

static const size_t MEMORY_PAGE_SIZE = 0x10000;

WASM_API_EXTERN own wasm_memory_t *wasm_memory_new(wasm_store_t *,
                                                   const wasm_memorytype_t *);
WASM_API_EXTERN own wasm_memorytype_t *wasm_memory_type(const wasm_memory_t *);
/* Valid until the memory grows, by the host's or the guest's doing. */
WASM_API_EXTERN byte_t *wasm_memory_data(wasm_memory_t *);
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t *);
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(const wasm_memory_t *);
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t *,
                                      wasm_memory_pages_t delta);

/* ---- externals: what can be imported and exported ---- */

WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)
WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t *);
WASM_API_EXTERN own wasm_externtype_t *wasm_extern_type(const wasm_extern_t *);

#define WASM_DECLARE_EXTERN_CAST(name)                                         \
    WASM_API_EXTERN wasm_extern_t *wasm_##name##_as_extern(wasm_##name##_t *); \
    WASM_API_EXTERN wasm_##name##_t *wasm_extern_as_##name(wasm_extern_t *);   \
    WASM_API_EXTERN const wasm_extern_t *wasm_##name##_as_extern_const(        \
        const wasm_##name##_t *);                                              \
    WASM_API_EXTERN const wasm_##name##_t *wasm_extern_as_##name##_const(      \
        const wasm_extern_t *);

WASM_DECLARE_EXTERN_CAST(func)
WASM_DECLARE_EXTERN_CAST(global)
WASM_DECLARE_EXTERN_CAST(table)
WASM_DECLARE_EXTERN_CAST(memory)
#undef WASM_DECLARE_EXTERN_CAST

/* ---- instances ---- */

/* imports stand in the order of wasm_module_imports.  On failure returns
 * NULL and leaves a trap in *trap (unless trap is NULL): the guest's, or one
 * that says what could not be linked.  On success *trap is NULL. */
WASM_DECLARE_REF(instance)
WASM_API_EXTERN own wasm_instance_t *
wasm_instance_new(wasm_store_t *, const wasm_module_t *,
                  const wasm_extern_vec_t *imports, own wasm_trap_t **trap);
/* In the order of wasm_module_exports. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t *,
                                           own wasm_extern_vec_t *out);

/* ---- short hands ---- */

#define WASM_EMPTY_VEC { 0, NULL }
#define WASM_ARRAY_VEC(array) { sizeof(array) / sizeof(*(array)), array }

static inline own wasm_valtype_t *
wasm_valtype_new_i32(void)
{
    return wasm_valtype_new(WASM_I32);
}

static inline own wasm_valtype_t *
wasm_valtype_new_i64(void)
{
    return wasm_valtype_new(WASM_I64);
}

static inline own wasm_valtype_t *
wasm_valtype_new_f32(void)
{
    return wasm_valtype_new(WASM_F32);
}

static inline own wasm_valtype_t *
wasm_valtype_new_f64(void)
{
    return wasm_valtype_new(WASM_F64);
}

static inline own wasm_valtype_t *
wasm_valtype_new_externref(void)
{
    return wasm_valtype_new(WASM_EXTERNREF);
}

static inline own wasm_valtype_t *
wasm_valtype_new_funcref(void)
{
    return wasm_valtype_new(WASM_FUNCREF);
}

/* wasm_functype_new_<parameters>_<results>: up to three and two. */
static inline own wasm_functype_t *
wasm_functype_new_arrays_(size_t param_count, own wasm_valtype_t *const *ps,
                          size_t result_count, own wasm_valtype_t *const *rs)
{
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, param_count, ps);
    wasm_valtype_vec_new(&results, result_count, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *
wasm_functype_new_0_0(void)
{
    return wasm_functype_new_arrays_(0, NULL, 0, NULL);
}

static inline own wasm_functype_t *
wasm_functype_new_1_0(own wasm_valtype_t *p)
{
    wasm_valtype_t *ps[1] = { p };
    return wasm_functype_new_arrays_(1, ps, 0, NULL);
}

static inline own wasm_functype_t *
wasm_functype_new_2_0(own wasm_valtype_t *p1, own wasm_valtype_t *p2)
{
    wasm_valtype_t *ps[2] = { p1, p2 };
    return wasm_functype_new_arrays_(2, ps, 0, NULL);
}

static inline own wasm_functype_t *
wasm_functype_new_3_0(own wasm_valtype_t *p1, own wasm_valtype_t *p2,
                      own wasm_valtype_t *p3)
{
    wasm_valtype_t *ps[3] = { p1, p2, p3 };
    return wasm_functype_new_arrays_(3, ps, 0, NULL);
}

static inline own wasm_functype_t *
wasm_functype_new_0_1(own wasm_valtype_t *r)
{
    wasm_valtype_t *rs[1] = { r };
    return wasm_functype_new_arrays_(0, NULL, 1, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_1_1(own wasm_valtype_t *p, own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[1] = { p };
    wasm_valtype_t *rs[1] = { r };
    return wasm_functype_new_arrays_(1, ps, 1, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_2_1(own wasm_valtype_t *p1, own wasm_valtype_t *p2,
                      own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[2] = { p1, p2 };
    wasm_valtype_t *rs[1] = { r };
    return wasm_functype_new_arrays_(2, ps, 1, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_3_1(own wasm_valtype_t *p1, own wasm_valtype_t *p2,
                      own wasm_valtype_t *p3, own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[3] = { p1, p2, p3 };
    wasm_valtype_t *rs[1] = { r };
    return wasm_functype_new_arrays_(3, ps, 1, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_0_2(own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *rs[2] = { r1, r2 };
    return wasm_functype_new_arrays_(0, NULL, 2, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_1_2(own wasm_valtype_t *p, own wasm_valtype_t *r1,
                      own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[1] = { p };
    wasm_valtype_t *rs[2] = { r1, r2 };
    return wasm_functype_new_arrays_(1, ps, 2, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_2_2(own wasm_valtype_t *p1, own wasm_valtype_t *p2,
                      own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[2] = { p1, p2 };
    wasm_valtype_t *rs[2] = { r1, r2 };
    return wasm_functype_new_arrays_(2, ps, 2, rs);
}

static inline own wasm_functype_t *
wasm_functype_new_3_2(own wasm_valtype_t *p1, own wasm_valtype_t *p2,
                      own wasm_valtype_t *p3, own wasm_valtype_t *r1,
                      own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[3] = { p1, p2, p3 };
    wasm_valtype_t *rs[2] = { r1, r2 };
    return wasm_functype_new_arrays_(3, ps, 2, rs);
}

/* A pointer of the host as an integer of its size. */
static inline void
wasm_val_init_ptr(own wasm_val_t *out, void *pointer)
{
    bool wide = sizeof(intptr_t) == sizeof(int64_t);
    out->kind = wide ? WASM_I64 : WASM_I32;
    out->of.i64 = 0;
    if (wide)
        out->of.i64 = (int64_t)(intptr_t)pointer;
    else
        out->of.i32 = (int32_t)(intptr_t)pointer;
}

static inline void *
wasm_val_ptr(const wasm_val_t *val)
{
    bool wide = sizeof(intptr_t) == sizeof(int64_t);
    return (void *)(wide ? (intptr_t)val->of.i64 : (intptr_t)val->of.i32);
}

/* Initialisers of wasm_val_t. */
#define WASM_I32_VAL(i)                     \
    {                                       \
        .kind = WASM_I32, .of = {.i32 = i } \
    }
#define WASM_I64_VAL(i)                     \
    {                                       \
        .kind = WASM_I64, .of = {.i64 = i } \
    }
#define WASM_F32_VAL(z)                     \
    {                                       \
        .kind = WASM_F32, .of = {.f32 = z } \
    }
#define WASM_F64_VAL(z)                     \
    {                                       \
        .kind = WASM_F64, .of = {.f64 = z } \
    }
#define WASM_REF_VAL(r)                           \
    {                                             \
        .kind = WASM_EXTERNREF, .of = {.ref = r } \
    }
#define WASM_INIT_VAL                                \
    {                                                \
        .kind = WASM_EXTERNREF, .of = {.ref = NULL } \
    }

#undef own

#ifdef __cplusplus
}
#endif

#endif
