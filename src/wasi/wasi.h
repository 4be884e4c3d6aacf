/*
 * WASI for one guest: what it was given, and the host functions that let it
 * use just that.
 *
 * A struct gw_wasi serves the instances of one store (one program), and of
 * those that its threads get, and must outlive the store.  A fresh configuration grants nothing: no argument, no
 * variable, no directory, and stdio that is empty and swallows all.
 */
#ifndef GW_WASI_WASI_H
#define GW_WASI_WASI_H

#include "rt/instance.h"

enum gw_wasi_limit {
#define LIMIT(ident, name, standard, maximum, effect) GW_WASI_LIMIT_##ident,
#include "wasi/limit.def"
#undef LIMIT
    GW_WASI_LIMIT_COUNT
};

struct gw_wasi_limit_info {
    const char *name, *effect;
    uint64_t standard, maximum;
};
extern const struct gw_wasi_limit_info gw_wasi_limit_table[GW_WASI_LIMIT_COUNT];

enum gw_wasi_stdio_kind {
    GW_WASI_NULL,    /* reads as empty, swallows what is written */
    GW_WASI_INHERIT, /* the descriptor of this process with that number */
    GW_WASI_HOST,    /* host_fd, borrowed: stays open as long as the wasi */
    GW_WASI_BYTES,   /* reads bytes, borrowed as long as the wasi */
    GW_WASI_CAPTURE  /* kept for gw_wasi_captured */
};

struct gw_wasi_stdio {
    enum gw_wasi_stdio_kind kind;
    int host_fd;
    struct gw_span bytes;
};

enum gw_wasi_preopen_kind {
    GW_WASI_DIR,   /* a directory of the host; a file there is a FILE */
    GW_WASI_FILE,  /* one file: the preopen is the directory of guest_path,
                      together with those of other files in it */
    GW_WASI_TMPFS, /* an empty tree in memory */
    GW_WASI_IMAGE  /* the tree in an archive; what is changed, unless it is
                      read-only, stays in memory */
};

struct gw_wasi_preopen {
    const char *host_path;
    const char *guest_path; /* the name the guest sees */
    bool read_only;
    enum gw_wasi_preopen_kind kind;
    uint64_t limit; /* bytes that a tree may hold; 0: as limits say */
};

struct gw_wasi_config {
    const char *const *args; /* the program's name first */
    size_t arg_count;
    const char *const *env; /* "NAME=value" */
    size_t env_count;
    const struct gw_wasi_preopen *preopens; /* descriptors from 3 up */
    size_t preopen_count;
    const int *listeners; /* listening sockets of the host, borrowed;
                             descriptors after the preopens */
    size_t listener_count;
    struct gw_wasi_stdio stdio[3];
    uint64_t limits[GW_WASI_LIMIT_COUNT];
    bool threads;  /* grants wasi.thread-spawn */
    bool own_walk; /* for tests: never the kernel's path resolution */
};

void gw_wasi_config_init(struct gw_wasi_config *config);

struct gw_wasi;

/* Copies what config points to, unless it says borrowed there, and opens the
 * preopens.  Fails with GW_ERR_IO (which directory, why), _ARGUMENT, _LIMIT
 * or _NOMEM. */
enum gw_err gw_wasi_new(struct gw_alloc *alloc,
                        const struct gw_wasi_config *config,
                        struct gw_diag *diag, struct gw_wasi **out);
/* After the store is gone; NULL does nothing. */
void gw_wasi_free(struct gw_wasi *wasi);

/* Cuts down what this process can ask of the system to what the guest was
 * granted; which parts of the wall stand (os/wall.h) is left in *parts.
 * Meant for the moment before the guest runs and threads begin. */
enum gw_err gw_wasi_raise_wall(struct gw_wasi *wasi, unsigned *parts);

/* What the guest wrote so far to a captured stream (1 or 2); valid until it
 * writes again. */
struct gw_span gw_wasi_captured(const struct gw_wasi *wasi, unsigned stream);

/* wasi-threads (wasi/thread.h): is it its one function; and makes it in a
 * store, GW_ERR_NOT_FOUND when threads are not granted.  The first store is
 * the one that runs the program. */
bool gw_wasi_thread_provides(struct gw_span module, struct gw_span name);
enum gw_err gw_wasi_thread_func(struct gw_wasi *wasi, struct gw_store *store,
                                struct gw_funcinst **out);
bool gw_wasi_has_threads(const struct gw_wasi *wasi);
/* Ends the threads that guests have started and waits for them, while no
 * guest of the first store runs; none begins after that.  gw_wasi_free does
 * it, too. */
void gw_wasi_end_threads(struct gw_wasi *wasi);

/* Has calls of functions that are made from now on judged at a gate, which it
 * refs.  Once. */
struct gw_gate;
void gw_wasi_set_gate(struct gw_wasi *wasi, struct gw_gate *gate);

/* Is there a host function of this name? */
bool gw_wasi_provides(struct gw_span module, struct gw_span name);
/* Which constraints of a policy mean something for it (GW_ASK_). */
unsigned gw_wasi_asks(struct gw_span module, struct gw_span name);
/* Makes it in a store; GW_ERR_NOT_FOUND when there is none. */
enum gw_err gw_wasi_func(struct gw_wasi *wasi, struct gw_store *store,
                         struct gw_span module, struct gw_span name,
                         struct gw_funcinst **out);

#endif
