/* Policies: the file format, rules, constraints, quotas, changes at run
 * time, records, learning. */
#include "check.h"
#include "os/file.h"
#include "os/os.h"
#include "policy/explain.h"
#include "policy/gate.h"
#include "policy/toml.h"

#include <stdatomic.h>
#include <stdlib.h>

/* ---- the file format ---- */

static void
wrong_at(const char *text, uint32_t line, uint32_t column, const char *says)
{
    struct gw_diag diag;
    struct gw_policy *policy = gw_policy_new();
    gw_diag_init(&diag);
    CHECK(gw_policy_read(policy, gw_span_str(text), &diag) != GW_OK);
    bool good = CHECK_EQ_U64(diag.line, line);
    good &= CHECK_EQ_U64(diag.column, column);
    good &= CHECK(strstr(diag.text, says) != NULL);
    if (!good)
        printf("    of: %s\n    says: %s\n", text, diag.text);
    gw_policy_unref(policy);
}

static void
test_errors(void)
{
    wrong_at("a", 1, 2, "'='");
    wrong_at("version = 2\n", 1, 1, "version 1");
    wrong_at("version = 1 x\n", 1, 13, "follows");
    wrong_at("version = 1\nversion = 1\n", 2, 1, "there already (line 1)");
    wrong_at("versio = 1\n", 1, 1, "no key versio");
    wrong_at("version = 1.5\n", 1, 12, "integer");
    wrong_at("version = 1979-05-27\n", 1, 15, "integer");
    wrong_at("version = 01\n", 1, 13, "integer");
    wrong_at("version = 99999999999999999999\n", 1, 29, "too large");
    wrong_at("errno = \"EX\"\n", 1, 1, "errno");
    wrong_at("errno = \"EACCES\n", 1, 9, "does not end");
    wrong_at("errno = \"\"\"x\"\"\"\n", 1, 10, "several lines");
    wrong_at("errno = \"\\q\"\n", 1, 11, "escape");
    wrong_at("errno = \"\\u12\"\n", 1, 14, "4 hexadecimal");
    wrong_at("errno = \"\\u0000\"\n", 1, 16, "no character");
    wrong_at("errno = \"\xff\"\n", 1, 10, "UTF-8");
    wrong_at("errno = \"a\001\"\n", 1, 11, "control");
    wrong_at("# a\001\n", 1, 4, "control");
    wrong_at("[rule]\nfunc = \"a.b\"\n", 1, 2, "[[rule]]");
    wrong_at("[[rule]\n", 1, 8, "']'");
    wrong_at("[[rule]]\n\n", 1, 1, "no func");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nfunk = 1\n", 3, 1, "no key funk");
    wrong_at("[[rule]]\nfunc = []\n", 2, 1, "empty");
    wrong_at("[[rule]]\nfunc = \"\"\n", 2, 1, "func takes");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nlog = [true]\n", 3, 1, "one value");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nlog = 1\n", 3, 1, "true or false");
    wrong_at("[[rule]]\nfunc = \"a.b\"\ncalls = -1\n", 3, 1, "a number");
    wrong_at("[[rule]]\nfunc = \"a.b\"\ncalls = \"1K\"\n", 3, 1, "a number");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nbytes = \"1Q\"\n", 3, 1, "bytes");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nclock = \"x\"\n", 3, 1, "realtime");
    wrong_at("[[rule]]\nfunc = \"a.b\"\npath = \"../..\"\nx.y = 1\n", 4, 1,
             "no key x");
    wrong_at("[[rule]]\nfunc = \"a.b\"\npath = \"\"\n", 3, 1, "path");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nhost = \"a:70000\"\n", 3, 1,
             "name:port");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nhost = \"a:9-1\"\n", 3, 1, "name:port");
    wrong_at("[[rule]]\nfunc = \"a.b\"\naction = \"limit\"\n", 1, 1, "a quota");
    wrong_at("[[rule]]\nfunc = \"a.b\"\naction = \"deny\"\ncalls = 1\n", 1, 1,
             "no quota");
    wrong_at("[[rule]]\nfunc = \"a.b\"\nerrno = \"EIO\"\n", 1, 1, "errno is");
    wrong_at("a.b = 1\n[a]\n", 2, 2, "there already");
    wrong_at("a = {b = 1}\n[a.c]\n", 2, 2, "there already");
    wrong_at("a = [[[[[[[[[[[[[[[[[[[[", 1, 21, "deeper");
    wrong_at("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", 1, 33, "parts");
    wrong_at("x = {a = 1\n}", 1, 11, "on its line");
    wrong_at("x = [1 2]", 1, 8, "']'");
    wrong_at("x = ", 1, 5, "a value is missing");
    wrong_at("x = nan", 1, 5, "a value is missing");
    wrong_at("\"a\nb\" = 1", 1, 1, "does not end");
    wrong_at("= 1", 1, 1, "a key is missing");
}

