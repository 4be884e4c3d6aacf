/*
 * The text format: whatever the reader accepts must print, flat and folded,
 * to text that reads back as the same bytes.  Binary input is printed, and
 * the text read if it can be.
 */
#include "text/print.h"
#include "text/wat.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gw_alloc alloc;

static void
must(bool truth, const char *what, struct gw_span text)
{
    if (truth)
        return;
    fprintf(stderr, "%s:\n%.*s\n", what, (int)text.size,
            (const char *)text.data);
    abort();
}

/* Prints a module and reads it again; exact: that must give the same bytes. */
static void
round_trip(struct gw_span wasm, bool folded, bool exact)
{
    const struct gw_print_options print = { .folded = folded };
    const struct gw_wat_options read = { .names = true };
    uint8_t *text, *again;
    size_t text_size, again_size;
    enum gw_err err = gw_wasm_to_wat(wasm, &print, &alloc, NULL, &text,
                                     &text_size);
    must(err == GW_OK || !exact, "does not print", wasm);
    if (err != GW_OK)
        return;
    struct gw_span span = gw_span(text, text_size);
    err = gw_wat_to_wasm(span, &read, &alloc, NULL, &again, &again_size);
    must(err == GW_OK || !exact, "does not read back", span);
    if (err == GW_OK) {
        bool same = gw_span_equal(wasm, gw_span(again, again_size));
        must(same || !exact, "reads back as something else", span);
        gw_alloc_free(&alloc, again, again_size);
    }
    gw_alloc_free(&alloc, text, text_size);
}

static bool
contains(struct gw_span text, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (memcmp(text.data + i, word, size) == 0)
            return true;
    }
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gw_wat_options options = { .names = true };
    struct gw_span input = gw_span(data, size);
    uint8_t *wasm = NULL;
    size_t wasm_size = 0;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    if (gw_wasm_magic(input)) {
        round_trip(input, false, false);
        round_trip(input, true, false);
    } else if (gw_wat_to_wasm(input, &options, &alloc, NULL, &wasm,
                              &wasm_size) == GW_OK) {
        /* (module binary "…") may hold anything. */
        bool exact = !contains(input, "binary");
        round_trip(gw_span(wasm, wasm_size), false, exact);
        round_trip(gw_span(wasm, wasm_size), true, exact);
        gw_alloc_free(&alloc, wasm, wasm_size);
    }
    must(alloc.used == 0, "leaks", input);
    return 0;
}
