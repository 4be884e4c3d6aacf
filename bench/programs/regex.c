/* A matcher of regular expressions that goes back when it was wrong: calls,
 * and branches on bytes. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { LINES = 9000, LENGTH = 60 };

static char lines[LINES][LENGTH + 1];

/* The end of the one-character pattern at p: x . \x [abc] [^a-z]. */
static const char *
after_one(const char *p)
{
    if (*p == '\\')
        return p + 2;
    if (*p != '[')
        return p + 1;
    while (*p != ']')
        p++;
    return p + 1;
}

static int
one_matches(const char *p, char c)
{
    if (c == '\0')
        return 0;
    if (*p == '.')
        return 1;
    if (*p == '\\')
        return p[1] == c;
    if (*p != '[')
        return *p == c;
    int negated = *++p == '^', found = 0;
    p += negated;
    for (; *p != ']'; p++) {
        if (p[1] == '-' && p[2] != ']') {
            found |= p[0] <= c && c <= p[2];
            p += 2;
        } else {
            found |= *p == c;
        }
    }
    return found != negated;
}

/* The length of the longest way to match p at s, or -1. */
static int
match_here(const char *p, const char *s)
{
    if (*p == '\0')
        return 0;
    if (p[0] == '$' && p[1] == '\0')
        return *s == '\0' ? 0 : -1;
    const char *rest = after_one(p);
    int least = 1, most = 1;
    if (*rest == '*' || *rest == '+' || *rest == '?') {
        least = *rest == '+';
        most = *rest == '?' ? 1 : LENGTH;
        rest++;
    }
    int count = 0;
    while (count < most && one_matches(p, s[count]))
        count++;
    for (; count >= least; count--) {
        int more = match_here(rest, s + count);
        if (more >= 0)
            return count + more;
    }
    return -1;
}

int
main(void)
{
    static const char *const patterns[] = {
        "[a-e]+[0-9]*x",        "a.*b.*c[^d]$",       "[a-z]+@[a-z]+\\.[ac]+",
        "[0-9][0-9]*\\.[0-9]+", "[^0-9a-f]+[0-9]?e$", "x*y*[a-c]*[.]d"
    };
    for (int i = 0; i < LINES; i++)
        for (int k = 0; k < LENGTH; k++)
            lines[i][k] = "abcdexyz0123@.  "[draw() % 16];
    unsigned sum = 0;
    for (int i = 0; i < LINES; i++)
        for (unsigned k = 0; k < sizeof(patterns) / sizeof(*patterns); k++)
            for (int at = 0; at < LENGTH; at++) {
                int length = match_here(patterns[k], lines[i] + at);
                if (length >= 0) {
                    sum = sum * 31 + (unsigned)(length + at);
                    break;
                }
            }
    printf("%u\n", sum);
    return 0;
}
