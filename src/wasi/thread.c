#include "wasi/thread.h"

#include "base/utf8.h"
#include "policy/gate.h"
#include "rt/store.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * [DOC] How threads begin and end.
 *
 * 1. The thread that spawns makes the new store and finds the imports, so
 *    that what is lacking is an errno of thread-spawn.  The new thread makes
 *    the instance, because the program's start function is guest code.
 * 2. A store is interrupted under the group's lock only, and its thread takes
 *    it out of the group before it deletes it.
 * 3. The first outcome counts.  The main store, where the program's own call
 *    runs, is ended with it (gw_store_end); the other threads are interrupted
 *    and their outcomes are nobody's business any more.
 * 4. Fuel is never made: the spawner gives away half of what it has, and what
 *    a thread leaves over goes to the next that is spawned.
 */

enum { TID_MAX = 0x1fffffff };

/* Nobody has set a limit to fuel of which there is more than this. */
#define NO_LIMIT ((uint64_t)INT64_MAX / 2)

struct thread {
    struct gw_wasi_threads *group;
    struct thread *next;
    struct gw_os_thread os;
    struct gw_store *store; /* NULL: it has ended and can be joined */
    struct gw_program *program;
    struct gw_externval *imports;
    uint32_t tid, argument;
};

struct gw_wasi_threads {
    struct gw_wasi *wasi;
    struct gw_os_mutex lock; /* guards all below */
    struct gw_store *main;   /* NULL: nobody has asked for thread-spawn */
    struct thread *first;
    uint32_t live, last_tid;
    uint64_t spare_fuel;
    bool ended;
};

static const struct gw_span export_name = {
    (const uint8_t *)"wasi_thread_start", 17
};

struct gw_wasi_threads *
gw_wasi_threads_new(struct gw_wasi *wasi)
{
    struct gw_wasi_threads *group = gw_alloc_zero(wasi->alloc, 1,
                                                  sizeof *group);
    if (!group)
        return NULL;
    group->wasi = wasi;
    gw_os_mutex_init(&group->lock);
    return group;
}

/* ---- ending ---- */

static void
free_thread(struct thread *t)
{
    struct gw_alloc *alloc = t->group->wasi->alloc;
    uint32_t count = t->program->module->import_count;
    gw_alloc_free(alloc, t->imports, count * sizeof *t->imports);
    gw_store_unref(t->store);
    gw_program_unref(t->program);
    gw_alloc_free(alloc, t, sizeof *t);
}

/* Takes off the list, and waits for, the threads that have ended, or all. */
static void
join(struct gw_wasi_threads *group, bool all)
{
    struct thread *gone = NULL;
    gw_os_mutex_lock(&group->lock);
    for (struct thread **link = &group->first; *link;) {
        struct thread *t = *link;
        if (!all && t->store) {
            link = &t->next;
            continue;
        }
        *link = t->next;
        t->next = gone;
        gone = t;
    }
    gw_os_mutex_unlock(&group->lock);
    while (gone) {
        struct thread *t = gone;
        gone = t->next;
        gw_os_thread_join(&t->os);
        free_thread(t);
    }
}

/* Needs the lock. */
static void
interrupt_all(struct gw_wasi_threads *group)
{
    group->ended = true;
    for (struct thread *t = group->first; t; t = t->next)
        if (t->store)
            gw_store_interrupt(t->store, GW_REASON_INTERRUPT);
}

void
gw_wasi_end_threads(struct gw_wasi *wasi)
{
    struct gw_wasi_threads *group = wasi->threads;
    if (!group)
        return;
    gw_os_mutex_lock(&group->lock);
    interrupt_all(group);
    gw_os_mutex_unlock(&group->lock);
    join(group, true);
}

void
gw_wasi_threads_delete(struct gw_wasi_threads *group)
{
    if (!group)
        return;
    gw_wasi_end_threads(group->wasi);
    gw_os_mutex_fini(&group->lock);
    gw_alloc_free(group->wasi->alloc, group, sizeof *group);
}

/* ---- the life of a thread ---- */

/* The frames belong to a store that is about to go: what the trap tells of
 * them is put into words. */
static void
describe(const struct thread *t, const struct gw_trap_info *info,
         struct gw_store_end *end)
{
    char name[48] = "";
    end->trap = info->trap;
    end->exit_code = info->exit_code;
    int size = snprintf(end->text, sizeof end->text, "%.*s, in thread %" PRIu32,
                        GW_TRAP_TEXT / 2, info->text, t->tid);
    if (info->frame_count == 0 || size < 0)
        return;
    const struct gw_trace_frame *at = &info->frames[0];
    struct gw_span known = gw_module_func_name(at->module, at->func);
    gw_utf8_print(known, name, sizeof name);
    (void)snprintf(end->text + size, sizeof end->text - (size_t)size,
                   " at 0x%" PRIx32 " (%s%sfunc[%" PRIu32 "])", at->offset,
                   name, known.size > 0 ? " " : "", at->func);
}

