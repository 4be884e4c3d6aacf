/* sqlite DATABASE SCRIPT: runs the statements of a file and prints each row,
 * columns between bars.  Stops at the first error. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
print_row(void *env, int count, char **values, char **names)
{
    (void)env;
    (void)names;
    for (int i = 0; i < count; i++)
        printf("%s%s", i > 0 ? "|" : "", values[i] ? values[i] : "NULL");
    putchar('\n');
    return 0;
}

/* The whole file with a NUL behind it; "-" is the standard input. */
static char *
read_file(const char *path)
{
    enum { STEP = 1 << 16 };
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t size = 0, got = STEP;
    while (got == STEP) {
        char *more = realloc(text, size + STEP + 1);
        if (!more)
            break;
        text = more;
        got = fread(text + size, 1, STEP, file);
        size += got;
    }
    if (text)
        text[size] = 0;
    fclose(file);
    return text;
}

int
main(int argc, char **argv)
{
    sqlite3 *db;
    char *error = NULL;
    char *script = argc == 3 ? read_file(argv[2]) : NULL;

    if (!script) {
        perror("sqlite DATABASE SCRIPT");
        return 2;
    }
    if (sqlite3_open(argv[1], &db) != SQLITE_OK) {
        printf("%s: %s\n", argv[1], sqlite3_errmsg(db));
        return 1;
    }
    int status = sqlite3_exec(db, script, print_row, NULL, &error);
    if (status != SQLITE_OK)
        printf("error %d: %s\n", status, error ? error : "no text");
    printf("%d changes in all\n", sqlite3_total_changes(db));
    sqlite3_free(error);
    if (sqlite3_close(db) != SQLITE_OK)
        status = 1;
    free(script);
    return status != SQLITE_OK;
}
