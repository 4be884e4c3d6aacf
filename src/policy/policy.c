/* Putting a policy together: from a file, from the command line. */
#include "policy/policy.h"
#include "os/file.h"
#include "policy/toml.h"

#include <stdio.h>

const struct gw_policy_limit_info
    gw_policy_limit_table[GW_POLICY_LIMIT_COUNT] = {
#define LIMIT(ident, name, standard, maximum, effect) \
    { name, effect, standard, maximum },
#include "policy/limit.def"
#undef LIMIT
    };

enum {
    NAMES = GW_KIND_NAMES,
    PATHS = GW_KIND_PATHS,
    HOSTS = GW_KIND_HOSTS,
    CLOCKS = GW_KIND_CLOCKS,
    ACTION = GW_KIND_ACTION,
    ERRNO = GW_KIND_ERRNO,
    ACCESS = GW_KIND_ACCESS,
    SIZE = GW_KIND_SIZE,
    COUNT = GW_KIND_COUNT,
    BOOL = GW_KIND_BOOL
};

const struct gw_key_info gw_key_table[GW_KEY_COUNT] = {
#define KEY(ident, name, kind, help) { name, help, (enum gw_key_kind)kind },
#include "policy/key.def"
#undef KEY
};

/* ---- making ---- */

struct gw_policy *
gw_policy_new(void)
{
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    struct gw_policy *policy = gw_alloc_zero(&alloc, 1, sizeof *policy);
    if (!policy)
        return NULL;
    gw_alloc_init(&policy->alloc, NULL, NULL, SIZE_MAX);
    gw_arena_init(&policy->arena, &policy->alloc, SIZE_MAX);
    policy->end = &policy->first;
    policy->otherwise = UINT64_MAX;
    atomic_init(&policy->refs, 1);
    return policy;
}

struct gw_policy *
gw_policy_ref(struct gw_policy *policy)
{
    atomic_fetch_add_explicit(&policy->refs, 1, memory_order_relaxed);
    return policy;
}

void
gw_policy_unref(struct gw_policy *policy)
{
    if (!policy ||
        atomic_fetch_sub_explicit(&policy->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct gw_alloc alloc;
    gw_arena_fini(&policy->arena);
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    atomic_init(&alloc.used, sizeof *policy);
    gw_alloc_free(&alloc, policy, sizeof *policy);
}

static enum gw_err
no_memory(struct gw_diag *diag)
{
    return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                          "no memory for the policy");
}

static struct gw_rule *
rule_new(struct gw_policy *policy, uint32_t line, struct gw_diag *diag)
{
    uint64_t limit = gw_policy_limit_table[GW_POLICY_LIMIT_RULES].standard;
    if (policy->count >= limit) {
        gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET, "more than %llu rules",
                       (unsigned long long)limit);
        return NULL;
    }
    struct gw_rule *rule = gw_arena_get(&policy->arena, sizeof *rule);
    if (!rule) {
        no_memory(diag);
        return NULL;
    }
    for (unsigned i = 0; i < GW_KEY_COUNT; i++)
        rule->values[i] = UINT64_MAX;
    for (unsigned i = 0; i < GW_KIND_CLOCKS; i++)
        rule->texts[i].end = &rule->texts[i].first;
    rule->values[GW_KEY_ACTION] = GW_ACTION_ALLOW;
    rule->line = line;
    *policy->end = rule;
    policy->end = &rule->next;
    policy->count++;
    return rule;
}

/* Appends a copy of size bytes. */
static enum gw_err
add_text(struct gw_policy *policy, struct gw_texts *texts, const char *text,
         size_t size, struct gw_diag *diag)
{
    struct gw_text_item *item = gw_arena_get(&policy->arena, sizeof *item);
    char *copy = gw_arena_get(&policy->arena, size + 1);
    if (!item || !copy)
        return no_memory(diag);
    memcpy(copy, text, size);
    item->text = copy;
    *texts->end = item;
    texts->end = &item->next;
    return GW_OK;
}

/* ---- values ---- */

/* Index of a word in a list divided by bars; UINT64_MAX: none. */
static uint64_t
find_word(const char *words, struct gw_span word)
{
    for (uint64_t index = 0;; index++) {
        size_t size = strcspn(words, "|");
        if (gw_span_equal(gw_span(words, size), word))
            return index;
        if (!words[size])
            return UINT64_MAX;
        words += size + 1;
    }
}

