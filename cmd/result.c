#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "result.h"

#include <inttypes.h>
#include <sys/resource.h>
#include <time.h>

static uint64_t
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void
cmd_result_begin(struct cmd_result *result, const wasm_store_t *store)
{
    result->begin_ns = now_ns();
    result->fuel = godwit_store_fuel(store);
}

void
cmd_result_trap(struct cmd_result *result, const wasm_trap_t *trap)
{
    int32_t code;
    if (!trap || godwit_trap_exit_code(trap, &code))
        return;
    result->trap = godwit_trap_kind(trap);
    snprintf(result->trap_text, sizeof(result->trap_text), "%s",
             godwit_trap_message(trap));
}

static void
print_number(const char *name, bool known, uint64_t value)
{
    if (known)
        fprintf(stderr, ",\"%s\":%" PRIu64, name, value);
    else
        fprintf(stderr, ",\"%s\":null", name);
}

void
cmd_result_print(const struct cmd_result *result, const char *path,
                 const wasm_store_t *store, const godwit_gate_t *gate, int code)
{
    uint64_t wall = now_ns() - result->begin_ns;
    struct rusage usage;
    bool known = getrusage(RUSAGE_SELF, &usage) == 0;
    /* No run can use up as much fuel as a store has that does not count. */
    bool metered = result->fuel < INT64_MAX;
    fflush(stdout);
    if (result->wall)
        fprintf(stderr, "godwit: wall time %" PRIu64 ".%03" PRIu64 " s\n",
                wall / 1000000000, wall / 1000000 % 1000);
    if (!result->json)
        return;
    fputs("{\"file\":", stderr);
    cmd_write_json(stderr, path, strlen(path));
    fprintf(stderr, ",\"exit\":%d,\"trap\":", code);
    if (result->trap)
        cmd_write_json(stderr, result->trap_text, strlen(result->trap_text));
    else
        fputs("null", stderr);
    print_number("fuel", metered, result->fuel - godwit_store_fuel(store));
    print_number("guest_memory", true,
                 godwit_store_usage(store, GODWIT_OPTION_MAX_MEMORY));
    print_number("peak_memory", known, (uint64_t)usage.ru_maxrss * 1024);
    print_number("calls", gate != NULL, gate ? godwit_gate_calls(gate) : 0);
    print_number("wall_ns", true, wall);
    fputs("}\n", stderr);
}
