/* Moving bytes: the vectors of fd_read, fd_write and their like. */
#include "wasi/p1/p1.h"

/* Writing more than this to a pipe of somebody else's may block although
 * poll said ready; POSIX promises at least so much room (PIPE_BUF on Linux). */
enum { SAFE_WRITE = 4096 };

/* A batch of vectors, pointing into guest memory. */
struct batch {
    struct gw_iov iovs[GW_FILE_IOVS];
    size_t count, size;
};

static enum gw_oserr
load(const struct gw_p1 *p, uint32_t address, uint32_t count, uint64_t room,
     struct batch *batch)
{
    const uint8_t *from = gw_p1_at(p, address, count * UINT64_C(8));
    batch->count = batch->size = 0;
    if (!from)
        return GW_OSERR_FAULT;
    for (uint32_t i = 0; i < count; i++, from += 8) {
        uint32_t size = gw_p1_get_u32(from + 4);
        uint8_t *data = gw_p1_at(p, gw_p1_get_u32(from), size);
        if (!data)
            return GW_OSERR_FAULT;
        if (i >= GW_FILE_IOVS)
            continue; /* only checked: a later batch will have it */
        if (size > room)
            size = (uint32_t)room;
        room -= size;
        if (size > 0)
            batch->iovs[batch->count++] = (struct gw_iov){ data, size };
        batch->size += size;
    }
    return GW_OSERR_OK;
}

/* Drops done bytes from the front. */
static void
advance(struct batch *batch, size_t done)
{
    size_t i = 0;
    batch->size -= done;
    for (; i < batch->count && done >= batch->iovs[i].size; i++)
        done -= batch->iovs[i].size;
    batch->count -= i;
    memmove(batch->iovs, batch->iovs + i, batch->count * sizeof *batch->iovs);
    if (batch->count > 0) {
        batch->iovs[0].data = (uint8_t *)batch->iovs[0].data + done;
        batch->iovs[0].size -= done;
    }
}

static struct batch
cut(const struct batch *batch, size_t limit)
{
    struct batch part = *batch;
    part.count = part.size = 0;
    while (part.count < batch->count && part.size < limit) {
        struct gw_iov *iov = &part.iovs[part.count++];
        if (iov->size > limit - part.size)
            iov->size = limit - part.size;
        part.size += iov->size;
    }
    return part;
}

static enum gw_oserr
once(struct gw_p1_move *move, const struct batch *batch, size_t *done)
{
    struct gw_wasi_file *file = move->file;
    *done = 0;
    if (move->at_offset && !file->ops->pread)
        return GW_OSERR_SPIPE;
    if (move->at_offset)
        return (move->write ? file->ops->pwrite
                            : file->ops->pread)(file, batch->iovs, batch->count,
                                                move->offset, done);
    if (move->socket && !move->write)
        return gw_sock_receive(file->host, batch->iovs, batch->count,
                               move->peek, done, &move->truncated);
    return (move->write ? file->ops->write : file->ops->read)(file, batch->iovs,
                                                              batch->count,
                                                              done);
}

/* Moves one batch through a file that may have to be waited for.  Reading
 * takes what is there (all: until full); writing goes on to the end. */
static enum gw_oserr
stream(struct gw_p1 *p, struct gw_p1_move *move, struct batch *batch,
       size_t *done)
{
    bool whole = move->write || move->all;
    size_t limit = move->write && !move->file->owned &&
                           move->file->kind != GW_FOR_SOCKET
                       ? SAFE_WRITE
                       : SIZE_MAX;
    enum gw_oserr err = GW_OSERR_OK;
    *done = 0;
    while (batch->size > 0) {
        size_t part_done = 0;
        err = gw_p1_wait(p, move->file, move->write);
        if (err == GW_OSERR_OK) {
            struct batch part = cut(batch, limit);
            err = once(move, &part, &part_done);
        }
        if (err == GW_OSERR_AGAIN &&
            !(atomic_load(&move->file->flags) & GW_FDFLAG_NONBLOCK))
            continue; /* somebody else was quicker */
        *done += part_done;
        if (err != GW_OSERR_OK || part_done == 0 || !whole)
            break;
        advance(batch, part_done);
    }
    return *done > 0 && p->trap == GW_TRAP_NONE ? GW_OSERR_OK : err;
}

enum gw_oserr
gw_p1_move(struct gw_p1 *p, struct gw_p1_move *move, uint32_t address,
           uint32_t count, uint32_t *done)
{
    uint64_t total = 0, room = p->wasi->limits[GW_WASI_LIMIT_TRANSFER];
    enum gw_oserr err = GW_OSERR_OK;
    *done = 0;
    if (p->judged && p->judged->room < room)
        room = p->judged->room;
    if (!gw_p1_at(p, address, count * UINT64_C(8)))
        return GW_OSERR_FAULT;
    if (count > p->wasi->limits[GW_WASI_LIMIT_IOVS])
        return GW_OSERR_INVAL;
    bool more = true;
    while (more) {
        struct batch batch;
        size_t moved = 0;
        err = load(p, address, count, room - total, &batch);
        if (err != GW_OSERR_OK)
            break;
        size_t asked = batch.size;
        uint32_t step = count < GW_FILE_IOVS ? count : GW_FILE_IOVS;
        if (move->file->waits && !move->at_offset)
            err = stream(p, move, &batch, &moved);
        else if (batch.size > 0)
            err = once(move, &batch, &moved);
        total += moved;
        move->offset += moved;
        address += step * 8;
        count -= step;
        more = err == GW_OSERR_OK && moved == asked && count > 0 &&
               total < room && !move->peek;
    }
    *done = (uint32_t)total;
    p->moved = total;
    return total > 0 && p->trap == GW_TRAP_NONE ? GW_OSERR_OK : err;
}

/* ---- the four functions ---- */

static enum gw_oserr
move_fd(struct gw_p1 *p, const union gw_slot *args, uint64_t rights,
        struct gw_p1_move *move, uint32_t result)
{
    struct gw_fd entry;
    uint32_t done;
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, rights, &entry);
    if (err != GW_OSERR_OK)
        return err;
    move->file = entry.file;
    if (!gw_p1_at(p, result, 4))
        err = GW_OSERR_FAULT;
    else if (move->write && entry.file->read_only)
        err = GW_OSERR_ROFS;
    else
        err = gw_p1_move(p, move, args[1].u32, args[2].u32, &done);
    if (err == GW_OSERR_OK)
        err = gw_p1_store_u32(p, result, done);
    gw_wasi_file_unref(entry.file);
    return err;
}

enum gw_oserr
gw_p1_fd_read(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_p1_move move = { 0 };
    return move_fd(p, args, GW_RIGHT(FD_READ), &move, args[3].u32);
}

enum gw_oserr
gw_p1_fd_write(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_p1_move move = { .write = true };
    return move_fd(p, args, GW_RIGHT(FD_WRITE), &move, args[3].u32);
}

enum gw_oserr
gw_p1_fd_pread(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_p1_move move = { .at_offset = true, .offset = args[3].u64 };
    return move_fd(p, args, GW_RIGHT(FD_READ) | GW_RIGHT(FD_SEEK), &move,
                   args[4].u32);
}

enum gw_oserr
gw_p1_fd_pwrite(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_p1_move move = { .write = true,
                               .at_offset = true,
                               .offset = args[3].u64 };
    return move_fd(p, args, GW_RIGHT(FD_WRITE) | GW_RIGHT(FD_SEEK), &move,
                   args[4].u32);
}