static const char clock_words[] = "realtime|monotonic|process-cpu|thread-cpu";

const char *
gw_clock_name(unsigned clock)
{
    static const char *const names[] = { "realtime", "monotonic", "process-cpu",
                                         "thread-cpu" };
    return clock < 4 ? names[clock] : NULL;
}

static const char *const errno_names[] = {
#define OS_ERROR(ident, text) #ident,
#define OS_ERROR_OWN(ident, text) #ident,
#include "os/error.def"
#undef OS_ERROR
#undef OS_ERROR_OWN
};
enum { ERRNO_COUNT = sizeof errno_names / sizeof *errno_names };

static char
upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
same_letters(const char *name, const uint8_t *text, size_t size)
{
    if (strlen(name) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (name[i] != upper((char)text[i]))
            return false;
    return true;
}

uint64_t
gw_errno_find(struct gw_span name)
{
    for (unsigned i = 1; i < ERRNO_COUNT; i++) {
        if (same_letters(errno_names[i], name.data, name.size) ||
            (name.size > 1 && upper((char)name.data[0]) == 'E' &&
             same_letters(errno_names[i], name.data + 1, name.size - 1)))
            return i;
    }
    return UINT64_MAX;
}

const char *
gw_errno_name(uint64_t number)
{
    return number < ERRNO_COUNT ? errno_names[number] : NULL;
}

/* 4096, 64KiB, 1G; counts have no unit. */
static uint64_t
read_number(struct gw_span text, bool size)
{
    static const char units[] = "|B|K|KB|KiB|M|MB|MiB|G|GB|GiB|T|TB|TiB";
    static const unsigned shifts[] = { 0,  0,  10, 10, 10, 20, 20,
                                       20, 30, 30, 30, 40, 40, 40 };
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++) {
        if (sum > (UINT64_MAX >> 8) / 10)
            return UINT64_MAX;
        sum = sum * 10 + (uint64_t)(text.data[i] - '0');
    }
    uint64_t unit = find_word(units, gw_span(text.data + i, text.size - i));
    if (i == 0 || unit == UINT64_MAX || (unit > 0 && !size) ||
        sum > (UINT64_MAX - 1) >> shifts[unit])
        return UINT64_MAX;
    return sum << shifts[unit];
}

/* What each kind of key takes, for messages. */
static const char *const wanted[] = {
    [NAMES] = "a function's name, module.name or interface#name",
    [PATHS] = "a path of the guest",
    [HOSTS] = "name, name:port or name:low-high",
    [CLOCKS] = "realtime, monotonic, process-cpu or thread-cpu",
    [ACTION] = "allow, limit or deny",
    [ERRNO] = "the name of an errno such as EACCES",
    [ACCESS] = "read, write or read-write",
    [SIZE] = "a number of bytes such as 4096 or \"64KiB\"",
    [COUNT] = "a number",
    [BOOL] = "true or false",
};

static bool
read_ports(const char *text)
{
    uint64_t ports[2] = { 0, 0 };
    unsigned which = 0;
    bool digits = false;
    for (; *text; text++) {
        if (*text == '-' && which == 0 && digits) {
            which = 1;
            digits = false;
        } else if (*text >= '0' && *text <= '9' && ports[which] <= 65535) {
            ports[which] = ports[which] * 10 + (uint64_t)(*text - '0');
            digits = true;
        } else {
            return false;
        }
    }
    return digits && ports[0] <= 65535 && ports[1] <= 65535 &&
           (which == 0 || ports[0] <= ports[1]);
}

/* Is it name, name:ports, [v6] or [v6]:ports? */
static bool
is_host(const char *text)
{
    const char *colon = text[0] == '[' ? strchr(text, ']') : text;
    if (!colon || text[0] == '\0' || text[0] == ':')
        return false;
    if (text[0] == '[')
        colon++;
    colon = strchr(colon, ':');
    return !colon || read_ports(colon + 1);
}

static bool
add_path(struct gw_policy *policy, struct gw_rule *rule, const char *text,
         struct gw_diag *diag)
{
    char clean[GW_CLEAN_MAX];
    return text[0] && gw_path_join(text, "", clean) &&
           add_text(policy, &rule->texts[GW_KIND_PATHS], clean, strlen(clean),
                    diag) == GW_OK;
}

