#include "wasi/preopen.h"

#include "base/utf8.h"
#include "wasi/image.h"

/* ---- rights ---- */

/* Takes the reference to file over.  restricted: only reading is granted. */
static enum gw_err
grant(struct gw_wasi *wasi, struct gw_wasi_file *file, const char *name,
      bool restricted, struct gw_diag *diag)
{
    uint64_t taken = restricted ? gw_rights_for(GW_CHANGES) : 0;
    struct gw_fd entry = { .file = file, .preopen = name };
    file->read_only = restricted;
    entry.base = gw_rights_for(GW_FOR_DIRECTORY) & ~taken;
    entry.inheriting = gw_rights_for(GW_FOR_DIRECTORY | GW_FOR_REGULAR |
                                     GW_FOR_DEVICE | GW_FOR_PIPE) &
                       ~taken;
    return gw_wasi_add_fd(wasi, &entry, name, diag);
}

/* ---- trees ---- */

static struct gw_wasi_tree *
new_tree(struct gw_wasi *wasi, uint64_t asked, enum gw_wasi_limit limit,
         struct gw_diag *diag)
{
    struct gw_wasi_tree *made = gw_vec_push(&wasi->trees);
    if (made)
        made->tree = gw_tree_new(wasi->parent,
                                 asked ? asked : wasi->limits[limit]);
    if (made && made->tree)
        return made;
    gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                   "no room for a tree of files");
    return NULL;
}

static enum gw_err
grant_tree(struct gw_wasi *wasi, struct gw_tree *tree, const char *name,
           bool read_only, struct gw_diag *diag)
{
    struct gw_wasi_file *file = gw_tree_open(tree, wasi->alloc);
    if (!file)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "no memory for %s", name);
    if (read_only)
        gw_tree_freeze(tree);
    return grant(wasi, file, name, read_only, diag);
}

void
gw_wasi_drop_trees(struct gw_wasi *wasi)
{
    struct gw_wasi_tree *trees = wasi->trees.data;
    for (size_t i = 0; i < wasi->trees.count; i++) {
        gw_tree_delete(trees[i].tree);
        if (trees[i].image)
            gw_os_unmap_file(trees[i].image, trees[i].image_size);
    }
    gw_vec_fini(&wasi->trees);
}

static enum gw_err
add_tmpfs(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen,
          const char *name, struct gw_diag *diag)
{
    struct gw_wasi_tree *made = new_tree(wasi, preopen->limit,
                                         GW_WASI_LIMIT_TMPFS, diag);
    return made ? grant_tree(wasi, made->tree, name, false, diag)
                : GW_ERR_NOMEM;
}

static enum gw_err
add_image(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen,
          const char *name, struct gw_diag *diag)
{
    const char *reason;
    struct gw_diag inside;
    struct gw_wasi_tree *made = new_tree(wasi, preopen->limit,
                                         GW_WASI_LIMIT_IMAGE, diag);
    if (!made)
        return GW_ERR_NOMEM;
    if (gw_os_map_file(preopen->host_path, SIZE_MAX / 2, &made->image,
                       &made->image_size, &reason) != GW_OK)
        return gw_diag_report(diag, GW_ERR_IO, GW_NO_OFFSET,
                              "cannot read image %s: %s", preopen->host_path,
                              reason);
    gw_diag_init(&inside);
    enum gw_err err = gw_image_load(made->tree,
                                    gw_span(made->image, made->image_size),
                                    &inside);
    if (err != GW_OK)
        return gw_diag_report(diag, err, inside.offset, "image %s: %s",
                              preopen->host_path, inside.text);
    return grant_tree(wasi, made->tree, name, preopen->read_only, diag);
}

/* ---- single files ---- */

/* The tree that is granted under a name already and takes files, or NULL. */
static struct gw_tree *
find_tree(const struct gw_wasi *wasi, const char *name)
{
    const struct gw_fd *entries = wasi->fds.entries.data;
    for (size_t i = 0; i < wasi->fds.entries.count; i++) {
        const struct gw_wasi_file *file = entries[i].file;
        if (file && file->tree && !file->read_only && entries[i].preopen &&
            strcmp(entries[i].preopen, name) == 0)
            return file->tree;
    }
    return NULL;
}

/* Names in a directory made for single files do not change, so the items are
 * put in before it takes part in anything. */
