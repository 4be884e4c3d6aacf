#define _POSIX_C_SOURCE 200809L
#include "profile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INTERVAL_NS = 1000000, NODES_MAX = 1 << 17, SAMPLES_MAX = 1 << 22 };

/* A way to call a function: the functions on the stack form a tree.  A node
 * without a function is a place in its parent's. */
struct node {
    uint32_t parent; /* NONE: the outermost */
    uint32_t first_child, next_sibling;
    uint32_t func;   /* NONE: a place */
    uint32_t offset; /* of the operator, of a place */
    uint32_t self;   /* samples */
    struct godwit_bytes name;
};

enum { NONE = UINT32_MAX };

struct sample {
    uint32_t node;
    float time_ms;
};

struct cmd_profile {
    FILE *out;
    bool json;
    wasm_store_t *store;
    pthread_t thread;
    bool started;
    atomic_bool over;
    struct timespec begin;
    struct node *nodes;
    uint32_t node_count, node_capacity, first_root;
    struct sample *samples; /* for JSON only */
    uint32_t sample_count, sample_capacity;
    uint32_t total; /* samples, those not kept too */
};

struct cmd_profile *
cmd_profile_new(const char *path)
{
    struct cmd_profile *self = calloc(1, sizeof(*self));
    if (!self) {
        cmd_error(NULL, "out of memory");
        return NULL;
    }
    size_t size = strlen(path);
    self->json = size > 5 && strcmp(path + size - 5, ".json") == 0;
    self->out = strcmp(path, "-") == 0 ? stderr : fopen(path, "we");
    self->first_root = NONE;
    if (self->out)
        return self;
    cmd_error(NULL, "cannot write %s", path);
    free(self);
    return NULL;
}

/* ---- samples ---- */

/* One more element at the end of an array; NULL at the limit. */
static void *
grow(void *array, uint32_t count, uint32_t *capacity, size_t size,
     uint32_t most)
{
    if (count < *capacity)
        return array;
    uint32_t wish = *capacity ? *capacity * 2 : 256;
    void *larger = wish <= most ? realloc(array, wish * size) : NULL;
    if (larger)
        *capacity = wish;
    return larger;
}

static uint32_t
find_child(struct cmd_profile *self, uint32_t parent, uint32_t func,
           uint32_t offset, struct godwit_bytes name)
{
    uint32_t first = parent == NONE ? self->first_root
                                    : self->nodes[parent].first_child;
    for (uint32_t i = first; i != NONE; i = self->nodes[i].next_sibling)
        if (self->nodes[i].func == func && self->nodes[i].offset == offset &&
            self->nodes[i].name.data == name.data)
            return i;
    struct node *nodes = grow(self->nodes, self->node_count,
                              &self->node_capacity, sizeof(*nodes), NODES_MAX);
    if (!nodes)
        return parent;
    self->nodes = nodes;
    uint32_t made = self->node_count++;
    nodes[made] = (struct node){ parent, NONE, first, func, offset, 0, name };
    *(parent == NONE ? &self->first_root : &nodes[parent].first_child) = made;
    return made;
}

static double
elapsed_ms(const struct cmd_profile *self)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - self->begin.tv_sec) * 1e3 +
           (double)(now.tv_nsec - self->begin.tv_nsec) / 1e6;
}

static void
take(void *env, const struct godwit_frame *frames, size_t count)
{
    struct cmd_profile *self = env;
    uint32_t node = NONE;
    self->total++;
    for (size_t i = count; i-- > 0;)
        node = find_child(self, node, frames[i].func, 0, frames[i].func_name);
    if (count > 0)
        node = find_child(self, node, NONE, frames[0].offset,
                          frames[0].func_name);
    if (node == NONE)
        return;
    self->nodes[node].self++;
    if (!self->json)
        return;
    struct sample *samples = grow(self->samples, self->sample_count,
                                  &self->sample_capacity, sizeof(*samples),
                                  SAMPLES_MAX);
    if (!samples)
        return;
    self->samples = samples;
    samples[self->sample_count++] = (struct sample){ node,
                                                     (float)elapsed_ms(self) };
}

static void *
ask(void *env)
{
    struct cmd_profile *self = env;
    const struct timespec interval = { 0, INTERVAL_NS };
    while (!atomic_load(&self->over)) {
        nanosleep(&interval, NULL);
        godwit_store_sample(self->store);
    }
    return NULL;
}

void
cmd_profile_start(struct cmd_profile *self, wasm_store_t *store)
{
    if (!self)
        return;
    self->store = store;
    atomic_init(&self->over, false);
    clock_gettime(CLOCK_MONOTONIC, &self->begin);
    godwit_store_set_sampler(store, take, self);
    self->started = pthread_create(&self->thread, NULL, ask, self) == 0;
    if (!self->started)
        cmd_error(NULL, "no thread can be had for the profile");
}

void
cmd_profile_stop(struct cmd_profile *self)
{
    if (!self || !self->started)
        return;
    self->started = false;
    atomic_store(&self->over, true);
    pthread_join(self->thread, NULL);
    godwit_store_set_sampler(self->store, NULL, NULL);
}