static struct gw_toml *
member(struct gw_toml *table, const char *key)
{
    struct gw_toml *child = table ? table->first : NULL;
    while (child && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}

static void
test_toml(void)
{
    static const char text[] =
        "# all there is\r\n"
        "a . \"b.c\" . 'd' = \"x\\t\\\"\\u00e4\\U0001F600\" # end\n"
        "n = [ -1_000, +0, 0xfF, 0o17, 0b101, # five\n  0,\n]\n"
        "t = true\nf = false\n"
        "i = { a.b = 'c:\\', c = [[], [\"\"]], d = {} }\n"
        "[x.y]\nz = 1\n[x]\nw = 2\n"
        "[[l]]\nv = 1\n[[l]]\nv = 2\n[l.m]\nn = 3\n";
    static const int64_t numbers[] = { -1000, 0, 255, 15, 5, 0 };
    const struct gw_toml_bounds bounds = { 4096, 16, 64 };
    struct gw_alloc alloc;
    struct gw_arena arena;
    struct gw_toml *root;
    struct gw_diag diag;
    gw_diag_init(&diag);
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_arena_init(&arena, &alloc, SIZE_MAX);
    if (!CHECK(gw_toml_parse(&arena, gw_span_str(text), &bounds, &diag,
                             &root) == GW_OK)) {
        printf("    %u:%u: %s\n", diag.line, diag.column, diag.text);
        return;
    }
    struct gw_toml *d = member(member(member(root, "a"), "b.c"), "d");
    CHECK_STR(d ? d->text : NULL, "x\t\"\xc3\xa4\xf0\x9f\x98\x80");
    struct gw_toml *n = member(root, "n");
    CHECK_EQ_U64(n->count, 6);
    n = n->first;
    for (unsigned i = 0; i < 6 && n; i++, n = n->next)
        CHECK(n->kind == GW_TOML_INTEGER && n->number == numbers[i]);
    CHECK_EQ_U64(member(root, "t")->number, 1);
    CHECK_EQ_U64(member(root, "f")->number, 0);
    struct gw_toml *i = member(root, "i");
    CHECK_STR(member(member(i, "a"), "b")->text, "c:\\");
    CHECK_EQ_U64(member(i, "c")->count, 2);
    CHECK_EQ_U64(member(member(member(root, "x"), "y"), "z")->number, 1);
    CHECK_EQ_U64(member(member(root, "x"), "w")->number, 2);
    struct gw_toml *l = member(root, "l");
    CHECK_EQ_U64(l->count, 2);
    CHECK_EQ_U64(member(l->first->next, "v")->number, 2);
    CHECK_EQ_U64(member(member(l->first->next, "m"), "n")->number, 3);
    CHECK_EQ_U64(member(l->first->next, "m")->line, 17);
    gw_arena_fini(&arena);
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
}

/* ---- paths ---- */

static void
test_join(void)
{
    static const struct {
        const char *dir, *path, *clean; /* NULL: leads out */
    } cases[] = {
        { "/", "a", "/a" },
        { "/", ".", "/" },
        { "/", "", "/" },
        { "/", "..", NULL },
        { "/", "a/..", "/" },
        { "/", "a/../..", NULL },
        { "/data", "a//b/", "/data/a/b" },
        { "/data/", "./a/./b/.", "/data/a/b" },
        { "/data", "../data/a", NULL },
        { "/data", "a/../../data/a", NULL },
        { "/data", "a/../b", "/data/b" },
        { "/data", "/data/a", NULL },
        { ".", "a", "a" },
        { ".", ".", "." },
        { ".", "..", NULL },
        { "data", "a/../..", NULL },
        { "data", "..", NULL },
        { "../x", "a", "../x/a" },
        { "..", "a/..", ".." },
        { "../..", "a", "../../a" },
        { "../x", "..", NULL },
        { "/..", "a", "/../a" },
        { "/a/../b", "c", "/b/c" },
        { "...", "....", ".../...." },
        { "/d", "..a", "/d/..a" },
        { "/d", "a..", "/d/a.." },
    };
    char clean[GW_CLEAN_MAX];
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool good = gw_path_join(cases[i].dir, cases[i].path, clean);
        if (!CHECK(good == (cases[i].clean != NULL)))
            printf("    %s + %s\n", cases[i].dir, cases[i].path);
        else if (good)
            CHECK_STR(clean, cases[i].clean);
    }
    char *longest = malloc(GW_CLEAN_MAX + 1);
    memset(longest, 'a', GW_CLEAN_MAX);
    longest[GW_CLEAN_MAX] = '\0';
    CHECK(!gw_path_join("/", longest, clean));
    CHECK(gw_path_join("/", longest + 2, clean));
    CHECK(!gw_path_join("/", longest + 1, clean));
    free(longest);
}

