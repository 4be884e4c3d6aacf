#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_ROOM = 64 * 1024 };

static enum gw_err
errno_err(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return GW_ERR_NOT_FOUND;
    case ENOMEM:
        return GW_ERR_NOMEM;
    default:
        return GW_ERR_IO;
    }
}

/* What is mapped or read so far, and why it failed. */
struct input {
    uint8_t *data;
    size_t size;
    size_t room; /* bytes committed at data, when reading */
    size_t limit;
    const char *reason;
};

static enum gw_err
fail(struct input *input, enum gw_err err, const char *reason)
{
    input->reason = reason;
    return err;
}

static enum gw_err
fail_errno(struct input *input)
{
    return fail(input, errno_err(errno), strerror(errno));
}

static enum gw_err
fail_limit(struct input *input)
{
    return fail(input, GW_ERR_LIMIT, "is larger than the limit");
}

/* An empty input takes a page too, so that its address is its own. */
static size_t
mapped_size(size_t size)
{
    size_t page = gw_os_page_size();
    return size == 0 ? page : (size + page - 1) / page * page;
}

static bool
grow(struct input *input)
{
    if (input->room > SIZE_MAX / 4)
        return false;
    size_t room = mapped_size(input->room ? input->room * 2 : FIRST_ROOM);
    uint8_t *data = gw_os_reserve(room);
    if (!data)
        return false;
    if (!gw_os_commit(data, room)) {
        gw_os_release(data, room);
        return false;
    }
    if (input->size > 0)
        memcpy(data, input->data, input->size);
    gw_os_release(input->data, input->room);
    input->data = data;
    input->room = room;
    return true;
}

static enum gw_err
read_to_end(struct input *input, int fd)
{
    for (;;) {
        if (input->size == input->room && !grow(input))
            return fail(input, GW_ERR_NOMEM, gw_err_text(GW_ERR_NOMEM));
        ssize_t got = read(fd, input->data + input->size,
                           input->room - input->size);
        if (got == 0)
            return GW_OK;
        if (got < 0 && errno != EINTR)
            return fail_errno(input);
        if (got > 0)
            input->size += (size_t)got;
        if (input->size > input->limit)
            return fail_limit(input);
    }
}

static enum gw_err
read_input(struct input *input, int fd)
{
    enum gw_err err = read_to_end(input, fd);
    if (err != GW_OK) {
        gw_os_release(input->data, input->room);
        return err;
    }
    /* Leaves exactly what gw_os_unmap_file will take away. */
    size_t kept = mapped_size(input->size);
    if (kept < input->room)
        gw_os_release(input->data + kept, input->room - kept);
    mprotect(input->data, kept, PROT_READ);
    return GW_OK;
}

static enum gw_err
take_input(struct input *input, int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return fail_errno(input);
    if (S_ISDIR(status.st_mode))
        return fail(input, GW_ERR_IO, "is a directory");
    /* Files of /proc say that they are empty; reading tells. */
    if (!S_ISREG(status.st_mode) || status.st_size <= 0)
        return read_input(input, fd);
    if ((uintmax_t)status.st_size > input->limit)
        return fail_limit(input);
    size_t size = (size_t)status.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return read_input(input, fd);
    input->data = data;
    input->size = size;
    return GW_OK;
}

enum gw_err
gw_os_map_file(const char *path, size_t limit, const void **data, size_t *size,
               const char **reason)
{
    struct input input = { .limit = limit };
    enum gw_err err;
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        err = fail_errno(&input);
    } else {
        err = take_input(&input, fd);
        close(fd);
    }
    *data = err == GW_OK ? input.data : NULL;
    *size = err == GW_OK ? input.size : 0;
    if (err != GW_OK && reason)
        *reason = input.reason;
    return err;
}

void
gw_os_unmap_file(const void *data, size_t size)
{
    if (data)
        munmap((void *)(uintptr_t)data, mapped_size(size));
}
