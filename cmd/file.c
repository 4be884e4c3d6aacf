/* Whole files in, whole files out. */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>

/* Reads on until the end; false with errno. */
static bool
read_all(FILE *file, wasm_byte_vec_t *out)
{
    size_t size = 0, room = 1 << 16;
    char *data = malloc(room);
    while (data) {
        size_t got = fread(data + size, 1, room - size, file);
        size += got;
        if (got == 0)
            break;
        if (size == room) {
            char *more = room < SIZE_MAX / 2 ? realloc(data, room * 2) : NULL;
            if (!more)
                free(data);
            data = more;
            room *= 2;
        }
    }
    if (!data || ferror(file)) {
        free(data);
        return false;
    }
    wasm_byte_vec_new(out, size, data);
    free(data);
    return out->size == size;
}

int
cmd_read_file(const char *path, wasm_byte_vec_t *out)
{
    bool standard = strcmp(path, "-") == 0;
    errno = 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    bool ok = file && read_all(file, out);
    int error = errno;
    if (file && !standard)
        fclose(file);
    if (ok)
        return CMD_GO_ON;
    cmd_error(error == ENOENT ? "check the path" : NULL, "cannot read %s: %s",
              path, error ? strerror(error) : "out of memory");
    return CMD_EXIT_NO_INPUT;
}

int
cmd_write_file(const char *path, const wasm_byte_vec_t *bytes)
{
    if (!path || strcmp(path, "-") == 0) {
        fwrite(bytes->data, 1, bytes->size, stdout);
        return cmd_finish(CMD_EXIT_OK);
    }
    FILE *file = fopen(path, "wb");
    if (!file) {
        cmd_error(NULL, "cannot make %s: %s", path, strerror(errno));
        return CMD_EXIT_CANNOT_MAKE;
    }
    bool ok = fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
    if (fclose(file) == 0 && ok)
        return CMD_EXIT_OK;
    cmd_error(NULL, "cannot write %s: %s", path, strerror(errno));
    return CMD_EXIT_IO;
}
