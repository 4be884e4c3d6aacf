/*
 * Thread blocks of the threads proposal's scripts:
 *
 *     (thread $T (shared (module $M)) command…)   …   (wait $T)
 *
 * A thread is a script of its own, with a store of its own, on a thread of
 * the operating system.  Of the modules it shares it can import the shared
 * memories.  What it reports is kept until it is waited for, so that reports
 * come from one thread only.
 */
#include "script/script_run.h"

#include "os/os.h"

struct script_thread {
    struct script script;
    struct gw_span name;
    struct gw_os_thread thread;
    struct gw_diag diag;
    struct gw_script_result result;
    struct gw_buf reports; /* event, line, text with its NUL, … */
    bool ready, running;
};

static void
keep_report(void *env, enum gw_script_event event, uint32_t line,
            const char *message)
{
    struct script_thread *t = env;
    gw_buf_u8(&t->reports, (uint8_t)event);
    gw_buf_le(&t->reports, line, 4);
    gw_buf_bytes(&t->reports, gw_span(message, strlen(message) + 1));
}

static void
pass_reports(struct script *s, const struct script_thread *t)
{
    size_t at = 0;
    while (s->options.report && at < t->reports.size) {
        const uint8_t *data = t->reports.data + at;
        const char *message = (const char *)data + 5;
        uint32_t line = data[1] | (uint32_t)data[2] << 8 |
                        (uint32_t)data[3] << 16 | (uint32_t)data[4] << 24;
        s->options.report(s->options.env, (enum gw_script_event)data[0], line,
                          message);
        at += 5 + strlen(message) + 1;
    }
}

static void
run_thread(void *env)
{
    struct script_thread *t = env;
    script_run_all(&t->script);
}

/* Ends a thread and takes over what it counted. */
static void
join(struct script *s, struct script_thread *t)
{
    if (t->running)
        gw_os_thread_join(&t->thread);
    if (t->ready)
        script_fini(&t->script);
    pass_reports(s, t);
    if (t->diag.err != GW_OK)
        script_verdict(s, VERDICT_FAILED, "thread: %s (line %u)", t->diag.text,
                       (unsigned)t->diag.line);
    s->result->passed += t->result.passed;
    s->result->failed += t->result.failed;
    s->result->skipped += t->result.skipped;
    s->result->assertions += t->result.assertions;
    gw_buf_fini(&t->reports);
    gw_alloc_free(&s->engine->alloc, t, sizeof *t);
}

void
script_join_all(struct script *s)
{
    struct script_thread **threads = s->threads.data;
    for (size_t i = 0; i < s->threads.count; i++)
        join(s, threads[i]);
    s->threads.count = 0;
}

static struct script_thread *
new_thread(struct script *s)
{
    struct gw_alloc *alloc = &s->engine->alloc;
    struct script_thread *t = gw_alloc_zero(alloc, 1, sizeof *t);
    struct script_thread **slot = t ? gw_vec_push(&s->threads) : NULL;
    if (!slot) {
        gw_alloc_free(alloc, t, t ? sizeof *t : 0);
        gw_wat_nomem(&s->p);
        return NULL;
    }
    *slot = t;
    gw_diag_init(&t->diag);
    gw_buf_init(&t->reports, alloc);
    t->script.options = s->options;
    t->script.options.env = t;
    t->script.options.report = s->options.report ? keep_report : NULL;
    t->script.result = &t->result;
    t->script.is_thread = true;
    return t;
}

static struct gw_span
take_id(struct script *s)
{
    struct gw_span name = { NULL, 0 };
    if (s->p.token.kind != GW_TOK_ID) {
        gw_wat_unexpected(&s->p);
        return name;
    }
    name = gw_wat_id(&s->p, &s->p.token);
    gw_wat_advance(&s->p);
    return name;
}

/* (shared (module $M)), any number of them. */
static void
read_shared(struct script *s, struct script_thread *t)
{
    while (gw_wat_take_open(&s->p, "shared")) {
        if (!gw_wat_take_open(&s->p, "module"))
            gw_wat_unexpected(&s->p);
        struct gw_span name = take_id(s);
        gw_wat_expect(&s->p, GW_TOK_RPAR);
        gw_wat_expect(&s->p, GW_TOK_RPAR);
        if (s->p.lex.failed)
            return;
        struct script_instance *found = script_find_entry(s, name);
        script_add_foreign(&t->script, name, found ? found->instance : NULL);
    }
}

/* The text up to the parenthesis that closes the block, and goes behind. */
static struct gw_span
take_commands(struct script *s)
{
    struct gw_wat *p = &s->p;
    size_t start = p->token.start, end = start, depth = 1;
    while (depth > 0 && !p->lex.failed && p->token.kind != GW_TOK_EOF) {
        depth += p->token.kind == GW_TOK_LPAR;
        depth -= p->token.kind == GW_TOK_RPAR;
        end = p->token.start;
        gw_wat_advance(p);
    }
    if (depth > 0)
        gw_wat_unexpected(p);
    return gw_span(p->lex.text.data + start, end - start);
}

/* The line on which a part of the script's text begins. */
static uint32_t
line_of(const struct script *s, struct gw_span part)
{
    const uint8_t *text = s->p.lex.text.data;
    uint32_t line = s->line;
    for (const uint8_t *at = text + s->line_at; at < part.data; at++)
        line += *at == '\n';
    return line;
}

void
script_do_thread(struct script *s)
{
    struct gw_wat *p = &s->p;
    gw_wat_take_open(p, "thread");
    struct gw_span name = take_id(s);
    struct script_thread *t = s->is_thread ? NULL : new_thread(s);
    if (!t) {
        script_verdict(s, VERDICT_FAILED, "a thread cannot start threads");
        gw_wat_skip(p);
        return;
    }
    /* The child can be set up when its text is known; then the modules that
     * it shares, which stand before, are read. */
    size_t shared_at = p->token.start;
    while (gw_wat_take_open(p, "shared"))
        gw_wat_skip(p);
    struct gw_span text = take_commands(s);
    if (p->lex.failed)
        return;
    t->name = name;
    t->ready = true;
    if (script_init(&t->script, s->engine, text, &t->diag) != GW_OK)
        return;
    t->script.line = line_of(s, text);
    t->script.p.lex.base_line = t->script.line - 1;
    size_t behind = p->token.start;
    gw_wat_seek(p, shared_at);
    read_shared(s, t);
    gw_wat_seek(p, behind);
    t->running = gw_os_thread_start(&t->thread, run_thread, t, 0);
    if (t->running)
        script_passed(s);
    else
        script_verdict(s, VERDICT_FAILED, "cannot start a thread");
}

void
script_do_wait(struct script *s)
{
    gw_wat_take_open(&s->p, "wait");
    struct gw_span name = take_id(s);
    gw_wat_expect(&s->p, GW_TOK_RPAR);
    struct script_thread **threads = s->threads.data;
    for (size_t i = 0; i < s->threads.count && !s->p.lex.failed; i++) {
        struct script_thread *t = threads[i];
        if (!gw_span_equal(t->name, name))
            continue;
        threads[i] = threads[--s->threads.count];
        join(s, t);
        script_passed(s);
        return;
    }
    script_verdict(s, VERDICT_FAILED, "there is no such thread");
}
