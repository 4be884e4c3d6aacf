/* Loads whatever comes as an image, then walks all of it and reads every file:
 * no crash, no leak, no more memory than the limit. */
#include "wasi/image.h"

#include <stdlib.h>

enum { LIMIT = 1 << 20 };

static struct gw_alloc alloc;

/* The path of the entry that is looked at. */
struct place {
    char path[256];
    size_t size;
    char names[16][256]; /* entries are only lent while they are handed out */
    unsigned count;
};

static bool
keep_name(void *env, const struct gw_dir_entry *entry)
{
    struct place *place = env;
    bool dots = entry->name[0] == '.' &&
                (entry->name_size == 1 ||
                 (entry->name_size == 2 && entry->name[1] == '.'));
    if (!dots && place->size + entry->name_size + 2 < sizeof place->path)
        memcpy(place->names[place->count++], entry->name, entry->name_size + 1);
    return place->count < 16;
}

static void
read_all(struct gw_wasi_file *file)
{
    char buffer[4096];
    struct gw_iov iov = { buffer, sizeof buffer };
    size_t done = 1;
    while (done > 0 && file->ops->read(file, &iov, 1, &done) == GW_OSERR_OK)
        ;
}

static void
visit(struct gw_wasi_file *root, const char *path)
{
    struct gw_wasi_at at = { .dir = root, .path = path, .follow = true };
    struct gw_wasi_file *file;
    struct gw_file_stat stat;
    static unsigned depth;
    (void)root->ops->paths->stat(&at, &stat);
    if (root->ops->paths->open(&at, GW_OPEN_READ, 0, &file) != GW_OSERR_OK)
        return;
    if (file->type == GW_FILETYPE_DIRECTORY && depth < 8) {
        struct place *place = calloc(1, sizeof *place);
        place->size = strlen(path);
        (void)file->ops->read_dir(file, 0, keep_name, place);
        depth++;
        for (unsigned i = 0; i < place->count; i++) {
            memcpy(place->path, path, place->size);
            place->path[place->size] = '/';
            strcpy(place->path + place->size + 1, place->names[i]);
            visit(root, place->path);
        }
        depth--;
        free(place);
    } else if (file->type == GW_FILETYPE_REGULAR) {
        read_all(file);
    }
    gw_wasi_file_unref(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_diag diag;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_diag_init(&diag);
    struct gw_tree *tree = gw_tree_new(&alloc, LIMIT);
    enum gw_err err = gw_image_load(tree, gw_span(data, size), &diag);
    if (err != diag.err || (err != GW_OK && diag.offset > size))
        abort();
    struct gw_wasi_file *root = gw_tree_open(tree, &alloc);
    visit(root, ".");
    gw_wasi_file_unref(root);
    gw_tree_delete(tree);
    if (atomic_load(&alloc.used) != 0)
        abort();
    return 0;
}
