/* A function's code as text: godwit/module.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "wasm/print.h"

#include <stdio.h>

struct text {
    char *data;
    size_t size, room;
    bool failed;
};

static void
put(struct text *to, const char *data, size_t size)
{
    if (to->failed)
        return;
    if (size > to->room - to->size) {
        size_t room = 2 * to->room + size + 256;
        char *more = gw_heap_resize(to->data, room, 1);
        to->failed = !more;
        if (!more)
            return;
        to->data = more;
        to->room = room;
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static bool
put_line(void *self, const struct gw_print_line *line)
{
    struct text *to = self;
    uint32_t depth = line->depth < 40 ? line->depth : 40;
    char head[128];
    int size = snprintf(head, sizeof(head), "%7x:  %*s", (unsigned)line->offset,
                        (int)(2 * depth), "");
    put(to, head, (size_t)size);
    put(to, line->text, strlen(line->text));
    put(to, "\n", 1);
    return !to->failed;
}

godwit_error_t *
godwit_module_disassemble(const wasm_module_t *handle, uint32_t index,
                          wasm_byte_vec_t *out)
{
    const struct gw_module *module = gw_handle_program(handle)->module;
    struct text text = { NULL, 0, 0, false };
    const struct gw_print_sink sink = { &text, put_line };
    struct gw_diag diag;

    wasm_byte_vec_new_empty(out);
    if (index >= module->func_count || module->funcs[index].size == 0)
        return gw_error_make(GW_ERR_ARGUMENT, "there is no code of function %u",
                             (unsigned)index);
    gw_diag_init(&diag);
    gw_print_func(module, index, &sink, &diag);
    if (text.failed)
        gw_diag_report(&diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    if (diag.err != GW_OK) {
        gw_heap_free(text.data);
        return gw_error_new(&diag);
    }
    out->data = text.data;
    out->size = text.size;
    return NULL;
}
