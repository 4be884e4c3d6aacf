/*
 * The second wall: what this process can ask of the system is cut down, for
 * good, to what its guests have been granted.  Should a guest ever get out of
 * its sandbox, it stands before this.
 *
 * Only Linux has one so far; elsewhere raising it does nothing.
 */
#ifndef GW_OS_WALL_H
#define GW_OS_WALL_H

#include <stdbool.h>
#include <stddef.h>

/* The parts that stand; a set. */
enum {
    GW_WALL_NO_NEW_PRIVS = 1, /* no program gives this process more rights */
    GW_WALL_PATHS = 2,        /* paths lead only below what is granted */
    GW_WALL_CALLS = 4         /* only system calls of linux/wall.def */
};

/* A file or directory that stays reachable by path. */
struct gw_wall_path {
    int fd;
    bool read_only;
};

struct gw_wall {
    const struct gw_wall_path *paths;
    size_t path_count;
    bool sockets; /* some are open, or a listener is */
};

/* Raises what the system lets us raise, and tells which.  Threads that run
 * already, and open descriptors, keep what they have of paths.  Once for a
 * process: no wall can be raised behind a wall. */
unsigned gw_wall_raise(const struct gw_wall *wall);

#endif
