/*
 * [DOC] Artifacts: machine code of one module, as a file.
 *
 * A header, then the sections of artifact.def.  Numbers are little-endian,
 * as are all machines that code is made for; tables stand in the file as
 * rt/native.h wants them, and text on whole pages, so that a mapped file is
 * used as it is.  Nothing in it names an address.
 *
 * An artifact fits an engine when the ABI is the same (gw_native_abi), the
 * machine is, the processor has what the code needs, memories are laid out
 * alike, and the module is the one whose hash it has.
 *
 * Tables are not trusted: all that is in one is checked before it is used.
 * Text cannot be checked; who runs it trusts whoever made it.
 */
#ifndef GW_AOT_ARTIFACT_H
#define GW_AOT_ARTIFACT_H

#include "base/diag.h"
#include "base/sha256.h"
#include "base/span.h"
#include "rt/native.h"

enum { GW_ARTIFACT_VERSION = 1, GW_ARTIFACT_ALIGN = 16 };

/* Text begins at a multiple of this in the file: of any system's pages. */
enum { GW_ARTIFACT_PAGE = 65536 };

enum gw_machine { GW_MACHINE_NONE, GW_MACHINE_X86_64, GW_MACHINE_AARCH64 };

/* Bits of what processors have. */
enum gw_cpu {
#define CPU(MACHINE, IDENT, NAME) GW_CPU_##IDENT,
#include "aot/cpu.def"
    GW_CPU_COUNT
};

/* The machine that this build runs on, and what its processor has: a bit for
 * each row of cpu.def. */
enum gw_machine gw_machine_host(void);
uint64_t gw_machine_features(void);
/* The name of a machine's feature, or NULL. */
const char *gw_machine_feature_name(enum gw_machine machine, unsigned bit);

enum gw_artifact_section {
#define SECTION(IDENT, SIZE, TEXT) GW_ARTIFACT_##IDENT,
#include "aot/artifact.def"
    GW_ARTIFACT_SECTIONS
};

struct gw_artifact_header {
    uint8_t magic[8]; /* gw_artifact_magic */
    uint32_t version;
    uint32_t machine; /* enum gw_machine */
    uint64_t abi;
    uint64_t size;     /* of the whole file */
    uint64_t cpu;      /* what the processor must have */
    uint32_t guarded;  /* memories that can be are guarded */
    uint32_t compiled; /* functions that have machine code */
    uint8_t module_hash[GW_SHA256_SIZE];
    struct {
        uint64_t offset, size;
    } sections[GW_ARTIFACT_SECTIONS];
};

extern const uint8_t gw_artifact_magic[8];

/* Are these the first bytes of an artifact? */
bool gw_artifact_is(struct gw_span bytes);

/* Checks all of an artifact but whether it fits an engine and a module:
 * GW_ERR_MALFORMED with an offset, or _UNSUPPORTED for another version. */
enum gw_err gw_artifact_check(struct gw_span bytes, struct gw_diag *diag);

/* A section of one that has been checked. */
struct gw_span gw_artifact_section(struct gw_span bytes,
                                   enum gw_artifact_section section);

#endif