static enum gw_err
put_file(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen,
         const char *dir, const char *base, struct gw_diag *diag)
{
    struct gw_tree_item item = { .type = GW_FILETYPE_REGULAR,
                                 .read_only = preopen->read_only,
                                 .host = true };
    struct gw_file_stat stat;
    enum gw_oserr err = gw_file_open(preopen->host_path, !preopen->read_only,
                                     &item.host_fd);
    if (err != GW_OSERR_OK)
        return gw_diag_report(diag, GW_ERR_IO, GW_NO_OFFSET,
                              "cannot open file %s: %s", preopen->host_path,
                              err == GW_OSERR_INVAL ? "it is no regular file"
                                                    : gw_oserr_text(err));
    if (gw_file_stat(item.host_fd, &stat) == GW_OSERR_OK)
        item.modify_ns = stat.modify_ns;
    struct gw_tree *tree = find_tree(wasi, dir);
    if (!tree) {
        struct gw_wasi_tree *made = new_tree(wasi, 0, GW_WASI_LIMIT_TMPFS,
                                             diag);
        if (!made || grant_tree(wasi, made->tree, dir, false, diag) != GW_OK) {
            gw_file_close(item.host_fd);
            return GW_ERR_NOMEM;
        }
        gw_tree_fix_names(made->tree);
        tree = made->tree;
    }
    err = gw_tree_add(tree, gw_span_str(base), &item);
    if (err == GW_OSERR_OK)
        return GW_OK;
    return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                          "cannot grant %s as %s/%s: %s", preopen->host_path,
                          dir, base, gw_oserr_text(err));
}

/* name is cut in two. */
static enum gw_err
add_file(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen,
         char *name, struct gw_diag *diag)
{
    char *slash = strrchr(name, '/');
    const char *dir = slash == name ? "/" : slash ? name : ".";
    const char *base = slash ? slash + 1 : name;
    if (slash)
        *slash = '\0';
    return put_file(wasi, preopen, dir, base, diag);
}

/* ---- all of them ---- */

static enum gw_err
add_dir(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen, char *name,
        struct gw_diag *diag)
{
    struct gw_wasi_file *file;
    int host;
    enum gw_oserr err = gw_dir_open(preopen->host_path, &host);
    if (err == GW_OSERR_NOTDIR)
        return add_file(wasi, preopen, name, diag);
    if (err == GW_OSERR_OK)
        err = gw_wasi_file_host(wasi->alloc, host, true, 0, &file);
    if (err != GW_OSERR_OK)
        return gw_diag_report(diag, GW_ERR_IO, GW_NO_OFFSET,
                              "cannot open directory %s: %s",
                              preopen->host_path, gw_oserr_text(err));
    return grant(wasi, file, name, preopen->read_only, diag);
}

static enum gw_err
add_preopen(struct gw_wasi *wasi, const struct gw_wasi_preopen *preopen,
            char *name, struct gw_diag *diag)
{
    if (name[0] == '\0' || gw_utf8_check(gw_span_str(name)) != strlen(name))
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "the guest's name of %s is empty or not UTF-8",
                              preopen->host_path ? preopen->host_path
                                                 : "a tree");
    switch (preopen->kind) {
    case GW_WASI_DIR:
        break;
    case GW_WASI_FILE:
        return add_file(wasi, preopen, name, diag);
    case GW_WASI_TMPFS:
        return add_tmpfs(wasi, preopen, name, diag);
    case GW_WASI_IMAGE:
        return add_image(wasi, preopen, name, diag);
    }
    return add_dir(wasi, preopen, name, diag);
}

/* The guest's names are kept first; each entry then points to its own. */
enum gw_err
gw_wasi_add_preopens(struct gw_wasi *wasi, const struct gw_wasi_config *config,
                     struct gw_diag *diag)
{
    size_t count = config->preopen_count;
    const char **names = gw_alloc_zero(wasi->alloc, count, sizeof *names);
    if (!names)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "no memory for the preopens");
    for (size_t i = 0; i < count; i++)
        names[i] = config->preopens[i].guest_path;
    enum gw_err err = gw_wasi_copy_strings(wasi, names, count,
                                           "directory names", diag,
                                           &wasi->names);
    gw_alloc_free(wasi->alloc, names, count * sizeof *names);
    char *name = wasi->names.bytes;
    for (size_t i = 0; i < count && err == GW_OK; i++) {
        char *next = name + strlen(name) + 1;
        err = add_preopen(wasi, &config->preopens[i], name, diag);
        name = next;
    }
    return err;
}
