/* From what a guest asked for to the smallest policy that allows it. */
#include "policy/gate_inside.h"

#include <stdlib.h>

/* ---- remembering ---- */

enum { MARKS = 5 };
enum { CLOCKS = 4, UNKNOWN = 1 << CLOCKS };

/* Writes what tells a lesson from others, but for its path; returns the
 * size. */
static size_t
write_key(uint8_t *key, const struct gw_lesson *lesson)
{
    const uint8_t marks[MARKS] = { (uint8_t)lesson->access,
                                   (uint8_t)lesson->clocks, lesson->links,
                                   lesson->pair, lesson->path != NULL };
    memcpy(key, lesson->function.data, lesson->function.size);
    memcpy(key + lesson->function.size, marks, MARKS);
    return lesson->function.size + MARKS;
}

/* Keeps one lesson, unless it is known. */
static bool
keep(struct gw_gate_inside *gate, const struct gw_lesson *lesson)
{
    size_t path = lesson->path ? strlen(lesson->path) : 0;
    uint8_t *key = gw_arena_get(&gate->learned,
                                lesson->function.size + MARKS + path + 1);
    if (!key)
        return false;
    size_t size = write_key(key, lesson);
    if (path)
        memcpy(key + size, lesson->path, path);
    if (gw_map_find(&gate->known, gw_span(key, size + path)))
        return true;
    struct gw_lesson *kept = gw_vec_push(&gate->lessons);
    if (!kept ||
        gw_map_put(&gate->known, gw_span(key, size + path), 0, NULL) != GW_OK)
        return false;
    *kept = *lesson;
    kept->function.data = key;
    kept->path = lesson->path ? (const char *)key + size : NULL;
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
        lesson.clocks = ask->clocks < UNKNOWN ? ask->clocks : UNKNOWN;
    if (!(ask->has & GW_ASK_PATH))
        return keep(gate, &lesson);
    lesson.links = links;
    lesson.pair = ask->path_count > 1;
    lesson.access = ask->has & GW_ASK_ACCESS ? ask->access : 0;
    for (unsigned i = 0; i < ask->path_count; i++) {
        lesson.path = ask->paths[i];
        if (!keep(gate, &lesson))
            return false;
    }
    return true;
}

/* ---- writing ---- */

/* What belongs into one rule lies together.  Rules that follow links come
 * first: the others may be about places above. */
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
        order = (int)b->links - (int)a->links;
    if (order == 0)
        order = (int)a->access - (int)b->access;
    if (order == 0 && a->path && b->path)
        order = strcmp(a->path, b->path);
    return order ? order : (int)a->clocks - (int)b->clocks;
}

static bool
same_rule(const struct gw_lesson *a, const struct gw_lesson *b)
{
    return gw_span_equal(a->function, b->function) && a->access == b->access &&
           a->links == b->links;
}

/* Is the first size bytes of the path a lesson that allows as much?  Two paths
 * of one call must be allowed by one rule. */
static bool
is_known(const struct gw_gate_inside *gate, const struct gw_lesson *lesson,
         size_t size)
{
    uint8_t key[1024 + MARKS + GW_CLEAN_MAX];
    bool whole = lesson->path[size] == '\0';
    struct gw_lesson other = *lesson;
    for (unsigned i = 0; i < 8; i++) {
        other.access = i & 3;
        other.links = i >> 2;
        bool same = other.access == lesson->access &&
                    other.links == lesson->links;
        if ((lesson->access & ~other.access) || (lesson->links && i < 4) ||
            (!lesson->access && other.access) || (same ? whole : lesson->pair))
            continue;
        size_t used = write_key(key, &other);
        memcpy(key + used, lesson->path, size);
        if (gw_map_find(&gate->known, gw_span(key, used + size)))
            return true;
    }
    return false;
}

/* Is it said already by a lesson about the same place, or one above?  Only so
 * many are looked for: who hides deeper gets a longer policy. */
static bool
is_covered(const struct gw_gate_inside *gate, const struct gw_lesson *lesson)
{
    enum { LEVELS = 32 };
    const char *path = lesson->path, *slash = path;
    struct gw_lesson here = *lesson;
    if (is_known(gate, lesson, strlen(path)))
        return true;
    here.path = path[0] == '/' ? "/" : ".";
    if (strcmp(path, here.path) != 0) {
        char root[3] = { here.path[0], '!', '\0' };
        here.path = root; /* not the whole of the lesson's own path */
        if (is_known(gate, &here, 1))
            return true;
    }
    for (unsigned i = 0; i < LEVELS; i++) {
        slash = strchr(slash + 1, '/');
        if (!slash)
            return false;
        if (is_known(gate, lesson, (size_t)(slash - path)))
            return true;
    }
    return false;
}

static bool
write_paths(struct gw_vec *text, const struct gw_lesson *from, size_t count)
{
    bool good = gw_append(text, "path = [");
    for (size_t i = 0; i < count && good; i++)
        good = gw_append(text, i ? ",\n        " : "") &&
               gw_append_quoted(text, gw_span_str(from[i].path));
    return good && gw_append(text, "]\n");
}

static bool
write_clocks(struct gw_vec *text, const struct gw_lesson *from, size_t count)
{
    unsigned clocks = 0;
    const char *comma = "clock = [";
    bool good = true;
    for (size_t i = 0; i < count; i++)
        clocks |= from[i].clocks;
    /* No rule names a clock that does not exist. */
    if (clocks == 0 || clocks >= UNKNOWN)
        return true;
    for (unsigned i = 0; i < CLOCKS && good; i++) {
        if (!(clocks >> i & 1))
            continue;
        good = gw_append(text, "%s\"%s\"", comma, gw_clock_name(i));
        comma = ", ";
    }
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
    if (good)
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
    size_t count = 0, end;
    for (size_t i = 0; i < inside->lessons.count; i++) {
        if (!lessons[i].path || !is_covered(inside, &lessons[i]))
            lessons[count++] = lessons[i];
    }
    inside->lessons.count = count; /* the others will not come again */
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
