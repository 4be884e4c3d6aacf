/*
 * Instances and the things they hold, spec 4.2.
 *
 * All of them belong to one store, live as long as it, and are used by one
 * thread at a time, the one that runs the store (except shared memories).
 */
#ifndef GW_RT_INSTANCE_H
#define GW_RT_INSTANCE_H

#include "rt/program.h"
#include "rt/value.h"
#include "wasm/trap.h"

struct gw_vmctx {
#define FIELD(type, name, text) type name;
#include "rt/vmctx.def"
#undef FIELD
};

/* ---- memories ---- */

struct gw_sharedmem;

/* A memory as one store sees it.  A shared memory has one of these for each
 * store; they stand for the same bytes. */
struct gw_meminst {
    uint8_t *base; /* moves on grow when packed: never keep it across a call
                      that can run guest code */
    _Atomic(size_t) size;  /* bytes; other threads may raise it when shared */
    _Atomic(size_t) pages; /* as size; see gw_meminst_pages */
    uint64_t max_pages;    /* of the type, or as limited */
    uint64_t reserved;     /* bytes of address space behind base */
    struct gw_memtype type;
    bool guarded; /* any access base + 32-bit index + 32-bit offset faults
                     when it is outside size */
    struct gw_store *store;
    struct gw_sharedmem *shared; /* NULL when it is not */
    struct gw_meminst *sharer;   /* private: next in the list of shared */
    uint64_t charged; /* private: bytes taken from the store's quota */
};

/* Are memories of this type guarded?  The layout follows from the type and
 * the configuration alone, so that a tier can rely on it in its code. */
bool gw_memtype_guarded(const struct gw_engine *engine,
                        const struct gw_memtype *type);

enum gw_err gw_meminst_new(struct gw_store *store,
                           const struct gw_memtype *type, struct gw_diag *diag,
                           struct gw_meminst **out);
/* Spec memory.grow: the old size in pages, or UINT64_MAX when refused. */
uint64_t gw_meminst_grow(struct gw_meminst *memory, uint64_t delta);

/* What several stores, each perhaps in a thread of its own, may refer to:
 * own, or NULL when the memory is not shared.  Any thread may hold and drop
 * the reference; it keeps the bytes and the engine, not the store. */
struct gw_sharedmem *gw_meminst_share(const struct gw_meminst *memory);
struct gw_sharedmem *gw_sharedmem_ref(struct gw_sharedmem *shared);
void gw_sharedmem_unref(struct gw_sharedmem *shared);

/* Makes the shared memory known to a store, which takes a reference.
 * GW_ERR_ARGUMENT when the store belongs to another engine; GW_ERR_LIMIT
 * when the store's quota is too small for the memory as it is now. */
enum gw_err gw_meminst_from_shared(struct gw_store *store,
                                   struct gw_sharedmem *shared,
                                   struct gw_diag *diag,
                                   struct gw_meminst **out);

/* How many bytes may be accessed.  Threads that do not synchronise may see
 * an older size of a shared memory, never a larger one. */
static inline uint64_t
gw_meminst_size(const struct gw_meminst *memory)
{
    return atomic_load_explicit(&memory->size, memory_order_relaxed);
}

/* Spec memory.size.  All threads see a shared memory grow at one time, which
 * the member pages cannot promise. */
uint64_t gw_meminst_pages(const struct gw_meminst *memory);

/* Is [address, address + size) inside?  Never overflows. */
static inline bool
gw_meminst_has(const struct gw_meminst *memory, uint64_t address, uint64_t size)
{
    uint64_t end = gw_meminst_size(memory);
    return size <= end && address <= end - size;
}

/* ---- tables ---- */

struct gw_tableinst {
    uint64_t *elems; /* references; moves on grow */
    uint64_t size;
    uint64_t capacity, max;
    struct gw_tabletype type; /* elem: engine-wide value type */
    struct gw_store *store;
};

enum gw_err gw_tableinst_new(struct gw_store *store,
                             const struct gw_tabletype *type, uint64_t init,
                             struct gw_diag *diag, struct gw_tableinst **out);
uint64_t gw_tableinst_grow(struct gw_tableinst *table, uint64_t delta,
                           uint64_t init);

/* ---- globals and tags ---- */

struct gw_globalinst {
    union gw_slot value[2];
    struct gw_globaltype type; /* type: engine-wide value type */
    struct gw_store *store;
};

struct gw_taginst {
    uint32_t type_id; /* engine type number of its function type */
    const struct gw_functype *type;
    struct gw_store *store;
};

enum gw_err gw_globalinst_new(struct gw_store *store,
                              const struct gw_globaltype *type,
                              struct gw_globalinst **out);
enum gw_err gw_taginst_new(struct gw_store *store, uint32_t type_id,
                           const struct gw_functype *type,
                           struct gw_taginst **out);

/* ---- functions ---- */

