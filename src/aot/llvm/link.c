#include "aot/llvm/link_inside.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* What is only read gets addresses far from text. */
enum { ASIDE = 0x40000000 };

struct section {
    const Elf64_Shdr *header;
    const char *name;
    bool placed, aside;
    uint32_t address;
    uint8_t *copy; /* aside: own, relocated */
};

struct object {
    struct gw_span bytes;
    struct section *sections;
    uint32_t section_count;
    const Elf64_Sym *symbols;
    uint32_t symbol_count;
    const char *names;
};

static enum gw_err
fail(struct gw_link *link, const char *what, const char *name)
{
    return gw_diag_report(link->diag, GW_ERR_SYSTEM, GW_NO_OFFSET,
                          "machine code cannot be linked: %s %s", what, name);
}

/* ---- tables ---- */

bool
gw_link_add_row(struct gw_vec *table, uint32_t at, uint32_t value)
{
    struct gw_native_row *rows = table->data;
    if (table->count != 0) {
        struct gw_native_row *last = &rows[table->count - 1];
        if (last->at == at) {
            last->value = value;
            return true;
        }
        if (last->value == value)
            return true;
    }
    struct gw_native_row *row = gw_vec_push(table);
    if (row)
        *row = (struct gw_native_row){ at, value };
    return row != NULL;
}

static uint32_t *
new_places(const struct gw_link *link, uint32_t count)
{
    uint32_t *places = gw_alloc_get(link->alloc,
                                    (count + 1u) * sizeof(*places));
    if (places)
        memset(places, 0xff, (count + 1u) * sizeof(*places));
    return places;
}

enum gw_err
gw_link_init(struct gw_link *link)
{
    gw_vec_init(&link->text, link->alloc, 1);
    gw_vec_init(&link->funcs, link->alloc, sizeof(struct gw_native_row));
    gw_vec_init(&link->lines, link->alloc, sizeof(struct gw_native_row));
    gw_vec_init(&link->frames, link->alloc, sizeof(struct gw_native_row));
    gw_vec_init(&link->rules, link->alloc, sizeof(struct gw_native_rule));
    gw_vec_init(&link->pads, link->alloc, sizeof(struct gw_native_pad));
    link->func_at = new_places(link, link->func_count);
    link->entry_at = new_places(link, link->func_count);
    link->slow_at = new_places(link, link->type_count);
    link->adapter_at = new_places(link, link->type_count);
    bool good = link->func_at && link->entry_at && link->slow_at &&
                link->adapter_at;
    return good ? GW_OK : GW_ERR_NOMEM;
}

void
gw_link_fini(struct gw_link *link)
{
    gw_vec_fini(&link->text);
    gw_vec_fini(&link->funcs);
    gw_vec_fini(&link->lines);
    gw_vec_fini(&link->frames);
    gw_vec_fini(&link->rules);
    gw_vec_fini(&link->pads);
    gw_alloc_free(link->alloc, link->func_at,
                  (link->func_count + 1u) * sizeof(uint32_t));
    gw_alloc_free(link->alloc, link->entry_at,
                  (link->func_count + 1u) * sizeof(uint32_t));
    gw_alloc_free(link->alloc, link->slow_at,
                  (link->type_count + 1u) * sizeof(uint32_t));
    gw_alloc_free(link->alloc, link->adapter_at,
                  (link->type_count + 1u) * sizeof(uint32_t));
}

/* ---- reading ---- */

/* LLVM made the object just now, so it is not hostile. */
static void
open_object(struct object *object, struct gw_span bytes)
{
    const Elf64_Ehdr *header = (const void *)bytes.data;
    const Elf64_Shdr *first = (const void *)(bytes.data + header->e_shoff);
    const char *names = (const char *)bytes.data +
                        first[header->e_shstrndx].sh_offset;
    *object = (struct object){ .bytes = bytes };
    object->section_count = header->e_shnum;
    object->sections = calloc(header->e_shnum, sizeof(*object->sections));
    for (uint32_t i = 0; i < header->e_shnum; i++) {
        object->sections[i].header = &first[i];
        object->sections[i].name = names + first[i].sh_name;
        if (first[i].sh_type != SHT_SYMTAB)
            continue;
        object->symbols = (const void *)(bytes.data + first[i].sh_offset);
        object->symbol_count = (uint32_t)(first[i].sh_size / sizeof(Elf64_Sym));
        object->names = (const char *)bytes.data +
                        first[first[i].sh_link].sh_offset;
    }
}

