/*
 * Names that stand for devices on Windows, in every directory and with any
 * extension: the walk refuses them there.  (cap-std's walk did not know all
 * of them: CVE-2024-51756.)
 */
#ifndef GW_OS_WINDOWS_FILE_NAME_H
#define GW_OS_WINDOWS_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline char
gw_windows_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* What follows COM and LPT: a digit from 1, or one of the superscript digits
 * of Latin 1, which Windows takes for them. */
static inline bool
gw_windows_is_port(const char *at, size_t size)
{
    if (size == 1)
        return *at >= '1' && *at <= '9';
    return size == 2 && at[0] == '\xc2' &&
           (at[1] == '\xb9' || at[1] == '\xb2' || at[1] == '\xb3');
}

/* Is a component of a path (UTF-8) a device, or otherwise no name of a file:
 * one with a colon (a stream), a backslash, or a control character? */
static inline bool
gw_windows_is_special(const char *name, size_t size)
{
    static const char *const devices[] = { "CON",    "PRN",     "AUX", "NUL",
                                           "CONIN$", "CONOUT$", "COM", "LPT" };
    size_t stem = 0;
    for (size_t i = 0; i < size; i++)
        if (name[i] == ':' || name[i] == '\\' || (unsigned char)name[i] < ' ')
            return true;
    while (stem < size && name[stem] != '.')
        stem++;
    while (stem > 0 && name[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        size_t length = strlen(devices[i]), same = 0;
        while (same < length && same < stem &&
               gw_windows_upper(name[same]) == devices[i][same])
            same++;
        if (same < length)
            continue;
        bool port = i >= 6;
        if (port ? gw_windows_is_port(name + length, stem - length)
                 : stem == length)
            return true;
    }
    return false;
}

#endif
