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
read_path(struct gw_p1 *p, uint32_t fd, uint32_t address, uint32_t size)
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
    return gw_path_join(name, ahead->path.text, ahead->clean) ? GW_OSERR_OK
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

void
gw_p1_plan(const struct gw_p1_row *row, struct gw_p1_plan *plan)
{
    *plan = (struct gw_p1_plan){ .clock = GW_P1_NOT_THERE,
                                 .bytes = GW_P1_NOT_THERE,
                                 .vectors = GW_P1_NOT_THERE,
                                 .oflags = GW_P1_NOT_THERE,
                                 .rights = GW_P1_NOT_THERE,
                                 .handle = GW_P1_NOT_THERE,
                                 .subscriptions = GW_P1_NOT_THERE };
    plan->has = row->access == GW_P1_NONE ? 0 : GW_ASK_ACCESS;
    plan->access = row->access & (GW_ACCESS_READ | GW_ACCESS_WRITE);
    for (int8_t i = 0; row->means[i]; i++) {
        switch (row->means[i]) {
        case 'd':
            plan->dirs[plan->path_count] = i;
            break;
        case 'p':
            plan->has |= GW_ASK_PATH;
            plan->paths[plan->path_count++] = i;
            break;
        case 'c':
            plan->has |= GW_ASK_CLOCK;
            plan->clock = i;
            break;
        case 's':
            plan->has |= GW_ASK_CLOCK;
            plan->subscriptions = i;
            break;
        case 'b':
            plan->has |= GW_ASK_BYTES;
            plan->bytes = i;
            plan->wide = row->params[i] == 'I';
            break;
        case 'v':
            plan->has |= GW_ASK_MOVES;
            plan->vectors = i;
            break;
        case 'o':
            plan->oflags = i;
            break;
        case 'r':
            plan->rights = i;
            break;
        case 'h':
            plan->has |= GW_ASK_HANDLES;
            plan->handle = i;
            break;
        default:
            break;
        }
    }
}

static enum gw_oserr
read_paths(struct gw_p1 *p, const struct gw_p1_plan *plan,
           const union gw_slot *args, struct gw_ask *ask)
{
    enum gw_oserr err = GW_OSERR_OK;
    for (unsigned i = 0; i < plan->path_count && err == GW_OSERR_OK; i++) {
        int8_t at = plan->paths[i];
        err = read_path(p, args[plan->dirs[i]].u32, args[at].u32,
                        args[at + 1].u32);
        ask->paths[i] = p->judged->ahead[i].clean;
        ask->path_count++;
    }
    return err;
}

/* Reads what else the plan names.  An argument that makes no sense fails here
 * with the errno that the function would give. */
static enum gw_oserr
read_args(struct gw_p1 *p, const struct gw_p1_plan *plan,
          const union gw_slot *args, struct gw_ask *ask)
{
    if (plan->clock >= 0)
        ask->clocks = gw_clock_bit(args[plan->clock].u32);
    if (plan->bytes >= 0)
        ask->bytes = plan->wide ? args[plan->bytes].u64 : args[plan->bytes].u32;
    if (plan->rights >= 0)
        ask->access = open_access(args[plan->oflags].u32,
                                  args[plan->rights].u64);
    if (plan->handle >= 0) {
        size_t open = gw_fdtable_count(&p->wasi->fds);
        size_t start = p->wasi->start_handles;
        ask->handles = open > start ? open - start : 0;
    }
    if (plan->vectors >= 0)
        return sum_vectors(p, args[plan->vectors].u32,
                           args[plan->vectors + 1].u32, &ask->bytes);
    if (plan->subscriptions < 0)
        return GW_OSERR_OK;
    enum gw_oserr err = gw_p1_poll_clocks(p, args, &ask->clocks);
    p->judged->clocks = ask->clocks;
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

/* Judges what was asked for, and calls. */
static enum gw_oserr
judge(struct gw_p1 *p, const struct gw_p1_row *row, struct gw_guard *guard,
      const union gw_slot *args, const struct gw_ask *ask)
{
    struct gw_verdict verdict;
    bool links = false;
    gw_guard_judge(guard, ask, &verdict);
    enum gw_oserr err = verdict.allowed ? act(p, row, args, &verdict, &links)
                                        : refused(p, row, ask, &verdict);
    uint64_t moved = ask->has & GW_ASK_MOVES ? p->moved
                     : err == GW_OSERR_OK    ? ask->bytes
                                             : 0;
    gw_guard_done(guard, ask, &verdict, moved,
                  p->trap == GW_TRAP_NONE ? (uint64_t)err : UINT64_MAX, links);
    return err;
}

static enum gw_oserr
enter_plain(struct gw_p1 *p, const struct gw_p1_row *row,
            const struct gw_p1_plan *plan, struct gw_guard *guard,
            const union gw_slot *args)
{
    struct gw_p1_judged judged = { .count = 0 };
    struct gw_ask ask = { .has = plan->has, .access = plan->access };
    p->judged = &judged;
    enum gw_oserr err = read_args(p, plan, args, &ask);
    return err == GW_OSERR_OK ? judge(p, row, guard, args, &ask) : err;
}

/* Paths take pages of the stack. */
static enum gw_oserr
enter_with_paths(struct gw_p1 *p, const struct gw_p1_row *row,
                 const struct gw_p1_plan *plan, struct gw_guard *guard,
                 const union gw_slot *args)
{
    struct gw_p1_ahead ahead[2];
    struct gw_p1_judged judged = { .ahead = ahead };
    struct gw_ask ask = { .has = plan->has, .access = plan->access };
    p->judged = &judged;
    enum gw_oserr err = read_paths(p, plan, args, &ask);
    if (err == GW_OSERR_OK)
        err = read_args(p, plan, args, &ask);
    if (err == GW_OSERR_OK)
        err = judge(p, row, guard, args, &ask);
    for (unsigned i = 0; i < judged.count; i++)
        gw_wasi_file_unref(ahead[i].dir.file);
    return err;
}

enum gw_trap
gw_p1_enter_judged(struct gw_p1 *p, const struct gw_p1_row *row,
                   const struct gw_p1_plan *plan, struct gw_guard *guard,
                   union gw_slot *args)
{
    enum gw_oserr err = plan->path_count > 0
                            ? enter_with_paths(p, row, plan, guard, args)
                            : enter_plain(p, row, plan, guard, args);
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
