/* Words looked for in a text: Horspool's skips, and byte by byte. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { SIZE = 2000000, WORDS = 24 };

static char text[SIZE + 1];

static int
count_horspool(const char *word, int length)
{
    int skip[256], count = 0;
    for (int i = 0; i < 256; i++)
        skip[i] = length;
    for (int i = 0; i < length - 1; i++)
        skip[(unsigned char)word[i]] = length - 1 - i;
    for (int at = 0; at + length <= SIZE;
         at += skip[(unsigned char)text[at + length - 1]]) {
        int i = length - 1;
        while (i >= 0 && text[at + i] == word[i])
            i--;
        count += i < 0;
    }
    return count;
}

static int
count_plain(const char *word, int length)
{
    int count = 0;
    for (int at = 0; at + length <= SIZE; at++) {
        int i = 0;
        while (i < length && text[at + i] == word[i])
            i++;
        count += i == length;
    }
    return count;
}

int
main(void)
{
    for (int i = 0; i < SIZE; i++)
        text[i] = "etaoin shrdlu"[draw() % 13];
    unsigned sum = 0;
    for (int i = 0; i < WORDS; i++) {
        char word[16];
        int length = 3 + i % 10;
        memcpy(word, text + draw() % (SIZE - 16), (size_t)length);
        unsigned plain = 0;
        if (i % 4 == 0)
            plain = (unsigned)count_plain(word, length);
        sum = sum * 31 + (unsigned)count_horspool(word, length) + plain;
    }
    printf("%u\n", sum);
    return 0;
}
