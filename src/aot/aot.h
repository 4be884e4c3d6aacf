/*
 * Machine code for programs: made by the plug-in, or read from an artifact.
 */
#ifndef GW_AOT_AOT_H
#define GW_AOT_AOT_H

#include "aot/plugin.h"
#include "rt/program.h"

/* Compiles every program whose engine has it, in the process.  A program that
 * the plug-in cannot compile is left to the tier. */
extern const struct gw_compiler gw_aot_compiler;

/* Asks the plug-in; *plugin is NULL with GW_ERR_NOT_FOUND and a report that
 * says what to install. */
enum gw_err gw_aot_find_plugin(struct gw_diag *diag,
                               const struct gw_plugin **plugin);

/* What the options of an engine ask of the plug-in, for this machine. */
struct gw_plugin_request gw_aot_request(const struct gw_config *config,
                                        struct gw_span module);

/* Gives a program the machine code of an artifact, which is checked and must
 * fit; it is copied.  GW_ERR_UNSUPPORTED when it was made for another
 * machine, engine or configuration. */
enum gw_err gw_aot_load(struct gw_program *program, struct gw_span artifact,
                        struct gw_diag *diag);

#endif