static void
close_object(struct object *object)
{
    for (uint32_t i = 0; i < object->section_count; i++)
        free(object->sections[i].copy);
    free(object->sections);
}

/* ---- places ---- */

static bool
begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static enum gw_err
place(struct gw_link *link, struct object *object, struct section *section)
{
    const Elf64_Shdr *header = section->header;
    size_t align = header->sh_addralign ? (size_t)header->sh_addralign : 1;
    size_t gap = (align - link->text.count % align) % align;
    uint8_t *to = gw_vec_push_n(&link->text, gap + (size_t)header->sh_size);
    if (!to || link->text.count >= ASIDE)
        return fail(link, "too much of it,", "or out of memory");
    memcpy(to + gap, object->bytes.data + header->sh_offset,
           (size_t)header->sh_size);
    section->placed = true;
    section->address = (uint32_t)(link->text.count - header->sh_size);
    return GW_OK;
}

static enum gw_err
place_all(struct gw_link *link, struct object *object, const char *prefix)
{
    enum gw_err err = GW_OK;
    for (uint32_t i = 0; i < object->section_count && err == GW_OK; i++) {
        struct section *section = &object->sections[i];
        if (section->header->sh_type == SHT_PROGBITS &&
            begins(section->name, prefix))
            err = place(link, object, section);
    }
    return err;
}

static void
set_aside(struct object *object)
{
    static const char *const names[] = { ".eh_frame", ".gcc_except_table",
                                         ".debug_line" };
    uint32_t address = ASIDE;
    for (uint32_t i = 0; i < object->section_count; i++) {
        struct section *section = &object->sections[i];
        const Elf64_Shdr *header = section->header;
        bool wanted = false;
        for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
            wanted = wanted || strcmp(section->name, names[j]) == 0;
        if (!wanted || header->sh_type == SHT_RELA)
            continue;
        section->aside = true;
        section->address = address;
        section->copy = malloc((size_t)header->sh_size + 1);
        memcpy(section->copy, object->bytes.data + header->sh_offset,
               (size_t)header->sh_size);
        address += (uint32_t)header->sh_size + 64;
    }
}

/* ---- symbols ---- */

/* Where the place of a symbol of ours is kept, or NULL. */
static uint32_t *
slot_of(struct gw_link *link, const char *name, uint32_t *func)
{
    static const char *const kinds[] = { "f", "entry", "slow", "adapter" };
    uint32_t *tables[] = { link->func_at, link->entry_at, link->slow_at,
                           link->adapter_at };
    for (int i = 0; i < 4; i++) {
        size_t size = strlen(kinds[i]);
        char *end;
        if (strncmp(name, kinds[i], size) != 0 || name[size] < '0' ||
            name[size] > '9')
            continue;
        unsigned long number = strtoul(name + size, &end, 10);
        uint32_t count = i < 2 ? link->func_count : link->type_count;
        if (*end || number >= count)
            continue;
        *func = i == 0 ? (uint32_t)number : GW_NO_INDEX;
        return &tables[i][number];
    }
    return NULL;
}

static enum gw_err
take_symbols(struct gw_link *link, const struct object *object)
{
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        const Elf64_Sym *symbol = &object->symbols[i];
        uint32_t func;
        if (symbol->st_shndx == SHN_UNDEF ||
            symbol->st_shndx >= object->section_count ||
            ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
            continue;
        uint32_t *slot = slot_of(link, object->names + symbol->st_name, &func);
        if (!slot)
            continue;
        uint32_t at = object->sections[symbol->st_shndx].address +
                      (uint32_t)symbol->st_value;
        if (*slot == GW_NO_INDEX)
            *slot = at;
        struct gw_native_row *row = gw_vec_push(&link->funcs);
        if (!row)
            return GW_ERR_NOMEM;
        *row = (struct gw_native_row){ at, func };
    }
    return GW_OK;
}

static bool
find_symbol(struct gw_link *link, const struct object *object, uint32_t index,
            uint32_t *address)
{
    const Elf64_Sym *symbol = &object->symbols[index];
    uint32_t func;
    const char *name = object->names + symbol->st_name;
    uint32_t *slot = slot_of(link, name, &func);
    if (slot && *slot != GW_NO_INDEX) {
        *address = *slot;
        return true;
    }
    if (symbol->st_shndx == SHN_UNDEF ||
        symbol->st_shndx >= object->section_count)
        return false;
    const struct section *section = &object->sections[symbol->st_shndx];
    *address = section->address + (uint32_t)symbol->st_value;
    return section->placed || section->aside;
}

