#include "wasi/file.h"

uint64_t
gw_rights_for(unsigned kinds)
{
    enum {
        R = GW_FOR_REGULAR,
        D = GW_FOR_DIRECTORY,
        V = GW_FOR_DEVICE,
        P = GW_FOR_PIPE,
        L = GW_FOR_LISTENER,
        S = GW_FOR_SOCKET,
        W = GW_CHANGES
    };
    static const unsigned char where[GW_RIGHT_COUNT] = {
#define RIGHT(ident, letters) letters,
#include "wasi/right.def"
#undef RIGHT
    };
    uint64_t rights = 0;
    for (unsigned i = 0; i < GW_RIGHT_COUNT; i++) {
        if (where[i] & kinds)
            rights |= UINT64_C(1) << i;
    }
    return rights;
}

/* ---- files of the host ---- */

static enum gw_oserr
host_read(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
          size_t *done)
{
    return gw_file_read(file->host, iovs, count, done);
}

static enum gw_oserr
host_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           size_t *done)
{
    return gw_file_write(file->host, iovs, count, done);
}

static enum gw_oserr
socket_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
             size_t *done)
{
    return gw_sock_send(file->host, iovs, count, done);
}

static const struct gw_wasi_fileops host_ops = { host_read, host_write };
static const struct gw_wasi_fileops socket_ops = { host_read, socket_write };

/* A terminal counts as a pipe: without the rights to seek, which is how the
 * guest's C library knows one. */
static unsigned
kind_of(enum gw_filetype type, int host)
{
    switch (type) {
    case GW_FILETYPE_REGULAR:
        return GW_FOR_REGULAR;
    case GW_FILETYPE_DIRECTORY:
        return GW_FOR_DIRECTORY;
    case GW_FILETYPE_STREAM:
    case GW_FILETYPE_DATAGRAM:
        return GW_FOR_SOCKET;
    case GW_FILETYPE_CHARACTER:
    case GW_FILETYPE_BLOCK:
        return gw_file_is_terminal(host) ? GW_FOR_PIPE : GW_FOR_DEVICE;
    default:
        return GW_FOR_PIPE;
    }
}

static struct gw_wasi_file *
file_new(struct gw_alloc *alloc)
{
    struct gw_wasi_file *file = gw_alloc_zero(alloc, 1, sizeof *file);
    if (!file)
        return NULL;
    atomic_init(&file->refs, 1);
    file->alloc = alloc;
    file->host = -1;
    gw_vec_init(&file->output, alloc, 1);
    gw_os_mutex_init(&file->lock);
    return file;
}

enum gw_oserr
gw_wasi_file_host(struct gw_alloc *alloc, int host, bool owned, unsigned flags,
                  struct gw_wasi_file **out)
{
    struct gw_file_stat stat;
    struct gw_wasi_file *file = NULL;
    enum gw_oserr err = gw_file_stat(host, &stat);
    if (err == GW_OSERR_OK) {
        file = file_new(alloc);
        err = file ? GW_OSERR_OK : GW_OSERR_NOMEM;
    }
    if (err != GW_OSERR_OK) {
        if (owned)
            gw_file_close(host);
        return err;
    }
    file->host = host;
    file->owned = owned;
    file->type = stat.type;
    file->kind = kind_of(stat.type, host);
    file->ops = file->kind == GW_FOR_SOCKET ? &socket_ops : &host_ops;
    file->waits = file->kind != GW_FOR_REGULAR &&
                  file->kind != GW_FOR_DIRECTORY;
    atomic_init(&file->flags, flags);
    *out = file;
    return GW_OSERR_OK;
}

/* ---- made files ---- */

static enum gw_oserr
made_read(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
          size_t *done)
{
    struct gw_span *input = &file->input;
    *done = 0;
    gw_os_mutex_lock(&file->lock);
    for (size_t i = 0; i < count && input->size > 0; i++) {
        size_t size = iovs[i].size < input->size ? iovs[i].size : input->size;
        if (size > 0)
            memcpy(iovs[i].data, input->data, size);
        *input = gw_span(input->data + size, input->size - size);
        *done += size;
    }
    gw_os_mutex_unlock(&file->lock);
    return GW_OSERR_OK;
}

static enum gw_oserr
null_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           size_t *done)
{
    (void)file;
    *done = 0;
    for (size_t i = 0; i < count; i++)
        *done += iovs[i].size;
    return GW_OSERR_OK;
}

static enum gw_oserr
capture_write(struct gw_wasi_file *file, const struct gw_iov *iovs,
              size_t count, size_t *done)
{
    struct gw_vec *output = &file->output;
    bool fits = true;
    *done = 0;
    gw_os_mutex_lock(&file->lock);
    for (size_t i = 0; i < count && fits; i++) {
        uint64_t room = file->limit - output->count;
        size_t size = iovs[i].size < room ? iovs[i].size : (size_t)room;
        void *to = size > 0 ? gw_vec_push_n(output, size) : NULL;
        if (to)
            memcpy(to, iovs[i].data, size);
        else
            size = 0;
        *done += size;
        fits = size == iovs[i].size;
    }
    gw_os_mutex_unlock(&file->lock);
    return fits || *done > 0 ? GW_OSERR_OK : GW_OSERR_NOSPC;
}

static const struct gw_wasi_fileops null_ops = { made_read, null_write };
static const struct gw_wasi_fileops capture_ops = { made_read, capture_write };

struct gw_wasi_file *
gw_wasi_file_made(struct gw_alloc *alloc, const struct gw_wasi_stdio *stdio,
                  uint64_t limit)
{
    struct gw_wasi_file *file = file_new(alloc);
    if (!file)
        return NULL;
    bool null = stdio->kind == GW_WASI_NULL;
    file->type = null ? GW_FILETYPE_CHARACTER : GW_FILETYPE_UNKNOWN;
    file->kind = null ? GW_FOR_DEVICE : GW_FOR_PIPE;
    file->ops = stdio->kind == GW_WASI_CAPTURE ? &capture_ops : &null_ops;
    file->limit = limit;
    if (stdio->kind == GW_WASI_BYTES)
        file->input = stdio->bytes;
    return file;
}

/* ---- references ---- */

struct gw_wasi_file *
gw_wasi_file_ref(struct gw_wasi_file *file)
{
    atomic_fetch_add_explicit(&file->refs, 1, memory_order_relaxed);
    return file;
}

void
gw_wasi_file_unref(struct gw_wasi_file *file)
{
    if (!file ||
        atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (file->owned)
        gw_file_close(file->host);
    gw_vec_fini(&file->output);
    gw_os_mutex_fini(&file->lock);
    gw_alloc_free(file->alloc, file, sizeof *file);
}
