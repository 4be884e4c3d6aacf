#include "os/wall.h"

unsigned
gw_wall_raise(const struct gw_wall *wall)
{
    (void)wall;
    return 0;
}
