/* Does a rule fit a call?  Names, paths, places in the network. */
#include "policy/policy.h"

bool
gw_glob(struct gw_span pattern, struct gw_span text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;
    while (t < text.size) {
        if (p < pattern.size && pattern.data[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size && pattern.data[p] == text.data[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}

/* Splits at the sharp, else at the last point; a pattern with neither is
 * about modules and names alike. */
static void
split(const char *pattern, struct gw_span *module, struct gw_span *name)
{
    const char *at = strchr(pattern, '#');
    if (!at)
        at = strrchr(pattern, '.');
    if (!at) {
        *module = *name = gw_span_str(pattern);
        return;
    }
    *module = gw_span(pattern, (size_t)(at - pattern));
    *name = gw_span_str(at + 1);
}

bool
gw_rule_names(const struct gw_rule *rule, struct gw_subject subject)
{
    const struct gw_text_item *item = rule->texts[GW_KIND_NAMES].first;
    for (; item; item = item->next) {
        struct gw_span module, name;
        split(item->text, &module, &name);
        if (gw_glob(module, subject.module) && gw_glob(name, subject.name))
            return true;
    }
    return false;
}

/* ---- paths ---- */

/* Appends the next part of *path to out; false when it climbs or is too
 * long.  floor: out is not shortened below it. */
static bool
take_part(const char **path, char *out, size_t *used, size_t floor)
{
    size_t size = strcspn(*path, "/");
    const char *part = *path;
    *path += size + (part[size] == '/');
    if (size == 0 || (size == 1 && part[0] == '.'))
        return true;
    if (size == 2 && part[0] == '.' && part[1] == '.') {
        if (*used <= floor)
            return false;
        while (*used > floor && out[*used - 1] != '/')
            (*used)--;
        if (*used > floor) /* the slash before it */
            (*used)--;
        return true;
    }
    size_t slash = *used > 0 && out[*used - 1] != '/';
    if (*used + slash + size + 1 > GW_CLEAN_MAX)
        return false;
    if (slash)
        out[(*used)++] = '/';
    memcpy(out + *used, part, size);
    *used += size;
    return true;
}

bool
gw_path_join(const char *dir, const char *path, char out[GW_CLEAN_MAX])
{
    size_t used = 0, floor;
    if (path[0] == '/')
        return false;
    if (dir[0] == '/')
        out[used++] = '/';
    dir += strspn(dir, "/");
    floor = used;
    /* A preopen's name may begin with "..", which here is only a name. */
    while (*dir == '.' && dir[1] == '.' && (dir[2] == '/' || !dir[2])) {
        if (used + 4 > GW_CLEAN_MAX)
            return false;
        if (used > 0 && out[used - 1] != '/')
            out[used++] = '/';
        memcpy(out + used, "..", 2);
        used += 2;
        floor = used;
        dir += dir[2] ? 3 : 2;
        dir += strspn(dir, "/");
    }
    while (*dir)
        if (!take_part(&dir, out, &used, floor))
            return false;
    floor = used;
    while (*path)
        if (!take_part(&path, out, &used, floor))
            return false;
    if (used == 0)
        out[used++] = '.';
    out[used] = '\0';
    return true;
}

/* Is path the place, or beneath it?  Both are clean. */
static bool
is_beneath(const char *place, const char *path)
{
    size_t size = strlen(place);
    if (strcmp(place, "/") == 0)
        return path[0] == '/';
    if (strcmp(place, ".") == 0)
        return path[0] != '/' && !(path[0] == '.' && path[1] == '.' &&
                                   (path[2] == '/' || !path[2]));
    return strncmp(place, path, size) == 0 &&
           (path[size] == '/' || path[size] == '\0');
}

static bool
path_fits(const struct gw_texts *places, const char *path)
{
    const struct gw_text_item *item = places->first;
    while (path && item && !is_beneath(item->text, path))
        item = item->next;
    return path && item;
}

static bool
paths_fit(const struct gw_rule *rule, const struct gw_ask *ask)
{
    bool any = rule->values[GW_KEY_ACTION] == GW_ACTION_DENY;
    for (unsigned i = 0; i < ask->path_count; i++)
        if (path_fits(&rule->texts[GW_KIND_PATHS], ask->paths[i]) == any)
            return any;
    return !any;
}

/* ---- network ---- */

/* Names of hosts have no case. */
static bool
glob_host(struct gw_span pattern, struct gw_span host)
{
    uint8_t lower[2][256];
    const struct gw_span from[2] = { pattern, host };
    for (unsigned which = 0; which < 2; which++) {
        if (from[which].size > sizeof lower[which])
            return false;
        for (size_t i = 0; i < from[which].size; i++) {
            uint8_t c = from[which].data[i];
            lower[which][i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        }
    }
    return gw_glob(gw_span(lower[0], pattern.size),
                   gw_span(lower[1], host.size));
}

static bool
host_fits(const char *place, const struct gw_ask *ask)
{
    const char *close = place[0] == '[' ? strchr(place, ']') : NULL;
    const char *colon = strchr(close ? close : place, ':');
    const char *name = close ? place + 1 : place;
    size_t size = close   ? (size_t)(close - name)
                  : colon ? (size_t)(colon - name)
                          : strlen(name);
    if (!glob_host(gw_span(name, size), ask->host))
        return false;
    uint32_t ports[2] = { 0, 65535 };
    if (colon) {
        unsigned which = 0;
        ports[0] = ports[1] = 0;
        for (const char *at = colon + 1; *at; at++) {
            if (*at == '-')
                which = 1;
            else
                ports[which] = ports[which] * 10 + (uint32_t)(*at - '0');
        }
        if (which == 0)
            ports[1] = ports[0];
    }
    return ask->port >= ports[0] && ask->port <= ports[1];
}

static bool
hosts_fit(const struct gw_rule *rule, const struct gw_ask *ask)
{
    const struct gw_text_item *item = rule->texts[GW_KIND_HOSTS].first;
    while (item && !host_fits(item->text, ask))
        item = item->next;
    return item != NULL;
}

/* ---- the whole ---- */

bool
gw_rule_fits_place(const struct gw_rule *rule, const struct gw_ask *ask)
{
    if ((rule->given & GW_GIVES(HOST)) &&
        (!(ask->has & GW_ASK_HOST) || !hosts_fit(rule, ask)))
        return false;
    return !(rule->given & GW_GIVES(PATH)) ||
           ((ask->has & GW_ASK_PATH) && paths_fit(rule, ask));
}