/* ---- text ---- */

/* What is printed: a function, or a place in one. */
struct line {
    uint32_t func, offset;
    struct godwit_bytes name;
    uint32_t self, total;
};

static int
compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->self != y->self)
        return x->self < y->self ? 1 : -1;
    return (x->total < y->total) - (x->total > y->total);
}

static struct line *
find_line(struct line *lines, uint32_t *count, uint32_t func, uint32_t offset,
          struct godwit_bytes name)
{
    for (uint32_t i = 0; i < *count; i++)
        if (lines[i].func == func && lines[i].offset == offset &&
            lines[i].name.data == name.data)
            return &lines[i];
    lines[*count] = (struct line){ func, offset, name, 0, 0 };
    return &lines[(*count)++];
}

/* Does the node's function stand on the stack further out, too? */
static bool
recurs(const struct node *nodes, uint32_t at)
{
    for (uint32_t i = nodes[at].parent; i != NONE; i = nodes[i].parent)
        if (nodes[i].func == nodes[at].func &&
            nodes[i].name.data == nodes[at].name.data)
            return true;
    return false;
}

static void
add_functions(const struct cmd_profile *self, const uint32_t *inside,
              struct line *lines, uint32_t *count)
{
    for (uint32_t i = 0; i < self->node_count; i++) {
        const struct node *node = &self->nodes[i];
        const struct node *of = node->func == NONE && node->parent != NONE
                                    ? &self->nodes[node->parent]
                                    : node;
        struct line *line = find_line(lines, count, of->func, 0, of->name);
        line->self += node->self;
        if (node == of && !recurs(self->nodes, i))
            line->total += inside[i];
    }
}

static void
add_places(const struct cmd_profile *self, struct line *lines, uint32_t *count)
{
    for (uint32_t i = 0; i < self->node_count; i++) {
        const struct node *node = &self->nodes[i];
        if (node->func != NONE || node->parent == NONE)
            continue;
        struct line *line = find_line(lines, count,
                                      self->nodes[node->parent].func,
                                      node->offset, node->name);
        line->self += node->self;
    }
}

void
cmd_print_name(FILE *out, struct godwit_bytes name, uint32_t func)
{
    if (!name.data || name.size == 0)
        fprintf(out, "func %u", (unsigned)func);
    for (size_t i = 0; name.data && i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        fputc(c < ' ' || c == 127 || c == '"' || c == '\\' ? '?' : c, out);
    }
}

static void
print_lines(const struct cmd_profile *self, struct line *lines, uint32_t count,
            bool places)
{
    double whole = self->total ? self->total / 100.0 : 1;
    qsort(lines, count, sizeof(*lines), compare_lines);
    for (uint32_t i = 0; i < count && i < 40; i++) {
        fprintf(self->out, "%8u %5.1f %%", (unsigned)lines[i].self,
                lines[i].self / whole);
        if (!places)
            fprintf(self->out, " %8u %5.1f %%", (unsigned)lines[i].total,
                    lines[i].total / whole);
        fputs("  ", self->out);
        cmd_print_name(self->out, lines[i].name, lines[i].func);
        if (places)
            fprintf(self->out, " at 0x%x", (unsigned)lines[i].offset);
        fputc('\n', self->out);
    }
}

static bool
print_text(const struct cmd_profile *self, const char *program)
{
    size_t size = (size_t)self->node_count + 1;
    uint32_t *inside = calloc(size, sizeof(*inside)), count = 0;
    struct line *lines = calloc(size, sizeof(*lines));
    bool done = inside && lines;
    /* Children come after their parents. */
    for (uint32_t i = self->node_count; done && i-- > 0;) {
        inside[i] += self->nodes[i].self;
        if (self->nodes[i].parent != NONE)
            inside[self->nodes[i].parent] += inside[i];
    }
    if (done) {
        fprintf(self->out, "%s: %u samples, one a millisecond at most\n\n",
                program, (unsigned)self->total);
        fputs("    self            total            function\n", self->out);
        add_functions(self, inside, lines, &count);
        print_lines(self, lines, count, false);
        fputs("\n    self          next loop, call or beginning\n", self->out);
        count = 0;
        add_places(self, lines, &count);
        print_lines(self, lines, count, true);
    }
    free(inside);
    free(lines);
    return done;
}

/* ---- JSON ---- */

/* A column with one value for each node. */
static void
print_column(const struct cmd_profile *self, const char *name, const char *all)
{
    fprintf(self->out, "\"%s\":[", name);
    for (uint32_t i = 0; i < self->node_count; i++)
        fprintf(self->out, "%s%s", i ? "," : "", all);
    fputs("],", self->out);
}

static void
print_indices(const struct cmd_profile *self, const char *name)
{
    fprintf(self->out, "\"%s\":[", name);
    for (uint32_t i = 0; i < self->node_count; i++)
        fprintf(self->out, "%s%u", i ? "," : "", (unsigned)i);
    fputs("],", self->out);
}

