/*
 * Images: archives that are seen as a tree of files.  tar (ustar, with the
 * extensions of pax and GNU) and zip (stored and deflated).
 */
#ifndef GW_WASI_IMAGE_H
#define GW_WASI_IMAGE_H

#include "base/diag.h"
#include "wasi/tree.h"

/* Puts the files of an archive into a tree; bytes must outlive it.  Reports
 * GW_ERR_MALFORMED (neither tar nor zip, broken, a path that leads out),
 * _UNSUPPORTED (encrypted, another compression) or _LIMIT (more than the tree
 * may hold), with an offset. */
enum gw_err gw_image_load(struct gw_tree *tree, struct gw_span bytes,
                          struct gw_diag *diag);

#endif
