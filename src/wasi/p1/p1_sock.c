/* Sockets: only those that came from a granted listener. */
#include "wasi/p1/p1.h"

/* The socket behind a descriptor; one without rights is still told apart
 * from a file that never was a socket. */
static enum gw_oserr
socket_fd(struct gw_p1 *p, uint32_t fd, unsigned kinds, uint64_t rights,
          struct gw_fd *entry)
{
    enum gw_oserr err = gw_p1_fd(p, fd, 0, entry);
    if (err != GW_OSERR_OK)
        return err;
    if (!(entry->file->kind & (GW_FOR_SOCKET | GW_FOR_LISTENER)))
        err = GW_OSERR_NOTSOCK;
    else if (!(entry->file->kind & kinds))
        err = kinds == GW_FOR_SOCKET ? GW_OSERR_NOTCONN : GW_OSERR_INVAL;
    else if (rights & ~entry->base)
        err = GW_OSERR_NOTCAPABLE;
    if (err != GW_OSERR_OK)
        gw_wasi_file_unref(entry->file);
    return err;
}

static enum gw_oserr
accept_on(struct gw_p1 *p, const struct gw_fd *listener, unsigned flags,
          uint32_t *fd)
{
    struct gw_fd entry = { 0 };
    int host;
    enum gw_oserr err;
    if (gw_fdtable_full(&p->wasi->fds))
        return GW_OSERR_MFILE;
    do {
        err = gw_p1_wait(p, listener->file, false);
        if (err != GW_OSERR_OK)
            return err;
        err = gw_sock_accept(listener->file->host, &host);
    } while (err == GW_OSERR_AGAIN &&
             !(atomic_load(&listener->file->flags) & GW_FDFLAG_NONBLOCK));
    if (err == GW_OSERR_OK)
        err = gw_wasi_file_host(p->wasi->alloc, host, true, flags, &entry.file);
    if (err != GW_OSERR_OK)
        return err;
    entry.base = gw_rights_for(GW_FOR_SOCKET) & listener->inheriting;
    return gw_fdtable_add(&p->wasi->fds, &entry, fd);
}

enum gw_oserr
gw_p1_sock_accept(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd listener;
    uint32_t fd = 0;
    if (args[1].u32 & ~(uint32_t)GW_FDFLAG_NONBLOCK)
        return GW_OSERR_INVAL;
    if (!gw_p1_at(p, args[2].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = socket_fd(p, args[0].u32, GW_FOR_LISTENER,
                                  GW_RIGHT(SOCK_ACCEPT), &listener);
    if (err != GW_OSERR_OK)
        return err;
    err = accept_on(p, &listener, args[1].u32, &fd);
    gw_wasi_file_unref(listener.file);
    return err == GW_OSERR_OK ? gw_p1_store_u32(p, args[2].u32, fd) : err;
}

enum gw_oserr
gw_p1_sock_recv(struct gw_p1 *p, const union gw_slot *args)
{
    enum { PEEK = 1, WAIT_ALL = 2 };
    struct gw_fd entry;
    uint32_t done = 0, flags = args[3].u32;
    uint8_t *answer = gw_p1_at(p, args[5].u32, 2);
    if (flags & ~(uint32_t)(PEEK | WAIT_ALL))
        return GW_OSERR_INVAL;
    if (!answer || !gw_p1_at(p, args[4].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = socket_fd(p, args[0].u32, GW_FOR_SOCKET,
                                  GW_RIGHT(FD_READ), &entry);
    if (err != GW_OSERR_OK)
        return err;
    struct gw_p1_move move = { .file = entry.file,
                               .socket = true,
                               .peek = (flags & PEEK) != 0,
                               .all = flags == WAIT_ALL };
    err = gw_p1_move(p, &move, args[1].u32, args[2].u32, &done);
    gw_wasi_file_unref(entry.file);
    if (err != GW_OSERR_OK)
        return err;
    gw_p1_put_u16(answer, move.truncated);
    return gw_p1_store_u32(p, args[4].u32, done);
}

enum gw_oserr
gw_p1_sock_send(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    uint32_t done = 0;
    if (args[3].u32 != 0)
        return GW_OSERR_INVAL;
    if (!gw_p1_at(p, args[4].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = socket_fd(p, args[0].u32, GW_FOR_SOCKET,
                                  GW_RIGHT(FD_WRITE), &entry);
    if (err != GW_OSERR_OK)
        return err;
    struct gw_p1_move move = { .file = entry.file,
                               .socket = true,
                               .write = true };
    err = gw_p1_move(p, &move, args[1].u32, args[2].u32, &done);
    gw_wasi_file_unref(entry.file);
    return err == GW_OSERR_OK ? gw_p1_store_u32(p, args[4].u32, done) : err;
}

enum gw_oserr
gw_p1_sock_shutdown(struct gw_p1 *p, const union gw_slot *args)
{
    enum { READ = 1, WRITE = 2 };
    struct gw_fd entry;
    uint32_t how = args[1].u32;
    enum gw_oserr err = socket_fd(p, args[0].u32, GW_FOR_SOCKET,
                                  GW_RIGHT(SOCK_SHUTDOWN), &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = how == 0 || how > (READ | WRITE)
              ? GW_OSERR_INVAL
              : gw_sock_shutdown(entry.file->host, (how & READ) != 0,
                                 (how & WRITE) != 0);
    gw_wasi_file_unref(entry.file);
    return err;
}