/* Sets a key from text; false when it cannot be read. */
static bool
set_text(struct gw_policy *policy, struct gw_rule *rule, enum gw_key key,
         const char *text, struct gw_diag *diag)
{
    enum gw_key_kind kind = gw_key_table[key].kind;
    struct gw_span span = gw_span_str(text);
    uint64_t value = UINT64_MAX;
    switch (kind) {
    case GW_KIND_NAMES:
        return text[0] && add_text(policy, &rule->texts[kind], text, span.size,
                                   diag) == GW_OK;
    case GW_KIND_PATHS:
        return add_path(policy, rule, text, diag);
    case GW_KIND_HOSTS:
        return is_host(text) && add_text(policy, &rule->texts[kind], text,
                                         span.size, diag) == GW_OK;
    case GW_KIND_CLOCKS:
        value = find_word(clock_words, span);
        if (value == UINT64_MAX)
            return false;
        value = UINT64_C(1) << value;
        if (rule->values[key] != UINT64_MAX)
            value |= rule->values[key];
        break;
    case GW_KIND_ACTION:
        value = find_word("allow|limit|deny", span);
        break;
    case GW_KIND_ERRNO:
        value = gw_errno_find(span);
        break;
    case GW_KIND_ACCESS:
        value = find_word("|read|write|read-write", span);
        break;
    case GW_KIND_BOOL:
        value = find_word("false|true", span);
        break;
    case GW_KIND_SIZE:
    case GW_KIND_COUNT:
        value = read_number(span, kind == GW_KIND_SIZE);
        break;
    }
    rule->values[key] = value;
    return value != UINT64_MAX && (kind != GW_KIND_ACCESS || value > 0);
}

static bool
find_key(struct gw_span name, enum gw_key *key)
{
    for (unsigned i = 0; i < GW_KEY_COUNT; i++) {
        if (gw_span_equal(name, gw_span_str(gw_key_table[i].name))) {
            *key = (enum gw_key)i;
            return true;
        }
    }
    return false;
}

/* What a rule as a whole must be; NULL: it is. */
static const char *
missing(const struct gw_rule *rule)
{
    bool denies = rule->values[GW_KEY_ACTION] == GW_ACTION_DENY;
    if (!(rule->given & GW_GIVES(FUNC)))
        return "the rule has no func: which functions is it about?";
    if (denies &&
        (rule->given & (GW_QUOTAS | GW_GIVES(LINKS) | GW_GIVES(MAX_BYTES))))
        return "a rule that denies has no quota, no links and no max-bytes";
    if (rule->values[GW_KEY_ACTION] == GW_ACTION_LIMIT &&
        !(rule->given & GW_QUOTAS))
        return "a limit needs a quota: calls, bytes, handles or rate";
    if (!denies && !(rule->given & GW_QUOTAS) &&
        (rule->given & GW_GIVES(ERRNO)))
        return "errno is for rules that deny, or have a quota";
    return NULL;
}

/* ---- files ---- */

static enum gw_err
set_node(struct gw_policy *policy, struct gw_rule *rule, enum gw_key key,
         const struct gw_toml *node, struct gw_diag *diag)
{
    enum gw_key_kind kind = gw_key_table[key].kind;
    bool good = false;
    if (node->kind == GW_TOML_STRING)
        good = set_text(policy, rule, key, node->text, diag);
    else if (node->kind == GW_TOML_BOOLEAN && kind == GW_KIND_BOOL)
        good = set_text(policy, rule, key, node->number ? "true" : "false",
                        diag);
    else if (node->kind == GW_TOML_INTEGER &&
             (kind == GW_KIND_SIZE || kind == GW_KIND_COUNT)) {
        good = node->number >= 0;
        rule->values[key] = (uint64_t)node->number;
    }
    if (good)
        return GW_OK;
    if (diag && diag->err != GW_OK)
        return diag->err;
    return gw_toml_wrong(node, diag, "%s takes %s", gw_key_table[key].name,
                         wanted[kind]);
}

