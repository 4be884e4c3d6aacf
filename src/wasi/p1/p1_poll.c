/* poll_oneoff: waiting for clocks and descriptors.  Waits go in slices, so
 * that a guest that sleeps for an hour still ends at its deadline. */
#include "wasi/p1/p1.h"

enum { CLOCK = 0, FD_READ = 1, FD_WRITE = 2 }; /* event types */
enum { HANGUP = 1, EVENT_SIZE = 32, NEVER_POLLED = -1 };

struct subscription {
    uint64_t user_data;
    uint64_t due_ns; /* CLOCK: on that clock */
    uint64_t bytes;  /* of the event */
    struct gw_wasi_file *file;
    enum gw_os_clock clock;
    int poll; /* index, or NEVER_POLLED */
    enum gw_oserr err;
    uint16_t flags; /* of the event */
    uint8_t type;
    bool ready;
};

struct wait {
    struct subscription *subs;
    struct gw_poll *polls;
    uint32_t count, poll_count;
};

/* ---- reading subscriptions ---- */

static void
ready_now(struct subscription *sub, enum gw_oserr err)
{
    sub->ready = true;
    sub->err = err;
}

static uint32_t
stride(const struct gw_p1 *p)
{
    return p->unstable ? 56 : 48;
}

/* Past an identifier that is gone since. */
static const uint8_t *
clock_of(const struct gw_p1 *p, const uint8_t *from)
{
    return from + (p->unstable ? 24 : 16);
}

enum gw_oserr
gw_p1_poll_clocks(struct gw_p1 *p, const union gw_slot *args, uint32_t *clocks)
{
    uint32_t count = args[2].u32;
    const uint8_t *from = gw_p1_at(p, args[0].u32, count * (uint64_t)stride(p));
    if (count == 0 || count > p->wasi->limits[GW_WASI_LIMIT_POLLS])
        return GW_OSERR_INVAL;
    if (!from)
        return GW_OSERR_FAULT;
    for (*clocks = 0; count > 0; count--, from += stride(p))
        if (from[8] == CLOCK)
            *clocks |= gw_clock_bit(gw_p1_get_u32(clock_of(p, from)));
    return GW_OSERR_OK;
}

static void
read_clock(const struct gw_p1 *p, struct subscription *sub, const uint8_t *from)
{
    enum { ABSOLUTE = 1 };
    uint64_t now;
    from = clock_of(p, from);
    uint32_t id = gw_p1_get_u32(from);
    /* Another thread may have put another clock there meanwhile. */
    if (p->judged && !(p->judged->clocks & gw_clock_bit(id))) {
        ready_now(sub, GW_OSERR_NOTCAPABLE);
        return;
    }
    uint64_t timeout = gw_p1_get_u64(from + 8);
    unsigned flags = from[24] | (unsigned)from[25] << 8;
    if (id > GW_OS_CLOCK_THREAD_CPU || flags > ABSOLUTE) {
        ready_now(sub, GW_OSERR_INVAL);
        return;
    }
    sub->clock = (enum gw_os_clock)id;
    /* Time on a processor does not pass while we wait. */
    if (id > GW_OS_CLOCK_MONOTONIC || !gw_os_clock_time(sub->clock, &now)) {
        ready_now(sub, GW_OSERR_NOTSUP);
        return;
    }
    if (flags & ABSOLUTE)
        now = 0;
    sub->due_ns = timeout > UINT64_MAX - now ? UINT64_MAX : now + timeout;
}

/* Files that never wait are ready with what is left of them. */
static void
look_at_file(struct subscription *sub)
{
    struct gw_wasi_file *file = sub->file;
    struct gw_file_stat stat;
    uint64_t at;
    ready_now(sub, GW_OSERR_OK);
    if (sub->type == FD_WRITE)
        sub->bytes = 4096;
    else if (!file->ops->pread)
        sub->bytes = file->input.size;
    else if (file->ops->stat(file, &stat) == GW_OSERR_OK &&
             file->ops->seek(file, 0, GW_WHENCE_CUR, &at) == GW_OSERR_OK)
        sub->bytes = stat.size > at ? stat.size - at : 0;
}

static void
read_file(struct gw_p1 *p, struct wait *wait, struct subscription *sub,
          const uint8_t *from)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, gw_p1_get_u32(from + 16),
                                 GW_RIGHT(POLL_FD_READWRITE), &entry);
    if (err != GW_OSERR_OK) {
        ready_now(sub, err);
        return;
    }
    sub->file = entry.file;
    if (!entry.file->waits) {
        look_at_file(sub);
        return;
    }
    struct gw_poll *poll = &wait->polls[wait->poll_count];
    sub->poll = (int)wait->poll_count++;
    poll->fd = entry.file->host;
    poll->read = sub->type == FD_READ;
    poll->write = sub->type == FD_WRITE;
}

