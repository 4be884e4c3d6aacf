/* Arguments, environment, clocks, randomness, the end of the program. */
#include "wasi/p1/p1.h"

/* ---- strings ---- */

static enum gw_oserr
sizes_get(struct gw_p1 *p, const struct gw_wasi_strings *strings,
          const union gw_slot *args)
{
    if (!gw_p1_at(p, args[1].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = gw_p1_store_u32(p, args[0].u32, strings->count);
    if (err == GW_OSERR_OK)
        err = gw_p1_store_u32(p, args[1].u32, strings->size);
    return err;
}

static enum gw_oserr
strings_get(struct gw_p1 *p, const struct gw_wasi_strings *strings,
            const union gw_slot *args)
{
    uint32_t address = args[1].u32;
    uint8_t *pointers = gw_p1_at(p, args[0].u32, strings->count * UINT64_C(4));
    uint8_t *bytes = gw_p1_at(p, address, strings->size);
    if (!pointers || !bytes)
        return GW_OSERR_FAULT;
    memcpy(bytes, strings->bytes, strings->size);
    for (uint32_t i = 0, at = 0; i < strings->count; i++) {
        gw_p1_put_u32(pointers + i * 4, address + at);
        at += (uint32_t)strlen(strings->bytes + at) + 1;
    }
    return GW_OSERR_OK;
}

enum gw_oserr
gw_p1_args_get(struct gw_p1 *p, const union gw_slot *args)
{
    return strings_get(p, &p->wasi->args, args);
}

enum gw_oserr
gw_p1_args_sizes_get(struct gw_p1 *p, const union gw_slot *args)
{
    return sizes_get(p, &p->wasi->args, args);
}

enum gw_oserr
gw_p1_environ_get(struct gw_p1 *p, const union gw_slot *args)
{
    return strings_get(p, &p->wasi->env, args);
}

enum gw_oserr
gw_p1_environ_sizes_get(struct gw_p1 *p, const union gw_slot *args)
{
    return sizes_get(p, &p->wasi->env, args);
}

/* ---- clocks, randomness ---- */

/* enum gw_os_clock has the order of WASI's clock ids. */
enum gw_oserr
gw_p1_clock_res_get(struct gw_p1 *p, const union gw_slot *args)
{
    uint64_t ns;
    if (args[0].u32 > GW_OS_CLOCK_THREAD_CPU)
        return GW_OSERR_INVAL;
    if (!gw_os_clock_resolution((enum gw_os_clock)args[0].u32, &ns))
        return GW_OSERR_NOTSUP;
    return gw_p1_store_u64(p, args[1].u32, ns);
}

enum gw_oserr
gw_p1_clock_time_get(struct gw_p1 *p, const union gw_slot *args)
{
    uint64_t ns;
    if (args[0].u32 > GW_OS_CLOCK_THREAD_CPU)
        return GW_OSERR_INVAL;
    if (!gw_os_clock_time((enum gw_os_clock)args[0].u32, &ns))
        return GW_OSERR_NOTSUP;
    return gw_p1_store_u64(p, args[2].u32, ns);
}

enum gw_oserr
gw_p1_random_get(struct gw_p1 *p, const union gw_slot *args)
{
    uint32_t left = args[1].u32;
    uint8_t *to = gw_p1_at(p, args[0].u32, left);
    uint64_t chunk = p->wasi->limits[GW_WASI_LIMIT_RANDOM];
    if (!to)
        return GW_OSERR_FAULT;
    if (left > p->wasi->limits[GW_WASI_LIMIT_RANDOM_MAX])
        return GW_OSERR_INVAL;
    while (left > 0) {
        uint32_t size = left < chunk ? left : (uint32_t)chunk;
        if (!gw_os_random(to, size))
            return GW_OSERR_IO;
        to += size;
        left -= size;
        if (left > 0 && gw_p1_stopped(p))
            return GW_OSERR_INTR;
    }
    return GW_OSERR_OK;
}

/* ---- the process ---- */

enum gw_oserr
gw_p1_proc_exit(struct gw_p1 *p, const union gw_slot *args)
{
    p->trap = gw_exec_exit(p->call->exec, args[0].i32);
    return GW_OSERR_OK;
}

/* A signal does here what it does to a process that handles none. */
enum gw_oserr
gw_p1_proc_raise(struct gw_p1 *p, const union gw_slot *args)
{
    enum { NONE = 0, CHLD = 16, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH = 27 };
    uint32_t signal = args[0].u32;
    if (signal > 30)
        return GW_OSERR_INVAL;
    if (signal == NONE || signal == CHLD || signal == CONT || signal == URG ||
        signal == WINCH)
        return GW_OSERR_OK;
    if (signal >= STOP && signal <= TTOU)
        return GW_OSERR_NOSYS;
    p->trap = gw_exec_trap(p->call->exec, GW_TRAP_HOST,
                           "the guest raised signal %u", (unsigned)signal);
    return GW_OSERR_INTR;
}

enum gw_oserr
gw_p1_sched_yield(struct gw_p1 *p, const union gw_slot *args)
{
    (void)p;
    (void)args;
    gw_os_yield();
    return GW_OSERR_OK;
}
