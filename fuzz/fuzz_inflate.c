/* Inflates whatever comes into a room of any size: not a byte outside it, and
 * what is good once is good again. */
#include "base/inflate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t room = data[0] | (size_t)data[1] << 8;
    struct gw_span from = gw_span(data + 2, size - 2);
    uint8_t *once = malloc(room), *twice = malloc(room);
    if (gw_inflate(from, once, room) == GW_OK &&
        (gw_inflate(from, twice, room) != GW_OK ||
         (room > 0 && memcmp(once, twice, room) != 0)))
        abort();
    free(once);
    free(twice);
    return 0;
}
