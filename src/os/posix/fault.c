/*
 * [DOC] Fault delivery.  One handler for SIGSEGV, SIGBUS, SIGILL and SIGTRAP
 * serves the whole process: dispositions have no smaller owner, which is why this file has
 * mutable globals.  They are written once, under pthread_once.
 *
 * The handler runs on an alternate stack, since a fault may mean that the
 * stack is used up.  It touches nothing but this thread's scope list.  A scope
 * is entered far more often than it is faulted into, so setjmp saves no signal
 * mask; the handler finds it in the interrupted context.  The kernel leaves
 * the mask alone for us (SA_NODEFER, nothing in sa_mask), but those who wrap
 * handlers, such as ThreadSanitizer or a virtual machine that chains to us,
 * call them with signals blocked.
 */
#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    SIGNAL_COUNT = 4,
    /* Our part of a stack: one handler and what `covers` calls. */
    STACK_NEED = 8 * 1024,
    /* Handlers of others that we chain to may print a backtrace. */
    STACK_SIZE = 128 * 1024
};

static const int signals[SIGNAL_COUNT] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP };

static struct {
    pthread_once_t once;
    bool installed;
    pthread_key_t key; /* its destructor takes a thread's stack away */
    struct sigaction previous[SIGNAL_COUNT];
} process = { .once = PTHREAD_ONCE_INIT };

/* The access model makes this reachable from a signal handler: the default
 * one of a shared library may allocate on first use. */
static _Thread_local struct {
    struct gw_os_fault_scope *innermost;
    bool ready;
    void *stack;   /* guard page and alternate stack, or NULL */
    stack_t outer; /* the one that was there before */
} thread __attribute__((tls_model("initial-exec")));

/* ---- the handler ---- */

static bool
sent_by_process(const siginfo_t *info)
{
#ifdef SI_TKILL
    if (info->si_code == SI_TKILL)
        return true;
#endif
    return info->si_code == SI_USER || info->si_code == SI_QUEUE;
}

static void
call_previous(const struct sigaction *previous, int signal, siginfo_t *info,
              void *context)
{
    sigset_t mask = previous->sa_mask, saved;
    if (!(previous->sa_flags & SA_NODEFER))
        sigaddset(&mask, signal);
    pthread_sigmask(SIG_BLOCK, &mask, &saved);
    if (previous->sa_flags & SA_SIGINFO)
        previous->sa_sigaction(signal, info, context);
    else
        previous->sa_handler(signal);
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
}

/* A fault that is ours.  A handler that may return to the faulting code (a
 * virtual machine around us, say) is called and ours stays; for all else the
 * previous disposition comes back and the faulting instruction, run again,
 * meets it. */
static void
pass_on(int signal, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    int i = 0;
    while (signals[i] != signal)
        i++;
    const struct sigaction *previous = &process.previous[i];
    bool is_function = (previous->sa_flags & SA_SIGINFO) ||
                       (previous->sa_handler != SIG_DFL &&
                        previous->sa_handler != SIG_IGN);
    if (is_function && !(previous->sa_flags & (int)SA_RESETHAND)) {
        call_previous(previous, signal, info, context);
    } else {
        sigaction(signal, previous, NULL);
        /* Nothing would come a second time. */
        if (sent_by_process(info))
            raise(signal);
    }
    errno = saved_errno;
}

_Noreturn static void
continue_at(struct gw_os_fault_scope *scope, const void *address,
            const ucontext_t *context)
{
    thread.innermost = scope->outer;
    scope->address = address;
    pthread_sigmask(SIG_SETMASK, &context->uc_sigmask, NULL);
    longjmp(scope->state, 1);
}

/* ---- interrupted code ---- */

#if defined(__linux__) && defined(__x86_64__)
#define PC(c) (c)->uc_mcontext.gregs[REG_RIP]
#define SP(c) (c)->uc_mcontext.gregs[REG_RSP]
#define FP(c) (c)->uc_mcontext.gregs[REG_RBP]
#define ARGUMENT(c) (c)->uc_mcontext.gregs[REG_RDI]
#define LINK(c) 0
#define WORD long long
/* Past the red zone, then as a call would leave it. */
#define BELOW(sp) (((sp) - 256) / 16 * 16 - 8)
#elif defined(__linux__) && defined(__aarch64__)
#define PC(c) (c)->uc_mcontext.pc
#define SP(c) (c)->uc_mcontext.sp
#define FP(c) (c)->uc_mcontext.regs[29]
#define ARGUMENT(c) (c)->uc_mcontext.regs[0]
#define LINK(c) (c)->uc_mcontext.regs[30]
#define WORD unsigned long long
#define BELOW(sp) (((sp) - 256) / 16 * 16)
#endif