/* ---- rules ---- */

static struct gw_policy *
policy_of(const char *text)
{
    struct gw_diag diag;
    struct gw_policy *policy = gw_policy_new();
    gw_diag_init(&diag);
    if (!CHECK(gw_policy_read(policy, gw_span_str(text), &diag) == GW_OK))
        printf("    %u:%u: %s\n", diag.line, diag.column, diag.text);
    return policy;
}

/* One guest, one function m.f. */
struct place {
    struct gw_gate *gate;
    struct gw_guard *guard;
    struct gw_verdict verdict;
};

static void
open_place(struct place *place, const char *text)
{
    const struct gw_subject subject = { gw_span_str("m"), gw_span_str("f") };
    struct gw_policy *policy = policy_of(text);
    place->gate = gw_gate_new();
    CHECK(gw_gate_set(place->gate, policy) == GW_OK);
    gw_policy_unref(policy);
    place->guard = gw_guard_new(place->gate, place, subject);
}

static void
close_place(struct place *place)
{
    gw_guard_free(place->guard);
    gw_gate_unref(place->gate);
}

static bool
judge(struct place *place, const struct gw_ask *ask)
{
    gw_guard_judge(place->guard, ask, &place->verdict);
    return place->verdict.allowed;
}

static bool
allows(const char *text, const struct gw_ask *ask)
{
    struct place place;
    open_place(&place, text);
    bool allowed = judge(&place, ask);
    close_place(&place);
    return allowed;
}

static bool
allows_path(const char *text, unsigned access, const char *path)
{
    const struct gw_ask ask = { .has = GW_ASK_PATH | GW_ASK_ACCESS,
                                .access = access,
                                .paths = { path },
                                .path_count = 1 };
    return allows(text, &ask);
}

#define RULE "[[rule]]\nfunc = \"m.f\"\n"
enum { R = GW_ACCESS_READ, W = GW_ACCESS_WRITE };

static void
test_names(void)
{
    static const struct {
        const char *pattern, *module, *name;
        bool fits;
    } cases[] = {
        { "m.f", "m", "f", true },
        { "m.f", "m", "g", false },
        { "m.f", "n", "f", false },
        { "*", "any", "thing", true },
        { "*.f", "any", "f", true },
        { "m.*", "m", "", true },
        { "m.f*x", "m", "fabx", true },
        { "m.f*x", "m", "fab", false },
        { "*.*", "a.b", "c", true },
        { "a.b.c", "a.b", "c", true },
        { "a.b.c", "a", "b.c", false },
        { "m.F", "m", "f", false },
        { "w:fs/t#open-at", "w:fs/t", "open-at", true },
        { "w:fs/t@0.2.0#open", "w:fs/t@0.2.0", "open", true },
        { "w:*#*", "w:fs/t@0.2.0", "open", true },
        { "m.**a**", "m", "bab", true },
        { "m.f", "m", "f ", false },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[100];
        snprintf(text, sizeof text, "[[rule]]\nfunc = [\"no.no\", \"%s\"]",
                 cases[i].pattern);
        struct gw_policy *policy = policy_of(text);
        const struct gw_subject subject = { gw_span_str(cases[i].module),
                                            gw_span_str(cases[i].name) };
        if (!CHECK(gw_rule_names(policy->first, subject) == cases[i].fits))
            printf("    %s for %s %s\n", cases[i].pattern, cases[i].module,
                   cases[i].name);
        gw_policy_unref(policy);
    }
}