static void
print_samples(const struct cmd_profile *self)
{
    fputs("\"samples\":{\"weightType\":\"samples\",\"weight\":null,\"stack\":[",
          self->out);
    for (uint32_t i = 0; i < self->sample_count; i++)
        fprintf(self->out, "%s%u", i ? "," : "",
                (unsigned)self->samples[i].node);
    fputs("],\"time\":[", self->out);
    for (uint32_t i = 0; i < self->sample_count; i++)
        fprintf(self->out, "%s%.3f", i ? "," : "",
                (double)self->samples[i].time_ms);
    fprintf(self->out, "],\"length\":%u},\n", (unsigned)self->sample_count);
}

/* Every node is a stack, a frame and a function of its own: larger than it
 * could be, and simple. */
static void
print_tables(const struct cmd_profile *self)
{
    static const struct {
        const char *name, *indices;
        const char *columns[10];
        const char *values[10];
    } tables[] = {
        { "frameTable",
          "func",
          { "address", "inlineDepth", "category", "subcategory", "nativeSymbol",
            "innerWindowID", "implementation", "line", "column", NULL },
          { "-1", "0", "0", "0", "null", "0", "null", "null", "null", NULL } },
        { "funcTable",
          "name",
          { "isJS", "relevantForJS", "resource", "fileName", "lineNumber",
            "columnNumber", NULL },
          { "false", "false", "-1", "null", "null", "null", NULL } },
        { "stackTable",
          "frame",
          { "category", "subcategory", NULL },
          { "0", "0", NULL } },
    };
    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
        fprintf(self->out, "\"%s\":{", tables[t].name);
        print_indices(self, tables[t].indices);
        for (size_t c = 0; tables[t].columns[c]; c++)
            print_column(self, tables[t].columns[c], tables[t].values[c]);
        if (t == 2) {
            fputs("\"prefix\":[", self->out);
            for (uint32_t i = 0; i < self->node_count; i++)
                if (self->nodes[i].parent == NONE)
                    fprintf(self->out, "%snull", i ? "," : "");
                else
                    fprintf(self->out, "%s%u", i ? "," : "",
                            (unsigned)self->nodes[i].parent);
            fputs("],", self->out);
        }
        fprintf(self->out, "\"length\":%u},\n", (unsigned)self->node_count);
    }
}

static void
print_strings(const struct cmd_profile *self)
{
    fputs("\"stringArray\":[", self->out);
    for (uint32_t i = 0; i < self->node_count; i++) {
        const struct node *node = &self->nodes[i];
        fputs(i ? ",\n\"" : "\n\"", self->out);
        if (node->func == NONE)
            fprintf(self->out, "at 0x%x", (unsigned)node->offset);
        else
            cmd_print_name(self->out, node->name, node->func);
        fputc('"', self->out);
    }
    fputs("]", self->out);
}

/* The processed format of Firefox's profiler, version 44; later ones read
 * it. */
static void
print_json(const struct cmd_profile *self)
{
    fputs("{\"meta\":{\"product\":\"godwit\",\"interval\":1,\"startTime\":0,"
          "\"processType\":0,\"stackwalk\":1,\"version\":27,"
          "\"preprocessedProfileVersion\":44,\"markerSchema\":[],"
          "\"categories\":[{\"name\":\"Guest\",\"color\":\"blue\","
          "\"subcategories\":[\"Other\"]}]},\n\"libs\":[],\n"
          "\"threads\":[{\"name\":\"guest\",\"isMainThread\":true,"
          "\"processType\":\"default\",\"processName\":\"godwit\","
          "\"processStartupTime\":0,\"processShutdownTime\":null,"
          "\"registerTime\":0,\"unregisterTime\":null,\"pausedRanges\":[],"
          "\"pid\":\"1\",\"tid\":1,\n",
          self->out);
    print_samples(self);
    print_tables(self);
    fputs("\"markers\":{\"data\":[],\"name\":[],\"startTime\":[],"
          "\"endTime\":[],\"phase\":[],\"category\":[],\"length\":0},\n"
          "\"resourceTable\":{\"lib\":[],\"name\":[],\"host\":[],\"type\":[],"
          "\"length\":0},\n"
          "\"nativeSymbols\":{\"libIndex\":[],\"address\":[],\"name\":[],"
          "\"functionSize\":[],\"length\":0},\n",
          self->out);
    print_strings(self);
    fputs("}]}\n", self->out);
}

int
cmd_profile_write(const struct cmd_profile *self, const char *program)
{
    if (!self)
        return CMD_GO_ON;
    bool done = true;
    if (self->json)
        print_json(self);
    else
        done = print_text(self, program);
    if (fflush(self->out) == 0 && done)
        return CMD_GO_ON;
    cmd_error(NULL, "the profile cannot be written");
    return CMD_EXIT_IO;
}

void
cmd_profile_delete(struct cmd_profile *self)
{
    if (!self)
        return;
    if (self->out != stderr)
        fclose(self->out);
    free(self->nodes);
    free(self->samples);
    free(self);
}
