/* One module in several threads, each with a store of its own. */
#include "embed.h"

#include <pthread.h>

enum { THREADS = 4 };

static const char guest[] =
    "(module (func (export \"square\") (param i32) (result i32)"
    "  (i32.mul (local.get 0) (local.get 0))))";

struct job {
    wasm_engine_t *engine;
    const wasm_shared_module_t *shared;
    pthread_t thread;
    int32_t number, square;
};

static void *
run(void *env)
{
    struct job *job = env;
    wasm_store_t *store = wasm_store_new(job->engine);
    wasm_module_t *module = wasm_module_obtain(store, job->shared);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_instance_t *instance = wasm_instance_new(store, module, &none, NULL);
    job->square = embed_call(instance, "square",
                             (wasm_val_t)WASM_I32_VAL(job->number))
                      .of.i32;
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    return NULL;
}

int
main(void)
{
    struct job jobs[THREADS];
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = embed_module(store, guest);
    wasm_shared_module_t *shared = wasm_module_share(module);
    wasm_module_delete(module);
    wasm_store_delete(store);

    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){ .engine = engine,
                                .shared = shared,
                                .number = 10 + i };
        if (pthread_create(&jobs[i].thread, NULL, run, &jobs[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
        printf("%d * %d = %d\n", (int)jobs[i].number, (int)jobs[i].number,
               (int)jobs[i].square);
    }
    wasm_shared_module_delete(shared);
    wasm_engine_delete(engine);
    return 0;
}
