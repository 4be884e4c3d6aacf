#include "base/reader.h"
#include "wasm/module.h"

/* The name section (spec, appendix on custom sections).  Names are for people
 * only: what does not decode is as if it were not there. */

enum { NAMES_FUNCTIONS = 1 };

/* Finds the subsection with the id; an empty reader when there is none. */
static struct gw_reader
find_subsection(struct gw_span section, uint8_t id, struct gw_diag *scratch)
{
    struct gw_reader reader;
    gw_reader_init(&reader, section, 0, scratch);
    while (gw_reader_left(&reader) > 0) {
        uint8_t found = gw_read_u8(&reader);
        struct gw_span bytes = gw_read_bytes(&reader, gw_read_u32(&reader));
        if (found == id && !reader.failed) {
            gw_reader_init(&reader, bytes, 0, scratch);
            return reader;
        }
    }
    gw_reader_init(&reader, gw_span(section.data, 0), 0, scratch);
    return reader;
}

struct gw_span
gw_module_func_name(const struct gw_module *module, uint32_t func)
{
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    struct gw_reader reader = find_subsection(module->name_section,
                                              NAMES_FUNCTIONS, &scratch);
    if (gw_reader_left(&reader) == 0)
        return gw_span(NULL, 0);
    for (uint32_t count = gw_read_u32(&reader); count > 0; count--) {
        uint32_t index = gw_read_u32(&reader);
        struct gw_span name;
        /* Only the name that is asked for is worth checking. */
        if (index != func) {
            gw_read_bytes(&reader, gw_read_u32(&reader));
        } else {
            name = gw_read_name(&reader);
            return reader.failed ? gw_span(NULL, 0) : name;
        }
        if (reader.failed || index > func)
            break;
    }
    return gw_span(NULL, 0);
}

uint32_t
gw_module_match_func_name(const struct gw_module *module,
                          bool (*match)(void *env, struct gw_span name),
                          void *env)
{
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    struct gw_reader reader = find_subsection(module->name_section,
                                              NAMES_FUNCTIONS, &scratch);
    if (gw_reader_left(&reader) == 0)
        return GW_NO_INDEX;
    for (uint32_t count = gw_read_u32(&reader); count > 0; count--) {
        uint32_t index = gw_read_u32(&reader);
        struct gw_span name = gw_read_name(&reader);
        if (reader.failed)
            break;
        if (index < module->func_count && match(env, name))
            return index;
    }
    return GW_NO_INDEX;
}
