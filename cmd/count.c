#include "count.h"

#include "profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 60 }; /* of each table */

struct cmd_count {
    FILE *out;
    struct godwit_count *all;
    size_t count, capacity;
    bool whole;
};

struct cmd_count *
cmd_count_new(const char *path)
{
    struct cmd_count *self = calloc(1, sizeof(*self));
    if (!self) {
        cmd_error(NULL, "out of memory");
        return NULL;
    }
    self->out = strcmp(path, "-") == 0 ? stderr : fopen(path, "we");
    if (self->out)
        return self;
    cmd_error(NULL, "cannot write %s", path);
    free(self);
    return NULL;
}

void
cmd_count_delete(struct cmd_count *self)
{
    if (!self)
        return;
    if (self->out != stderr)
        fclose(self->out);
    free(self->all);
    free(self);
}

int
cmd_count_start(struct cmd_count *self, wasm_store_t *store)
{
    godwit_error_t *error = self ? godwit_store_count(store) : NULL;
    return error ? cmd_report("--count", error) : CMD_GO_ON;
}

/* ---- tables ---- */

static void
take(void *env, const struct godwit_count *count)
{
    struct cmd_count *self = env;
    if (self->count == self->capacity) {
        size_t wish = self->capacity ? 2 * self->capacity : 1024;
        void *larger = realloc(self->all, wish * sizeof(*self->all));
        if (!larger) {
            self->whole = false;
            return;
        }
        self->all = larger;
        self->capacity = wish;
    }
    self->all[self->count++] = *count;
}

/* 0: a function, else how many names there are. */
static int
kind_of(const struct godwit_count *count)
{
    int kind = 0;
    while (kind < 3 && count->names[kind])
        kind++;
    return count->is_func ? 0 : kind;
}

static int
compare_names(const void *a, const void *b)
{
    const struct godwit_count *x = a, *y = b;
    int order = kind_of(x) - kind_of(y);
    for (int i = 0; order == 0 && i < kind_of(x); i++)
        order = strcmp(x->names[i], y->names[i]);
    if (order == 0 && x->is_func)
        order = (x->func > y->func) - (x->func < y->func);
    return order;
}

static int
compare_counts(const void *a, const void *b)
{
    const struct godwit_count *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

/* Adds up what has the same names; returns how many are left. */
static size_t
merge(struct godwit_count *all, size_t count)
{
    size_t left = 0;
    qsort(all, count, sizeof(*all), compare_names);
    for (size_t i = 0; i < count; i++) {
        if (left > 0 && compare_names(&all[left - 1], &all[i]) == 0)
            all[left - 1].count += all[i].count;
        else
            all[left++] = all[i];
    }
    qsort(all, left, sizeof(*all), compare_counts);
    return left;
}

static void
print_line(FILE *out, const struct godwit_count *line, uint64_t total)
{
    double whole = total ? (double)total / 100 : 1;
    fprintf(out, "%16" PRIu64 " %5.1f %% ", line->count,
            (double)line->count / whole);
    for (int i = 0; i < kind_of(line); i++)
        fprintf(out, " %s", line->names[i]);
    if (line->is_func)
        cmd_print_name(out, line->func_name, line->func);
    fputc('\n', out);
}

static void
print_tables(const struct cmd_count *self)
{
    static const char *const titles[] = { "instructions of functions",
                                          "instructions of operators",
                                          "two instructions",
                                          "three instructions" };
    uint64_t total = 0;
    for (size_t i = 0; i < self->count; i++)
        total += self->all[i].is_func ? self->all[i].count : 0;
    for (int kind = 0; kind < 4; kind++) {
        int lines = 0;
        fprintf(self->out, "%s%s\n", kind ? "\n" : "", titles[kind]);
        for (size_t i = 0; i < self->count && lines < LINES_MAX; i++) {
            if (kind_of(&self->all[i]) != kind)
                continue;
            print_line(self->out, &self->all[i], total);
            lines++;
        }
    }
}

int
cmd_count_write(struct cmd_count *self, wasm_store_t *store)
{
    if (!self)
        return CMD_GO_ON;
    self->whole = true;
    godwit_error_t *error = godwit_store_counts(store, take, self);
    if (error)
        return cmd_report("--count", error);
    self->count = merge(self->all, self->count);
    print_tables(self);
    if (fflush(self->out) == 0 && self->whole)
        return CMD_GO_ON;
    cmd_error(NULL, "the counts cannot be written");
    return CMD_EXIT_IO;
}
