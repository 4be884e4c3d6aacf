/* Checks whatever comes as an artifact: an error or not, and no byte outside
 * it is read.  What is good has all its sections inside. */
#include "aot/artifact.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1); /* aligned as files are */
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (size != 0)
        memcpy(copy, data, size);
    struct gw_span bytes = gw_span(copy, size);
    enum gw_err err = gw_artifact_check(bytes, &diag);
    if ((err == GW_OK) != (diag.err == GW_OK))
        abort();
    for (int i = 0; err == GW_OK && i < GW_ARTIFACT_SECTIONS; i++) {
        struct gw_span part = gw_artifact_section(bytes,
                                                  (enum gw_artifact_section)i);
        if ((size_t)(part.data - copy) + part.size > size)
            abort();
    }
    free(copy);
    return 0;
}