static void
test_paths(void)
{
    const char *data = RULE "path = [\"/data/\", \"conf\"]";
    CHECK(allows_path(data, R, "/data"));
    CHECK(allows_path(data, R, "/data/a/b"));
    CHECK(allows_path(data, R, "conf/x"));
    CHECK(!allows_path(data, R, "/data2"));
    CHECK(!allows_path(data, R, "/dat"));
    CHECK(!allows_path(data, R, "/DATA/a"));
    CHECK(!allows_path(data, R, "/"));
    CHECK(!allows_path(data, R, "/conf/x"));
    CHECK(!allows_path(data, R, "conf2"));
    CHECK(!allows_path(data, R, NULL));
    CHECK(allows_path(RULE "path = \"/\"", R, "/x"));
    CHECK(!allows_path(RULE "path = \"/\"", R, "x"));
    CHECK(allows_path(RULE "path = \".\"", R, "x"));
    CHECK(allows_path(RULE "path = \".\"", R, "..x"));
    CHECK(!allows_path(RULE "path = \".\"", R, "/x"));
    CHECK(!allows_path(RULE "path = \".\"", R, "../x"));
    CHECK(allows_path(RULE "path = \"../x\"", R, "../x/y"));
    CHECK(allows_path(RULE "path = \"/a/../b\"", R, "/b/y"));
    /* Of two paths, an allowance needs both, a denial one. */
    struct gw_ask two = { .has = GW_ASK_PATH,
                          .paths = { "/a/x", "/b/x" },
                          .path_count = 2 };
    CHECK(!allows(RULE "path = \"/a\"", &two));
    CHECK(!allows(RULE "path = \"/b\"", &two));
    CHECK(allows(RULE "path = [\"/a\", \"/b\"]", &two));
    const char *but_b = RULE "action = \"deny\"\npath = \"/b\"\n" RULE;
    CHECK(!allows(but_b, &two));
    two.paths[1] = "/c";
    CHECK(allows(but_b, &two));
    /* A call without a path fits no rule about paths. */
    const struct gw_ask nothing = { 0 };
    CHECK(!allows(RULE "path = \"/\"", &nothing));
    CHECK(allows(RULE "action = \"deny\"\npath = \"/\"\n" RULE, &nothing));
}

static void
test_access(void)
{
    const char *read = RULE "access = \"read\"";
    CHECK(allows_path(read, R, "/x"));
    CHECK(!allows_path(read, W, "/x"));
    CHECK(!allows_path(read, R | W, "/x"));
    CHECK(allows_path(RULE "access = \"read-write\"", R | W, "/x"));
    CHECK(allows_path(RULE "access = \"read-write\"", R, "/x"));
    const char *no_write = RULE "action = \"deny\"\naccess = \"write\"\n" RULE;
    CHECK(allows_path(no_write, R, "/x"));
    CHECK(!allows_path(no_write, R | W, "/x"));
    const struct gw_ask nothing = { 0 };
    CHECK(!allows(read, &nothing));
}

