/* Runs two guests on a board and says what they took. */
#include "board.h"
#include "guests.h"
#include "kernel.h"

#include <godwit.h>

#include <string.h>

enum { ROUNDS = 20, STACK_SIZE = 16 << 10 };

/* ---- printing ---- */

static void
print(const char *text)
{
    board_write(text, strlen(text));
}

static void
print_number(size_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    board_write(digits + at, sizeof(digits) - at);
}

static void
print_line(const char *what, size_t value)
{
    print(what);
    print_number(value);
    print("\n");
}

/* ---- guests ---- */

/* Never trust what a guest says about its memory. */
static wasm_trap_t *
on_print(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    wasm_memory_t **memory = env;
    size_t at = (uint32_t)args->data[0].of.i32;
    size_t size = (uint32_t)args->data[1].of.i32;
    size_t room = *memory ? wasm_memory_data_size(*memory) : 0;
    (void)results;
    if (size <= room && at <= room - size)
        board_write(wasm_memory_data(*memory) + at, size);
    return NULL;
}

static wasm_store_t *
new_store(wasm_engine_t **engine)
{
    wasm_config_t *config = wasm_config_new();
    uint64_t features = 0; /* all that this build can run */
    for (unsigned i = 0; godwit_feature_name(i); i++)
        features |= (uint64_t)godwit_feature_is_executable(i) << i;
    godwit_config_set(config, GODWIT_OPTION_FEATURES, features);
    godwit_config_set(config, GODWIT_OPTION_MEMORY, GODWIT_MEMORY_PACKED);
    godwit_config_set(config, GODWIT_OPTION_MAX_STACK, STACK_SIZE);
    *engine = wasm_engine_new_with_config(config);
    return *engine ? wasm_store_new(*engine) : NULL;
}

static wasm_func_t *
new_print(wasm_store_t *store, wasm_memory_t **memory)
{
    wasm_functype_t *type = wasm_functype_new_2_0(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new_with_env(store, type, on_print, memory,
                                               NULL);
    wasm_functype_delete(type);
    return func;
}

struct guest {
    const unsigned char *bytes;
    size_t size;
    const char *name; /* of the function to call */
    uint32_t argument;
    size_t imports; /* 1: the board's print */
};

static bool
call(wasm_instance_t *instance, const struct guest *guest, uint32_t *result)
{
    wasm_extern_t *run = godwit_instance_export(instance, guest->name);
    wasm_val_t arg = WASM_I32_VAL((int32_t)guest->argument);
    wasm_val_t out = WASM_INIT_VAL;
    wasm_val_vec_t args = { 1, &arg }, results = { 1, &out };
    wasm_trap_t *trap = NULL;
    bool good = run != NULL;
    if (good)
        trap = wasm_func_call(wasm_extern_as_func(run), &args, &results);
    if (trap) {
        print(godwit_trap_message(trap));
        print("\n");
        wasm_trap_delete(trap);
        good = false;
    }
    wasm_extern_delete(run);
    *result = (uint32_t)out.of.i32;
    return good;
}

/* The guest lies in flash and stays there. */
static bool
run_guest(const struct guest *guest, uint32_t *result)
{
    wasm_engine_t *engine;
    wasm_memory_t *memory = NULL;
    wasm_trap_t *trap = NULL;
    godwit_error_t *error = NULL;
    bool good = false;
    wasm_store_t *store = new_store(&engine);
    wasm_module_t *module = godwit_module_borrow(store, guest->bytes,
                                                 guest->size, &error);
    wasm_func_t *function = new_print(store, &memory);
    wasm_extern_t *import = wasm_func_as_extern(function);
    const wasm_extern_vec_t imports = { guest->imports, &import };
    wasm_instance_t *instance = error ? NULL
                                      : wasm_instance_new(store, module,
                                                          &imports, &trap);
    if (instance) {
        wasm_extern_t *exported = godwit_instance_export(instance, "memory");
        memory = wasm_extern_as_memory(exported);
        good = call(instance, guest, result);
        wasm_extern_delete(exported);
    }
    if (error || trap) {
        print(error ? godwit_error_message(error) : godwit_trap_message(trap));
        print("\n");
    }
    godwit_error_delete(error);
    wasm_trap_delete(trap);
    wasm_instance_delete(instance);
    wasm_func_delete(function);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return good;
}

static void
print_memory(void)
{
    print_line("  heap     ", board_heap_peak());
    print_line("  stack    ", board_stack_peak());
}

int
main(void)
{
    const struct guest guests[] = {
        { hello, sizeof(hello), "run", 0, 1 },
        { kernel, sizeof(kernel), "kernel_run", ROUNDS, 0 },
    };
    uint32_t result = 0, expected = kernel_run(ROUNDS);
    board_mark();
    bool good = run_guest(&guests[0], &result);
    print_memory();
    board_mark();
    good = run_guest(&guests[1], &result) && good;
    print_line("kernel     ", result);
    print_line("  natively ", expected);
    print_memory();
    print_line("flash      ", board_flash());
    print_line("variables  ", board_variables());
    good = good && result == expected;
    print(good ? "all is well\n" : "FAILED\n");
    return !good;
}
