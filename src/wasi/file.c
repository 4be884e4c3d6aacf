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

/* ---- making ---- */

struct gw_wasi_file *
gw_wasi_file_new(struct gw_alloc *alloc, const struct gw_wasi_fileops *ops)
{
    struct gw_wasi_file *file = gw_alloc_zero(alloc, 1, sizeof *file);
    if (!file)
        return NULL;
    atomic_init(&file->refs, 1);
    file->alloc = alloc;
    file->ops = ops;
    file->host = -1;
    gw_vec_init(&file->output, alloc, 1);
    gw_os_mutex_init(&file->lock);
    return file;
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

/* A made device has, like /dev/null, one position: 0. */
static enum gw_oserr
made_seek(struct gw_wasi_file *file, int64_t offset, enum gw_whence whence,
          uint64_t *position)
{
    (void)file, (void)offset, (void)whence;
    *position = 0;
    return GW_OSERR_OK;
}

static enum gw_oserr
made_stat(struct gw_wasi_file *file, struct gw_file_stat *stat)
{
    *stat = (struct gw_file_stat){ .type = file->type };
    return GW_OSERR_OK;
}

static enum gw_oserr
made_sync(struct gw_wasi_file *file, bool data_only)
{
    (void)file, (void)data_only;
    return GW_OSERR_OK;
}

static const struct gw_wasi_fileops null_ops = { .read = made_read,
                                                 .write = null_write,
                                                 .seek = made_seek,
                                                 .stat = made_stat,
                                                 .sync = made_sync };
static const struct gw_wasi_fileops capture_ops = { .read = made_read,
                                                    .write = capture_write,
                                                    .seek = made_seek,
                                                    .stat = made_stat,
                                                    .sync = made_sync };

struct gw_wasi_file *
gw_wasi_file_made(struct gw_alloc *alloc, const struct gw_wasi_stdio *stdio,
                  uint64_t limit)
{
    bool null = stdio->kind == GW_WASI_NULL;
    struct gw_wasi_file *file = gw_wasi_file_new(
        alloc, stdio->kind == GW_WASI_CAPTURE ? &capture_ops : &null_ops);
    if (!file)
        return NULL;
    file->type = null ? GW_FILETYPE_CHARACTER : GW_FILETYPE_UNKNOWN;
    file->kind = null ? GW_FOR_DEVICE : GW_FOR_PIPE;
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
    if (file->ops->close)
        file->ops->close(file);
    gw_vec_fini(&file->output);
    if (file->name)
        gw_alloc_free(file->alloc, file->name, strlen(file->name) + 1);
    gw_os_mutex_fini(&file->lock);
    gw_alloc_free(file->alloc, file, sizeof *file);
}

/* ---- two directories ---- */

enum gw_oserr
gw_wasi_at_link(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    const struct gw_wasi_fileops *ops = from->dir->ops;
    return ops == to->dir->ops ? ops->paths->link(from, to) : GW_OSERR_XDEV;
}

enum gw_oserr
gw_wasi_at_rename(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    const struct gw_wasi_fileops *ops = from->dir->ops;
    return ops == to->dir->ops ? ops->paths->rename(from, to) : GW_OSERR_XDEV;
}