static enum gw_err
set_key(struct gw_policy *policy, struct gw_rule *rule,
        const struct gw_toml *node, struct gw_diag *diag)
{
    enum gw_key key;
    if (!find_key(gw_span_str(node->key), &key))
        return gw_toml_wrong(node, diag,
                             "a rule has no key %.60s; godwit policy explain "
                             "lists them",
                             node->key);
    rule->given |= 1u << key;
    if (node->kind != GW_TOML_ARRAY)
        return set_node(policy, rule, key, node, diag);
    if (gw_key_table[key].kind > GW_KIND_CLOCKS)
        return gw_toml_wrong(node, diag, "%s takes one value, not a list",
                             node->key);
    if (!node->first)
        return gw_toml_wrong(node, diag, "the list is empty");
    enum gw_err err = GW_OK;
    for (const struct gw_toml *one = node->first; one && err == GW_OK;
         one = one->next)
        err = set_node(policy, rule, key, one, diag);
    return err;
}

static enum gw_err
read_rule(struct gw_policy *policy, const struct gw_toml *table,
          struct gw_diag *diag)
{
    if (table->kind != GW_TOML_TABLE)
        return gw_toml_wrong(table, diag, "a rule is a table: [[rule]]");
    struct gw_rule *rule = rule_new(policy, table->line, diag);
    enum gw_err err = rule ? GW_OK : diag ? diag->err : GW_ERR_NOMEM;
    for (const struct gw_toml *node = table->first; node && err == GW_OK;
         node = node->next)
        err = set_key(policy, rule, node, diag);
    const char *wrong = err == GW_OK ? missing(rule) : NULL;
    return wrong ? gw_toml_wrong(table, diag, "%s", wrong) : err;
}

static enum gw_err
read_top(struct gw_policy *policy, const struct gw_toml *node,
         struct gw_diag *diag)
{
    enum gw_err err = GW_OK;
    if (strcmp(node->key, "version") == 0)
        return node->kind == GW_TOML_INTEGER && node->number == 1
                   ? GW_OK
                   : gw_toml_wrong(node, diag, "only version 1 is known");
    if (strcmp(node->key, "errno") == 0) {
        policy->otherwise = node->kind == GW_TOML_STRING
                                ? gw_errno_find(gw_span_str(node->text))
                                : UINT64_MAX;
        return policy->otherwise != UINT64_MAX
                   ? GW_OK
                   : gw_toml_wrong(node, diag, "errno takes %s", wanted[ERRNO]);
    }
    if (strcmp(node->key, "rule") != 0)
        return gw_toml_wrong(node, diag,
                             "there is no key %.60s here; rules are tables "
                             "[[rule]]",
                             node->key);
    if (node->kind != GW_TOML_ARRAY)
        return gw_toml_wrong(node, diag, "rules are written [[rule]]");
    for (const struct gw_toml *rule = node->first; rule && err == GW_OK;
         rule = rule->next)
        err = read_rule(policy, rule, diag);
    return err;
}

static uint64_t
limit(enum gw_policy_limit which)
{
    return gw_policy_limit_table[which].standard;
}

enum gw_err
gw_policy_read(struct gw_policy *policy, struct gw_span text,
               struct gw_diag *diag)
{
    const struct gw_toml_bounds bounds = { limit(GW_POLICY_LIMIT_SIZE),
                                           limit(GW_POLICY_LIMIT_DEPTH),
                                           limit(GW_POLICY_LIMIT_KEYS) };
    struct gw_arena arena;
    struct gw_toml *root;
    struct gw_diag own;
    if (!diag) {
        gw_diag_init(&own);
        diag = &own;
    }
    gw_arena_init(&arena, &policy->alloc, SIZE_MAX);
    enum gw_err err = gw_toml_parse(&arena, text, &bounds, diag, &root);
    for (const struct gw_toml *node = err == GW_OK ? root->first : NULL;
         node && err == GW_OK; node = node->next)
        err = read_top(policy, node, diag);
    gw_arena_fini(&arena);
    return err;
}

/* ---- the command line ---- */

/* Where the constraints begin: behind the first colon that a key and a sign
 * follow, since names of interfaces have colons too. */
static const char *
find_keys(const char *text)
{
    for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
        enum gw_key key;
        size_t size = strcspn(at + 1, "=,:");
        if (at[1 + size] == '=' && find_key(gw_span(at + 1, size), &key))
            return at;
    }
    return NULL;
}