static void
test_other_constraints(void)
{
    const struct {
        const char *rule, *host;
        uint32_t port;
        bool fits;
    } hosts[] = {
        { "host = \"a.org:80\"", "a.org", 80, true },
        { "host = \"a.org:80\"", "A.ORG", 80, true },
        { "host = \"a.org:80\"", "a.org", 81, false },
        { "host = \"a.org:80\"", "b.a.org", 80, false },
        { "host = \"*.a.org:80-90\"", "b.a.org", 90, true },
        { "host = \"*.a.org:80-90\"", "b.a.org", 91, false },
        { "host = \"*.a.org:80-90\"", "a.org", 80, false },
        { "host = \"*.a.org:80-90\"", "a.org.evil", 80, false },
        { "host = \"a.org\"", "a.org", 65535, true },
        { "host = [\"x:1\", \"[::1]:443\"]", "::1", 443, true },
        { "host = \"[fe80::*]\"", "fe80::1", 1, true },
        { "host = \"[::1]:443\"", "::1", 80, false },
    };
    for (unsigned i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char text[100];
        const struct gw_ask ask = { .has = GW_ASK_HOST,
                                    .host = gw_span_str(hosts[i].host),
                                    .port = hosts[i].port };
        snprintf(text, sizeof text, RULE "%s", hosts[i].rule);
        if (!CHECK(allows(text, &ask) == hosts[i].fits))
            printf("    %s for %s:%u\n", hosts[i].rule, hosts[i].host,
                   hosts[i].port);
    }
    struct gw_ask ask = { .has = GW_ASK_CLOCK, .clocks = 2 };
    CHECK(allows(RULE "clock = [\"realtime\", \"monotonic\"]", &ask));
    CHECK(!allows(RULE "clock = \"realtime\"", &ask));
    ask.clocks = 3;
    CHECK(allows(RULE "clock = [\"realtime\", \"monotonic\"]", &ask));
    CHECK(!allows(RULE "clock = \"monotonic\"", &ask));
    ask.clocks = gw_clock_bit(33) | 2;
    CHECK(!allows(RULE "clock = \"monotonic\"", &ask));
    ask.clocks = 0; /* poll_oneoff without a clock */
    CHECK(allows(RULE "clock = \"monotonic\"", &ask));
    ask = (struct gw_ask){ .has = GW_ASK_BYTES, .bytes = 1024 };
    CHECK(allows(RULE "max-bytes = \"1KiB\"", &ask));
    CHECK(!allows(RULE "max-bytes = 1023", &ask));
    ask.has = GW_ASK_MOVES; /* is cut instead */
    CHECK(allows(RULE "max-bytes = 1023", &ask));
}

static void
test_grants(void)
{
    static const struct {
        const char *text, *says; /* NULL: good */
    } cases[] = {
        { "path_open", NULL },
        { "m.f:calls=1,rate=2", NULL },
        { "path_open:path=/a,path=/b,access=read", NULL },
        { "wasi:fs/t@0.2#open:path=/a", NULL },
        { "m.f:", "key" },
        { "m.f:pat=/a", "key" },
        { "m.f:path", "key" },
        { "m.f:path=", "path takes" },
        { "m.f:calls=1,calls=2", "already" },
        { "m.f:calls=1,", "key" },
        { "m.f:action=deny", "key" },
        { "m.f:max-bytes=x", "bytes" },
        { "", "missing" },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gw_diag diag;
        struct gw_policy *policy = gw_policy_new();
        gw_diag_init(&diag);
        bool good = gw_policy_grant(policy, GW_ACTION_ALLOW, cases[i].text,
                                    &diag) == GW_OK;
        bool right = cases[i].says ? strstr(diag.text, cases[i].says) != NULL
                                   : true;
        if (!CHECK((good == !cases[i].says) && right))
            printf("    %s: %s\n", cases[i].text, diag.text);
        gw_policy_unref(policy);
    }
    struct gw_policy *policy = gw_policy_new();
    const struct gw_subject subject = { gw_span_str("wasi_snapshot_preview1"),
                                        gw_span_str("fd_read") };
    CHECK(gw_policy_grant(policy, GW_ACTION_DENY, "fd_read=EIO", NULL) ==
          GW_OK);
    CHECK(gw_rule_names(policy->first, subject));
    CHECK_EQ_U64(policy->first->values[GW_KEY_ERRNO], GW_OSERR_IO);
    gw_policy_unref(policy);
}

/* ---- quotas ---- */

