/*
 * What the tests of src/rt share: modules written byte by byte, an allocator
 * hook that counts and fails on demand, and a tier of a few operators.
 */
#ifndef GW_TEST_UNIT_TEST_RT_H
#define GW_TEST_UNIT_TEST_RT_H

#include "check.h"
#include "rt/tier.h"
#include "wasm/op_read.h"

#include <stdlib.h>

/* ---- modules ---- */

struct bytes {
    uint8_t data[8192];
    size_t size;
};

static inline void
put_bytes(struct bytes *to, const uint8_t *data, size_t size)
{
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static inline void
put_size(struct bytes *to, size_t value)
{
    do {
        uint8_t low = value & 0x7f;
        value >>= 7;
        to->data[to->size++] = (uint8_t)(low | (value ? 0x80 : 0));
    } while (value);
}

static inline void
begin_module(struct bytes *module)
{
    static const uint8_t head[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    module->size = 0;
    put_bytes(module, head, sizeof(head));
}

static inline void
put_section(struct bytes *module, uint8_t id, const uint8_t *data, size_t size)
{
    module->data[module->size++] = id;
    put_size(module, size);
    put_bytes(module, data, size);
}

/* A section, or a function body in a struct bytes, from its bytes. */
#define SECTION(module, id, ...)                                  \
    put_section((module), (id), (const uint8_t[]){ __VA_ARGS__ }, \
                sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define BYTES(to, ...)                                \
    put_bytes((to), (const uint8_t[]){ __VA_ARGS__ }, \
              sizeof((const uint8_t[]){ __VA_ARGS__ }))

enum { I32 = 0x7f, I64 = 0x7e, FUNCREF = 0x70, EXTERNREF = 0x6f };

/* ---- a hook that counts ---- */

struct hook {
    size_t live;    /* bytes not given back */
    uint64_t count; /* requests for more */
    uint64_t fail;  /* the request, from 1, that fails; 0: none */
};

static inline void *
hook_resize(void *env, void *old, size_t old_size, size_t new_size)
{
    struct hook *hook = env;
    if (new_size == 0) {
        hook->live -= old_size;
        free(old);
        return NULL;
    }
    if (new_size > old_size && ++hook->count == hook->fail)
        return NULL;
    void *block = realloc(old, new_size);
    if (block)
        hook->live += new_size - old_size;
    return block;
}

/* ---- a tier of a few operators ---- */

/* Records lie at the high end of the guest stack, slots at its low end; the
 * oldest record's older is the end of the stack. */
struct fake_record {
    struct fake_record *older;
    struct gw_funcinst *func;
    uint32_t offset;
};

enum { FAKE_SLOTS = 32 };

struct fake_frame {
    struct gw_exec *exec;
    struct gw_funcinst *func;
    union gw_slot *slots; /* parameters, then operands */
    uint32_t top;
};

static enum gw_trap fake_run(struct gw_exec *exec, struct gw_funcinst *func,
                             union gw_slot *args);

static inline enum gw_trap
fake_call(struct fake_frame *frame, uint32_t index)
{
    struct gw_instance *instance = frame->func->instance;
    struct gw_funcinst *func = instance->ctx.funcs[index];
    enum gw_trap trap;
    frame->top -= func->type->param_slots;
    union gw_slot *args = &frame->slots[frame->top];
    if (func->instance) {
        trap = fake_run(frame->exec, func, args);
    } else {
        struct gw_call call = { frame->exec, instance, func->store };
        trap = func->host(func->env, &call, args);
    }
    frame->top += func->type->result_slots;
    return trap;
}

/* A loop here is one that never ends: it polls until there is a reason. */
static inline enum gw_trap
fake_loop(struct fake_frame *frame)
{
    struct gw_instance *instance = frame->func->instance;
    enum gw_trap trap = GW_TRAP_NONE;
    while (trap == GW_TRAP_NONE) {
        if (atomic_load(&instance->ctx.poll))
            trap = gw_exec_poll(frame->exec, instance);
        else
            gw_os_yield();
    }
    return trap;
}

static inline enum gw_trap
fake_step(struct fake_frame *frame, enum gw_op op, const struct gw_imm *imm)
{
    switch (op) {
    case GW_OP_UNREACHABLE:
        return GW_TRAP_UNREACHABLE;
    case GW_OP_I32_CONST:
        frame->slots[frame->top].u64 = 0;
        frame->slots[frame->top++].i32 = imm->u.i32;
        return GW_TRAP_NONE;
    case GW_OP_LOCAL_GET:
        frame->slots[frame->top++] = frame->slots[imm->a];
        return GW_TRAP_NONE;
    case GW_OP_DROP:
        frame->top--;
        return GW_TRAP_NONE;
    case GW_OP_I32_ADD:
        frame->top--;
        frame->slots[frame->top - 1].u32 += frame->slots[frame->top].u32;
        return GW_TRAP_NONE;
    case GW_OP_GLOBAL_SET:
        frame->func->instance->ctx.globals[imm->a][0] =
            frame->slots[--frame->top];
        return GW_TRAP_NONE;
    case GW_OP_CALL:
        return fake_call(frame, imm->a);
    case GW_OP_LOOP:
        return fake_loop(frame);
    case GW_OP_BR_IF: /* leaves the function */
        return GW_TRAP_NONE;
    default:
        return GW_TRAP_HOST;
    }
}

static enum gw_trap
fake_body(struct fake_frame *frame, struct fake_record *record)
{
    const struct gw_module *module = frame->func->instance->program->module;
    const struct gw_func *func = &module->funcs[frame->func->index];
    struct gw_reader reader;
    struct gw_diag diag;
    gw_diag_init(&diag);
    /* The one byte says that there are no locals. */
    gw_reader_init(&reader,
                   gw_span(module->bytes.data + func->offset + 1,
                           func->size - 1),
                   func->offset + 1, &diag);
    for (;;) {
        enum gw_op op;
        struct gw_imm imm;
        record->offset = (uint32_t)gw_reader_offset(&reader, reader.at);
        if (!gw_op_read(&reader, &module->types, &op, &imm))
            return GW_TRAP_HOST;
        if (op == GW_OP_END)
            return GW_TRAP_NONE;
        enum gw_trap trap = fake_step(frame, op, &imm);
        if (trap != GW_TRAP_NONE)
            return trap;
        if (op == GW_OP_BR_IF && frame->slots[--frame->top].u32 != 0)
            return GW_TRAP_NONE;
    }
}

/* After a trap the records stay until gw_func_call has reported it. */
static enum gw_trap
fake_run(struct gw_exec *exec, struct gw_funcinst *func, union gw_slot *args)
{
    struct fake_frame frame = { exec, func, exec->slot_top, 0 };
    struct fake_record *older = exec->frame_top, *record = older - 1;
    if ((char *)(frame.slots + FAKE_SLOTS) > (char *)record)
        return GW_TRAP_STACK_EXHAUSTED;
    frame.top = func->type->param_slots;
    memcpy(frame.slots, args, frame.top * sizeof(*args));
    *record = (struct fake_record){ older, func, 0 };
    exec->frame_top = record;
    exec->slot_top = frame.slots + FAKE_SLOTS;
    enum gw_trap trap = fake_body(&frame, record);
    if (trap != GW_TRAP_NONE)
        return trap;
    uint32_t results = func->type->result_slots;
    memcpy(args, &frame.slots[frame.top - results], results * sizeof(*args));
    exec->frame_top = older;
    exec->slot_top = frame.slots;
    return GW_TRAP_NONE;
}

static inline void
fake_walk(struct gw_exec *exec, uint32_t exact_count,
          bool (*visit)(void *env, const struct gw_trace_frame *frame),
          void *env)
{
    struct fake_record *record = exec->frame_top;
    (void)exact_count;
    while ((void *)record != (void *)exec->stack_end) {
        struct gw_trace_frame frame = {
            record->func->instance->program->module,
            record->func->instance,
            record->func->index,
            record->offset,
        };
        if (!visit(env, &frame))
            return;
        record = record->older;
    }
}

static inline const void *
fake_entry(const struct gw_funcinst *func)
{
    return func;
}

static inline void
fake_free_code(struct gw_program *program, void *code)
{
    (void)program;
    (void)code;
}

static const struct gw_tier fake_tier = {
    .name = "fake",
    .entry = fake_entry,
    .call = fake_run,
    .free_code = fake_free_code,
    .walk = fake_walk,
};

/* ---- shorthands ---- */

struct world {
    struct hook hook;
    struct gw_config config;
    struct gw_engine *engine;
    struct gw_store *store;
    struct gw_diag diag;
};

/* Call gw_config_init and set options on world->config first. */
static inline bool
world_open(struct world *world)
{
    world->hook = (struct hook){ 0 };
    gw_diag_init(&world->diag);
    world->engine = gw_engine_new(&world->config, &fake_tier, hook_resize,
                                  &world->hook);
    world->store = world->engine ? gw_store_new(world->engine) : NULL;
    return CHECK(world->store != NULL);
}

static inline void
world_close(struct world *world)
{
    gw_store_unref(world->store);
    gw_engine_unref(world->engine);
    CHECK_EQ_U64(world->hook.live, 0);
}

/* A program of module, which must outlive the world; NULL after a failure,
 * which is printed. */
static inline struct gw_program *
world_program(struct world *world, const struct bytes *module)
{
    struct gw_program *program = NULL;
    gw_diag_init(&world->diag);
    enum gw_err err = gw_program_new(world->engine,
                                     gw_span(module->data, module->size), NULL,
                                     NULL, &world->diag, &program);
    if (!CHECK_EQ_U64(err, GW_OK))
        printf("    %s at 0x%" PRIx64 "\n", world->diag.text,
               world->diag.offset);
    return err == GW_OK ? program : NULL;
}

/* Makes an instance; the program's reference goes to it alone. */
static inline enum gw_err
world_instance(struct world *world, const struct bytes *module,
               const struct gw_externval *imports, uint32_t count,
               struct gw_instance **out)
{
    struct gw_program *program = world_program(world, module);
    *out = NULL;
    if (!program)
        return GW_ERR_MALFORMED;
    gw_diag_init(&world->diag);
    enum gw_err err = gw_instance_new(world->store, program, imports, count,
                                      &world->diag, out);
    gw_program_unref(program);
    return err;
}

#endif
