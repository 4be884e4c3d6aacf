#include "interp/code.h"
#include "interp/super.h"

#include <inttypes.h>
#include <stdio.h>

const char gw_iop_operands[GW_IOP_COUNT][8] = {
#define IOP(IDENT, OPERANDS) OPERANDS,
#include "interp/iop.def"
};

/* Words that an operand takes, by its letter. */
static uint32_t
operand_words(char letter)
{
    return letter == 'v' ? 4 : letter == 'l' ? 2 : 1;
}

/* Entries behind a branch table, and words of each. */
static uint64_t
table_words(const uint32_t *words)
{
    switch (words[0]) {
    case GW_IOP_BR_TABLE:
        return (uint64_t)words[2] + 1;
    case GW_IOP_BR_TABLE_TO:
        return 2 * ((uint64_t)words[4] + 1);
    default:
        return 0;
    }
}

uint32_t
gw_iop_words(const uint32_t *words)
{
    uint64_t count = 1;
    for (const char *p = gw_iop_operands[gw_super_first(words[0])]; *p; p++)
        count += operand_words(*p);
    return (uint32_t)(count + table_words(words));
}

static void
append(char *line, size_t size, const char *format, uint64_t value)
{
    size_t used = strlen(line);
    snprintf(line + used, size - used, format, value);
}

static void
print_operand(char *line, size_t size, char letter, const uint32_t *word,
              uint32_t start)
{
    switch (letter) {
    case 'd':
    case 's':
        append(line, size, " r%" PRIu64, *word);
        break;
    case 'j':
        append(line, size, " ->%" PRIu64, (uint32_t)(start + *word));
        break;
    case 'l':
        append(line, size, " %#" PRIx64, (uint64_t)word[1] << 32 | word[0]);
        break;
    case 'i':
        append(line, size, " %#" PRIx64, *word);
        break;
    default:
        append(line, size, " %" PRIu64, *word);
        break;
    }
}

static const char *const names[GW_IOP_COUNT] = {
#define IOP(IDENT, OPERANDS) #IDENT,
#include "interp/iop.def"
};

const char *
gw_iop_name(uint32_t word)
{
    return names[gw_super_first(word)];
}

void
gw_icode_print(const struct gw_icode *code,
               void (*out)(void *env, const char *line), void *env)
{
    char line[160];
    for (uint32_t at = 0; at < code->word_count;) {
        const uint32_t *word = code->words + at;
        uint32_t first = gw_super_first(*word);
        snprintf(line, sizeof line, "%6" PRIu32 "%c %-20s", at,
                 first == *word ? ' ' : '+', names[first]);
        uint32_t k = 1;
        for (const char *p = gw_iop_operands[first]; *p; p++) {
            print_operand(line, sizeof line, *p, word + k, at);
            k += operand_words(*p);
        }
        out(env, line);
        at += gw_iop_words(word);
    }
}
