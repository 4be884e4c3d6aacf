/* The option table and the texts its values have. */
#include "capi/error.h"
#include "capi/store.h"
#include "interp/interp.h"
#include "wasm/op.h"

#include <stdio.h>

/* ---- the table ---- */

#define OPTION(ident, name, standard, min, max, argument, help)    \
    static_assert((int)GODWIT_OPTION_##ident == GW_OPTION_##ident, \
                  "godwit/config.h has the rows of option.def");
#include "base/option.def"
#undef OPTION
static_assert((int)GODWIT_OPTION_COUNT == GW_OPTION_COUNT,
              "godwit/config.h has all rows of option.def");
static_assert((int)GODWIT_MEMORY_PACKED == GW_MEMORY_PACKED &&
                  (int)GODWIT_DRIVER_TAIL == GW_DRIVER_TAIL,
              "the choices count alike");

static const struct godwit_option_info table[GW_OPTION_COUNT] = {
#define OPTION(ident, name, standard, min, max, argument, help) \
    { name, argument, help, standard, min, max },
#include "base/option.def"
#undef OPTION
};

const struct godwit_option_info *
godwit_option_describe(enum godwit_option option)
{
    return (unsigned)option < GW_OPTION_COUNT ? &table[option] : NULL;
}

bool
godwit_option_find(const char *name, enum godwit_option *option)
{
    for (unsigned i = 0; i < GW_OPTION_COUNT; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *option = (enum godwit_option)i;
            return true;
        }
    }
    return false;
}

godwit_error_t *
godwit_config_set(wasm_config_t *config, enum godwit_option option,
                  uint64_t value)
{
    if ((unsigned)option >= GW_OPTION_COUNT)
        return gw_error_make(GW_ERR_ARGUMENT, "there is no option %d",
                             (int)option);
    const struct gw_option_info *info = &gw_option_table[option];
    if (gw_config_set(&config->config, (enum gw_option)option, value) != GW_OK)
        return gw_error_make(GW_ERR_ARGUMENT, "%s must be from %llu to %llu",
                             info->name, (unsigned long long)info->min,
                             (unsigned long long)info->max);
    if (option == GODWIT_OPTION_DRIVER && !gw_interp_has_driver(value))
        return gw_error_make(GW_ERR_ARGUMENT, "this build has no such driver: "
                                              "auto is the best that its "
                                              "compiler could make");
    if (option == GODWIT_OPTION_FUEL)
        config->config.values[GW_OPTION_METER] = value != UINT64_MAX;
    return NULL;
}

uint64_t
godwit_config_get(const wasm_config_t *config, enum godwit_option option)
{
    return (unsigned)option < GW_OPTION_COUNT ? config->config.values[option]
                                              : 0;
}

void
godwit_config_set_inspect(wasm_config_t *config, bool inspect)
{
    config->inspect = inspect;
}

void
godwit_config_set_progress(wasm_config_t *config, godwit_progress_fn *progress,
                           void *env)
{
    config->progress = progress;
    config->progress_env = env;
}

/* ---- features ---- */

const char *
godwit_feature_name(unsigned index)
{
    return index < GW_FEATURE_COUNT ? gw_feature_table[index].name : NULL;
}

const char *
godwit_feature_text(unsigned index)
{
    static const char *const texts[GW_FEATURE_COUNT] = {
#define FEATURE(IDENT, NAME, ON, EXECUTABLE, TEXT) TEXT,
#include "wasm/feature.def"
    };
    return index < GW_FEATURE_COUNT ? texts[index] : NULL;
}

bool
godwit_feature_is_on(unsigned index)
{
    return index < GW_FEATURE_COUNT && gw_feature_table[index].on;
}

bool
godwit_feature_is_executable(unsigned index)
{
    return index < GW_FEATURE_COUNT && gw_feature_table[index].executable;
}

unsigned
godwit_feature_operators(unsigned index)
{
    unsigned count = 0;
    for (int op = 0; op < GW_OP_COUNT; op++)
        count += gw_op_table[op].feature == index;
    return count;
}

/* ---- values as text ---- */

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit times[] = {
    { "ns", 1 },
    { "us", 1000 },
    { "ms", 1000000 },
    { "s", 1000000000 },
    { "m", 60 * UINT64_C(1000000000) },
    { "h", 3600 * UINT64_C(1000000000) },
    { "", 1000000000 },
    { NULL, 0 },
};

