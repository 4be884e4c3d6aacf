/*
 * godwit: a WebAssembly engine and edge runtime.
 *
 * This header brings in the whole interface.  It comes in layers; take as
 * much as you need.
 *
 * 1. Run a function.  wasm.h alone: engine, store, module, instance, call.
 *    Programs written for the standard C API need nothing else.
 *
 *        wasm_engine_t *engine = wasm_engine_new();
 *        wasm_store_t *store = wasm_store_new(engine);
 *
 * 2. Load a file and know why it failed.  godwit/module.h reads .wasm and
 *    .wat; godwit/error.h says what was wrong, where, and what helps.
 *
 *        godwit_error_t *error;
 *        wasm_module_t *module =
 *            godwit_module_open(store, "hello.wasm", &error);
 *
 * 3. Grant and link.  godwit/linker.h finds imports by name, godwit/wasi.h
 *    says what a WASI program may touch.  Nothing is granted unless asked.
 *
 *        godwit_wasi_config_t *wasi = godwit_wasi_config_new();
 *        godwit_wasi_config_add_dir(wasi, "data", "/data", true);
 *        godwit_linker_define_wasi(linker, wasi);
 *
 * 4. Hold it to limits.  godwit/config.h sets memory, stack, fuel and time;
 *    godwit/run.h changes them while guests run and stops them from another
 *    thread; godwit/trap.h tells what happened, frame by frame.
 *
 * 5. Beyond wasm.h.  godwit/value.h has vectors and looks into structs and
 *    arrays of guests; godwit/external.h has 64-bit limits and tags.
 *
 * 6. Decide function by function.  godwit/policy.h: rules over host functions
 *    and their arguments, quotas, records; changed while guests run.
 *
 * 7. Tools.  godwit/text.h and godwit/script.h: the text format and scripts
 *    of the official test suite; the rest of godwit/module.h looks inside.
 *
 * example/embed/ has a small program for each area of wasm.h and the steps.
 */
#ifndef GODWIT_H
#define GODWIT_H

#include "godwit/api.h"
#include "godwit/compile.h"
#include "godwit/config.h"
#include "godwit/error.h"
#include "godwit/external.h"
#include "godwit/linker.h"
#include "godwit/module.h"
#include "godwit/policy.h"
#include "godwit/run.h"
#include "godwit/script.h"
#include "godwit/text.h"
#include "godwit/trap.h"
#include "godwit/value.h"
#include "godwit/wasi.h"
#include "wasm.h"

#endif
