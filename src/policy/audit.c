/* Records of calls, as lines of JSON; and the making of text. */
#include "os/file.h"
#include "policy/gate_inside.h"

#include <inttypes.h>
#include <stdio.h>

bool
gw_append(struct gw_vec *text, const char *format, ...)
{
    char part[400];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof part)
        return false;
    char *to = gw_vec_push_n(text, (size_t)size);
    if (to)
        memcpy(to, part, (size_t)size);
    return to != NULL;
}

static bool
add_byte(struct gw_vec *text, uint8_t byte)
{
    uint8_t *to = gw_vec_push(text);
    if (to)
        *to = byte;
    return to != NULL;
}

bool
gw_append_quoted(struct gw_vec *text, struct gw_span span)
{
    bool good = gw_append(text, "\"");
    for (size_t i = 0; i < span.size && good; i++) {
        uint8_t c = span.data[i];
        if (c == '"' || c == '\\')
            good = gw_append(text, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            good = gw_append(text, "\\u%04x", c);
        else
            good = add_byte(text, c);
    }
    return good && add_byte(text, '"');
}

/* One by its id; of several, all. */
static bool
add_clocks(struct gw_vec *text, const char *comma, uint32_t clocks)
{
    bool one = clocks && !(clocks & (clocks - 1));
    bool good = gw_append(text, one ? "%s\"clock\":" : "%s\"clocks\":[", comma);
    comma = "";
    for (unsigned i = 0; i < 32 && good; i++) {
        if (!(clocks >> i & 1))
            continue;
        good = gw_append(text, "%s%u", comma, i);
        comma = ",";
    }
    return good && (one || gw_append(text, "]"));
}

static bool
add_arguments(struct gw_vec *text, const struct gw_ask *ask)
{
    static const char *const access[] = { "none", "read", "write",
                                          "read-write" };
    const char *comma = "";
    bool good = gw_append(text, ",\"arguments\":{");
    for (unsigned i = 0; good && i < ask->path_count; i++) {
        good = gw_append(text, "%s\"%s\":", comma, i ? "path2" : "path") &&
               gw_append_quoted(text, gw_span_str(ask->paths[i]));
        comma = ",";
    }
    if (good && (ask->has & GW_ASK_ACCESS)) {
        good = gw_append(text, "%s\"access\":\"%s\"", comma,
                         access[ask->access & 3]);
        comma = ",";
    }
    if (good && (ask->has & GW_ASK_CLOCK)) {
        good = add_clocks(text, comma, ask->clocks);
        comma = ",";
    }
    if (good && (ask->has & GW_ASK_HOST)) {
        good = gw_append(text, "%s\"host\":", comma) &&
               gw_append_quoted(text, ask->host) &&
               gw_append(text, ",\"port\":%" PRIu32, ask->port);
        comma = ",";
    }
    if (good && (ask->has & (GW_ASK_BYTES | GW_ASK_MOVES)))
        good = gw_append(text, "%s\"bytes\":%" PRIu64, comma, ask->bytes);
    return good && gw_append(text, "}");
}

static bool
add_record(struct gw_vec *text, const struct gw_gate_inside *gate,
           const struct gw_guard *guard, const struct gw_ask *ask,
           const struct gw_verdict *verdict, uint64_t moved, uint64_t number)
{
    uint64_t now = 0;
    (void)gw_os_clock_time(GW_OS_CLOCK_REALTIME, &now);
    char name[600];
    int size = snprintf(
        name, sizeof name, "%.*s.%.*s",
        (int)(guard->subject.module.size < 256 ? guard->subject.module.size
                                               : 256),
        (const char *)guard->subject.module.data,
        (int)(guard->subject.name.size < 256 ? guard->subject.name.size : 256),
        (const char *)guard->subject.name.data);
    bool good = gw_append(text,
                          "{\"time\":%" PRIu64 ".%09" PRIu64 ",\"instance\":",
                          now / 1000000000, now % 1000000000) &&
                gw_append_quoted(text, gw_span_str(gate->instance)) &&
                gw_append(text, ",\"function\":") &&
                gw_append_quoted(text, gw_span(name, (size_t)size)) &&
                add_arguments(text, ask) &&
                gw_append(text, ",\"outcome\":\"%s\",\"rule\":%" PRIu32,
                          verdict->allowed ? "allowed" : "refused",
                          verdict->rule);
    if (good && !verdict->allowed)
        good = gw_append(text, ",\"why\":\"%s\"", verdict->why);
    if (good && verdict->allowed && (ask->has & (GW_ASK_BYTES | GW_ASK_MOVES)))
        good = gw_append(text, ",\"moved\":%" PRIu64, moved);
    const char *error = gw_errno_name(number);
    if (error)
        return good && gw_append(text, ",\"errno\":\"%s\"}\n", error);
    return good && gw_append(text, ",\"%s\":true}\n",
                             verdict->allowed ? "stopped" : "trap");
}

/* The record that no more fits is the last, and says so. */
void
gw_audit_write(struct gw_gate_inside *gate, const struct gw_guard *guard,
               const struct gw_ask *ask, const struct gw_verdict *verdict,
               uint64_t moved, uint64_t number)
{
    static const char full[] = "{\"full\":true}\n";
    struct gw_vec text;
    if (gate->audit_left == 0)
        return;
    gw_vec_init(&text, &gate->alloc, 1);
    bool good = add_record(&text, gate, guard, ask, verdict, moved, number);
    if (good && text.count <= gate->audit_left) {
        gate->write(gate->env, text.data, text.count);
        gate->audit_left -= text.count;
    } else {
        gate->write(gate->env, full, sizeof full - 1);
        gate->audit_left = 0;
    }
    gw_vec_fini(&text);
}
