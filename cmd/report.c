/* Errors, traps and exit codes, as people see them. */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

enum { FRAMES_SHOWN = 16 };

void
cmd_error(const char *hint, const char *format, ...)
{
    va_list args;
    fflush(stdout);
    fputs("godwit: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    if (hint)
        fprintf(stderr, "hint: %s\n", hint);
}

struct cmd_name
cmd_name(struct godwit_bytes name)
{
    struct cmd_name out;
    if (godwit_name_print(name, out.text, sizeof(out.text)) >= sizeof(out.text))
        memcpy(out.text + sizeof(out.text) - 4, "...", 4);
    return out;
}

void
cmd_print_json(const char *data, size_t size)
{
    cmd_write_json(stdout, data, size);
}

void
cmd_write_json(FILE *to, const char *data, size_t size)
{
    putc('"', to);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c == '"' || c == '\\')
            fprintf(to, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(to, "\\u%04x", c);
        else
            putc(c, to);
    }
    putc('"', to);
}

/* ---- errors ---- */

static int
exit_code_of(enum godwit_code code)
{
    switch (code) {
    case GODWIT_OK:
        return CMD_EXIT_OK;
    case GODWIT_MALFORMED:
    case GODWIT_INVALID:
    case GODWIT_UNSUPPORTED:
    case GODWIT_SYNTAX:
        return CMD_EXIT_DATA;
    case GODWIT_NOT_FOUND:
        return CMD_EXIT_NO_INPUT;
    case GODWIT_ARGUMENT:
        return CMD_EXIT_USAGE;
    case GODWIT_UNLINKABLE:
        return CMD_EXIT_UNLINKABLE;
    case GODWIT_DENIED:
        return CMD_EXIT_DENIED;
    case GODWIT_IO:
        return CMD_EXIT_IO;
    case GODWIT_SYSTEM:
        return CMD_EXIT_SYSTEM;
    case GODWIT_TRAP:
        return CMD_EXIT_TRAP;
    default:
        return CMD_EXIT_SOFTWARE;
    }
}

/* What helps where the library has no hint of its own. */
static const char *
hint_of(enum godwit_code code)
{
    switch (code) {
    case GODWIT_MALFORMED:
        return "is it a WebAssembly module, and complete?  godwit runs .wasm "
               "and .wat files";
    case GODWIT_INVALID:
        return "the tool that made this module made a mistake, or went past a "
               "limit; godwit inspect --disasm shows a function";
    case GODWIT_UNSUPPORTED:
        return "build without this feature, or see godwit run --help for "
               "--features";
    case GODWIT_NOT_FOUND:
        return "check the path";
    default:
        return NULL;
    }
}

int
cmd_report(const char *subject, godwit_error_t *error)
{
    enum godwit_code code = godwit_error_code(error);
    const char *hint = godwit_error_hint(error);
    uint32_t line, column;
    char text[400];

    /* A limit with a place in the module is the module's fault. */
    uint64_t offset;
    if (code == GODWIT_LIMIT && godwit_error_offset(error, &offset))
        code = GODWIT_INVALID;
    godwit_error_print(error, text, sizeof(text));
    if (!hint)
        hint = hint_of(code);
    if (subject && godwit_error_line(error, &line, &column))
        cmd_error(hint, "%s:%" PRIu32 ":%" PRIu32 ": %s", subject, line, column,
                  godwit_error_message(error));
    else if (subject)
        cmd_error(hint, "%s: %s", subject, text);
    else
        cmd_error(hint, "%s", text);
    godwit_error_delete(error);
    return exit_code_of(code);
}

/* ---- traps ---- */

static const char *
hint_of_trap(enum godwit_trap kind)
{
    switch (kind) {
    case GODWIT_TRAP_STACK_EXHAUSTED:
        return "does it recurse for ever?  --max-stack=SIZE gives more";
    case GODWIT_TRAP_OUT_OF_FUEL:
        return "--fuel=N gives more";
    case GODWIT_TRAP_DEADLINE:
        return "--timeout=T gives more time";
    case GODWIT_TRAP_NO_MEMORY:
        return "the host has no memory left";
    case GODWIT_TRAP_UNREACHABLE:
        return "the guest stopped itself: an assertion, abort() or a panic";
    default:
        return NULL;
    }
}

static void
print_frame(const struct godwit_frame *frame)
{
    if (frame->func_name.data)
        fprintf(stderr, "    %s (func[%" PRIu32 "], at 0x%" PRIx32 ")\n",
                cmd_name(frame->func_name).text, frame->func, frame->offset);
    else
        fprintf(stderr, "    func[%" PRIu32 "] (at 0x%" PRIx32 ")\n",
                frame->func, frame->offset);
}

/* Innermost first; of a deep stack, the first ones and how many follow. */
static void
print_frames(const wasm_trap_t *trap)
{
    struct godwit_frame frame;
    uint32_t skipped, more = 0;

    for (uint32_t i = 0; godwit_trap_frame(trap, i, &frame, &skipped); i++) {
        if (i < FRAMES_SHOWN)
            print_frame(&frame);
        else
            more += 1 + skipped;
    }
    if (more)
        fprintf(stderr, "    ... and %" PRIu32 " more\n", more);
}

/* Only eight bits reach the parent: success must not come of a failure. */
static int
guest_exit(int32_t code)
{
    int low = (int)((uint32_t)code & 0xff);
    return code != 0 && low == 0 ? CMD_EXIT_FAILED : low;
}

int
cmd_report_trap(const char *subject, wasm_trap_t *trap)
{
    enum godwit_trap kind = godwit_trap_kind(trap);
    const char *hint = hint_of_trap(kind);
    int32_t code;

    if (godwit_trap_exit_code(trap, &code)) {
        wasm_trap_delete(trap);
        return guest_exit(code);
    }
    if (!trap) {
        cmd_error(NULL, "%s: out of memory for a trap", subject);
        return CMD_EXIT_SOFTWARE;
    }
    cmd_error(NULL, "%s: trap: %s", subject, godwit_trap_message(trap));
    print_frames(trap);
    if (hint)
        fprintf(stderr, "hint: %s\n", hint);
    wasm_trap_delete(trap);
    if (kind == GODWIT_TRAP_INTERRUPTED)
        return CMD_EXIT_INTERRUPTED;
    return kind == GODWIT_TRAP_DEADLINE ? CMD_EXIT_TIMEOUT : CMD_EXIT_TRAP;
}

/* ---- the end ---- */

int
cmd_finish(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    cmd_error(NULL, "standard output: %s",
              errno ? strerror(errno) : "cannot be written");
    return code == CMD_EXIT_OK ? CMD_EXIT_IO : code;
}
