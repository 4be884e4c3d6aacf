/* Every conversion of printf with flags, widths and precisions, and scanf back. */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void
integers(void)
{
    static const int values[] = { 0, 1, -1, 42, -4711, INT_MAX, INT_MIN };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        int v = values[i];
        printf("[%d] [%i] [%u] [%x] [%X] [%o] [%c]\n", v, v, (unsigned)v,
               (unsigned)v, (unsigned)v, (unsigned)v, 'a' + (int)i);
        printf("[%8d] [%-8d] [%08d] [%+d] [% d] [%.3d] [%8.3d] [%#x] [%#o]\n",
               v, v, v, v, v, v, v, (unsigned)v, (unsigned)v);
    }
    printf("%hhd %hd %ld %lld %jd %zu %td\n", (signed char)-3, (short)-300,
           70000L, -5000000000LL, (intmax_t)-1, (size_t)12, (ptrdiff_t)-7);
    printf("%" PRIu64 " %" PRIx64 " %" PRId64 "\n", UINT64_MAX,
           UINT64_C(0xdeadbeefcafe), INT64_MIN);
}

static void
floats(void)
{
    static const double values[] = { 0.0,  -0.0,   1.0,      0.1,      1e100,
                                     1e-5, 123456, 3.141592, -2.5e-300 };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        double v = values[i];
        printf("[%f] [%e] [%g] [%a]\n", v, v, v, v);
        printf("[%.0f] [%10.3f] [%-12.4e] [%+.2g] [%G] [%#.0f] [%010.2f]\n", v,
               v, v, v, v, v, v);
    }
    printf("%f %F %e %g\n", INFINITY, INFINITY, -INFINITY, NAN);
    printf("%.17g %.3Lf\n", 1.0 / 3, (long double)2.25);
}

int
main(void)
{
    integers();
    floats();
    printf("[%s] [%10s] [%-10s] [%.2s] [%*s] [%.*s] %%\n", "text", "text",
           "text", "text", 6, "ab", 1, "xyz");
    int written = 0;
    printf("count%n", &written);
    printf(" %d\n", written);
    char buffer[8];
    int length = snprintf(buffer, sizeof(buffer), "%d-%s", 12345, "cut off");
    printf("%d %s\n", length, buffer);
    int a = 0;
    unsigned b = 0;
    double d = 0;
    char word[16] = "";
    int got = sscanf(" -17 ff 2.5e3 hello", "%d %x %lf %15s", &a, &b, &d, word);
    printf("%d: %d %u %g %s\n", got, a, b, d, word);
    return 0;
}
