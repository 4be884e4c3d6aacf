#include "wasi/wasi.h"
#include "wasi/preopen.h"
#include "wasi/thread.h"
#include "base/utf8.h"
#include "os/wall.h"
#include "policy/gate.h"

#include <assert.h>

const struct gw_wasi_limit_info gw_wasi_limit_table[GW_WASI_LIMIT_COUNT] = {
#define LIMIT(ident, name, standard, maximum, effect) \
    { name, effect, standard, maximum },
#include "wasi/limit.def"
#undef LIMIT
};

void
gw_wasi_config_init(struct gw_wasi_config *config)
{
    memset(config, 0, sizeof *config);
    for (unsigned i = 0; i < 3; i++)
        config->stdio[i].host_fd = (int)i;
    for (unsigned i = 0; i < GW_WASI_LIMIT_COUNT; i++)
        config->limits[i] = gw_wasi_limit_table[i].standard;
}

/* ---- strings ---- */

enum gw_err
gw_wasi_copy_strings(struct gw_wasi *wasi, const char *const *strings,
                     size_t count, const char *what, struct gw_diag *diag,
                     struct gw_wasi_strings *out)
{
    uint64_t limit = wasi->limits[GW_WASI_LIMIT_STRINGS];
    uint64_t size = 0;
    for (size_t i = 0; i < count && size <= limit; i++)
        size += strlen(strings[i]) + 1;
    if (size > limit || count > limit)
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "more than %llu bytes of %s",
                              (unsigned long long)limit, what);
    out->bytes = gw_alloc_get(wasi->alloc, (size_t)size);
    if (!out->bytes)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "no memory for %s", what);
    out->size = (uint32_t)size;
    out->count = (uint32_t)count;
    char *at = out->bytes;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(strings[i]) + 1;
        memcpy(at, strings[i], length);
        at += length;
    }
    return GW_OK;
}

/* ---- what is open at the start ---- */

enum gw_err
gw_wasi_add_fd(struct gw_wasi *wasi, const struct gw_fd *entry,
               const char *what, struct gw_diag *diag)
{
    uint32_t fd;
    enum gw_oserr err = gw_fdtable_add(&wasi->fds, entry, &fd);
    if (err == GW_OSERR_OK)
        return GW_OK;
    return gw_diag_report(diag,
                          err == GW_OSERR_NOMEM ? GW_ERR_NOMEM : GW_ERR_LIMIT,
                          GW_NO_OFFSET, "%s: %s", what, gw_oserr_text(err));
}

static enum gw_err
add_stdio(struct gw_wasi *wasi, unsigned stream,
          const struct gw_wasi_stdio *stdio, struct gw_diag *diag)
{
    static const char *const names[] = { "stdin", "stdout", "stderr" };
    struct gw_fd entry = { 0 };
    if (stdio->kind == GW_WASI_INHERIT || stdio->kind == GW_WASI_HOST) {
        int host = stdio->kind == GW_WASI_HOST ? stdio->host_fd : (int)stream;
        /* A stream that the host has closed is an empty one. */
        if (gw_wasi_file_host(wasi->alloc, host, false, 0, &entry.file))
            entry.file = NULL;
    }
    if (!entry.file) {
        struct gw_wasi_stdio made = *stdio;
        if (made.kind == GW_WASI_INHERIT || made.kind == GW_WASI_HOST)
            made.kind = GW_WASI_NULL;
        entry.file = gw_wasi_file_made(wasi->alloc, &made,
                                       wasi->limits[GW_WASI_LIMIT_CAPTURE]);
    }
    if (!entry.file)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "no memory for %s", names[stream]);
    entry.base = gw_rights_for(entry.file->kind);
    entry.base &= ~(stream == 0 ? GW_RIGHT(FD_WRITE) : GW_RIGHT(FD_READ));
    if (stdio->kind == GW_WASI_CAPTURE)
        wasi->captured[stream] = gw_wasi_file_ref(entry.file);
    return gw_wasi_add_fd(wasi, &entry, names[stream], diag);
}

static enum gw_err
add_listener(struct gw_wasi *wasi, int host, struct gw_diag *diag)
{
    struct gw_fd entry = { 0 };
    enum gw_oserr err = gw_wasi_file_host(wasi->alloc, host, false, 0,
                                          &entry.file);
    if (err == GW_OSERR_OK && entry.file->kind != GW_FOR_SOCKET) {
        gw_wasi_file_unref(entry.file);
        err = GW_OSERR_NOTSOCK;
    }
    if (err != GW_OSERR_OK)
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "cannot grant listener %d: %s", host,
                              gw_oserr_text(err));
    entry.file->kind = GW_FOR_LISTENER;
    entry.base = gw_rights_for(GW_FOR_LISTENER);
    entry.inheriting = gw_rights_for(GW_FOR_SOCKET);
    return gw_wasi_add_fd(wasi, &entry, "listener", diag);
}

/* ---- the whole ---- */