static void
test_quotas(void)
{
    struct place place;
    struct gw_ask ask = { 0 };
    open_place(&place, RULE "calls = 2\nerrno = \"EDQUOT\"\n");
    CHECK(judge(&place, &ask) && judge(&place, &ask));
    CHECK(!judge(&place, &ask));
    CHECK_EQ_U64(place.verdict.number, GW_OSERR_DQUOT);
    close_place(&place);

    /* What must be whole is refused, what moves is cut; what did not move
     * comes back. */
    open_place(&place, RULE "bytes = 10");
    ask = (struct gw_ask){ .has = GW_ASK_MOVES, .bytes = 8 };
    CHECK(judge(&place, &ask));
    CHECK_EQ_U64(place.verdict.room, 8);
    gw_guard_done(place.guard, &ask, &place.verdict, 3, 0, false);
    CHECK(judge(&place, &ask));
    CHECK_EQ_U64(place.verdict.room, 7);
    gw_guard_done(place.guard, &ask, &place.verdict, 7, 0, false);
    CHECK(!judge(&place, &ask));
    CHECK_EQ_U64(place.verdict.number, UINT64_MAX);
    ask.bytes = 0;
    CHECK(judge(&place, &ask));
    close_place(&place);
    open_place(&place, RULE "bytes = 10");
    ask = (struct gw_ask){ .has = GW_ASK_BYTES, .bytes = 11 };
    CHECK(!judge(&place, &ask));
    ask.bytes = 10;
    CHECK(judge(&place, &ask));
    CHECK(!judge(&place, &ask));
    close_place(&place);

    open_place(&place, RULE "handles = 2");
    ask = (struct gw_ask){ .has = GW_ASK_HANDLES, .handles = 1 };
    CHECK(judge(&place, &ask));
    ask.handles = 2;
    CHECK(!judge(&place, &ask));
    close_place(&place);

    open_place(&place, RULE "rate = 50");
    uint64_t begin, now;
    unsigned count = 0;
    ask = (struct gw_ask){ 0 };
    gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &begin);
    do {
        count += judge(&place, &ask);
        gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now);
    } while (count < 55 && now - begin < UINT64_C(60000000000));
    uint64_t most = 50 + (now - begin) * 50 / 1000000000 + 1;
    CHECK(count == 55 && count <= most);
    close_place(&place);
    open_place(&place, RULE "rate = 0");
    CHECK(!judge(&place, &ask));
    close_place(&place);
}

/* One guest with several stores: a quota is neither exceeded nor lost. */
enum { TAKERS = 4, QUOTA = 200000 };

struct taker {
    struct gw_guard *guard;
    unsigned taken;
    bool judges;
};

static void
take_all(void *env)
{
    struct taker *taker = env;
    const struct gw_ask ask = { .has = GW_ASK_BYTES, .bytes = 1 };
    struct gw_verdict verdict;
    for (;;) {
        if (taker->judges) {
            gw_guard_judge(taker->guard, &ask, &verdict);
            if (!verdict.allowed)
                return;
            gw_guard_done(taker->guard, &ask, &verdict, 1, 0, false);
        } else if (!gw_guard_counts(taker->guard)) {
            return;
        }
        taker->taken++;
    }
}

static void
test_shared_quotas(const char *rule, bool judges)
{
    const struct gw_subject subject = { gw_span_str("m"), gw_span_str("f") };
    struct taker takers[TAKERS];
    struct gw_os_thread threads[TAKERS];
    struct place place;
    unsigned taken = 0;
    open_place(&place, rule);
    for (unsigned i = 0; i < TAKERS; i++)
        takers[i] = (struct taker){
            gw_guard_new(place.gate, &takers[i], subject), 0, judges
        };
    for (unsigned i = 0; i < TAKERS; i++)
        CHECK(gw_os_thread_start(&threads[i], take_all, &takers[i], 0));
    for (unsigned i = 0; i < TAKERS; i++) {
        gw_os_thread_join(&threads[i]);
        taken += takers[i].taken;
        gw_guard_free(takers[i].guard);
    }
    CHECK_EQ_U64(taken, QUOTA);
    close_place(&place);
}

/* Calls that are taken from the bucket in batches are not taken twice. */
static void
test_high_rate(void)
{
    const uint64_t rate = 1000000;
    struct place place;
    uint64_t begin, now, count = 0, refused = 0;
    open_place(&place, RULE "rate = 1000000");
    gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &begin);
    do {
        bool took = gw_guard_counts(place.guard);
        count += took;
        refused += !took;
        gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now);
    } while (now - begin < 300000000);
    CHECK(count <= rate + (now - begin) * rate / 1000000000);
    CHECK(count >= rate / 2 || refused == 0);
    close_place(&place);
}

/* ---- changes ---- */

struct caller {
    struct place place;
    atomic_bool over;
    atomic_uint calls, refused;
};

static void
call_on(void *env)
{
    struct caller *caller = env;
    const struct gw_ask ask = { 0 };
    struct gw_verdict verdict;
    while (!atomic_load(&caller->over)) {
        if (!gw_guard_passes(caller->place.guard)) {
            gw_guard_judge(caller->place.guard, &ask, &verdict);
            if (!verdict.allowed)
                atomic_fetch_add(&caller->refused, 1);
        }
        atomic_fetch_add(&caller->calls, 1);
    }
}