/* A call of a host function, as the function sees it. */
struct gw_call {
    struct gw_exec *exec;
    struct gw_instance *caller; /* NULL when the host itself calls */
    struct gw_store *store;
};

/* Arguments stand in args, each in its slots; results replace them from
 * args[0] on.  There is room for the larger of the two.  Returns
 * GW_TRAP_NONE, or a trap (GW_TRAP_HOST and GW_TRAP_EXIT with details set by
 * gw_exec_trap / gw_exec_exit). */
typedef enum gw_trap gw_host_fn(void *env, struct gw_call *call,
                                union gw_slot *args);

struct gw_funcinst {
    const void *code;               /* the tier's entry; never NULL once made */
    const void *native;             /* machine code (rt/native.h); NULL: none,
                                       callers go through the tier */
    const void *native_tail;        /* its entry for tail calls, if any */
    struct gw_instance *instance;   /* NULL: a host function */
    const struct gw_functype *type; /* of engine-wide value types */
    uint32_t type_id;               /* engine type number */
    uint32_t index; /* in its module; host functions: GW_NO_INDEX */
    gw_host_fn *host;
    void *env;
    void (*finalize)(void *env); /* when the store goes; may be NULL */
    struct gw_store *store;
    void *user; /* for the layer above; NULL at first */
};

/* type is copied.  On failure finalize is not called. */
enum gw_err gw_funcinst_new_host(struct gw_store *store,
                                 const struct gw_functype *type,
                                 gw_host_fn *host, void *env,
                                 void (*finalize)(void *env),
                                 struct gw_funcinst **out);

/* ---- external values ---- */

struct gw_externval {
    enum gw_extern kind;
    union {
        struct gw_funcinst *func;
        struct gw_tableinst *table;
        struct gw_meminst *memory;
        struct gw_globalinst *global;
        struct gw_taginst *tag;
    } of;
};

/* ---- instances ---- */

struct gw_elem_items {
    uint64_t *refs; /* NULL once dropped */
    uint32_t count;
};

struct gw_instance {
    struct gw_vmctx ctx; /* must stay first */
    struct gw_store *store;
    struct gw_program *program;
    struct gw_instance *next;       /* in the store's list */
    struct gw_globalinst **globals; /* ctx.globals points into these */
    struct gw_funcinst *own_funcs;  /* the defined functions */
    struct gw_elem_items *elems;    /* element segments, evaluated */
    struct gw_span *datas;          /* data segments; size 0 once dropped */
    void *user;                     /* for the layer above; NULL at first */
};

/*
 * Spec 4.5.4: links, allocates, initialises and runs the start function.
 * imports stand in the order of the module's import section.  Returns
 * GW_ERR_UNLINKABLE ("unknown import" / "incompatible import type" and which)
 * and others with diag; GW_ERR_TRAP when a segment or the start function
 * traps: the trap is at gw_store_trap(store).  A trapped instance stays in
 * the store (its exports may have been shared) but is not returned.
 */
enum gw_err gw_instance_new(struct gw_store *store, struct gw_program *program,
                            const struct gw_externval *imports,
                            uint32_t import_count, struct gw_diag *diag,
                            struct gw_instance **out);

/* The export of a name; false when there is none. */
bool gw_instance_export(const struct gw_instance *instance, struct gw_span name,
                        struct gw_externval *out);
struct gw_externval gw_instance_extern(const struct gw_instance *instance,
                                       enum gw_extern kind, uint32_t index);

/* Does an external value fit what import number `index` of program asks? */
bool gw_extern_matches(const struct gw_program *program, uint32_t index,
                       const struct gw_externval *value);

/* Bulk operators, shared by all tiers: each checks bounds and returns a
 * trap.  Spec 4.4.6-4.4.7. */
enum gw_trap gw_memory_fill(struct gw_meminst *memory, uint64_t to,
                            uint8_t value, uint64_t size);
enum gw_trap gw_memory_copy(struct gw_meminst *to_memory, uint64_t to,
                            struct gw_meminst *from_memory, uint64_t from,
                            uint64_t size);
enum gw_trap gw_memory_init(struct gw_instance *instance, uint32_t memory,
                            uint32_t data, uint64_t to, uint32_t from,
                            uint32_t size);
void gw_data_drop(struct gw_instance *instance, uint32_t data);
enum gw_trap gw_table_fill(struct gw_tableinst *table, uint64_t to,
                           uint64_t ref, uint64_t size);
enum gw_trap gw_table_copy(struct gw_tableinst *to_table, uint64_t to,
                           struct gw_tableinst *from_table, uint64_t from,
                           uint64_t size);
enum gw_trap gw_table_init(struct gw_instance *instance, uint32_t table,
                           uint32_t elem, uint64_t to, uint32_t from,
                           uint32_t size);
void gw_elem_drop(struct gw_instance *instance, uint32_t elem);

#endif
