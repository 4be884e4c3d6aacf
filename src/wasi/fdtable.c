#include "wasi/fdtable.h"

#include <assert.h>

void
gw_fdtable_init(struct gw_fdtable *table, struct gw_alloc *alloc, size_t limit)
{
    gw_vec_init(&table->entries, alloc, sizeof(struct gw_fd));
    table->open = 0;
    table->limit = limit;
    gw_os_mutex_init(&table->lock);
}

/* The entry of an open number, or NULL.  Needs the lock. */
static struct gw_fd *
find(struct gw_fdtable *table, uint32_t fd)
{
    struct gw_fd *entries = table->entries.data;
    if (fd >= table->entries.count || !entries[fd].file)
        return NULL;
    return &entries[fd];
}

void
gw_fdtable_fini(struct gw_fdtable *table)
{
    for (uint32_t fd = 0; fd < table->entries.count; fd++) {
        struct gw_fd *entry = find(table, fd);
        if (entry)
            gw_wasi_file_unref(entry->file);
    }
    gw_vec_fini(&table->entries);
    gw_os_mutex_fini(&table->lock);
}

size_t
gw_fdtable_count(struct gw_fdtable *table)
{
    gw_os_mutex_lock(&table->lock);
    size_t open = table->open;
    gw_os_mutex_unlock(&table->lock);
    return open;
}

bool
gw_fdtable_full(struct gw_fdtable *table)
{
    return gw_fdtable_count(table) >= table->limit;
}

/* The lowest free entry, a new one if need be; NULL: out of memory. */
static struct gw_fd *
find_free(struct gw_fdtable *table)
{
    struct gw_fd *entries = table->entries.data;
    size_t count = table->entries.count;
    if (table->open == count)
        return gw_vec_push(&table->entries);
    size_t i = 0;
    while (i < count && entries[i].file)
        i++;
    assert(i < count && "fewer are open than there are");
    return &entries[i];
}

enum gw_oserr
gw_fdtable_add(struct gw_fdtable *table, const struct gw_fd *entry,
               uint32_t *fd)
{
    enum gw_oserr err = GW_OSERR_MFILE;
    gw_os_mutex_lock(&table->lock);
    if (table->open < table->limit) {
        struct gw_fd *place = find_free(table);
        err = place ? GW_OSERR_OK : GW_OSERR_NOMEM;
        if (place) {
            *place = *entry;
            *fd = (uint32_t)(place - (struct gw_fd *)table->entries.data);
            table->open++;
        }
    }
    gw_os_mutex_unlock(&table->lock);
    if (err != GW_OSERR_OK)
        gw_wasi_file_unref(entry->file);
    return err;
}

enum gw_oserr
gw_fdtable_get(struct gw_fdtable *table, uint32_t fd, struct gw_fd *entry)
{
    gw_os_mutex_lock(&table->lock);
    struct gw_fd *place = find(table, fd);
    if (place) {
        *entry = *place;
        gw_wasi_file_ref(entry->file);
    }
    gw_os_mutex_unlock(&table->lock);
    return place ? GW_OSERR_OK : GW_OSERR_BADF;
}

/* Files are let go of outside the lock: closing one may take long. */
enum gw_oserr
gw_fdtable_close(struct gw_fdtable *table, uint32_t fd)
{
    struct gw_wasi_file *file = NULL;
    gw_os_mutex_lock(&table->lock);
    struct gw_fd *place = find(table, fd);
    if (place) {
        file = place->file;
        *place = (struct gw_fd){ 0 };
        table->open--;
    }
    gw_os_mutex_unlock(&table->lock);
    gw_wasi_file_unref(file);
    return place ? GW_OSERR_OK : GW_OSERR_BADF;
}

enum gw_oserr
gw_fdtable_renumber(struct gw_fdtable *table, uint32_t from, uint32_t to)
{
    struct gw_wasi_file *old = NULL;
    gw_os_mutex_lock(&table->lock);
    struct gw_fd *source = find(table, from);
    struct gw_fd *target = find(table, to);
    bool both = source && target;
    if (both && source != target) {
        old = target->file;
        *target = *source;
        *source = (struct gw_fd){ 0 };
        table->open--;
    }
    gw_os_mutex_unlock(&table->lock);
    gw_wasi_file_unref(old);
    return both ? GW_OSERR_OK : GW_OSERR_BADF;
}

enum gw_oserr
gw_fdtable_set_rights(struct gw_fdtable *table, uint32_t fd, uint64_t base,
                      uint64_t inheriting)
{
    enum gw_oserr err = GW_OSERR_BADF;
    gw_os_mutex_lock(&table->lock);
    struct gw_fd *place = find(table, fd);
    if (place && ((base & ~place->base) | (inheriting & ~place->inheriting)))
        err = GW_OSERR_NOTCAPABLE;
    else if (place)
        err = GW_OSERR_OK;
    if (err == GW_OSERR_OK) {
        place->base = base;
        place->inheriting = inheriting;
    }
    gw_os_mutex_unlock(&table->lock);
    return err;
}