static const struct unit sizes[] = {
    { "", 1 },
    { "B", 1 },
    { "K", UINT64_C(1) << 10 },
    { "KB", UINT64_C(1) << 10 },
    { "KiB", UINT64_C(1) << 10 },
    { "M", UINT64_C(1) << 20 },
    { "MB", UINT64_C(1) << 20 },
    { "MiB", UINT64_C(1) << 20 },
    { "G", UINT64_C(1) << 30 },
    { "GB", UINT64_C(1) << 30 },
    { "GiB", UINT64_C(1) << 30 },
    { "T", UINT64_C(1) << 40 },
    { "TB", UINT64_C(1) << 40 },
    { "TiB", UINT64_C(1) << 40 },
    { NULL, 0 },
};

static const struct unit counts[] = { { "", 1 }, { NULL, 0 } };

/* Reads 12 or 1.5, of which *fraction counts in *scale parts. */
static bool
parse_decimal(const char **text, uint64_t *whole, uint64_t *fraction,
              uint64_t *scale)
{
    const char *at = *text;
    *whole = *fraction = 0;
    *scale = 1;
    if (*at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*whole > (UINT64_MAX - digit) / 10)
            return false;
        *whole = *whole * 10 + digit;
    }
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9' && *scale < 1000000; at++) {
            *fraction = *fraction * 10 + (uint64_t)(*at - '0');
            *scale *= 10;
        }
    }
    *text = at;
    return true;
}

static bool
parse_number(const char *text, const struct unit *unit, uint64_t *value)
{
    uint64_t whole, fraction, scale;
    if (!parse_decimal(&text, &whole, &fraction, &scale))
        return false;
    while (unit->name && strcmp(unit->name, text) != 0)
        unit++;
    if (!unit->name || whole > UINT64_MAX / unit->factor)
        return false;
    /* Factors are below 2^42 and fractions below 10^6. */
    uint64_t rest = unit->factor * fraction / scale;
    *value = whole * unit->factor;
    if ((fraction > 0 && rest == 0) || rest > UINT64_MAX - *value)
        return false;
    *value += rest;
    return true;
}

/* The place of text among words divided by bars. */
static bool
parse_choice(const char *text, const char *words, uint64_t *value)
{
    size_t size = strlen(text);
    for (*value = 0;; (*value)++) {
        size_t length = strcspn(words, "|");
        if (length == size && memcmp(words, text, size) == 0)
            return true;
        if (!words[length])
            return false;
        words += length + 1;
    }
}

static bool
find_feature(const char *name, size_t size, uint64_t *bit)
{
    for (unsigned i = 0; i < GW_FEATURE_COUNT; i++) {
        const char *other = gw_feature_table[i].name;
        if (strlen(other) == size && memcmp(other, name, size) == 0) {
            *bit = UINT64_C(1) << i;
            return true;
        }
    }
    return false;
}

static bool
parse_features(const char *text, uint64_t *value)
{
    *value = gw_features_default;
    while (*text) {
        bool remove = *text == '-';
        uint64_t bit;
        if (*text == '+' || *text == '-')
            text++;
        size_t size = strcspn(text, ",");
        if (!find_feature(text, size, &bit))
            return false;
        *value = remove ? *value & ~bit : *value | bit;
        text += size;
        if (*text == ',')
            text++;
    }
    return true;
}

static bool
parse(const struct godwit_option_info *info, const char *text, uint64_t *value)
{
    const char *argument = info->argument;
    if (strcmp(argument, "") == 0)
        return parse_choice(text, "off|on", value);
    if (strchr(argument, '|'))
        return parse_choice(text, argument, value);
    if (strcmp(argument, "SET") == 0)
        return parse_features(text, value);
    if (strcmp(argument, "T") == 0)
        return parse_number(text, times, value);
    return parse_number(text, strcmp(argument, "SIZE") ? counts : sizes, value);
}

godwit_error_t *
godwit_option_parse(enum godwit_option option, const char *text,
                    uint64_t *value)
{
    const struct godwit_option_info *info = godwit_option_describe(option);
    if (!info)
        return gw_error_make(GW_ERR_ARGUMENT, "there is no option %d",
                             (int)option);
    if (parse(info, text, value) && *value >= info->min && *value <= info->max)
        return NULL;
    godwit_error_t *error = gw_error_make(GW_ERR_ARGUMENT,
                                          "%s is no value of %s", text,
                                          info->name);
    if (strcmp(info->argument, "T") == 0)
        gw_error_hint(error, "times are written 500ms, 10s, 2m");
    else if (strcmp(info->argument, "SIZE") == 0)
        gw_error_hint(error, "sizes are written 4096, 64MiB, 1G");
    else if (strchr(info->argument, '|'))
        gw_error_hint(error, "the values are %s", info->argument);
    else if (strcmp(info->argument, "SET") == 0)
        gw_error_hint(error, "features are written +wide-arithmetic,-simd");
    return error;
}
