/* A guest for `make run`: counts what is in a text file and draws its most
 * frequent words as a chart.  It is plain C that knows nothing of WebAssembly;
 * it can open the file only because whoever runs it granted the folder. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 1 << 14, /* a power of two */
    WORD_SIZE = 32,  /* longer words are counted by their first letters */
    SHOWN = 15,
    BAR_WIDTH = 40,
};

struct word {
    char text[WORD_SIZE];
    unsigned count; /* 0: the slot is free */
};

struct tally {
    unsigned long lines;
    unsigned long words;
    unsigned long bytes;
    unsigned different;
    struct word slots[SLOTS];
};

/* The word's slot, or the free one where it belongs. */
static struct word *
find(struct tally *tally, const char *text)
{
    unsigned hash = 2166136261u;

    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (;; hash++) {
        struct word *word = &tally->slots[hash % SLOTS];
        if (!word->count || !strcmp(word->text, text))
            return word;
    }
}

static void
count_word(struct tally *tally, const char *text)
{
    struct word *word = find(tally, text);

    tally->words++;
    if (!word->count) {
        if (tally->different == SLOTS - 1)
            return; /* one slot stays free: find() ends there */
        strcpy(word->text, text);
        tally->different++;
    }
    word->count++;
}

static void
count_file(struct tally *tally, FILE *file)
{
    char text[WORD_SIZE];
    size_t length = 0;
    int c;

    do {
        c = getc(file);
        if (c != EOF)
            tally->bytes++;
        if (c == '\n')
            tally->lines++;
        if (c != EOF && (isalpha(c) || c == '\'' || c >= 0x80)) {
            if (length < sizeof(text) - 1)
                text[length++] = (char)tolower(c);
        } else if (length) {
            text[length] = '\0';
            count_word(tally, text);
            length = 0;
        }
    } while (c != EOF);
}

/* Most frequent first; equals in the order of the alphabet. */
static int
compare(const void *left, const void *right)
{
    const struct word *a = left, *b = right;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->text, b->text);
}

static void
draw(struct tally *tally)
{
    qsort(tally->slots, SLOTS, sizeof(struct word), compare);
    for (int i = 0; i < SHOWN && tally->slots[i].count; i++) {
        const struct word *word = &tally->slots[i];
        unsigned width = word->count * BAR_WIDTH / tally->slots[0].count;

        printf("  %12s %5u  ", word->text, word->count);
        for (unsigned x = 0; x <= width; x++)
            putchar('#');
        putchar('\n');
    }
}

int
main(int argc, char **argv)
{
    static struct tally tally;
    FILE *file;

    if (argc != 2) {
        fprintf(stderr, "usage: wordcount FILE\n");
        return 2;
    }
    file = fopen(argv[1], "rb");
    if (!file) {
        fprintf(stderr, "wordcount: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    count_file(&tally, file);
    if (ferror(file)) {
        fprintf(stderr, "wordcount: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    fclose(file);

    printf("%s: %lu lines, %lu words (%u different), %lu bytes\n\n", argv[1],
           tally.lines, tally.words, tally.different, tally.bytes);
    draw(&tally);
    return 0;
}
