#include "script/script.h"

#include "script/script_run.h"

#include <assert.h>
#include <stdio.h>

/* ---- verdicts --------------------------------------------------------------- */

static void
report(struct script *s, enum gw_script_event event, const char *format,
       va_list args)
{
    char text[MESSAGE_SIZE];
    if (!s->options.report)
        return;
    vsnprintf(text, sizeof text, format, args);
    s->options.report(s->options.env, event, s->line, text);
}

void
script_verdict(struct script *s, enum verdict verdict, const char *format, ...)
{
    if (s->verdict != VERDICT_NONE)
        return;
    s->verdict = verdict;
    va_list args;
    va_start(args, format);
    if (verdict == VERDICT_FAILED)
        report(s, GW_SCRIPT_FAILED, format, args);
    else if (verdict == VERDICT_SKIPPED)
        report(s, GW_SCRIPT_SKIPPED, format, args);
    va_end(args);
}

void
script_passed(struct script *s)
{
    if (s->verdict == VERDICT_NONE)
        s->verdict = VERDICT_PASSED;
}

void
script_note(struct script *s, const char *format, ...)
{
    va_list args;
    if (!s->options.notes)
        return;
    va_start(args, format);
    report(s, GW_SCRIPT_NOTE, format, args);
    va_end(args);
}

/* ---- messages ---------------------------------------------------------------- */

static struct gw_span
take_message(struct script *s)
{
    return script_keep(s, gw_wat_string(&s->p));
}

/* Does one text begin with the other?  The suite's messages leave out detail
 * that ours have, or add what ours have not. */
static bool
agrees(const char *ours, struct gw_span wanted)
{
    size_t size = strlen(ours);
    if (size > wanted.size)
        size = wanted.size;
    return memcmp(ours, wanted.data, size) == 0;
}

static void
compare_message(struct script *s, const char *ours, struct gw_span wanted)
{
    if (!agrees(ours, wanted))
        script_note(s, "message is \"%s\", the suite's \"%.*s\"", ours,
                    (int)wanted.size, (const char *)wanted.data);
}

/* ---- actions ----------------------------------------------------------------- */

/* How an action went. */
struct outcome {
    bool done; /* false: there is a verdict already */
    enum gw_trap trap;
    const union gw_slot *values;
    const gw_valtype *types;
    uint32_t count;
};

static bool
args_fit(struct script *s, const struct gw_functype *type)
{
    const gw_valtype *types = s->types.data;
    if (type->param_count != s->types.count)
        return false;
    for (uint32_t i = 0; i < type->param_count; i++) {
        gw_valtype param = type->params[i];
        if (gw_type_is_ref(param) ? types[i] != GW_REF : types[i] != param)
            return false;
    }
    return true;
}

static void
invoke(struct script *s, struct gw_funcinst *func, struct outcome *out)
{
    const struct gw_functype *type = func->type;
    if (!args_fit(s, type)) {
        script_verdict(s, VERDICT_FAILED, "arguments do not fit");
        return;
    }
    size_t room = type->result_slots + 1;
    if (room > s->args.count &&
        !gw_vec_push_n(&s->args, room - s->args.count)) {
        gw_wat_nomem(&s->p);
        return;
    }
    out->done = true;
    out->trap = gw_func_call(func, s->args.data);
    out->values = s->args.data;
    out->types = type->results;
    out->count = type->result_count;
}

static void
get(struct gw_globalinst *global, struct outcome *out)
{
    out->done = true;
    out->values = global->value;
    out->types = &global->type.type;
    out->count = 1;
}

static bool
at_action(struct script *s)
{
    return gw_wat_at_open(&s->p, "invoke") || gw_wat_at_open(&s->p, "get");
}