static void
end_all(const struct thread *t, const struct gw_store_end *end)
{
    struct gw_wasi_threads *group = t->group;
    gw_os_mutex_lock(&group->lock);
    if (!group->ended) {
        interrupt_all(group);
        gw_store_end(group->main, end);
    }
    gw_os_mutex_unlock(&group->lock);
}

static void
run_guest(struct thread *t)
{
    struct gw_instance *instance;
    struct gw_externval start;
    struct gw_store_end end = { .trap = GW_TRAP_HOST };
    struct gw_diag diag;
    union gw_slot args[2] = { { .u64 = t->tid }, { .u64 = t->argument } };
    gw_diag_init(&diag);
    enum gw_err err = gw_instance_new(t->store, t->program, t->imports,
                                      t->program->module->import_count, &diag,
                                      &instance);
    if (err != GW_OK && err != GW_ERR_TRAP) {
        (void)snprintf(end.text, sizeof end.text,
                       "cannot begin thread %" PRIu32 ": %.100s", t->tid,
                       diag.text);
        end_all(t, &end);
        return;
    }
    if (err == GW_OK && gw_instance_export(instance, export_name, &start) &&
        gw_func_call(start.of.func, args) == GW_TRAP_NONE)
        return;
    describe(t, gw_store_trap(t->store), &end);
    end_all(t, &end);
}

static void
run_thread(void *env)
{
    struct thread *t = env;
    struct gw_wasi_threads *group = t->group;
    struct gw_store *store = t->store;
    run_guest(t);
    gw_os_mutex_lock(&group->lock);
    if (gw_store_fuel(store) <= NO_LIMIT)
        group->spare_fuel += gw_store_fuel(store);
    group->live--;
    t->store = NULL;
    gw_os_mutex_unlock(&group->lock);
    gw_store_unref(store);
}

/* ---- spawning ---- */

static bool
starts_threads(const struct gw_module *module)
{
    const struct gw_export *export = gw_module_find_export(module, export_name);
    if (!export || export->kind != GW_EXTERN_FUNC)
        return false;
    const struct gw_functype *type = gw_module_functype(module, export->index);
    return type->param_count == 2 && type->result_count == 0 &&
           type->params[0] == GW_TYPE_I32 && type->params[1] == GW_TYPE_I32;
}

/* The same memory, or the same function of WASI, as the caller has. */
static enum gw_err
find_import(struct thread *t, const struct gw_instance *caller,
            const struct gw_import *import, struct gw_externval *out)
{
    struct gw_wasi *wasi = t->group->wasi;
    *out = (struct gw_externval){ .kind = import->kind };
    if (import->kind == GW_EXTERN_FUNC &&
        gw_wasi_thread_provides(import->module, import->name))
        return gw_wasi_thread_func(wasi, t->store, &out->of.func);
    if (import->kind == GW_EXTERN_FUNC)
        return gw_wasi_func(wasi, t->store, import->module, import->name,
                            &out->of.func);
    if (import->kind != GW_EXTERN_MEMORY)
        return GW_ERR_NOT_FOUND;
    struct gw_sharedmem *shared = gw_meminst_share(
        caller->ctx.memories[import->index]);
    if (!shared)
        return GW_ERR_NOT_FOUND;
    enum gw_err err = gw_meminst_from_shared(t->store, shared, NULL,
                                             &out->of.memory);
    gw_sharedmem_unref(shared);
    return err;
}

static enum gw_oserr
prepare(struct thread *t, const struct gw_instance *caller)
{
    const struct gw_module *module = t->program->module;
    t->imports = gw_alloc_zero(t->group->wasi->alloc, module->import_count,
                               sizeof *t->imports);
    t->store = t->imports ? gw_store_new(t->program->engine) : NULL;
    if (!t->store)
        return GW_OSERR_AGAIN;
    for (uint32_t i = 0; i < module->import_count; i++) {
        enum gw_err err = find_import(t, caller, &module->imports[i],
                                      &t->imports[i]);
        if (err != GW_OK)
            return err == GW_ERR_NOT_FOUND ? GW_OSERR_NOTSUP : GW_OSERR_AGAIN;
    }
    return GW_OSERR_OK;
}

/* Needs the lock. */
static void
share_fuel(struct gw_wasi_threads *group, struct gw_store *from,
           struct gw_store *to)
{
    uint64_t have = gw_store_fuel(from);
    if (have > NO_LIMIT) {
        gw_store_set_fuel(to, UINT64_MAX);
        return;
    }
    have += group->spare_fuel;
    group->spare_fuel = 0;
    gw_store_set_fuel(to, have / 2);
    gw_store_set_fuel(from, have - have / 2);
}

/* Needs the lock. */
static uint32_t
next_tid(struct gw_wasi_threads *group)
{
    bool taken;
    do {
        group->last_tid = group->last_tid % TID_MAX + 1;
        taken = false;
        for (struct thread *t = group->first; t && !taken; t = t->next)
            taken = t->tid == group->last_tid;
    } while (taken);
    return group->last_tid;
}

/* Lets a prepared thread run, which may be over and freed when this returns;
 * false when there may be no more. */
