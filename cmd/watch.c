#define _POSIX_C_SOURCE 200809L
#include "watch.h"
#include "cmd.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_NS = 300000000 };

struct cmd_watch {
    wasm_store_t *store;
    pthread_t thread;
    sigset_t signals, before;
    atomic_bool over;
};

/* A second signal is how the watch is told that the guest has ended. */
static void *
watch(void *env)
{
    struct cmd_watch *self = env;
    const struct timespec grace = { 0, GRACE_NS };
    static const char said[] = "godwit: interrupted\n";
    int signal_number;

    if (sigwait(&self->signals, &signal_number) != 0 ||
        atomic_load(&self->over))
        return NULL;
    godwit_store_interrupt(self->store);
    sigtimedwait(&self->signals, NULL, &grace);
    if (atomic_load(&self->over))
        return NULL;
    if (write(STDERR_FILENO, said, sizeof(said) - 1) < 0)
        _exit(CMD_EXIT_INTERRUPTED);
    _exit(CMD_EXIT_INTERRUPTED);
}

/* Who started us may have chosen to ignore interrupts. */
static bool
is_ignored(void)
{
    struct sigaction action;
    return sigaction(SIGINT, NULL, &action) == 0 &&
           action.sa_handler == SIG_IGN;
}

struct cmd_watch *
cmd_watch_start(wasm_store_t *store)
{
    struct cmd_watch *self = is_ignored() ? NULL : calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->store = store;
    atomic_init(&self->over, false);
    sigemptyset(&self->signals);
    sigaddset(&self->signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &self->signals, &self->before);
    if (pthread_create(&self->thread, NULL, watch, self) == 0)
        return self;
    pthread_sigmask(SIG_SETMASK, &self->before, NULL);
    free(self);
    return NULL;
}

void
cmd_watch_stop(struct cmd_watch *self)
{
    if (!self)
        return;
    atomic_store(&self->over, true);
    pthread_kill(self->thread, SIGINT);
    pthread_join(self->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &self->before, NULL);
    free(self);
}
