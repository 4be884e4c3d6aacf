/* sqlite DATABASE SCRIPT: runs the statements of a file and prints each row,
 * columns between bars.  Stops at the first error. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The whole file with a NUL behind it. */
static char *
read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (text)
        text[fread(text, 1, (size_t)size, file)] = 0;
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