static enum gw_err
check_limits(const struct gw_wasi_config *config, struct gw_diag *diag)
{
    for (unsigned i = 0; i < GW_WASI_LIMIT_COUNT; i++) {
        if (config->limits[i] > gw_wasi_limit_table[i].maximum ||
            config->limits[i] == 0)
            return gw_diag_report(
                diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                "%s must be from 1 to %llu", gw_wasi_limit_table[i].name,
                (unsigned long long)gw_wasi_limit_table[i].maximum);
    }
    return GW_OK;
}

static enum gw_err
fill(struct gw_wasi *wasi, const struct gw_wasi_config *config,
     struct gw_diag *diag)
{
    enum gw_err err = gw_wasi_copy_strings(wasi, config->args,
                                           config->arg_count, "arguments", diag,
                                           &wasi->args);
    if (err == GW_OK)
        err = gw_wasi_copy_strings(wasi, config->env, config->env_count,
                                   "environment", diag, &wasi->env);
    for (unsigned i = 0; i < 3 && err == GW_OK; i++)
        err = add_stdio(wasi, i, &config->stdio[i], diag);
    if (err == GW_OK)
        err = gw_wasi_add_preopens(wasi, config, diag);
    for (size_t i = 0; i < config->listener_count && err == GW_OK; i++)
        err = add_listener(wasi, config->listeners[i], diag);
    if (err != GW_OK || !config->threads)
        return err;
    wasi->threads = gw_wasi_threads_new(wasi);
    return wasi->threads ? GW_OK
                         : gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                                          "no memory for threads");
}

static void *
resize_parent(void *env, void *old, size_t old_size, size_t new_size)
{
    if (new_size > 0)
        return gw_alloc_resize(env, old, old_size, new_size);
    gw_alloc_free(env, old, old_size);
    return NULL;
}

enum gw_err
gw_wasi_new(struct gw_alloc *alloc, const struct gw_wasi_config *config,
            struct gw_diag *diag, struct gw_wasi **out)
{
    enum gw_err err = check_limits(config, diag);
    if (err != GW_OK)
        return err;
    struct gw_wasi *wasi = gw_alloc_zero(alloc, 1, sizeof *wasi);
    if (!wasi)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "no memory for WASI");
    wasi->parent = alloc;
    wasi->alloc = &wasi->budget;
    uint64_t bytes = config->limits[GW_WASI_LIMIT_HOST_BYTES];
    gw_alloc_init(&wasi->budget, resize_parent, alloc,
                  bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX);
    memcpy(wasi->limits, config->limits, sizeof wasi->limits);
    wasi->own_walk = config->own_walk;
    gw_vec_init(&wasi->trees, alloc, sizeof(struct gw_wasi_tree));
    gw_fdtable_init(&wasi->fds, alloc,
                    (size_t)wasi->limits[GW_WASI_LIMIT_HANDLES]);
    err = fill(wasi, config, diag);
    if (err != GW_OK) {
        gw_wasi_free(wasi);
        return err;
    }
    wasi->start_handles = gw_fdtable_count(&wasi->fds);
    *out = wasi;
    return GW_OK;
}

void
gw_wasi_set_gate(struct gw_wasi *wasi, struct gw_gate *gate)
{
    assert(!wasi->gate);
    wasi->gate = gw_gate_ref(gate);
}

void
gw_wasi_free(struct gw_wasi *wasi)
{
    if (!wasi)
        return;
    gw_wasi_threads_delete(wasi->threads);
    gw_fdtable_fini(&wasi->fds);
    gw_wasi_drop_trees(wasi);
    gw_gate_unref(wasi->gate);
    for (unsigned i = 0; i < 3; i++)
        gw_wasi_file_unref(wasi->captured[i]);
    gw_alloc_free(wasi->alloc, wasi->args.bytes, wasi->args.size);
    gw_alloc_free(wasi->alloc, wasi->env.bytes, wasi->env.size);
    gw_alloc_free(wasi->alloc, wasi->names.bytes, wasi->names.size);
    gw_alloc_free(wasi->parent, wasi, sizeof *wasi);
}

enum gw_err
gw_wasi_raise_wall(struct gw_wasi *wasi, unsigned *parts)
{
    const struct gw_fd *entries = wasi->fds.entries.data;
    size_t count = wasi->fds.entries.count;
    struct gw_wall wall = { 0 };
    struct gw_wall_path *paths = gw_alloc_zero(wasi->alloc, count,
                                               sizeof *paths);
    if (!paths)
        return GW_ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct gw_wasi_file *file = entries[i].file;
        if (!file || file->host < 0)
            continue;
        wall.sockets |= (file->kind & (GW_FOR_SOCKET | GW_FOR_LISTENER)) != 0;
        if (file->kind == GW_FOR_DIRECTORY)
            paths[wall.path_count++] = (struct gw_wall_path){ file->host,
                                                              file->read_only };
    }
    wall.paths = paths;
    *parts = gw_wall_raise(&wall);
    gw_alloc_free(wasi->alloc, paths, count * sizeof *paths);
    return GW_OK;
}

struct gw_span
gw_wasi_captured(const struct gw_wasi *wasi, unsigned stream)
{
    const struct gw_wasi_file *file = stream < 3 ? wasi->captured[stream]
                                                 : NULL;
    return file ? gw_span(file->output.data, file->output.count)
                : gw_span(NULL, 0);
}
