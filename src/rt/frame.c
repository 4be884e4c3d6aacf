#include "rt/frame.h"

void
gw_frames_init(struct gw_frames *frames, struct gw_alloc *alloc)
{
    gw_vec_init(&frames->frames, alloc, sizeof(struct gw_frame));
    gw_vec_init(&frames->types, alloc, sizeof(gw_valtype));
    gw_vec_init(&frames->slots, alloc, sizeof(union gw_slot));
}

void
gw_frames_fini(struct gw_frames *frames)
{
    gw_vec_fini(&frames->frames);
    gw_vec_fini(&frames->types);
    gw_vec_fini(&frames->slots);
}

void
gw_frames_clear(struct gw_frames *frames)
{
    frames->frames.count = 0;
    frames->types.count = 0;
    frames->slots.count = 0;
}