#ifdef PC
static void
look(struct gw_os_registers *at, const ucontext_t *context)
{
    at->pc = (uintptr_t)PC(context);
    at->sp = (uintptr_t)SP(context);
    at->fp = (uintptr_t)FP(context);
    at->link = (uintptr_t)LINK(context);
}

static void
resume_at(struct gw_os_fault_scope *scope, ucontext_t *context)
{
    PC(context) = (WORD)(uintptr_t)scope->resume;
    SP(context) = (WORD)BELOW(scope->at.sp);
    ARGUMENT(context) = (WORD)(uintptr_t)scope->env;
}
#else
static void
look(struct gw_os_registers *at, const ucontext_t *context)
{
    (void)at, (void)context;
}

static void
resume_at(struct gw_os_fault_scope *scope, ucontext_t *context)
{
    (void)scope, (void)context;
}
#endif

bool
gw_os_fault_can_resume(void)
{
#ifdef PC
    return true;
#else
    return false;
#endif
}

static void
on_fault(int signal, siginfo_t *info, void *context)
{
    struct gw_os_fault_scope *scope = thread.innermost;
    if (scope && !sent_by_process(info)) {
        /* A fault of `covers` itself shall find no scope, not this one. */
        thread.innermost = NULL;
        look(&scope->at, context);
        if (scope->covers(scope->env, info->si_addr)) {
            if (!scope->resume)
                continue_at(scope, info->si_addr, context);
            thread.innermost = scope->outer;
            scope->address = info->si_addr;
            resume_at(scope, context);
            return;
        }
        thread.innermost = scope;
    }
    pass_on(signal, info, context);
}

/* ---- setting up ---- */

/* Runs when a thread ends; should a later destructor need the handler again,
 * the thread is set up again. */
static void
drop_stack(void *value)
{
    stack_t now;
    (void)value;
    if (!thread.stack)
        return;
    uint8_t *base = (uint8_t *)thread.stack + gw_os_page_size();
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == base)
        sigaltstack(&thread.outer, NULL);
    munmap(thread.stack, gw_os_page_size() + STACK_SIZE);
    thread.stack = NULL;
    thread.ready = false;
}

static void
install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    if (pthread_key_create(&process.key, drop_stack) != 0)
        return;
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        /* Asked before ours is there: it may be needed at once. */
        if (sigaction(signals[i], NULL, &process.previous[i]) != 0 ||
            sigaction(signals[i], &action, NULL) != 0)
            return;
    }
    process.installed = true;
}

/* The kernel's part of a stack depends on the processor's registers. */
static size_t
stack_need(void)
{
    long need = (long)MINSIGSTKSZ;
#ifdef _SC_MINSIGSTKSZ
    long asked = sysconf(_SC_MINSIGSTKSZ);
    if (asked > need)
        need = asked;
#endif
    return (size_t)need + STACK_NEED;
}

static bool
provide_stack(void)
{
    stack_t now;
    if (sigaltstack(NULL, &now) != 0)
        return false;
    /* Sanitizers and language runtimes bring one, and expect to find it. */
    if (!(now.ss_flags & SS_DISABLE) && now.ss_size >= stack_need())
        return true;
    size_t guard = gw_os_page_size();
    uint8_t *base = gw_os_reserve(guard + STACK_SIZE);
    if (!base)
        return false;
    stack_t own = { .ss_sp = base + guard, .ss_size = STACK_SIZE };
    if (!gw_os_commit(base + guard, STACK_SIZE) ||
        pthread_setspecific(process.key, base) != 0 ||
        sigaltstack(&own, &thread.outer) != 0) {
        pthread_setspecific(process.key, NULL);
        gw_os_release(base, guard + STACK_SIZE);
        return false;
    }
    thread.stack = base;
    return true;
}

bool
gw_os_fault_setup(void)
{
    if (!thread.ready) {
        pthread_once(&process.once, install);
        thread.ready = process.installed && provide_stack();
    }
    return thread.ready;
}

/* ---- scopes ---- */

void
gw_os_fault_push(struct gw_os_fault_scope *scope,
                 bool (*covers)(void *env, const void *address), void *env)
{
    if (!thread.ready)
        gw_os_fault_setup();
    scope->outer = thread.innermost;
    scope->covers = covers;
    scope->env = env;
    scope->address = NULL;
    scope->resume = NULL;
    memset(&scope->at, 0, sizeof(scope->at));
    /* The handler must not see the scope before its fields. */
    atomic_signal_fence(memory_order_release);
    thread.innermost = scope;
}

void
gw_os_fault_leave(struct gw_os_fault_scope *scope)
{
    atomic_signal_fence(memory_order_release);
    thread.innermost = scope->outer;
}
