/*
 * A running script, inside.
 *
 * Commands are read by the primitives of the text reader and run as they are
 * read.  A command ends in one verdict; the first counts.
 */
#ifndef GW_SCRIPT_SCRIPT_RUN_H
#define GW_SCRIPT_SCRIPT_RUN_H

#include "rt/heap.h"
#include "rt/store.h"
#include "script/script.h"
#include "text/wat_parser.h"

struct script_instance {
    struct gw_span name; /* of the identifier or registered; may be empty */
    struct gw_instance *instance; /* NULL: it could not be made */
    bool foreign; /* of another thread's store: shared memories only */
};

struct script_program {
    struct gw_span name;
    struct gw_program *program; /* owned; NULL: not executable yet */
};

struct script_export {
    const char *name;
    struct gw_externval value;
};

/* What the host gave the guest as (ref.extern n) or (ref.host n). */
struct script_host {
    uint32_t number;
    struct gw_root *root;
};

enum verdict { VERDICT_NONE, VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };

enum { SPECTEST_COUNT = 15, MESSAGE_SIZE = 512 };

struct script {
    struct gw_wat p; /* must stay first: the reader */
    struct gw_engine *engine;
    struct gw_store *store;
    struct gw_script_options options;
    struct gw_script_result *result;

    struct gw_vec instances;  /* struct script_instance, by identifier */
    struct gw_vec registered; /* struct script_instance, by import name */
    struct gw_vec programs;   /* struct script_program */
    struct gw_vec hosts;      /* struct script_host */
    struct gw_vec wants;      /* struct want */
    struct gw_vec args;       /* union gw_slot: arguments, then results */
    struct gw_vec types;      /* gw_valtype of each argument */
    struct gw_vec threads;    /* struct script_thread * */
    bool is_thread;
    struct gw_instance *current;
    struct script_export spectest[SPECTEST_COUNT];

    /* The command being run. */
    uint32_t line;
    size_t line_at; /* position up to which lines have been counted */
    enum verdict verdict;
    bool unsupported; /* the current module is skipped, and so is its use */
    char reason[MESSAGE_SIZE]; /* why it is */
};

/* ---- script.c ------------------------------------------------------------- */

void script_verdict(struct script *s, enum verdict verdict, const char *format,
                    ...) GW_PRINTF(3, 4);
/* The command has passed, unless it has failed already. */
void script_passed(struct script *s);
void script_note(struct script *s, const char *format, ...) GW_PRINTF(2, 3);

/* Makes the store and all that a script begins with; text is borrowed. */
enum gw_err script_init(struct script *s, struct gw_engine *engine,
                        struct gw_span text, struct gw_diag *diag);
void script_fini(struct script *s);
void script_run_all(struct script *s);

/* ---- script_thread.c -------------------------------------------------------- */

/* The commands thread and wait. */
void script_do_thread(struct script *s);
void script_do_wait(struct script *s);
/* Joins the threads that nobody has waited for. */
void script_join_all(struct script *s);

/* ---- script_module.c -------------------------------------------------------- */

/* A module's place in the text and what its head says. */
struct script_module {
    struct gw_span text;
    struct gw_span name; /* identifier or empty */
    bool definition, instance, binary;
    struct gw_span of; /* (module instance $name $of) */
};

/* Reads past `(module …)`. */
struct script_module script_read_module(struct script *s);
/* text → bytes → program; reports to diag. */
enum gw_err script_load(struct script *s, const struct script_module *module,
                        struct gw_diag *diag, struct gw_program **out);
/* text → bytes → decoded and validated, then forgotten: everything that can
 * be refused is, also what cannot be executed yet. */
enum gw_err script_check(struct script *s, const struct script_module *module,
                         struct gw_diag *diag);
enum gw_err script_instantiate(struct script *s, struct gw_program *program,
                               struct gw_diag *diag, struct gw_instance **out);
/* Where a name means an instance; NULL and a verdict when there is none. */
struct gw_instance *script_find(struct script *s, struct gw_span name);
/* As it was added, or NULL. */
struct script_instance *script_find_entry(struct script *s,
                                          struct gw_span name);
void script_add_foreign(struct script *s, struct gw_span name,
                        struct gw_instance *instance);
void script_add_instance(struct script *s, struct gw_span name,
                         struct gw_instance *instance);
/* The commands module and register, from behind their parenthesis. */
void script_do_module(struct script *s);
void script_do_register(struct script *s);
struct gw_span script_keep(struct script *s, struct gw_span bytes);

/* ---- script_value.c ---------------------------------------------------------- */

void script_init_wants(struct script *s, struct gw_alloc *alloc);

/* Reads constants up to a closing parenthesis to s->args and s->types. */
void script_read_args(struct script *s);
/* Reads result patterns up to a closing parenthesis to s->wants. */
void script_read_wants(struct script *s);
/* Compares values of count types with s->wants; gives the verdict. */
void script_compare(struct script *s, const union gw_slot *values,
                    const gw_valtype *types, uint32_t count);

/* ---- spectest.c -------------------------------------------------------------- */

/* Makes the exports of the module "spectest"; GW_OK or GW_ERR_NOMEM …. */
enum gw_err script_make_spectest(struct script *s);

#endif
