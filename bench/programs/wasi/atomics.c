/* Eight threads add to one counter, a million times each. */
enum { THREADS = 8, ROUNDS = 1000000 };

static int counter, ended;

static void
work(void)
{
    for (int i = 0; i < ROUNDS; i++)
        __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

#ifdef __wasm__
/* No C library: nothing here may need a stack, of which there is one. */
__attribute__((import_module("wasi"), import_name("thread-spawn"))) int
thread_spawn(void *env);
__attribute__((import_module("wasi_snapshot_preview1"),
               import_name("proc_exit"))) _Noreturn void
proc_exit(int code);

__attribute__((export_name("wasi_thread_start"))) void
wasi_thread_start(int id, void *env)
{
    (void)id, (void)env;
    work();
}

__attribute__((export_name("_start"))) void
_start(void)
{
    for (int i = 0; i < THREADS; i++)
        if (thread_spawn(0) < 0)
            proc_exit(1);
    int seen;
    while ((seen = __atomic_load_n(&ended, __ATOMIC_SEQ_CST)) < THREADS)
        __builtin_wasm_memory_atomic_wait32(&ended, seen, 1000000);
    proc_exit(counter != THREADS * ROUNDS);
}
#else
#include <pthread.h>

static void *
start(void *env)
{
    work();
    return env;
}

int
main(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], 0, start, 0) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], 0);
    return counter != THREADS * ROUNDS;
}
#endif