/* Reads and runs (invoke …) or (get …). */
static struct outcome
run_action(struct script *s)
{
    struct outcome out = { 0 };
    struct gw_wat *p = &s->p;
    struct gw_span id = { NULL, 0 };
    bool is_get = gw_wat_take_open(p, "get");
    if (!is_get && !gw_wat_take_open(p, "invoke"))
        gw_wat_unexpected(p);
    if (p->token.kind == GW_TOK_ID) {
        id = gw_wat_id(p, &p->token);
        gw_wat_advance(p);
    }
    struct gw_span name = script_keep(s, gw_wat_name(p));
    script_read_args(s);
    gw_wat_expect(p, GW_TOK_RPAR);
    if (p->lex.failed)
        return out;
    struct gw_instance *instance = script_find(s, id);
    struct gw_externval value;
    if (!instance)
        return out;
    if (!gw_instance_export(instance, name, &value))
        script_verdict(s, VERDICT_FAILED, "there is no export \"%.*s\"",
                       (int)name.size, (const char *)name.data);
    else if (is_get && value.kind == GW_EXTERN_GLOBAL)
        get(value.of.global, &out);
    else if (!is_get && value.kind == GW_EXTERN_FUNC)
        invoke(s, value.of.func, &out);
    else
        script_verdict(s, VERDICT_FAILED, "export is of another kind");
    return out;
}

static void
do_action(struct script *s)
{
    struct outcome out = run_action(s);
    if (out.done && out.trap != GW_TRAP_NONE)
        script_verdict(s, VERDICT_FAILED, "trapped: %s",
                       gw_store_trap(s->store)->text);
    script_passed(s);
}

/* ---- assertions about actions ---------------------------------------------------- */

static void
assert_return(struct script *s, const char *word)
{
    (void)word;
    struct outcome out = run_action(s);
    script_read_wants(s);
    if (s->p.lex.failed || !out.done)
        return;
    if (out.trap != GW_TRAP_NONE)
        script_verdict(s, VERDICT_FAILED, "trapped: %s",
                       gw_store_trap(s->store)->text);
    else
        script_compare(s, out.values, out.types, out.count);
}

/* The trap that a call or an instantiation ended in must be the one wanted. */
static void
check_trap(struct script *s, enum gw_trap trap, struct gw_span wanted)
{
    const char *text = gw_store_trap(s->store)->text;
    if (trap == GW_TRAP_NONE)
        script_verdict(s, VERDICT_FAILED, "did not trap; want \"%.*s\"",
                       (int)wanted.size, (const char *)wanted.data);
    else if (!agrees(text, wanted) && !agrees(gw_trap_text(trap), wanted))
        script_verdict(s, VERDICT_FAILED, "trapped: %s; want \"%.*s\"", text,
                       (int)wanted.size, (const char *)wanted.data);
    else
        script_passed(s);
}

static void
assert_module_trap(struct script *s)
{
    struct script_module m = script_read_module(s);
    struct gw_span wanted = take_message(s);
    struct gw_program *program = NULL;
    struct gw_instance *instance;
    struct gw_diag diag;
    if (s->p.lex.failed)
        return;
    gw_diag_init(&diag);
    enum gw_err err = script_load(s, &m, &diag, &program);
    if (err == GW_OK) {
        err = script_instantiate(s, program, &diag, &instance);
        gw_program_unref(program);
    }
    if (err == GW_ERR_TRAP)
        check_trap(s, gw_store_trap(s->store)->trap, wanted);
    else if (err == GW_ERR_UNSUPPORTED)
        script_verdict(s, VERDICT_SKIPPED, "%s", diag.text);
    else
        script_verdict(s, VERDICT_FAILED, "did not trap: %s", diag.text);
}

static void
assert_trap(struct script *s, const char *word)
{
    (void)word;
    if (!at_action(s)) {
        assert_module_trap(s);
        return;
    }
    struct outcome out = run_action(s);
    struct gw_span wanted = take_message(s);
    if (!s->p.lex.failed && out.done)
        check_trap(s, out.trap, wanted);
}

static void
assert_exception(struct script *s, const char *word)
{
    (void)word;
    struct outcome out = run_action(s);
    if (!s->p.lex.failed && out.done)
        check_trap(s, out.trap, gw_span_str("uncaught exception"));
}

/* ---- assertions about modules ----------------------------------------------------- */

static bool
ends_with(struct gw_span text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size &&
           memcmp(text.data + text.size - size, end, size) == 0;
}

/* Loading must fail.  What the grammar of an older text refused (a limit that
 * does not fit 32 bits) may be refused by validation now, and what belongs to
 * a feature that is off is both: not known and not allowed. */
