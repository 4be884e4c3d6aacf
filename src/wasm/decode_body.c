/*
 * Walking the function bodies, by one thread or by several.
 *
 * Threads take groups of functions in order and stop behind the lowest
 * function known to be bad.  So every function below it is walked by
 * somebody, and the report is the one a single thread would have made.
 */
#include "wasm/decode.h"

#include "os/os.h"
#include "wasm/op_fast.h"

#include <stdatomic.h>

enum { GROUP = 16, JOBS_MAX = 256 };

/* What all workers share. */
struct walk {
    struct gw_shape *shapes; /* may be NULL */
    const struct gw_module *module;
    const struct gw_decode_options *options;
    uint32_t func_count;
    atomic_uint next; /* function that nobody has taken */
    atomic_uint bad;  /* lowest bad function, or func_count */
};

/* The first has the decoder's own iterator and diagnosis. */
struct worker {
    struct walk *walk;
    struct gw_op_iter *iter;
    struct gw_diag *diag;
    uint32_t bad; /* the function diag is about, or func_count */
    bool started;
    struct gw_os_thread thread;
    struct gw_op_iter own_iter;
    struct gw_diag own_diag;
};

static void
lower(atomic_uint *bad, uint32_t func)
{
    unsigned known = atomic_load(bad);
    while (func < known && !atomic_compare_exchange_weak(bad, &known, func))
        continue;
}

/* Bodies lie in the order of their functions. */
static void
tell_progress(const struct walk *walk, uint32_t func)
{
    const struct gw_section *code = &walk->module->sections[GW_SECTION_CODE];
    uint32_t done = code->size;
    if (!walk->options->progress)
        return;
    if (func < walk->func_count)
        done = walk->module->funcs[func].offset - code->offset;
    walk->options->progress(walk->options->progress_env, "loading", done,
                            code->size);
}

/* Groups come in rising order, so the first failure is this worker's lowest. */
static void
work(void *env)
{
    struct worker *worker = env;
    struct walk *walk = worker->walk;
    for (;;) {
        uint32_t func = atomic_fetch_add(&walk->next, GROUP);
        uint32_t end = func < walk->func_count ? func + GROUP : func;
        if (end > walk->func_count)
            end = walk->func_count;
        if (func >= end || func > atomic_load(&walk->bad))
            return;
        tell_progress(walk, func);
        for (; func < end; func++) {
            if (gw_op_iter_run(worker->iter, func, NULL, worker->diag) !=
                GW_OK) {
                worker->bad = func;
                lower(&walk->bad, func);
                return;
            }
        }
    }
}

/* One for each core unless said otherwise; none that would find no group. */
static uint32_t
count_workers(const struct gw_decoder *decoder, uint32_t bodies)
{
    const struct gw_module *module = decoder->module;
    const struct gw_decode_options *options = decoder->options;
    if (module->sections[GW_SECTION_CODE].size <
        options->limits[GW_LIMIT_SERIAL_CODE])
        return 1;
    uint32_t jobs = options->jobs ? options->jobs : gw_os_cpu_count();
    if (jobs > JOBS_MAX)
        jobs = JOBS_MAX;
    if (jobs > (bodies + GROUP - 1) / GROUP)
        jobs = (bodies + GROUP - 1) / GROUP;
    return jobs ? jobs : 1;
}

static void
start(struct worker *worker, struct gw_decoder *decoder)
{
    worker->iter = &worker->own_iter;
    worker->diag = &worker->own_diag;
    gw_diag_init(worker->diag);
    gw_op_iter_init(worker->iter, decoder->module, decoder->options,
                    decoder->alloc);
    worker->started = gw_op_iter_hasten(worker->iter, worker->walk->shapes) &&
                      gw_os_thread_start(&worker->thread, work, worker, 0);
}

static void
join(struct worker *worker, struct gw_decoder *decoder)
{
    if (worker->started)
        gw_os_thread_join(&worker->thread);
    decoder->iter.features |= worker->iter->features;
    gw_op_iter_fini(worker->iter);
}

/* A thread that cannot be had leaves its work to the others. */
static void
run_workers(struct worker *workers, uint32_t count, struct gw_decoder *decoder)
{
    for (uint32_t i = 1; i < count; i++)
        start(&workers[i], decoder);
    work(&workers[0]);
    for (uint32_t i = 1; i < count; i++)
        join(&workers[i], decoder);
}

static bool
walk_bodies(struct gw_decoder *decoder, struct gw_shape *shapes)
{
    const struct gw_module *module = decoder->module;
    uint32_t first = module->imported[GW_EXTERN_FUNC];
    uint32_t count = count_workers(decoder, module->func_count - first);
    struct walk walk = { .shapes = shapes,
                         .module = module,
                         .options = decoder->options,
                         .func_count = module->func_count };
    struct gw_diag diag;
    struct worker single = { .bad = 0 }, *workers = &single;
    if (count > 1)
        workers = gw_alloc_zero(decoder->alloc, count, sizeof *workers);
    if (!workers) {
        workers = &single;
        count = 1;
    }
    gw_diag_init(&diag);
    atomic_init(&walk.next, first);
    atomic_init(&walk.bad, module->func_count);
    for (uint32_t i = 0; i < count; i++) {
        workers[i].walk = &walk;
        workers[i].bad = module->func_count;
    }
    workers[0].iter = &decoder->iter;
    workers[0].diag = &diag;
    run_workers(workers, count, decoder);
    uint32_t bad = atomic_load(&walk.bad);
    for (uint32_t i = 0; i < count && bad < module->func_count; i++) {
        if (workers[i].bad == bad && decoder->diag->err == GW_OK)
            *decoder->diag = *workers[i].diag;
    }
    if (bad == module->func_count)
        tell_progress(&walk, bad);
    if (workers != &single)
        gw_alloc_free(decoder->alloc, workers, count * sizeof *workers);
    return bad == module->func_count;
}

bool
gw_decode_bodies(struct gw_decoder *decoder)
{
    struct gw_shape *shapes;
    bool good = gw_shapes_new(decoder->module, decoder->alloc, &shapes) &&
                gw_op_iter_hasten(&decoder->iter, shapes);
    if (good)
        good = walk_bodies(decoder, shapes);
    else
        gw_reader_fail(&decoder->reader, GW_ERR_NOMEM, decoder->reader.at,
                       "out of memory");
    gw_op_iter_hasten(&decoder->iter, NULL);
    gw_shapes_delete(shapes, decoder->module, decoder->alloc);
    return good;
}
