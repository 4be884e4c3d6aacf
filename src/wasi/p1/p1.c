/* Naming, linking and entering the functions of WASI 0.1. */
#include "wasi/p1/p1.h"
#include "base/utf8.h"

#include <assert.h>

enum { OLD = 1, NEW = 0 };

const struct gw_p1_row gw_p1_table[GW_P1_COUNT] = {
#define P1(name, params, means, access, since, cost, checkpoint) \
    { #name,                                                     \
      params,                                                    \
      means,                                                     \
      GW_P1_##access,                                            \
      since,                                                     \
      GW_P1_##cost,                                              \
      GW_P1_##checkpoint,                                        \
      gw_p1_##name },
#include "wasi/p1/p1.def"
#undef P1
};

enum { PARAMS_MAX = 9 };

/* ---- names ---- */

static bool
is_unstable(struct gw_span module)
{
    return gw_span_equal(module, gw_span_str("wasi_unstable"));
}

static const struct gw_p1_row *
find_row(struct gw_span module, struct gw_span name)
{
    bool unstable = is_unstable(module);
    if (!unstable &&
        !gw_span_equal(module, gw_span_str("wasi_snapshot_preview1")))
        return NULL;
    for (unsigned i = 0; i < GW_P1_COUNT; i++) {
        const struct gw_p1_row *row = &gw_p1_table[i];
        if (gw_span_equal(name, gw_span_str(row->name)))
            return unstable && !row->old ? NULL : row;
    }
    return NULL;
}

bool
gw_wasi_provides(struct gw_span module, struct gw_span name)
{
    return find_row(module, name) != NULL;
}

unsigned
gw_wasi_asks(struct gw_span module, struct gw_span name)
{
    static const struct {
        char meaning;
        unsigned ask;
    } table[] = { { 'p', GW_ASK_PATH },  { 'c', GW_ASK_CLOCK },
                  { 's', GW_ASK_CLOCK }, { 'b', GW_ASK_BYTES },
                  { 'v', GW_ASK_MOVES }, { 'h', GW_ASK_HANDLES } };
    const struct gw_p1_row *row = find_row(module, name);
    unsigned asks = row && row->access ? GW_ASK_ACCESS : 0;
    for (unsigned i = 0; row && i < sizeof table / sizeof *table; i++)
        asks |= strchr(row->means, table[i].meaning) ? table[i].ask : 0;
    return asks;
}

/* ---- entering ---- */

/* A function as it was made for one store.  The memory of the last caller is
 * remembered here: both live as long as the store. */
struct binding {
    struct gw_wasi *wasi;
    const struct gw_p1_row *row;
    struct gw_store *store;
    bool unstable;
    struct gw_guard *guard; /* own; NULL: there is no policy */
    struct gw_p1_plan plan; /* for it */
    const struct gw_instance *caller;
    struct gw_meminst *memory;
};

static struct gw_meminst *
memory_of(struct binding *binding, const struct gw_instance *caller)
{
    struct gw_externval value;
    if (!caller)
        return NULL;
    if (binding->caller != caller) {
        bool found = gw_instance_export(caller, gw_span_str("memory"),
                                        &value) &&
                     value.kind == GW_EXTERN_MEMORY;
        binding->memory = found ? value.of.memory : NULL;
        binding->caller = caller;
    }
    return binding->memory;
}

static enum gw_trap
enter(void *env, struct gw_call *call, union gw_slot *args)
{
    struct binding *binding = env;
    struct gw_p1 p = { 0 };
    p.wasi = binding->wasi;
    p.call = call;
    p.memory = memory_of(binding, call->caller);
    p.unstable = binding->unstable;
    p.trap = GW_TRAP_NONE;
    if (binding->guard && !gw_guard_passes(binding->guard) &&
        !gw_guard_counts(binding->guard))
        return gw_p1_enter_judged(&p, binding->row, &binding->plan,
                                  binding->guard, args);
    enum gw_oserr err = binding->row->fn(&p, args);
    if (p.trap == GW_TRAP_NONE) {
        args[0].u64 = 0;
        args[0].u32 = (uint32_t)err;
    }
    return p.trap;
}

static void
finalize(void *env)
{
    struct binding *binding = env;
    gw_guard_free(binding->guard);
    gw_alloc_free(&binding->store->alloc, binding, sizeof *binding);
}

enum gw_err
gw_wasi_func(struct gw_wasi *wasi, struct gw_store *store,
             struct gw_span module, struct gw_span name,
             struct gw_funcinst **out)
{
    static const gw_valtype result = GW_TYPE_I32;
    gw_valtype params[PARAMS_MAX];
    struct gw_functype type = { 0 };
    const struct gw_p1_row *row = find_row(module, name);
    if (!row)
        return GW_ERR_NOT_FOUND;
    type.param_count = type.param_slots = (uint32_t)strlen(row->params);
    type.result_count = row->fn != gw_p1_proc_exit;
    type.result_slots = type.result_count;
    type.params = params;
    type.results = &result;
    assert(type.param_count <= PARAMS_MAX);
    for (uint32_t i = 0; i < type.param_count; i++)
        params[i] = row->params[i] == 'I' ? GW_TYPE_I64 : GW_TYPE_I32;

    struct binding *binding = gw_alloc_zero(&store->alloc, 1, sizeof *binding);
    if (!binding)
        return GW_ERR_NOMEM;
    binding->wasi = wasi;
    binding->row = row;
    binding->store = store;
    binding->unstable = is_unstable(module);
    const struct gw_subject subject = { module, name };
    gw_p1_plan(row, &binding->plan);
    if (wasi->gate)
        binding->guard = gw_guard_new(wasi->gate, store, subject);
    enum gw_err err = wasi->gate && !binding->guard ? GW_ERR_NOMEM : GW_OK;
    if (err == GW_OK)
        err = gw_funcinst_new_host(store, &type, enter, binding, finalize, out);
    if (err != GW_OK)
        finalize(binding);
    return err;
}

/* ---- guest memory ---- */

uint8_t *
gw_p1_at(const struct gw_p1 *p, uint64_t address, uint64_t size)
{
    if (!p->memory || !gw_meminst_has(p->memory, address, size))
        return NULL;
    return p->memory->base + address;
}

enum gw_oserr
gw_p1_store_u32(struct gw_p1 *p, uint64_t address, uint32_t value)
{
    uint8_t *to = gw_p1_at(p, address, 4);
    if (!to)
        return GW_OSERR_FAULT;
    gw_p1_put_u32(to, value);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_p1_store_u64(struct gw_p1 *p, uint64_t address, uint64_t value)
{
    uint8_t *to = gw_p1_at(p, address, 8);
    if (!to)
        return GW_OSERR_FAULT;
    gw_p1_put_u64(to, value);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_p1_load_path(struct gw_p1 *p, uint64_t address, uint32_t size,
                struct gw_p1_path *path)
{
    for (unsigned i = 0; p->judged && i < p->judged->count; i++) {
        const struct gw_p1_ahead *ahead = &p->judged->ahead[i];
        if (ahead->address == address && ahead->size == size) {
            memcpy(path->text, ahead->path.text, size + 1);
            return GW_OSERR_OK;
        }
    }
    const uint8_t *from = gw_p1_at(p, address, size);
    if (!from)
        return GW_OSERR_FAULT;
    if (size > p->wasi->limits[GW_WASI_LIMIT_PATH])
        return GW_OSERR_NAMETOOLONG;
    memcpy(path->text, from, size);
    path->text[size] = '\0';
    /* Checked in the copy: shared memory may change meanwhile. */
    if (memchr(path->text, '\0', size))
        return GW_OSERR_INVAL;
    if (gw_utf8_check(gw_span(path->text, size)) != size)
        return GW_OSERR_ILSEQ;
    return GW_OSERR_OK;
}

/* ---- descriptors, waiting ---- */

/* What a missing right means: where seeking makes no sense at all, POSIX has
 * a name for it that programs know. */
static enum gw_oserr
lacking(const struct gw_fd *entry, uint64_t missing)
{
    const unsigned streams = GW_FOR_PIPE | GW_FOR_SOCKET | GW_FOR_LISTENER;
    bool seeks = (missing & ~(GW_RIGHT(FD_SEEK) | GW_RIGHT(FD_TELL))) == 0;
    return seeks && (entry->file->kind & streams) ? GW_OSERR_SPIPE
                                                  : GW_OSERR_NOTCAPABLE;
}

enum gw_oserr
gw_p1_fd(struct gw_p1 *p, uint32_t fd, uint64_t rights, struct gw_fd *entry)
{
    enum gw_oserr err = gw_fdtable_get(&p->wasi->fds, fd, entry);
    if (err == GW_OSERR_OK && (rights & ~entry->base)) {
        err = lacking(entry, rights & ~entry->base);
        gw_wasi_file_unref(entry->file);
    }
    return err;
}

bool
gw_p1_stopped(struct gw_p1 *p)
{
    struct gw_instance *caller = p->call->caller;
    if (p->trap == GW_TRAP_NONE && caller &&
        atomic_load_explicit(&caller->ctx.poll, memory_order_acquire))
        p->trap = gw_exec_poll(p->call->exec, caller);
    return p->trap != GW_TRAP_NONE;
}

enum gw_oserr
gw_p1_wait(struct gw_p1 *p, struct gw_wasi_file *file, bool write)
{
    struct gw_poll poll = { 0 };
    bool nonblock = (atomic_load(&file->flags) & GW_FDFLAG_NONBLOCK) != 0;
    poll.fd = file->host;
    poll.read = !write;
    poll.write = write;
    for (;;) {
        enum gw_oserr err = gw_file_poll(&poll, 1,
                                         nonblock ? 0 : GW_P1_SLICE_NS);
        if (err != GW_OSERR_OK || poll.ready)
            return err;
        if (nonblock)
            return GW_OSERR_AGAIN;
        if (gw_p1_stopped(p))
            return GW_OSERR_INTR;
    }
}
