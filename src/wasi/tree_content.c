/* Contents of the files of a tree. */
#include "wasi/tree_node.h"

#include "base/inflate.h"

enum gw_oserr
gw_node_size(const struct gw_node *node, uint64_t *size)
{
    struct gw_file_stat stat;
    *size = node->size;
    if (node->content != GW_CONTENT_HOST)
        return GW_OSERR_OK;
    enum gw_oserr err = gw_file_stat(node->host, &stat);
    *size = err == GW_OSERR_OK ? stat.size : 0;
    return err;
}

/* Makes the bytes the node's own, with room for capacity of them. */
static enum gw_oserr
take_over(struct gw_tree *tree, struct gw_node *node, uint64_t capacity)
{
    bool own = node->content == GW_CONTENT_OWN;
    if (capacity > tree->alloc.limit)
        return GW_OSERR_NOSPC;
    uint8_t *data = gw_alloc_resize(&tree->alloc, own ? node->data : NULL,
                                    own ? (size_t)node->capacity : 0,
                                    (size_t)capacity);
    if (!data && capacity > 0)
        return GW_OSERR_NOSPC;
    if (!own && node->size > 0)
        memcpy(data, node->data,
               (size_t)(node->size < capacity ? node->size : capacity));
    node->content = GW_CONTENT_OWN;
    node->data = data;
    node->capacity = capacity;
    return GW_OSERR_OK;
}

enum gw_oserr
gw_node_unpack(struct gw_tree *tree, struct gw_node *node)
{
    if (node->content != GW_CONTENT_PACKED)
        return GW_OSERR_OK;
    if (node->size > tree->alloc.limit)
        return GW_OSERR_NOSPC;
    size_t size = (size_t)node->size;
    uint8_t *data = gw_alloc_get(&tree->alloc, size);
    if (!data)
        return GW_OSERR_NOSPC;
    struct gw_span packed = gw_span(node->data, node->packed_size);
    if (gw_inflate(packed, data, size) != GW_OK ||
        gw_crc32(gw_span(data, size)) != node->crc) {
        gw_alloc_free(&tree->alloc, data, size);
        return GW_OSERR_IO;
    }
    node->content = GW_CONTENT_OWN;
    node->data = data;
    node->capacity = size;
    return GW_OSERR_OK;
}

enum gw_oserr
gw_node_read(struct gw_node *node, const struct gw_iov *iovs, size_t count,
             uint64_t offset, size_t *done)
{
    *done = 0;
    if (node->content == GW_CONTENT_HOST)
        return gw_file_pread(node->host, iovs, count, offset, done);
    for (size_t i = 0; i < count && offset < node->size; i++) {
        uint64_t left = node->size - offset;
        size_t size = iovs[i].size < left ? iovs[i].size : (size_t)left;
        memcpy(iovs[i].data, node->data + offset, size);
        offset += size;
        *done += size;
    }
    return GW_OSERR_OK;
}

/* Room for size bytes: twice as many as before, or else just those. */
static enum gw_oserr
reserve(struct gw_tree *tree, struct gw_node *node, uint64_t size)
{
    if (node->content == GW_CONTENT_OWN && size <= node->capacity)
        return GW_OSERR_OK;
    uint64_t least = size > node->size ? size : node->size;
    uint64_t wish = node->capacity * 2;
    if (wish > least && take_over(tree, node, wish) == GW_OSERR_OK)
        return GW_OSERR_OK;
    return take_over(tree, node, least);
}

/* Bytes between the old end and the new one are zeros. */
static void
extend(struct gw_node *node, uint64_t size)
{
    if (size > node->size) {
        memset(node->data + node->size, 0, (size_t)(size - node->size));
        node->size = size;
    }
}

enum gw_oserr
gw_node_write(struct gw_tree *tree, struct gw_node *node,
              const struct gw_iov *iovs, size_t count, uint64_t offset,
              size_t *done)
{
    uint64_t size = 0;
    *done = 0;
    if (node->content == GW_CONTENT_HOST)
        return gw_file_pwrite(node->host, iovs, count, offset, done);
    for (size_t i = 0; i < count; i++)
        size += iovs[i].size;
    if (size == 0)
        return GW_OSERR_OK;
    if (offset > INT64_MAX || size > INT64_MAX - offset)
        return GW_OSERR_FBIG;
    enum gw_oserr err = gw_node_unpack(tree, node);
    if (err == GW_OSERR_OK)
        err = reserve(tree, node, offset + size);
    if (err != GW_OSERR_OK)
        return err;
    extend(node, offset);
    for (size_t i = 0; i < count; i++) {
        if (iovs[i].size > 0)
            memcpy(node->data + offset, iovs[i].data, iovs[i].size);
        offset += iovs[i].size;
    }
    if (offset > node->size)
        node->size = offset;
    *done = (size_t)size;
    gw_node_touch(node);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_node_set_size(struct gw_tree *tree, struct gw_node *node, uint64_t size)
{
    if (node->content == GW_CONTENT_HOST)
        return gw_file_set_size(node->host, size);
    if (size > INT64_MAX)
        return GW_OSERR_INVAL;
    enum gw_oserr err = size == 0 ? GW_OSERR_OK : gw_node_unpack(tree, node);
    if (err != GW_OSERR_OK)
        return err;
    if (size == 0 && node->content != GW_CONTENT_OWN)
        node->size = 0;
    /* What a shorter file does not need is given back. */
    err = size > node->size ? reserve(tree, node, size)
                            : take_over(tree, node, size);
    if (err != GW_OSERR_OK)
        return err;
    extend(node, size);
    node->size = size;
    gw_node_touch(node);
    return GW_OSERR_OK;
}