static enum gw_oserr
read_all(struct gw_p1 *p, struct wait *wait, const uint8_t *from)
{
    for (uint32_t i = 0; i < wait->count; i++, from += stride(p)) {
        struct subscription *sub = &wait->subs[i];
        sub->user_data = gw_p1_get_u64(from);
        sub->type = from[8];
        sub->poll = NEVER_POLLED;
        if (sub->type > FD_WRITE)
            return GW_OSERR_INVAL;
        if (sub->type == CLOCK)
            read_clock(p, sub, from);
        else
            read_file(p, wait, sub, from);
    }
    return GW_OSERR_OK;
}

/* ---- waiting ---- */

/* Marks what has become ready; returns how long nothing else can, at most a
 * slice: 0 when something is. */
static uint64_t
look(struct wait *wait)
{
    uint64_t rest = GW_P1_SLICE_NS;
    uint64_t now[2] = { 0, 0 };
    (void)gw_os_clock_time(GW_OS_CLOCK_REALTIME, &now[0]);
    (void)gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now[1]);
    for (uint32_t i = 0; i < wait->count; i++) {
        struct subscription *sub = &wait->subs[i];
        if (sub->ready) {
            rest = 0;
        } else if (sub->type == CLOCK) {
            uint64_t time = now[sub->clock == GW_OS_CLOCK_MONOTONIC];
            uint64_t left = sub->due_ns > time ? sub->due_ns - time : 0;
            sub->ready = left == 0;
            rest = left < rest ? left : rest;
        } else if (wait->polls[sub->poll].ready) {
            sub->ready = true;
            sub->flags = wait->polls[sub->poll].hangup ? HANGUP : 0;
            sub->bytes = sub->type == FD_WRITE
                             ? 4096
                             : gw_file_pending(sub->file->host);
            rest = 0;
        }
    }
    return rest;
}

static enum gw_oserr
sleep_until_ready(struct gw_p1 *p, struct wait *wait)
{
    enum gw_oserr err = GW_OSERR_OK;
    uint64_t rest, now;
    if (wait->poll_count > 0)
        err = gw_file_poll(wait->polls, wait->poll_count, 0);
    while (err == GW_OSERR_OK && (rest = look(wait)) > 0) {
        if (gw_p1_stopped(p))
            return GW_OSERR_INTR;
        if (wait->poll_count > 0)
            err = gw_file_poll(wait->polls, wait->poll_count, rest);
        else if (gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now))
            gw_os_sleep_until(now + rest);
    }
    return err;
}

/* ---- writing events ---- */

static uint32_t
write_events(const struct wait *wait, uint8_t *to)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < wait->count; i++) {
        const struct subscription *sub = &wait->subs[i];
        if (!sub->ready)
            continue;
        memset(to, 0, EVENT_SIZE);
        gw_p1_put_u64(to, sub->user_data);
        gw_p1_put_u16(to + 8, (unsigned)sub->err);
        to[10] = sub->type;
        gw_p1_put_u64(to + 16, sub->bytes);
        gw_p1_put_u16(to + 24, sub->flags);
        to += EVENT_SIZE;
        count++;
    }
    return count;
}

static enum gw_oserr
poll_all(struct gw_p1 *p, struct wait *wait, const union gw_slot *args)
{
    const uint8_t *in = gw_p1_at(p, args[0].u32,
                                 wait->count * (uint64_t)stride(p));
    uint8_t *out = gw_p1_at(p, args[1].u32, (uint64_t)wait->count * EVENT_SIZE);
    if (!in || !out || !gw_p1_at(p, args[3].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = read_all(p, wait, in);
    if (err == GW_OSERR_OK)
        err = sleep_until_ready(p, wait);
    if (err != GW_OSERR_OK)
        return err;
    return gw_p1_store_u32(p, args[3].u32, write_events(wait, out));
}

enum gw_oserr
gw_p1_poll_oneoff(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_alloc *alloc = p->wasi->alloc;
    struct wait wait = { 0 };
    enum gw_oserr err = GW_OSERR_NOMEM;
    uint32_t count = args[2].u32;
    if (count == 0 || count > p->wasi->limits[GW_WASI_LIMIT_POLLS])
        return GW_OSERR_INVAL;
    wait.count = count;
    wait.subs = gw_alloc_zero(alloc, count, sizeof *wait.subs);
    wait.polls = gw_alloc_zero(alloc, count, sizeof *wait.polls);
    if (wait.subs && wait.polls)
        err = poll_all(p, &wait, args);
    for (uint32_t i = 0; wait.subs && i < count; i++)
        gw_wasi_file_unref(wait.subs[i].file);
    gw_alloc_free(alloc, wait.polls, count * sizeof *wait.polls);
    gw_alloc_free(alloc, wait.subs, count * sizeof *wait.subs);
    return err;
}
