/* From a call's arguments, by the meanings of its row, to what a policy
 * judges. */
#include "wasi/p1/p1.h"
#include "base/utf8.h"

/* ---- arguments ---- */

static const char *
name_of(const struct gw_fd *dir)
{
    return dir->file->name ? dir->file->name : dir->preopen;
}

/* Reads directory and path ahead; an argument met before is the same now. */
static enum gw_oserr
read_path(struct gw_p1 *p, uint32_t fd, uint32_t address, uint32_t size,
          char clean[GW_CLEAN_MAX])
{
    struct gw_p1_judged *judged = p->judged;
    struct gw_p1_ahead *ahead = &judged->ahead[judged->count];
    enum gw_oserr err = gw_p1_load_path(p, address, size, &ahead->path);
    if (err == GW_OSERR_OK)
        err = gw_p1_dir(p, fd, &ahead->dir);
    if (err != GW_OSERR_OK)
        return err;
    ahead->address = address;
    ahead->size = size;
    ahead->fd = fd;
    judged->count++;
    const char *name = name_of(&ahead->dir);
    if (!name)
        return ahead->dir.file->type == GW_FILETYPE_DIRECTORY
                   ? GW_OSERR_NOTCAPABLE
                   : GW_OSERR_NOTDIR;
    /* The walk would say the same of a path that leads out. */
    return gw_path_join(name, ahead->path.text, clean) ? GW_OSERR_OK
                                                       : GW_OSERR_PERM;
}

static enum gw_oserr
sum_vectors(struct gw_p1 *p, uint32_t address, uint32_t count, uint64_t *sum)
{
    const uint8_t *from = gw_p1_at(p, address, count * UINT64_C(8));
    if (count > p->wasi->limits[GW_WASI_LIMIT_IOVS])
        return GW_OSERR_INVAL;
    if (!from)
        return GW_OSERR_FAULT;
    for (*sum = 0; count > 0; count--, from += 8)
        *sum += gw_p1_get_u32(from + 4);
    return GW_OSERR_OK;
}

static unsigned
open_access(uint32_t oflags, uint64_t rights)
{
    enum { CREATE = 1, TRUNCATE = 8 };
    unsigned access = 0;
    if ((oflags & (CREATE | TRUNCATE)) || (rights & GW_RIGHT(FD_WRITE)))
        access |= GW_ACCESS_WRITE;
    if ((rights & GW_RIGHT(FD_READ)) || access == 0)
        access |= GW_ACCESS_READ;
    return access;
}

/* Reads what the meanings of the row name.  An argument that makes no sense
 * fails here with the errno that the function would give. */
static enum gw_oserr
read_args(struct gw_p1 *p, const struct gw_p1_row *row,
          const union gw_slot *args, struct gw_ask *ask,
          char clean[2][GW_CLEAN_MAX])
{
    enum gw_oserr err = GW_OSERR_OK;
    uint32_t dir = 0, oflags = 0;
    if (row->access != GW_P1_NONE)
        ask->has |= GW_ASK_ACCESS;
    ask->access = row->access & (GW_ACCESS_READ | GW_ACCESS_WRITE);
    for (unsigned i = 0; row->means[i] && err == GW_OSERR_OK; i++) {
        switch (row->means[i]) {
        case 'd':
            dir = args[i].u32;
            break;
        case 'p':
            ask->has |= GW_ASK_PATH;
            err = read_path(p, dir, args[i].u32, args[i + 1].u32,
                            clean[ask->path_count]);
            ask->paths[ask->path_count] = clean[ask->path_count];
            ask->path_count++;
            break;
        case 'c':
            ask->has |= GW_ASK_CLOCK;
            ask->clock = args[i].u32;
            break;
        case 'b':
            ask->has |= GW_ASK_BYTES;
            ask->bytes = row->params[i] == 'I' ? args[i].u64 : args[i].u32;
            break;
        case 'v':
            ask->has |= GW_ASK_MOVES;
            err = sum_vectors(p, args[i].u32, args[i + 1].u32, &ask->bytes);
            break;
        case 'o':
            oflags = args[i].u32;
            break;
        case 'r':
            ask->access = open_access(oflags, args[i].u64);
            break;
        case 'h': {
            size_t open = gw_fdtable_count(&p->wasi->fds);
            size_t start = p->wasi->start_handles;
            ask->has |= GW_ASK_HANDLES;
            ask->handles = open > start ? open - start : 0;
            break;
        }
        default:
            break;
        }
    }
    return err;
}

