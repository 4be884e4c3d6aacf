/*
 * Checks for unit tests: one program, one source file, no framework.
 *
 *     int main(void) { test_this(); test_that(); return CHECK_DONE(); }
 *
 * A failing check prints its place and text and the program goes on, so one
 * run shows every failure.  The last line on stdout is always
 * `N passed, N failed, N skipped`; the exit status is 0 when none failed.
 * The counters belong to the including file; check from one thread only.
 */
#ifndef GW_TEST_UNIT_CHECK_H
#define GW_TEST_UNIT_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned long check_passed, check_failed, check_skipped;

static inline bool
check_count(bool ok, const char *file, int line, const char *text)
{
    if (ok) {
        check_passed++;
    } else {
        check_failed++;
        printf("%s:%d: failed: %s\n", file, line, text);
    }
    return ok;
}

static inline bool
check_u64(uint64_t a, uint64_t b, const char *file, int line, const char *text)
{
    if (!check_count(a == b, file, line, text)) {
        printf("    left:  %" PRIu64 " (0x%" PRIx64 ")\n", a, a);
        printf("    right: %" PRIu64 " (0x%" PRIx64 ")\n", b, b);
    }
    return a == b;
}

static inline bool
check_str(const char *a, const char *b, const char *file, int line,
          const char *text)
{
    bool same = a == b || (a && b && strcmp(a, b) == 0);
    if (!check_count(same, file, line, text)) {
        printf("    left:  \"%s\"\n", a ? a : "(null)");
        printf("    right: \"%s\"\n", b ? b : "(null)");
    }
    return same;
}

static inline void
check_skip(const char *reason, const char *file, int line)
{
    check_skipped++;
    printf("%s:%d: skipped: %s\n", file, line, reason);
}

static inline int
check_done(void)
{
    printf("%lu passed, %lu failed, %lu skipped\n", check_passed, check_failed,
           check_skipped);
    return fflush(stdout) != 0 || check_failed != 0;
}

/* Each yields whether the check held, so a test can leave early. */
#define CHECK(cond) \
    check_count((cond) ? true : false, __FILE__, __LINE__, #cond)
#define CHECK_EQ_U64(a, b) \
    check_u64((uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__, #a " == " #b)
#define CHECK_STR(a, b) check_str((a), (b), __FILE__, __LINE__, #a " is " #b)
#define CHECK_SKIP(reason) check_skip((reason), __FILE__, __LINE__)
#define CHECK_DONE() check_done()

#endif
