/*
 * Machine code for programs: made by the plug-in, or read from an artifact.
 */
#ifndef GW_AOT_AOT_H
#define GW_AOT_AOT_H

#include "aot/plugin.h"
#include "rt/program.h"

/* Takes artifacts, when the option UNTRUSTED_CODE is set; where the tier is
 * AOT, compiles every other program in the process. */
extern const struct gw_compiler gw_aot_compiler;

/* Asks the plug-in; *plugin is NULL with GW_ERR_NOT_FOUND and a report that
 * says what to install. */
enum gw_err gw_aot_find_plugin(struct gw_diag *diag,
                               const struct gw_plugin **plugin);

/* What the options of an engine ask of the plug-in, for this machine. */
struct gw_plugin_request gw_aot_request(const struct gw_config *config,
                                        struct gw_span module);

/* Gives a program the machine code of an artifact, which is checked and must
 * fit: GW_ERR_UNSUPPORTED when it was made for another machine, engine or
 * configuration.  It is copied unless it is the program's file and mapped. */
enum gw_err gw_aot_load(struct gw_program *program, struct gw_span artifact,
                        struct gw_diag *diag);

/* What a processor has that is named like "native", "x86-64-v3"; NULL:
 * a choice that fits nearly all of the machine.  False: no such name. */
bool gw_machine_cpu(enum gw_machine machine, const char *name, uint64_t *cpu);
/* "x86_64", "aarch64", with or without what follows a dash. */
enum gw_machine gw_machine_find(const char *name);

#endif