static bool
begin(struct thread *t, struct gw_store *spawner, uint32_t *tid)
{
    struct gw_wasi_threads *group = t->group;
    uint64_t limit = group->wasi->limits[GW_WASI_LIMIT_THREADS];
    gw_os_mutex_lock(&group->lock);
    bool begun = !group->ended && group->live < limit;
    if (begun) {
        *tid = t->tid = next_tid(group);
        share_fuel(group, spawner, t->store);
        begun = gw_os_thread_start(&t->os, run_thread, t, 0);
    }
    if (begun) {
        t->next = group->first;
        group->first = t;
        group->live++;
    }
    gw_os_mutex_unlock(&group->lock);
    return begun;
}

static enum gw_oserr
spawn(struct gw_wasi_threads *group, const struct gw_call *call,
      uint32_t argument, uint32_t *tid)
{
    const struct gw_instance *caller = call->caller;
    if (!caller || !starts_threads(caller->program->module))
        return GW_OSERR_NOTSUP;
    join(group, false);
    struct thread *t = gw_alloc_zero(group->wasi->alloc, 1, sizeof *t);
    if (!t)
        return GW_OSERR_AGAIN;
    t->group = group;
    t->program = gw_program_ref(caller->program);
    t->argument = argument;
    enum gw_oserr err = prepare(t, caller);
    if (err == GW_OSERR_OK && !begin(t, call->store, tid))
        err = GW_OSERR_AGAIN;
    if (err != GW_OSERR_OK)
        free_thread(t);
    return err;
}

/* The function as it was made for one store. */
struct binding {
    struct gw_wasi *wasi;
    struct gw_store *store;
    struct gw_guard *guard; /* own; NULL: there is no policy */
};

/* spawn, if the policy allows it. */
static enum gw_trap
judge(struct binding *binding, struct gw_call *call, uint32_t arg,
      uint32_t *tid, enum gw_oserr *err)
{
    static const struct gw_ask nothing;
    struct gw_verdict verdict;
    gw_guard_judge(binding->guard, &nothing, &verdict);
    bool traps = !verdict.allowed && verdict.number == UINT64_MAX;
    *err = (enum gw_oserr)verdict.number;
    if (verdict.allowed)
        *err = spawn(binding->wasi->threads, call, arg, tid);
    gw_guard_done(binding->guard, &nothing, &verdict, 0,
                  traps ? UINT64_MAX : (uint64_t)*err, false);
    return traps ? gw_exec_trap(call->exec, GW_TRAP_HOST, "thread-spawn: %s",
                                verdict.why)
                 : GW_TRAP_NONE;
}

/* Numbers of threads are positive; errors are errnos below 0. */
static enum gw_trap
thread_spawn(void *env, struct gw_call *call, union gw_slot *args)
{
    struct binding *binding = env;
    uint32_t tid = 0;
    enum gw_trap trap = GW_TRAP_NONE;
    enum gw_oserr err;
    if (binding->guard && !gw_guard_passes(binding->guard) &&
        !gw_guard_counts(binding->guard))
        trap = judge(binding, call, args[0].u32, &tid, &err);
    else
        err = spawn(binding->wasi->threads, call, args[0].u32, &tid);
    args[0].u64 = err == GW_OSERR_OK ? tid : (uint32_t)-(int32_t)err;
    return trap;
}

static void
finalize(void *env)
{
    struct binding *binding = env;
    gw_guard_free(binding->guard);
    gw_alloc_free(&binding->store->alloc, binding, sizeof *binding);
}

bool
gw_wasi_has_threads(const struct gw_wasi *wasi)
{
    return wasi->threads != NULL;
}

bool
gw_wasi_thread_provides(struct gw_span module, struct gw_span name)
{
    return gw_span_equal(module, gw_span_str("wasi")) &&
           gw_span_equal(name, gw_span_str("thread-spawn"));
}

enum gw_err
gw_wasi_thread_func(struct gw_wasi *wasi, struct gw_store *store,
                    struct gw_funcinst **out)
{
    static const gw_valtype i32 = GW_TYPE_I32;
    static const struct gw_functype type = { .params = &i32,
                                             .results = &i32,
                                             .param_count = 1,
                                             .result_count = 1,
                                             .param_slots = 1,
                                             .result_slots = 1 };
    struct gw_wasi_threads *group = wasi->threads;
    if (!group)
        return GW_ERR_NOT_FOUND;
    gw_os_mutex_lock(&group->lock);
    if (!group->main)
        group->main = store;
    gw_os_mutex_unlock(&group->lock);
    const struct gw_subject subject = { gw_span_str("wasi"),
                                        gw_span_str("thread-spawn") };
    struct binding *binding = gw_alloc_zero(&store->alloc, 1, sizeof *binding);
    if (!binding)
        return GW_ERR_NOMEM;
    binding->wasi = wasi;
    binding->store = store;
    if (wasi->gate)
        binding->guard = gw_guard_new(wasi->gate, store, subject);
    enum gw_err err = wasi->gate && !binding->guard ? GW_ERR_NOMEM : GW_OK;
    if (err == GW_OK)
        err = gw_funcinst_new_host(store, &type, thread_spawn, binding,
                                   finalize, out);
    if (err != GW_OK)
        finalize(binding);
    return err;
}
