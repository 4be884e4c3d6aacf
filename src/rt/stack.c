#include "rt/stack.h"

#include "wasm/limit.h"

#include <assert.h>

/* No guard pages: tiers compare before they grow a stack. */
static struct gw_stack *
make(struct gw_store *store)
{
    const uint64_t *limits = store->engine->decode.limits;
    uint64_t asked = limits[GW_LIMIT_CONT_STACK_BYTES];
    size_t page = gw_os_page_size();
    if (store->stack_count >= limits[GW_LIMIT_CONTINUATIONS] ||
        asked > PTRDIFF_MAX - (uint64_t)page)
        return NULL;
    size_t size = ((size_t)asked + page - 1) / page * page;
    struct gw_stack *stack = gw_alloc_zero(&store->alloc, 1, sizeof(*stack));
    uint8_t *start = stack ? gw_os_reserve(size) : NULL;
    if (!start || !gw_os_commit(start, size)) {
        if (start)
            gw_os_release(start, size);
        gw_alloc_free(&store->alloc, stack, sizeof(*stack));
        return NULL;
    }
    stack->store = store;
    stack->base = (union gw_slot *)(void *)start;
    stack->end = (union gw_slot *)(void *)(start + size);
    stack->older = store->stacks;
    store->stacks = stack;
    store->stack_count++;
    return stack;
}

static struct gw_stack *
reuse(struct gw_store *store)
{
    struct gw_stack *stack = store->spare_stacks;
    if (stack)
        store->spare_stacks = stack->spare;
    return stack;
}

/* Continuations that nobody will resume hold stacks, too. */
struct gw_stack *
gw_stack_new(struct gw_store *store)
{
    struct gw_stack *stack = reuse(store);
    if (!stack)
        stack = make(store);
    if (!stack) {
        gw_heap_collect(store);
        stack = reuse(store);
    }
    if (!stack)
        return NULL;
    stack->spare = stack->outer = NULL;
    stack->func = NULL;
    stack->runs = 0;
    stack->slot_top = stack->args = stack->base;
    stack->frame_top = stack->end;
    return stack;
}

static void
release(struct gw_stack *stack)
{
    assert(stack->runs == 0);
    stack->spare = stack->store->spare_stacks;
    stack->store->spare_stacks = stack;
}

void
gw_cont_drop(struct gw_cont *cont)
{
    struct gw_stack *stack = cont->stack, *last = cont->outermost;
    cont->stack = NULL;
    while (stack) {
        struct gw_stack *outer = stack == last ? NULL : stack->outer;
        release(stack);
        stack = outer;
    }
}

void
gw_stack_leave(struct gw_exec *exec)
{
    struct gw_stack *stack = exec->stack;
    exec->stack = stack->outer;
    exec->frame_top = stack->outer_frame_top;
    exec->slot_top = stack->outer_slot_top;
    release(stack);
}

void
gw_stack_drop_all(struct gw_store *store)
{
    while (store->stacks) {
        struct gw_stack *stack = store->stacks;
        store->stacks = stack->older;
        gw_os_release(stack->base,
                      (size_t)((uint8_t *)stack->end - (uint8_t *)stack->base));
        gw_alloc_free(&store->alloc, stack, sizeof(*stack));
    }
}