static enum gw_err
wrong_grant(struct gw_diag *diag, const char *text, const char *what)
{
    return gw_diag_report(diag, GW_ERR_SYNTAX, GW_NO_OFFSET, "%.80s: %s", text,
                          what);
}

/* Reads key=value,key=value... behind the name. */
static enum gw_err
grant_keys(struct gw_policy *policy, struct gw_rule *rule, const char *text,
           struct gw_diag *diag)
{
    char value[GW_CLEAN_MAX];
    for (bool more = true; more;) {
        enum gw_key key;
        size_t size = strcspn(text, "=,");
        if (text[size] != '=' || !find_key(gw_span(text, size), &key) ||
            key == GW_KEY_FUNC || key == GW_KEY_ACTION)
            return wrong_grant(diag, text,
                               "a key of a rule and = are missing here; godwit "
                               "policy explain lists them");
        bool list = gw_key_table[key].kind <= GW_KIND_CLOCKS;
        if ((rule->given & 1u << key) && !list)
            return wrong_grant(diag, text, "the key is there already");
        text += size + 1;
        size = strcspn(text, ",");
        if (size >= sizeof value)
            return wrong_grant(diag, text, "the value is too long");
        memcpy(value, text, size);
        value[size] = '\0';
        rule->given |= 1u << key;
        if (!set_text(policy, rule, key, value, diag)) {
            char what[120];
            snprintf(what, sizeof what, "%s takes %s", gw_key_table[key].name,
                     wanted[gw_key_table[key].kind]);
            return wrong_grant(diag, value, what);
        }
        text += size;
        more = *text == ',';
        text += more;
    }
    return GW_OK;
}

/* The pattern of a name; one without a module is a function of WASI. */
static enum gw_err
grant_name(struct gw_policy *policy, struct gw_rule *rule, const char *name,
           size_t size, struct gw_diag *diag)
{
    char full[300];
    bool whole = memchr(name, '.', size) || memchr(name, '#', size) ||
                 (size == 1 && name[0] == '*');
    if (size == 0 || size > 200)
        return wrong_grant(diag, name, "the name of a function is missing");
    int length = snprintf(full, sizeof full, "%s%.*s", whole ? "" : "wasi_*.",
                          (int)size, name);
    rule->given |= GW_GIVES(FUNC);
    return add_text(policy, &rule->texts[GW_KIND_NAMES], full, (size_t)length,
                    diag);
}

enum gw_err
gw_policy_grant(struct gw_policy *policy, unsigned action, const char *text,
                struct gw_diag *diag)
{
    const char *keys = find_keys(text), *sharp = strchr(text, '#');
    if (!keys && strchr(sharp ? sharp : text, ':'))
        return wrong_grant(diag, text,
                           "behind the colon stands key=value; godwit policy "
                           "explain lists the keys");
    const char *sign = keys ? NULL : strchr(text, '=');
    const char *end = keys ? keys : sign ? sign : text + strlen(text);
    struct gw_rule *rule = rule_new(policy, 0, diag);
    if (!rule)
        return diag ? diag->err : GW_ERR_NOMEM;
    rule->values[GW_KEY_ACTION] = action;
    enum gw_err err = grant_name(policy, rule, text, (size_t)(end - text),
                                 diag);
    if (err == GW_OK && keys)
        err = grant_keys(policy, rule, keys + 1, diag);
    if (err == GW_OK && sign) {
        rule->given |= GW_GIVES(ERRNO);
        if (!set_text(policy, rule, GW_KEY_ERRNO, sign + 1, diag))
            return wrong_grant(diag, text, "after = stands an errno's name");
    }
    const char *wrong = err == GW_OK ? missing(rule) : NULL;
    return wrong ? wrong_grant(diag, text, wrong) : err;
}

enum gw_err
gw_policy_allow_all(struct gw_policy *policy, bool log)
{
    struct gw_rule *rule = rule_new(policy, 0, NULL);
    if (!rule)
        return GW_ERR_NOMEM;
    rule->given = GW_GIVES(FUNC);
    if (log)
        rule->values[GW_KEY_LOG] = 1;
    return add_text(policy, &rule->texts[GW_KIND_NAMES], "*", 1, NULL);
}
