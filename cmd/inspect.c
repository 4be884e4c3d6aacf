/* godwit inspect: what is in a module. */
#include "cmd.h"

#include <inttypes.h>
#include <stdlib.h>

struct inspect {
    bool json;
    const char *disasm; /* name or number of a function, or NULL */
};

static int
take_json(void *state, const char *value)
{
    (void)value;
    ((struct inspect *)state)->json = true;
    return CMD_GO_ON;
}

static int
take_disasm(void *state, const char *value)
{
    ((struct inspect *)state)->disasm = value;
    return CMD_GO_ON;
}

static const struct cmd_option options[] = {
    { 0, "json", NULL, "print one JSON object for each file", take_json,
      CMD_IN_FILE },
    { 0, "disasm", "FUNC", "print the code of a function, by name or number",
      take_disasm, CMD_ON_LINE },
    { 0 },
};

static const char *
kind_name(wasm_externkind_t kind)
{
    static const char *const names[] = { "func", "global", "table", "memory",
                                         "tag" };
    return names[kind];
}

/* A type of any length, to be freed; NULL when out of memory. */
static char *
type_text(const wasm_module_t *module, wasm_externkind_t kind, uint32_t index)
{
    size_t size = godwit_module_type_text(module, kind, index, NULL, 0) + 1;
    char *text = malloc(size);
    if (text)
        godwit_module_type_text(module, kind, index, text, size);
    return text;
}

/* ---- for people ---- */

static void
print_type(const wasm_module_t *module, wasm_externkind_t kind, uint32_t index)
{
    char *text = type_text(module, kind, index);
    printf("  %s\n", text ? text : "");
    free(text);
}

static void
print_sections(const wasm_module_t *module)
{
    struct godwit_section section;
    struct godwit_custom custom;

    printf("sections:\n");
    for (unsigned id = 1; godwit_module_section(module, id, &section); id++)
        if (section.size)
            printf("  %-11s at 0x%-8" PRIx32 " %10" PRIu32 " bytes %8" PRIu32
                   " entries\n",
                   section.name, section.offset, section.size, section.count);
    for (uint32_t i = 0; godwit_module_custom(module, i, &custom); i++)
        printf("  custom      at 0x%-8" PRIx32 " %10zu bytes  %s\n",
               custom.offset, custom.bytes.size, cmd_name(custom.name).text);
}

static void
print_features(const wasm_module_t *module)
{
    uint64_t used = godwit_module_features(module);
    const char *name;

    printf("features:");
    for (unsigned i = 0; (name = godwit_feature_name(i)) != NULL; i++)
        if (used >> i & 1)
            printf(" %s%s", name,
                   godwit_feature_is_executable(i) ? "" : " (not executable)");
    printf("\n");
}

static void
print_externals(const wasm_module_t *module)
{
    struct godwit_import import;
    struct godwit_export export;

    for (uint32_t i = 0; godwit_module_import(module, i, &import); i++) {
        printf("%s  %s", i ? "" : "imports:\n", cmd_name(import.module).text);
        printf(".%s", cmd_name(import.name).text);
        print_type(module, import.kind, import.index);
    }
    for (uint32_t i = 0; godwit_module_export(module, i, &export); i++) {
        printf("%s  %s", i ? "" : "exports:\n", cmd_name(export.name).text);
        print_type(module, export.kind, export.index);
    }
}

static void
print_people(const char *path, const wasm_module_t *module)
{
    printf("%s: %zu bytes, %" PRIu32 " functions, %" PRIu32
           " memories, %" PRIu32 " tables, %" PRIu32 " globals\n",
           path, godwit_module_bytes(module).size,
           godwit_module_count(module, WASM_EXTERN_FUNC),
           godwit_module_count(module, WASM_EXTERN_MEMORY),
           godwit_module_count(module, WASM_EXTERN_TABLE),
           godwit_module_count(module, WASM_EXTERN_GLOBAL));
    print_features(module);
    print_sections(module);
    print_externals(module);
}

/* ---- for programs ---- */

static void
json_name(const char *key, struct godwit_bytes name)
{
    printf("\"%s\":", key);
    cmd_print_json(name.data, name.size);
}

static void
json_type(const wasm_module_t *module, wasm_externkind_t kind, uint32_t index)
{
    char *text = type_text(module, kind, index);
    printf(",\"kind\":\"%s\",\"index\":%" PRIu32 ",\"type\":\"%s\"}",
           kind_name(kind), index, text ? text : "");
    free(text);
}