static void
assert_refused(struct script *s, const char *word)
{
    struct script_module m = script_read_module(s);
    struct gw_span wanted = take_message(s);
    struct gw_diag diag;
    if (s->p.lex.failed)
        return;
    gw_diag_init(&diag);
    enum gw_err err = script_check(s, &m, &diag);
    bool off = err == GW_ERR_UNSUPPORTED;
    bool invalid = err == GW_ERR_INVALID || err == GW_ERR_LIMIT || off;
    bool malformed = err == GW_ERR_SYNTAX || err == GW_ERR_MALFORMED || off;
    bool want_invalid = strncmp(word, "assert_invalid", 14) == 0;
    bool moved = ends_with(wanted, "constant out of range");
    if (err == GW_OK)
        script_verdict(s, VERDICT_FAILED, "accepted; want \"%.*s\"",
                       (int)wanted.size, (const char *)wanted.data);
    else if (want_invalid ? !invalid : !malformed && !(invalid && moved))
        script_verdict(s, VERDICT_FAILED, "%s: %s; want %s \"%.*s\"",
                       gw_err_text(err), diag.text, word + 7, (int)wanted.size,
                       (const char *)wanted.data);
    else
        compare_message(s, diag.text, wanted);
    script_passed(s);
}

static void
assert_unlinkable(struct script *s, const char *word)
{
    struct script_module m = script_read_module(s);
    struct gw_span wanted = take_message(s);
    struct gw_program *program = NULL;
    struct gw_instance *instance;
    struct gw_diag diag;
    (void)word;
    if (s->p.lex.failed)
        return;
    gw_diag_init(&diag);
    enum gw_err err = script_load(s, &m, &diag, &program);
    if (err == GW_OK) {
        err = script_instantiate(s, program, &diag, &instance);
        gw_program_unref(program);
    }
    if (err == GW_ERR_UNSUPPORTED) {
        script_verdict(s, VERDICT_SKIPPED, "%s", diag.text);
    } else if (err != GW_ERR_UNLINKABLE) {
        script_verdict(s, VERDICT_FAILED, "was linked or failed else: %s",
                       err == GW_OK ? "linked" : diag.text);
    } else {
        compare_message(s, diag.text, wanted);
        script_passed(s);
    }
}

/* ---- commands ---------------------------------------------------------------------- */

static const struct {
    const char *word;
    void (*run)(struct script *s, const char *word);
} assertions[] = {
    { "assert_return", assert_return },
    { "assert_trap", assert_trap },
    { "assert_exhaustion", assert_trap },
    { "assert_suspension", assert_trap },
    { "assert_uninstantiable", assert_trap },
    { "assert_exception", assert_exception },
    { "assert_invalid", assert_refused },
    { "assert_invalid_custom", assert_refused },
    { "assert_malformed", assert_refused },
    { "assert_malformed_custom", assert_refused },
    { "assert_unlinkable", assert_unlinkable },
};

/* Moves the line count on to the current token. */
static void
count_lines(struct script *s)
{
    const uint8_t *text = s->p.lex.text.data;
    for (; s->line_at < s->p.token.start; s->line_at++)
        s->line += text[s->line_at] == '\n';
}

static void
count_verdict(struct script *s)
{
    /* A command without a verdict was cut short by a failure to read. */
    if (s->verdict == VERDICT_PASSED)
        s->result->passed++;
    else if (s->verdict == VERDICT_SKIPPED)
        s->result->skipped++;
    else
        s->result->failed++;
}

static bool
run_assertion(struct script *s)
{
    for (size_t i = 0; i < sizeof assertions / sizeof assertions[0]; i++) {
        if (!gw_wat_take_open(&s->p, assertions[i].word))
            continue;
        s->result->assertions++;
        assertions[i].run(s, assertions[i].word);
        gw_wat_expect(&s->p, GW_TOK_RPAR);
        return true;
    }
    return false;
}

static void
run_command(struct script *s)
{
    struct gw_wat *p = &s->p;
    count_lines(s);
    s->verdict = VERDICT_NONE;
    if (run_assertion(s)) {
        count_verdict(s);
        return;
    }
    if (gw_wat_at_open(p, "module"))
        script_do_module(s);
    else if (gw_wat_at_open(p, "register"))
        script_do_register(s);
    else if (at_action(s))
        do_action(s);
    else if (gw_wat_at_open(p, "thread"))
        script_do_thread(s);
    else if (gw_wat_at_open(p, "wait"))
        script_do_wait(s);
    else
        gw_wat_unexpected(p);
    count_verdict(s);
}