/* ---- the call ---- */

static enum gw_oserr
refused(struct gw_p1 *p, const struct gw_p1_row *row, const struct gw_ask *ask,
        const struct gw_verdict *verdict)
{
    char path[100] = "";
    if (verdict->number != UINT64_MAX)
        return (enum gw_oserr)verdict->number;
    if (ask->path_count > 0)
        gw_utf8_print(gw_span_str(ask->paths[ask->path_count - 1]), path,
                      sizeof path);
    p->trap = gw_exec_trap(p->call->exec, GW_TRAP_HOST, "%s%s%s: %s", row->name,
                           path[0] ? " " : "", path, verdict->why);
    return GW_OSERR_ACCES;
}

static enum gw_oserr
act(struct gw_p1 *p, const struct gw_p1_row *row, const union gw_slot *args,
    const struct gw_verdict *verdict, bool *links)
{
    p->judged->room = verdict->room;
    p->judged->no_links = verdict->no_links;
    enum gw_oserr err = row->fn(p, args);
    /* To learn whether links matter: without them first. */
    *links = verdict->learning && err == GW_OSERR_LOOP && p->judged->count > 0;
    if (*links) {
        p->judged->no_links = false;
        err = row->fn(p, args);
        *links = err != GW_OSERR_LOOP;
    }
    return err;
}

enum gw_trap
gw_p1_enter_judged(struct gw_p1 *p, const struct gw_p1_row *row,
                   struct gw_guard *guard, union gw_slot *args)
{
    struct gw_p1_judged judged;
    char clean[2][GW_CLEAN_MAX];
    struct gw_ask ask = { 0 };
    struct gw_verdict verdict;
    bool links = false;
    judged.count = 0;
    p->judged = &judged;
    enum gw_oserr err = read_args(p, row, args, &ask, clean);
    if (err == GW_OSERR_OK) {
        gw_guard_judge(guard, &ask, &verdict);
        err = verdict.allowed ? act(p, row, args, &verdict, &links)
                              : refused(p, row, &ask, &verdict);
        uint64_t moved = ask.has & GW_ASK_MOVES ? p->moved
                         : err == GW_OSERR_OK   ? ask.bytes
                                                : 0;
        gw_guard_done(guard, &ask, &verdict, moved,
                      p->trap == GW_TRAP_NONE ? (uint64_t)err : UINT64_MAX,
                      links);
    }
    for (unsigned i = 0; i < judged.count; i++)
        gw_wasi_file_unref(judged.ahead[i].dir.file);
    if (p->trap == GW_TRAP_NONE) {
        args[0].u64 = 0;
        args[0].u32 = (uint32_t)err;
    }
    return p->trap;
}

enum gw_oserr
gw_p1_dir(struct gw_p1 *p, uint32_t fd, struct gw_fd *entry)
{
    for (unsigned i = 0; p->judged && i < p->judged->count; i++) {
        if (p->judged->ahead[i].fd == fd) {
            *entry = p->judged->ahead[i].dir;
            gw_wasi_file_ref(entry->file);
            return GW_OSERR_OK;
        }
    }
    return gw_fdtable_get(&p->wasi->fds, fd, entry);
}

void
gw_p1_name_dir(struct gw_p1 *p, const struct gw_fd *dir, const char *path,
               struct gw_wasi_file *file)
{
    char clean[GW_CLEAN_MAX];
    const char *name = name_of(dir);
    if (!p->wasi->gate || file->type != GW_FILETYPE_DIRECTORY || !name ||
        !gw_path_join(name, path, clean))
        return;
    size_t size = strlen(clean) + 1;
    file->name = gw_alloc_get(file->alloc, size);
    if (file->name)
        memcpy(file->name, clean, size);
}