/* ---- relocations ---- */

static void
add_bits(uint8_t *at, uint32_t mask, uint32_t bits)
{
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    word = (word & ~mask) | (bits & mask);
    memcpy(at, &word, sizeof(word));
}

static bool
relocate_x86_64(uint32_t type, uint8_t *at, uint32_t place, uint64_t value,
                bool aside)
{
    uint32_t low = (uint32_t)value, far = low - place;
    switch (type) {
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
        memcpy(at, &far, sizeof(far));
        return true;
    case R_X86_64_64:
        memcpy(at, &value, sizeof(value));
        return aside;
    case R_X86_64_32:
        memcpy(at, &low, sizeof(low));
        return aside;
    default:
        return false;
    }
}

/* Text begins on a page, so what counts in pages is right, too. */
static bool
relocate_aarch64(uint32_t type, uint8_t *at, uint32_t place, uint64_t value,
                 bool aside)
{
    uint32_t low = (uint32_t)value, far = low - place;
    uint32_t pages =
        (uint32_t)((int32_t)((low & ~0xfffu) - (place & ~0xfffu)) >> 12);
    switch (type) {
    case R_AARCH64_PREL32:
        memcpy(at, &far, sizeof(far));
        return true;
    case R_AARCH64_CALL26:
    case R_AARCH64_JUMP26:
        add_bits(at, 0x03ffffff, far >> 2);
        return true;
    case R_AARCH64_ADR_PREL_PG_HI21:
        add_bits(at, 0x60ffffe0,
                 (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5);
        return true;
    case R_AARCH64_ADD_ABS_LO12_NC:
    case R_AARCH64_LDST8_ABS_LO12_NC:
        add_bits(at, 0x003ffc00, (low & 0xfff) << 10);
        return true;
    case R_AARCH64_LDST16_ABS_LO12_NC:
        add_bits(at, 0x003ffc00, (low & 0xfff) >> 1 << 10);
        return true;
    case R_AARCH64_LDST32_ABS_LO12_NC:
        add_bits(at, 0x003ffc00, (low & 0xfff) >> 2 << 10);
        return true;
    case R_AARCH64_LDST64_ABS_LO12_NC:
        add_bits(at, 0x003ffc00, (low & 0xfff) >> 3 << 10);
        return true;
    case R_AARCH64_LDST128_ABS_LO12_NC:
        add_bits(at, 0x003ffc00, (low & 0xfff) >> 4 << 10);
        return true;
    case R_AARCH64_ABS64:
        memcpy(at, &value, sizeof(value));
        return aside;
    case R_AARCH64_ABS32:
        memcpy(at, &low, sizeof(low));
        return aside;
    default:
        return false;
    }
}

static enum gw_err
relocate_section(struct gw_link *link, const struct object *object,
                 const Elf64_Shdr *header, const struct section *target)
{
    const Elf64_Rela *relas = (const void *)(object->bytes.data +
                                             header->sh_offset);
    size_t count = (size_t)(header->sh_size / sizeof(*relas));
    for (size_t i = 0; i < count; i++) {
        uint32_t symbol = (uint32_t)ELF64_R_SYM(relas[i].r_info);
        uint32_t type = (uint32_t)ELF64_R_TYPE(relas[i].r_info), address;
        uint32_t place_ = target->address + (uint32_t)relas[i].r_offset;
        uint8_t *at = target->aside ? target->copy + relas[i].r_offset
                                    : (uint8_t *)link->text.data + place_;
        if (!find_symbol(link, object, symbol, &address)) {
            if (target->aside)
                continue; /* of the personality, say: nobody reads it */
            return fail(link, "it needs",
                        object->names + object->symbols[symbol].st_name);
        }
        uint64_t value = (uint64_t)address + (uint64_t)relas[i].r_addend;
        bool good = link->machine == GW_MACHINE_AARCH64
                        ? relocate_aarch64(type, at, place_, value,
                                           target->aside)
                        : relocate_x86_64(type, at, place_, value,
                                          target->aside);
        if (!good)
            return fail(link, "a relocation in", target->name);
    }
    return GW_OK;
}

static enum gw_err
relocate(struct gw_link *link, const struct object *object)
{
    enum gw_err err = GW_OK;
    for (uint32_t i = 0; i < object->section_count && err == GW_OK; i++) {
        const Elf64_Shdr *header = object->sections[i].header;
        if (header->sh_type != SHT_RELA)
            continue;
        const struct section *target = &object->sections[header->sh_info];
        if (target->placed || target->aside)
            err = relocate_section(link, object, header, target);
    }
    return err;
}

/* ---- all of it ---- */

static struct gw_link_part
find_part(const struct object *object, const char *name)
{
    struct gw_link_part part = { NULL, 0, 0 };
    for (uint32_t i = 0; i < object->section_count; i++) {
        const struct section *section = &object->sections[i];
        if (section->aside && strcmp(section->name, name) == 0)
            part = (struct gw_link_part){ section->copy,
                                          (size_t)section->header->sh_size,
                                          section->address };
    }
    return part;
}

static enum gw_err
read_tables(struct gw_link *link, const struct object *object)
{
    struct gw_link_part frame = find_part(object, ".eh_frame");
    struct gw_link_part except = find_part(object, ".gcc_except_table");
    struct gw_link_part line = find_part(object, ".debug_line");
    enum gw_err err = gw_link_frames(link, &frame, &except);
    return err == GW_OK ? gw_link_lines(link, &line) : err;
}

/* Where one function ends another may begin: what is there counts. */
static int
by_place(const void *a, const void *b)
{
    const struct gw_native_row *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->value != GW_NO_INDEX) - (y->value != GW_NO_INDEX);
}