/* Once a change has returned, no call that begins later goes by the old. */
static void
test_change(void)
{
    static struct caller caller;
    struct gw_os_thread thread;
    struct gw_policy *none = gw_policy_new();
    struct gw_policy *all = policy_of("[[rule]]\nfunc = \"*\"");
    open_place(&caller.place, "[[rule]]\nfunc = \"*\"");
    CHECK(gw_os_thread_start(&thread, call_on, &caller, 0));
    for (int i = 0; i < 200; i++) {
        CHECK(gw_gate_set(caller.place.gate, none) == GW_OK);
        unsigned from = atomic_load(&caller.calls);
        while (atomic_load(&caller.calls) < from + 2)
            gw_os_yield(); /* one call may have begun before */
        unsigned calls = atomic_load(&caller.calls);
        unsigned refused = atomic_load(&caller.refused);
        while (atomic_load(&caller.calls) < calls + 10)
            gw_os_yield();
        CHECK(atomic_load(&caller.refused) >= refused + 9);
        CHECK(gw_gate_set(caller.place.gate, all) == GW_OK);
    }
    atomic_store(&caller.over, true);
    gw_os_thread_join(&thread);
    CHECK(gw_gate_calls(caller.place.gate) == atomic_load(&caller.calls));
    close_place(&caller.place);
    gw_policy_unref(none);
    gw_policy_unref(all);
}

/* Constraints and quotas go through judging, the rest does not. */
static void
test_passes(void)
{
    static const struct {
        const char *text;
        bool passes;
    } cases[] = {
        { RULE, true },
        { "[[rule]]\nfunc = \"*\"", true },
        { RULE "path = \"/\"\n" RULE, false },
        { RULE "log = true", false },
        { RULE "calls = 5", false },
        { RULE "\n" RULE "action = \"deny\"", true },
        { RULE "action = \"deny\"\n" RULE, false },
        { "[[rule]]\nfunc = \"m.g\"\naction = \"deny\"\n" RULE, true },
        { "", false },
    };
    const struct gw_ask ask = { 0 };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place place;
        open_place(&place, cases[i].text);
        CHECK(!gw_guard_passes(place.guard));
        judge(&place, &ask);
        if (!CHECK(gw_guard_passes(place.guard) == cases[i].passes))
            printf("    %s\n", cases[i].text);
        CHECK_EQ_U64(gw_gate_calls(place.gate), 2);
        close_place(&place);
    }
}

/* ---- records, lessons ---- */

struct record {
    char text[2000];
    size_t size, lines;
};

static void
take_line(void *env, const char *line, size_t size)
{
    struct record *record = env;
    record->lines++;
    if (record->size + size < sizeof record->text) {
        memcpy(record->text + record->size, line, size);
        record->size += size;
    }
}

static void
test_audit(void)
{
    struct place place;
    struct record record = { "", 0, 0 };
    struct gw_ask ask = { .has = GW_ASK_PATH | GW_ASK_ACCESS,
                          .access = R,
                          .paths = { "/a\"\n" },
                          .path_count = 1 };
    open_place(&place, RULE "path = \"/a\\\"\\n\"\nlog = true\n" RULE
                            "path = \"/quiet\"\n");
    CHECK(gw_gate_audit(place.gate, "app", take_line, &record, 600) == GW_OK);
    CHECK(judge(&place, &ask));
    gw_guard_done(place.guard, &ask, &place.verdict, 0, GW_OSERR_NOENT, false);
    CHECK_EQ_U64(record.lines, 1);
    CHECK(strstr(record.text, "\"instance\":\"app\",\"function\":\"m.f\","
                              "\"arguments\":{\"path\":\"/a\\\"\\u000a\","
                              "\"access\":\"read\"},\"outcome\":\"allowed\","
                              "\"rule\":1,\"errno\":\"NOENT\"}\n"));
    ask.paths[0] = "/quiet";
    CHECK(judge(&place, &ask));
    gw_guard_done(place.guard, &ask, &place.verdict, 0, 0, false);
    CHECK_EQ_U64(record.lines, 1);
    ask.paths[0] = "/b";
    CHECK(!judge(&place, &ask));
    gw_guard_done(place.guard, &ask, &place.verdict, 0, UINT64_MAX, false);
    CHECK_EQ_U64(record.lines, 2);
    CHECK(strstr(record.text, "\"outcome\":\"refused\",\"rule\":0,\"why\":"));
    /* Past the limit, what cannot be recorded cannot be done. */
    ask.paths[0] = "/a\"\n";
    unsigned allowed = 0;
    for (int i = 0; i < 50; i++) {
        allowed += judge(&place, &ask);
        gw_guard_done(place.guard, &ask, &place.verdict, 0, 0, false);
    }
    CHECK(allowed > 0 && allowed < 5);
    CHECK(!judge(&place, &ask));
    CHECK(record.size <= 600 + 20);
    CHECK(strstr(record.text, "{\"full\":true}\n"));
    ask.paths[0] = "/quiet";
    CHECK(judge(&place, &ask));
    close_place(&place);
}

