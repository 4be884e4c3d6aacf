/* From what a guest asked for to the smallest policy that allows it. */
#include "policy/gate_inside.h"

#include <stdlib.h>

/* ---- remembering ---- */

/* Keeps one lesson, unless it is known. */
static bool
keep(struct gw_gate_inside *gate, const struct gw_lesson *lesson)
{
    size_t path = lesson->path ? strlen(lesson->path) + 1 : 0;
    size_t size = lesson->function.size + 4 + path;
    uint8_t *key = gw_arena_get(&gate->learned, size);
    if (!key)
        return false;
    const uint8_t marks[4] = { (uint8_t)lesson->access, (uint8_t)lesson->clock,
                               lesson->links, path != 0 };
    memcpy(key, lesson->function.data, lesson->function.size);
    memcpy(key + lesson->function.size, marks, sizeof marks);
    if (path)
        memcpy(key + lesson->function.size + 4, lesson->path, path);
    if (gw_map_find(&gate->known, gw_span(key, size)))
        return true;
    struct gw_lesson *kept = gw_vec_push(&gate->lessons);
    if (!kept || gw_map_put(&gate->known, gw_span(key, size), 0, NULL) != GW_OK)
        return false;
    *kept = *lesson;
    kept->function.data = key;
    kept->path = path ? (const char *)key + lesson->function.size + 4 : NULL;
    return true;
}

bool
gw_learn(struct gw_gate_inside *gate, const struct gw_guard *guard,
         const struct gw_ask *ask, bool links)
{
    uint8_t name[1024];
    struct gw_span module = guard->subject.module, own = guard->subject.name;
    struct gw_lesson lesson = { 0 };
    /* Longer names cannot be written into a rule that anybody would read. */
    if (module.size + own.size + 1 > sizeof name)
        return false;
    memcpy(name, module.data, module.size);
    name[module.size] = memchr(module.data, ':', module.size) ? '#' : '.';
    if (own.size)
        memcpy(name + module.size + 1, own.data, own.size);
    lesson.function = gw_span(name, module.size + 1 + own.size);
    if (ask->has & GW_ASK_CLOCK)
        lesson.clock = ask->clock < 4 ? ask->clock + 1 : 0;
    if (!(ask->has & GW_ASK_PATH))
        return keep(gate, &lesson);
    lesson.links = links;
    lesson.access = ask->has & GW_ASK_ACCESS ? ask->access : 0;
    for (unsigned i = 0; i < ask->path_count; i++) {
        lesson.path = ask->paths[i];
        if (!keep(gate, &lesson))
            return false;
    }
    return true;
}

/* ---- writing ---- */

/* What belongs into one rule lies together; paths so that what is beneath a
 * place follows it at once. */
static int
compare(const void *left, const void *right)
{
    const struct gw_lesson *a = left, *b = right;
    size_t size = a->function.size < b->function.size ? a->function.size
                                                      : b->function.size;
    int order = memcmp(a->function.data, b->function.data, size);
    if (order == 0)
        order = (a->function.size > b->function.size) -
                (a->function.size < b->function.size);
    if (order == 0)
        order = (int)(a->access * 2 + a->links) -
                (int)(b->access * 2 + b->links);
    if (order != 0 || !a->path || !b->path)
        return order ? order : (int)a->clock - (int)b->clock;
    const char *p = a->path, *q = b->path;
    for (; *p && *p == *q; p++)
        q++;
    return (*p == '/' ? 1 : (unsigned char)*p * 2) -
           (*q == '/' ? 1 : (unsigned char)*q * 2);
}

static bool
same_rule(const struct gw_lesson *a, const struct gw_lesson *b)
{
    return gw_span_equal(a->function, b->function) && a->access == b->access &&
           a->links == b->links;
}

static bool
covers(const char *place, const char *path)
{
    size_t size = strlen(place);
    if (place[size - 1] == '/')
        return path[0] == '/';
    return strncmp(place, path, size) == 0 && path[size] == '/';
}

static bool
write_paths(struct gw_vec *text, const struct gw_lesson *from, size_t count)
{
    const char *last = NULL;
    bool good = gw_append(text, "path = [");
    for (size_t i = 0; i < count && good; i++) {
        if (last && covers(last, from[i].path))
            continue;
        good = gw_append(text, last ? ",\n        " : "") &&
               gw_append_quoted(text, gw_span_str(from[i].path));
        last = from[i].path;
    }
    return good && gw_append(text, "]\n");
}

static bool
write_clocks(struct gw_vec *text, const struct gw_lesson *from, size_t count)
{
    bool good = gw_append(text, "clock = [");
    for (size_t i = 0; i < count && good; i++)
        good = gw_append(text, "%s\"%s\"", i ? ", " : "",
                         gw_clock_name(from[i].clock - 1));
    return good && gw_append(text, "]\n");
}

static bool
write_rule(struct gw_vec *text, const struct gw_lesson *from, size_t count)
{
    static const char *const access[] = { NULL, "read", "write", "read-write" };
    bool good = gw_append(text, "\n[[rule]]\nfunc = ") &&
                gw_append_quoted(text, from->function) && gw_append(text, "\n");
    if (good && from->path)
        good = write_paths(text, from, count);
    if (good && access[from->access & 3])
        good = gw_append(text, "access = \"%s\"\n", access[from->access & 3]);
    /* A clock that does not exist makes the first lesson one without. */
    if (good && from->clock)
        good = write_clocks(text, from, count);
    if (good && from->links)
        good = gw_append(text, "links = true\n");
    return good;
}

enum gw_err
gw_gate_learned(struct gw_gate *gate, struct gw_vec *text)
{
    struct gw_gate_inside *inside = gate->inside;
    gw_os_mutex_lock(&inside->lock);
    struct gw_lesson *lessons = inside->lessons.data;
    size_t count = inside->lessons.count, end;
    bool good = !inside->forgot && gw_append(text, "version = 1\n");
    if (count > 0)
        qsort(lessons, count, sizeof *lessons, compare);
    for (size_t i = 0; i < count && good; i = end) {
        for (end = i + 1; end < count && same_rule(&lessons[i], &lessons[end]);)
            end++;
        good = write_rule(text, &lessons[i], end - i);
    }
    gw_os_mutex_unlock(&inside->lock);
    return good ? GW_OK : inside->forgot ? GW_ERR_LIMIT : GW_ERR_NOMEM;
}
