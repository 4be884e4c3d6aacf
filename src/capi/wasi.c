/* Grants for a WASI program: godwit/wasi.h. */
#include "capi/wasi.h"
#include "capi/error.h"
#include "capi/heap.h"

godwit_wasi_config_t *
godwit_wasi_config_new(void)
{
    godwit_wasi_config_t *config = gw_heap_get(1, sizeof(*config));
    if (config)
        gw_wasi_config_init(&config->inside);
    return config;
}

static void
free_strings(struct gw_strings *strings)
{
    for (size_t i = 0; i < strings->count; i++)
        gw_heap_free(strings->data[i]);
    gw_heap_free(strings->data);
}

void
godwit_wasi_config_delete(godwit_wasi_config_t *config)
{
    if (!config)
        return;
    free_strings(&config->args);
    free_strings(&config->env);
    free_strings(&config->paths);
    gw_heap_free(config->preopens);
    gw_heap_free(config);
}

/* Returns the copy, or NULL. */
static const char *
add_string(struct gw_strings *strings, const char *text)
{
    size_t size = strlen(text) + 1;
    char **data = strings->data;
    /* Full at each power of two. */
    if ((strings->count & (strings->count - 1)) == 0)
        data = gw_heap_resize(data, strings->count ? strings->count * 2 : 1,
                              sizeof(*data));
    if (!data)
        return NULL;
    strings->data = data;
    char *copy = gw_heap_get(size, 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, size);
    data[strings->count++] = copy;
    return copy;
}

static godwit_error_t *
add(struct gw_strings *strings, const char *text)
{
    return add_string(strings, text)
               ? NULL
               : gw_error_make(GW_ERR_NOMEM, "out of memory");
}

godwit_error_t *
godwit_wasi_config_add_arg(godwit_wasi_config_t *config, const char *arg)
{
    return add(&config->args, arg);
}

godwit_error_t *
godwit_wasi_config_add_env(godwit_wasi_config_t *config, const char *variable)
{
    const char *sign = strchr(variable, '=');
    if (!sign || sign == variable)
        return gw_error_make(GW_ERR_ARGUMENT,
                             "%s is not of the form NAME=value", variable);
    return add(&config->env, variable);
}

static godwit_error_t *
add_preopen(godwit_wasi_config_t *config, const struct gw_wasi_preopen *preopen)
{
    struct gw_wasi_preopen *preopens = gw_heap_resize(config->preopens,
                                                      config->preopen_count + 1,
                                                      sizeof(*preopens));
    if (!preopens)
        return gw_error_make(GW_ERR_NOMEM, "out of memory");
    config->preopens = preopens;
    struct gw_wasi_preopen *added = &preopens[config->preopen_count];
    *added = *preopen;
    added->guest_path = add_string(&config->paths, preopen->guest_path);
    if (preopen->host_path)
        added->host_path = add_string(&config->paths, preopen->host_path);
    if (!added->guest_path || (preopen->host_path && !added->host_path))
        return gw_error_make(GW_ERR_NOMEM, "out of memory");
    config->preopen_count++;
    return NULL;
}

godwit_error_t *
godwit_wasi_config_add_dir(godwit_wasi_config_t *config, const char *host_path,
                           const char *guest_path, bool read_only)
{
    const struct gw_wasi_preopen preopen = { host_path, guest_path, read_only,
                                             GW_WASI_DIR, 0 };
    return add_preopen(config, &preopen);
}

godwit_error_t *
godwit_wasi_config_add_file(godwit_wasi_config_t *config, const char *host_path,
                            const char *guest_path, bool read_only)
{
    const struct gw_wasi_preopen preopen = { host_path, guest_path, read_only,
                                             GW_WASI_FILE, 0 };
    return add_preopen(config, &preopen);
}

godwit_error_t *
godwit_wasi_config_add_image(godwit_wasi_config_t *config,
                             const char *host_path, const char *guest_path,
                             bool read_only)
{
    const struct gw_wasi_preopen preopen = { host_path, guest_path, read_only,
                                             GW_WASI_IMAGE, 0 };
    return add_preopen(config, &preopen);
}

godwit_error_t *
godwit_wasi_config_add_tmpfs(godwit_wasi_config_t *config,
                             const char *guest_path, uint64_t limit)
{
    const struct gw_wasi_preopen preopen = { NULL, guest_path, false,
                                             GW_WASI_TMPFS, limit };
    return add_preopen(config, &preopen);
}

godwit_error_t *
godwit_wasi_config_set_stdio(godwit_wasi_config_t *config, unsigned stream,
                             int descriptor)
{
    if (stream > 2 || descriptor < 0)
        return gw_error_make(GW_ERR_ARGUMENT, "there is no stream %u", stream);
    config->inside.stdio[stream].kind = GW_WASI_HOST;
    config->inside.stdio[stream].host_fd = descriptor;
    return NULL;
}

bool
godwit_wasi_limit(unsigned number, struct godwit_wasi_limit *out)
{
    if (number >= GW_WASI_LIMIT_COUNT)
        return false;
    const struct gw_wasi_limit_info *row = &gw_wasi_limit_table[number];
    *out = (struct godwit_wasi_limit){ row->name, row->effect, row->standard,
                                       row->maximum };
    return true;
}

godwit_error_t *
godwit_wasi_config_set_limit(godwit_wasi_config_t *config, const char *name,
                             uint64_t value)
{
    struct godwit_wasi_limit row;
    for (unsigned i = 0; godwit_wasi_limit(i, &row); i++) {
        if (strcmp(row.name, name) != 0)
            continue;
        if (value == 0 || value > row.maximum)
            return gw_error_make(GW_ERR_ARGUMENT, "%s must be from 1 to %llu",
                                 name, (unsigned long long)row.maximum);
        config->inside.limits[i] = value;
        return NULL;
    }
    return gw_error_make(GW_ERR_NOT_FOUND, "there is no limit %s", name);
}

void
godwit_wasi_config_inherit_stdio(godwit_wasi_config_t *config)
{
    for (int i = 0; i < 3; i++)
        config->inside.stdio[i].kind = GW_WASI_INHERIT;
}

void
godwit_wasi_config_set_threads(godwit_wasi_config_t *config, bool allow)
{
    config->inside.threads = allow;
}

enum gw_err
gw_capi_wasi_new(const godwit_wasi_config_t *config, struct gw_alloc *alloc,
                 struct gw_diag *diag, struct gw_wasi **out)
{
    struct gw_wasi_config inside = config->inside;
    inside.args = (const char *const *)config->args.data;
    inside.arg_count = config->args.count;
    inside.env = (const char *const *)config->env.data;
    inside.env_count = config->env.count;
    inside.preopens = config->preopens;
    inside.preopen_count = config->preopen_count;
    return gw_wasi_new(alloc, &inside, diag, out);
}