static void
lesson(struct place *place, const struct gw_ask *ask, bool links)
{
    CHECK(judge(place, ask));
    gw_guard_done(place->guard, ask, &place->verdict, 0, 0, links);
}

static void
test_learn(void)
{
    struct place place;
    struct gw_alloc alloc;
    struct gw_vec text;
    static const char *const paths[] = { "/a/b", "/a-b", "/a", "/a/c", "/ä\"" };
    open_place(&place, "");
    gw_gate_learn(place.gate);
    struct gw_ask ask = { .has = GW_ASK_PATH | GW_ASK_ACCESS,
                          .access = R,
                          .path_count = 1 };
    for (unsigned i = 0; i < 10; i++) {
        ask.paths[0] = paths[i % 5];
        lesson(&place, &ask, false);
    }
    ask.access = W;
    lesson(&place, &ask, true);
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_vec_init(&text, &alloc, 1);
    CHECK(gw_gate_learned(place.gate, &text) == GW_OK);
    *(char *)gw_vec_push(&text) = '\0';
    CHECK_STR(text.data, "version = 1\n"
                         "\n[[rule]]\nfunc = \"m.f\"\npath = [\"/ä\\\"\"]\n"
                         "access = \"write\"\nlinks = true\n"
                         "\n[[rule]]\nfunc = \"m.f\"\npath = [\"/a\",\n"
                         "        \"/a-b\",\n        \"/ä\\\"\"]\n"
                         "access = \"read\"\n");
    CHECK(allows_path(text.data, R, "/a/b"));
    CHECK(allows_path(text.data, W, "/ä\"/x"));
    CHECK(!allows_path(text.data, W, "/a"));
    gw_vec_fini(&text);
    close_place(&place);
}

static void
test_explain(void)
{
    struct gw_alloc alloc;
    struct gw_vec text;
    enum gw_answer answer;
    struct gw_policy *policy = policy_of(
        "errno = \"EACCES\"\n"
        "[[rule]]\nfunc = \"*.path_open\"\npath = \"/a\"\naccess = \"read\"\n"
        "[[rule]]\nfunc = \"*.path_open\"\nrate = 3\nerrno = \"again\"\n"
        "[[rule]]\nfunc = \"*.random_get\"\n");
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_vec_init(&text, &alloc, 1);
    CHECK(gw_explain_call(policy, "path_open:path=/a/b,access=read", &answer,
                          &text, NULL) == GW_OK);
    CHECK(answer == GW_ANSWER_ALLOWED);
    CHECK(gw_explain_call(policy, "path_open:path=/b", &answer, &text, NULL) ==
          GW_OK);
    CHECK(answer == GW_ANSWER_DEPENDS);
    CHECK(gw_explain_call(policy, "fd_read", &answer, &text, NULL) == GW_OK);
    CHECK(answer == GW_ANSWER_REFUSED);
    *(char *)gw_vec_push(&text) = '\0';
    CHECK_STR(text.data,
              "allowed by rule 1, line 2: *.path_open: allowed if path /a, "
              "access read"
              "allowed by rule 2, line 6: *.path_open: allowed, up to rate 3, "
              "refused with EAGAIN"
              "no rule fits: refused with EACCES");
    gw_vec_fini(&text);
    gw_policy_unref(policy);
}

int
main(void)
{
    test_errors();
    test_toml();
    test_join();
    test_names();
    test_paths();
    test_access();
    test_other_constraints();
    test_grants();
    test_quotas();
    test_shared_quotas(RULE "calls = 200000", false);
    test_shared_quotas(RULE "bytes = 200000", true);
    test_high_rate();
    test_change();
    test_passes();
    test_audit();
    test_learn();
    test_explain();
    return CHECK_DONE();
}