/* LLVM puts frames in an order of its own. */
static void
sort_frames(struct gw_vec *frames)
{
    struct gw_native_row *rows = frames->data;
    size_t kept = 0;
    if (frames->count == 0)
        return;
    qsort(rows, frames->count, sizeof(*rows), by_place);
    for (size_t i = 1; i < frames->count; i++) {
        if (rows[i].at != rows[kept].at)
            kept++;
        rows[kept] = rows[i];
    }
    frames->count = kept + 1;
}

static int
pad_by_place(const void *a, const void *b)
{
    uint32_t x = ((const struct gw_native_pad *)a)->first;
    uint32_t y = ((const struct gw_native_pad *)b)->first;
    return (x > y) - (x < y);
}

static enum gw_err
check_sorted(struct gw_link *link, const struct gw_vec *table, const char *name)
{
    const struct gw_native_row *rows = table->data;
    for (size_t i = 1; i < table->count; i++) {
        if (rows[i - 1].at >= rows[i].at)
            return fail(link, "out of order are its", name);
    }
    return GW_OK;
}

static enum gw_err
finish(struct gw_link *link)
{
    if (link->funcs.count > 1)
        qsort(link->funcs.data, link->funcs.count, link->funcs.size, by_place);
    if (link->pads.count > 1)
        qsort(link->pads.data, link->pads.count, link->pads.size, pad_by_place);
    sort_frames(&link->frames);
    enum gw_err err = check_sorted(link, &link->funcs, "functions");
    if (err == GW_OK)
        err = check_sorted(link, &link->lines, "lines");
    return err == GW_OK ? check_sorted(link, &link->frames, "frames") : err;
}

enum gw_err
gw_link_objects(struct gw_link *link, const struct gw_span *spans,
                uint32_t count)
{
    struct object *objects = calloc(count, sizeof(*objects));
    enum gw_err err = GW_OK;
    for (uint32_t i = 0; i < count; i++)
        open_object(&objects[i], spans[i]);
    for (uint32_t i = 0; i < count && err == GW_OK; i++)
        err = place_all(link, &objects[i], ".text");
    for (uint32_t i = 0; i < count && err == GW_OK; i++)
        err = place_all(link, &objects[i], ".rodata");
    for (uint32_t i = 0; i < count && err == GW_OK; i++) {
        set_aside(&objects[i]);
        err = take_symbols(link, &objects[i]);
    }
    for (uint32_t i = 0; i < count && err == GW_OK; i++)
        err = relocate(link, &objects[i]);
    for (uint32_t i = 0; i < count && err == GW_OK; i++)
        err = read_tables(link, &objects[i]);
    for (uint32_t i = 0; i < count; i++)
        close_object(&objects[i]);
    free(objects);
    return err == GW_OK ? finish(link) : err;
}