/* A script may also be the fields of one module. */
static bool
is_bare_module(struct script *s)
{
    static const char *const words[] = { "type",  "rec",    "import", "func",
                                         "table", "memory", "global", "export",
                                         "start", "elem",   "data",   "tag" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (gw_wat_at_open(&s->p, words[i]))
            return true;
    }
    return false;
}

static void
run_bare_module(struct script *s)
{
    struct script_module m = { .text = s->p.lex.text };
    struct gw_program *program = NULL;
    struct gw_instance *instance;
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = script_load(s, &m, &diag, &program);
    if (err == GW_OK) {
        err = script_instantiate(s, program, &diag, &instance);
        gw_program_unref(program);
    }
    s->verdict = VERDICT_NONE;
    if (err == GW_ERR_UNSUPPORTED)
        script_verdict(s, VERDICT_SKIPPED, "%s", diag.text);
    else if (err != GW_OK)
        script_verdict(s, VERDICT_FAILED, "%s", diag.text);
    script_passed(s);
    count_verdict(s);
}

void
script_run_all(struct script *s)
{
    if (is_bare_module(s)) {
        run_bare_module(s);
        return;
    }
    while (!s->p.lex.failed && s->p.token.kind != GW_TOK_EOF)
        run_command(s);
}

/* ---- beginning and end ---------------------------------------------------------------- */

void
script_fini(struct script *s)
{
    const struct script_program *programs = s->programs.data;
    const struct script_host *hosts = s->hosts.data;
    script_join_all(s);
    for (size_t i = 0; i < s->hosts.count; i++)
        gw_root_delete(s->store, hosts[i].root);
    if (s->store)
        gw_store_unref(s->store);
    for (size_t i = 0; i < s->programs.count; i++)
        gw_program_unref(programs[i].program);
    struct gw_vec *vecs[] = { &s->instances, &s->registered, &s->programs,
                              &s->hosts,     &s->wants,      &s->args,
                              &s->types,     &s->threads };
    for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++)
        gw_vec_fini(vecs[i]);
    gw_wat_fini(&s->p);
}

enum gw_err
script_init(struct script *s, struct gw_engine *engine, struct gw_span text,
            struct gw_diag *diag)
{
    struct gw_alloc *alloc = &engine->alloc;
    s->engine = engine;
    gw_vec_init(&s->instances, alloc, sizeof(struct script_instance));
    gw_vec_init(&s->registered, alloc, sizeof(struct script_instance));
    gw_vec_init(&s->programs, alloc, sizeof(struct script_program));
    gw_vec_init(&s->hosts, alloc, sizeof(struct script_host));
    gw_vec_init(&s->args, alloc, sizeof(union gw_slot));
    gw_vec_init(&s->types, alloc, sizeof(gw_valtype));
    gw_vec_init(&s->threads, alloc, sizeof(struct script_thread *));
    script_init_wants(s, alloc);
    s->line = 1;
    if (!gw_wat_init(&s->p, text, NULL, alloc, diag))
        return diag->err;
    /* Annotations belong to the modules, which are read again. */
    s->p.scanning = true;
    s->store = gw_store_new(engine);
    if (!s->store || script_make_spectest(s) != GW_OK)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "cannot make a store");
    return GW_OK;
}

enum gw_err
gw_script_run(struct gw_engine *engine, struct gw_span text,
              const struct gw_script_options *options, struct gw_diag *diag,
              struct gw_script_result *result)
{
    struct gw_diag own;
    struct script *s = gw_alloc_zero(&engine->alloc, 1, sizeof *s);
    memset(result, 0, sizeof *result);
    gw_diag_init(&own);
    if (!s)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory");
    s->result = result;
    if (options)
        s->options = *options;
    enum gw_err err = script_init(s, engine, text, &own);
    if (err == GW_OK) {
        script_run_all(s);
        err = own.err;
    }
    script_fini(s);
    gw_alloc_free(&engine->alloc, s, sizeof *s);
    if (err != GW_OK && diag && diag->err == GW_OK)
        *diag = own;
    return err;
}
