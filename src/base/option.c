#include "base/option.h"

const struct gw_option_info gw_option_table[GW_OPTION_COUNT] = {
#define OPTION(ident, name, standard, min, max, argument, help) \
    [GW_OPTION_##ident] = { name, argument, standard, min, max },
#include "base/option.def"
#undef OPTION
};

void
gw_config_init(struct gw_config *config)
{
    for (int i = 0; i < GW_OPTION_COUNT; i++)
        config->values[i] = gw_option_table[i].standard;
}

enum gw_err
gw_config_set(struct gw_config *config, enum gw_option option, uint64_t value)
{
    if ((unsigned)option >= GW_OPTION_COUNT)
        return GW_ERR_ARGUMENT;
    const struct gw_option_info *info = &gw_option_table[option];
    if (value < info->min || value > info->max)
        return GW_ERR_ARGUMENT;
    config->values[option] = value;
    return GW_OK;
}