static void
json_sections(const wasm_module_t *module)
{
    struct godwit_section section;
    struct godwit_custom custom;
    const char *comma = "";

    printf("\"sections\":[");
    for (unsigned id = 1; godwit_module_section(module, id, &section); id++) {
        if (!section.size)
            continue;
        printf("%s{\"name\":\"%s\",\"offset\":%" PRIu32 ",\"size\":%" PRIu32
               ",\"count\":%" PRIu32 "}",
               comma, section.name, section.offset, section.size,
               section.count);
        comma = ",";
    }
    printf("],\"custom\":[");
    for (uint32_t i = 0; godwit_module_custom(module, i, &custom); i++) {
        printf("%s{", i ? "," : "");
        json_name("name", custom.name);
        printf(",\"offset\":%" PRIu32 ",\"size\":%zu}", custom.offset,
               custom.bytes.size);
    }
    printf("],");
}

static void
json_externals(const wasm_module_t *module)
{
    struct godwit_import import;
    struct godwit_export export;

    printf("\"imports\":[");
    for (uint32_t i = 0; godwit_module_import(module, i, &import); i++) {
        printf("%s{", i ? "," : "");
        json_name("module", import.module);
        putchar(',');
        json_name("name", import.name);
        json_type(module, import.kind, import.index);
    }
    printf("],\"exports\":[");
    for (uint32_t i = 0; godwit_module_export(module, i, &export); i++) {
        printf("%s{", i ? "," : "");
        json_name("name", export.name);
        json_type(module, export.kind, export.index);
    }
    printf("]");
}

static void
print_json(const char *path, const wasm_module_t *module)
{
    uint64_t used = godwit_module_features(module);
    const char *name, *comma = "";

    printf("{\"file\":");
    cmd_print_json(path, strlen(path));
    printf(",\"size\":%zu,\"functions\":%" PRIu32 ",\"features\":[",
           godwit_module_bytes(module).size,
           godwit_module_count(module, WASM_EXTERN_FUNC));
    for (unsigned i = 0; (name = godwit_feature_name(i)) != NULL; i++) {
        if (used >> i & 1) {
            printf("%s\"%s\"", comma, name);
            comma = ",";
        }
    }
    printf("],");
    json_sections(module);
    json_externals(module);
    printf("}\n");
}

/* ---- code ---- */

/* By number, by the name of the name section, or by that of an export. */
static bool
find_func(const wasm_module_t *module, const char *word, uint32_t *index)
{
    uint32_t count = godwit_module_count(module, WASM_EXTERN_FUNC);
    char *end;
    unsigned long number = strtoul(word, &end, 10);

    *index = (uint32_t)number;
    if (*word && !*end)
        return number < count;
    return godwit_module_find_func(module, word, index);
}

static int
print_code(const char *path, const wasm_module_t *module, const char *word)
{
    uint32_t index;
    wasm_byte_vec_t text;

    if (!find_func(module, word, &index)) {
        cmd_error("functions are named as in a backtrace, or by number",
                  "%s: there is no function %s", path, word);
        return CMD_EXIT_NO_INPUT;
    }
    godwit_error_t *error = godwit_module_disassemble(module, index, &text);
    if (error)
        return cmd_report(path, error);
    printf("func[%" PRIu32 "] %s:\n", index,
           cmd_name(godwit_module_func_name(module, index)).text);
    fwrite(text.data, 1, text.size, stdout);
    wasm_byte_vec_delete(&text);
    return CMD_EXIT_OK;
}

/* ---- the command ---- */

static int
inspect_file(const struct inspect *state, struct cmd_engine *engine,
             const char *path)
{
    wasm_module_t *module;
    int code = cmd_open_module(engine, path, &module);
    if (code != CMD_GO_ON)
        return code;
    code = CMD_EXIT_OK;
    if (state->disasm)
        code = print_code(path, module, state->disasm);
    else if (state->json)
        print_json(path, module);
    else
        print_people(path, module);
    wasm_module_delete(module);
    return code;
}

static int
run_inspect(const struct cmd *self, int argc, char **argv)
{
    struct inspect state = { .json = false };
    struct cmd_line line = { .state = &state };
    struct cmd_engine engine;
    int code = cmd_engine_init(&engine, self, true, argc, argv, &line);
    if (code == CMD_GO_ON) {
        code = CMD_EXIT_OK;
        for (int i = 0; i < line.count; i++) {
            int one = inspect_file(&state, &engine, line.words[i]);
            code = code ? code : one;
        }
        code = cmd_finish(code);
    }
    cmd_engine_fini(&engine);
    return code;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .usage = "[OPTION...] FILE...",
    .summary = "show what is in a module",
    .details = "Sections with their sizes, imports and exports with their "
               "types, and the features\nthat the module uses.\n",
    .examples = "  godwit inspect app.wasm\n"
                "  godwit inspect --json app.wasm\n"
                "  godwit inspect --disasm main app.wasm\n",
    .options = options,
    .engine_options = CMD_FEATURES,
    .run = run_inspect,
};
