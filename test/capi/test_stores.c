/* Stores: objects freed in any order, objects given to the wrong store. */
#include "capi/guest.h"

static const char guest[] =
    "(module (import \"\" \"f\" (func $f)) (memory (export \"m\") 1)"
    " (global (export \"g\") (mut externref) (ref.null extern))"
    " (table (export \"t\") 2 externref)"
    " (func (export \"run\") (call $f))"
    " (func (export \"id\") (param externref) (result externref)"
    "  (local.get 0)))";

static int ended;

static void
count_end(void *env)
{
    (void)env;
    ended++;
}

static wasm_trap_t *
nothing(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env, (void)args, (void)results;
    return NULL;
}

/* All kinds of handles of one store. */
struct handles {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasm_module_t *module;
    wasm_func_t *host;
    wasm_instance_t *instance;
    wasm_extern_vec_t exports;
    wasm_foreign_t *foreign;
    wasm_trap_t *trap;
};

static void
make(struct handles *h)
{
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_message_t message;
    h->engine = wasm_engine_new();
    h->store = wasm_store_new(h->engine);
    h->module = guest_module(h->store, guest);
    h->host = wasm_func_new_with_env(h->store, type, nothing, NULL, count_end);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = { wasm_func_as_extern(h->host) };
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    h->instance = wasm_instance_new(h->store, h->module, &imports, NULL);
    wasm_instance_exports(h->instance, &h->exports);
    h->foreign = wasm_foreign_new(h->store);
    wasm_foreign_set_host_info_with_finalizer(h->foreign, NULL, count_end);
    wasm_name_new_from_string_nt(&message, "made by the host");
    h->trap = wasm_trap_new(h->store, &message);
    wasm_name_delete(&message);
}

/* Deletes the k-th thing. */
static void
end(struct handles *h, unsigned k)
{
    switch (k) {
    case 0:
        wasm_engine_delete(h->engine);
        break;
    case 1:
        wasm_store_delete(h->store);
        break;
    case 2:
        wasm_module_delete(h->module);
        break;
    case 3:
        wasm_func_delete(h->host);
        break;
    case 4:
        wasm_instance_delete(h->instance);
        break;
    case 5:
        wasm_extern_vec_delete(&h->exports);
        break;
    case 6:
        wasm_foreign_delete(h->foreign);
        break;
    default:
        wasm_trap_delete(h->trap);
    }
}

enum { KINDS = 8 };

/* Every start of the circle, both ways round. */
static void
test_any_order(void)
{
    for (unsigned first = 0; first < KINDS; first++) {
        for (unsigned step = 1; step < KINDS; step += 2) {
            struct handles h;
            make(&h);
            ended = 0;
            for (unsigned i = 0; i < KINDS; i++)
                end(&h, (first + i * step) % KINDS);
            CHECK_EQ_U64(ended, 2);
        }
    }
}

/* A store's objects go on working when its own handle is gone. */
static void
test_store_outlived(void)
{
    struct handles h;
    make(&h);
    wasm_store_delete(h.store);
    wasm_engine_delete(h.engine);
    wasm_module_delete(h.module);
    CHECK(guest_call(h.instance, "run") == GODWIT_TRAP_NONE);
    wasm_func_delete(h.host);
    wasm_foreign_delete(h.foreign);
    wasm_trap_delete(h.trap);
    wasm_extern_vec_delete(&h.exports);
    CHECK(guest_call(h.instance, "run") == GODWIT_TRAP_NONE);
    wasm_instance_delete(h.instance);
}

/* What belongs to one store is an error in another, never a crash. */
static void
test_wrong_store(void)
{
    struct handles a, b;
    make(&a);
    make(&b);
    wasm_trap_t *trap;

    wasm_extern_t *externs[] = { wasm_func_as_extern(a.host) };
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    CHECK(!wasm_instance_new(b.store, b.module, &imports, &trap));
    CHECK_STR(godwit_trap_message(trap), "import 0 belongs to another store");
    wasm_trap_delete(trap);
    CHECK(!wasm_instance_new(b.store, a.module, &imports, &trap));
    wasm_trap_delete(trap);

    wasm_ref_t *ref = wasm_foreign_as_ref(a.foreign);
    wasm_func_t *id = guest_func(b.instance, "id");
    wasm_val_t in = WASM_REF_VAL(ref), out = WASM_INIT_VAL;
    CHECK(godwit_func_call(id, &in, 1, &out, 1, NULL) == GODWIT_TRAP_HOST);
    wasm_func_delete(id);

    wasm_global_t *global = wasm_extern_as_global(b.exports.data[1]);
    wasm_global_set(global, &in);
    wasm_global_get(global, &out);
    CHECK(out.of.ref == NULL);
    wasm_table_t *table = wasm_extern_as_table(b.exports.data[2]);
    CHECK(!wasm_table_set(table, 0, ref));
    CHECK(!wasm_table_grow(table, 1, ref));
    CHECK(!wasm_ref_same(ref, wasm_foreign_as_ref(b.foreign)));

    godwit_linker_t *linker = godwit_linker_new(b.store);
    godwit_error_t *error = godwit_linker_define(linker, "", "f",
                                                 wasm_func_as_extern_const(
                                                     a.host));
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    godwit_linker_delete(linker);
    for (unsigned i = 0; i < KINDS; i++) {
        end(&a, i);
        end(&b, KINDS - 1 - i);
    }
}

static void
test_wrong_imports(void)
{
    struct handles h;
    make(&h);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap;
    CHECK(!wasm_instance_new(h.store, h.module, &none, &trap));
    CHECK(trap && strstr(godwit_trap_message(trap), "unknown import"));
    wasm_trap_delete(trap);
    wasm_extern_vec_t memory = { 1, &h.exports.data[0] };
    CHECK(!wasm_instance_new(h.store, h.module, &memory, &trap));
    CHECK(trap && strstr(godwit_trap_message(trap), "incompatible import"));
    wasm_trap_delete(trap);
    CHECK(!wasm_instance_new(h.store, h.module, &h.exports, NULL));
    for (unsigned i = 0; i < KINDS; i++)
        end(&h, i);
}

int
main(void)
{
    test_any_order();
    test_store_outlived();
    test_wrong_store();
    test_wrong_imports();
    return CHECK_DONE();
}
