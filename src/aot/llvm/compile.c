#include "aot/llvm/link.h"
#include "aot/llvm/ll.h"
#include "aot/llvm/optimise.h"
#include "aot/plugin.h"
#include "rt/tier.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Target.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- LLVM ---- */

static void
init_targets(void)
{
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
}

static const char *
triple_of(enum gw_machine machine)
{
    return machine == GW_MACHINE_AARCH64 ? "aarch64-unknown-linux-gnu"
                                         : "x86_64-unknown-linux-gnu";
}

static void
print_features(const struct gw_plugin_request *request, char *text, size_t size)
{
    size_t at = 0;
    const char *name;
    text[0] = '\0';
    for (unsigned bit = 0;
         (name = gw_machine_feature_name(request->machine, bit)) != NULL; bit++)
        at += (size_t)snprintf(text + at, size - at, "%s%c%s", at ? "," : "",
                               request->cpu >> bit & 1 ? '+' : '-', name);
}

static LLVMTargetMachineRef
make_machine(const struct gw_plugin_request *request, struct gw_diag *diag)
{
    static const LLVMCodeGenOptLevel levels[] = { LLVMCodeGenLevelNone,
                                                  LLVMCodeGenLevelLess,
                                                  LLVMCodeGenLevelDefault,
                                                  LLVMCodeGenLevelAggressive };
    const char *triple = triple_of(request->machine);
    char features[512], *error = NULL;
    LLVMTargetRef target;
    if (LLVMGetTargetFromTriple(triple, &target, &error)) {
        gw_diag_report(diag, GW_ERR_SYSTEM, GW_NO_OFFSET, "LLVM: %s", error);
        LLVMDisposeMessage(error);
        return NULL;
    }
    print_features(request, features, sizeof(features));
    return LLVMCreateTargetMachine(target, triple,
                                   request->machine == GW_MACHINE_X86_64
                                       ? "x86-64"
                                       : "generic",
                                   features, levels[request->level & 3],
                                   LLVMRelocPIC, LLVMCodeModelSmall);
}

/* ---- what a module's code needs before its functions ---- */

static LLVMAttributeRef
attribute(LLVMContextRef context, const char *name, uint64_t value)
{
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    return LLVMCreateEnumAttribute(context, kind, value);
}

static LLVMAttributeRef
text_attribute(LLVMContextRef context, const char *name, const char *value)
{
    return LLVMCreateStringAttribute(context, name, (unsigned)strlen(name),
                                     value, (unsigned)strlen(value));
}

static void
make_attributes(struct gw_ll *ll)
{
    LLVMContextRef context = ll->context;
    LLVMAttributeRef all[] = {
        attribute(context, "uwtable", 2), /* right at every instruction */
        attribute(context, "null_pointer_is_valid", 0),
        text_attribute(context, "no-builtins", ""),
        text_attribute(context, "probe-stack", "inline-asm"),
    };
    ll->attribute_count = sizeof(all) / sizeof(*all);
    memcpy(ll->attributes, all, sizeof(all));
    ll->nomerge = attribute(context, "nomerge", 0);
    ll->cold = attribute(context, "cold", 0);
    ll->readable = attribute(context, "dereferenceable",
                             sizeof(struct gw_vmctx));
    ll->aligned = attribute(context, "align", 8);
    ll->nounwind = attribute(context, "nounwind", 0);
    ll->nothing = attribute(context, "memory", 0);
}

static LLVMMetadataRef
text_node(struct gw_ll *ll, const char *text)
{
    return LLVMMDStringInContext2(ll->context, text, strlen(text));
}

/* Kinds of accesses are types that have nothing in common. */
static void
make_tags(struct gw_ll *ll)
{
    static const char *const names[GW_LL_KINDS] = { "memory", "context",
                                                    "table",  "global",
                                                    "object", "slots" };
    LLVMMetadataRef name = text_node(ll, "godwit");
    LLVMMetadataRef root = LLVMMDNodeInContext2(ll->context, &name, 1);
    LLVMMetadataRef zero = LLVMValueAsMetadata(gw_ll_int(ll, ll->i64, 0));
    for (int i = 0; i < GW_LL_KINDS; i++) {
        LLVMMetadataRef type[3] = { text_node(ll, names[i]), root, zero };
        LLVMMetadataRef node = LLVMMDNodeInContext2(ll->context, type, 3);
        LLVMMetadataRef tag[3] = { node, node, zero };
        ll->tags[i] = LLVMMetadataAsValue(ll->context,
                                          LLVMMDNodeInContext2(ll->context, tag,
                                                               3));
    }
    ll->empty = LLVMMetadataAsValue(ll->context,
                                    LLVMMDNodeInContext2(ll->context, NULL, 0));
    ll->tbaa = LLVMGetMDKindIDInContext(ll->context, "tbaa", 4);
    ll->traps = LLVMGetMDKindIDInContext(ll->context, "godwit.traps", 12);
    ll->invariant = LLVMGetMDKindIDInContext(ll->context, "invariant.load", 14);
}

static void
make_types(struct gw_ll *ll)
{
    LLVMContextRef context = ll->context;
    ll->none = LLVMVoidTypeInContext(context);
    ll->i1 = LLVMInt1TypeInContext(context);
    ll->i8 = LLVMInt8TypeInContext(context);
    ll->i16 = LLVMInt16TypeInContext(context);
    ll->i32 = LLVMInt32TypeInContext(context);
    ll->i64 = LLVMInt64TypeInContext(context);
    ll->f32 = LLVMFloatTypeInContext(context);
    ll->f64 = LLVMDoubleTypeInContext(context);
    ll->ptr = LLVMPointerTypeInContext(context, 0);
    ll->v128 = LLVMVectorType(ll->i8, 16);
    ll->vectors[GW_LANES_I8] = ll->v128;
    ll->vectors[GW_LANES_I16] = LLVMVectorType(ll->i16, 8);
    ll->vectors[GW_LANES_I32] = LLVMVectorType(ll->i32, 4);
    ll->vectors[GW_LANES_I64] = LLVMVectorType(ll->i64, 2);
    ll->vectors[GW_LANES_F32] = LLVMVectorType(ll->f32, 4);
    ll->vectors[GW_LANES_F64] = LLVMVectorType(ll->f64, 2);
    LLVMTypeRef pad[2] = { ll->ptr, ll->i32 };
    ll->pad_type = LLVMStructTypeInContext(context, pad, 2, false);
}

static void
add_flag(struct gw_ll *ll, const char *name, uint64_t value)
{
    LLVMAddModuleFlag(ll->out, LLVMModuleFlagBehaviorWarning, name,
                      strlen(name),
                      LLVMValueAsMetadata(gw_ll_int(ll, ll->i32, value)));
}

static void
make_lines(struct gw_ll *ll)
{
    add_flag(ll, "Dwarf Version", 4);
    add_flag(ll, "Debug Info Version", 3);
    ll->lines = LLVMCreateDIBuilder(ll->out);
    ll->file = LLVMDIBuilderCreateFile(ll->lines, "wasm", 4, "", 0);
    ll->unit = LLVMDIBuilderCreateCompileUnit(ll->lines,
                                              LLVMDWARFSourceLanguageC,
                                              ll->file, "godwit", 6, true, "",
                                              0, 0, "", 0,
                                              LLVMDWARFEmissionLineTablesOnly,
                                              0, false, false, "", 0, "", 0);
    ll->line_type = LLVMDIBuilderCreateSubroutineType(ll->lines, ll->file, NULL,
                                                      0, LLVMDIFlagZero);
}

/* May the module have tail calls?  return_call_ref came with references. */
static bool
has_tails(const struct gw_module *module)
{
    return (module->features & (GW_FEATURE_BIT(TAIL_CALL) |
                                GW_FEATURE_BIT(FUNCTION_REFERENCES))) != 0;
}

/* LLVM ends the process after an error that nobody takes. */
static void
take_diagnostic(LLVMDiagnosticInfoRef info, void *env)
{
    struct gw_diag *diag = env;
    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
        return;
    char *text = LLVMGetDiagInfoDescription(info);
    gw_diag_report(diag, GW_ERR_SYSTEM, GW_NO_OFFSET, "LLVM: %s", text);
    LLVMDisposeMessage(text);
}

static void
init(struct gw_ll *ll, const struct gw_plugin_request *request,
     struct gw_program *program, LLVMTargetMachineRef machine,
     struct gw_diag *diag)
{
    const char *sp = request->machine == GW_MACHINE_X86_64 ? "rsp" : "sp";
    *ll = (struct gw_ll){ .program = program, .module = program->module };
    ll->machine = machine;
    ll->polls = request->polls;
    ll->convention = has_tails(program->module) ? GW_LL_CC_TAIL : GW_LL_CC_FAST;
    ll->x86 = request->machine == GW_MACHINE_X86_64;
    ll->ssse3 = ll->x86 && request->cpu >> GW_CPU_SSSE3 & 1;
    ll->has_fma = !ll->x86 || request->cpu >> GW_CPU_FMA & 1;
    ll->context = LLVMContextCreate();
    LLVMContextSetDiscardValueNames(ll->context, true);
    LLVMContextSetDiagnosticHandler(ll->context, take_diagnostic, diag);
    ll->out = LLVMModuleCreateWithNameInContext("wasm", ll->context);
    LLVMSetTarget(ll->out, triple_of(request->machine));
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(ll->out, layout);
    LLVMDisposeTargetData(layout);
    ll->b = LLVMCreateBuilderInContext(ll->context);
    ll->first = LLVMCreateBuilderInContext(ll->context);
    make_types(ll);
    make_attributes(ll);
    make_tags(ll);
    make_lines(ll);
    LLVMMetadataRef name = text_node(ll, sp);
    ll->stack_pointer = LLVMMetadataAsValue(ll->context,
                                            LLVMMDNodeInContext2(ll->context,
                                                                 &name, 1));
    ll->personality = LLVMAddFunction(ll->out, "gw_personality",
                                      LLVMFunctionType(ll->i32, NULL, 0, true));
    ll->funcs = calloc(ll->module->func_count + 1u, sizeof(*ll->funcs));
    ll->slows = calloc(ll->module->types.count + 1u, sizeof(*ll->slows));
}

static void
fini(struct gw_ll *ll)
{
    free(ll->funcs);
    free(ll->slows);
    free(ll->locals);
    free(ll->vals);
    free(ll->labels);
    LLVMDisposeDIBuilder(ll->lines);
    LLVMDisposeBuilder(ll->b);
    LLVMDisposeBuilder(ll->first);
    LLVMDisposeModule(ll->out);
    LLVMContextDispose(ll->context);
}

/* ---- one module ---- */

struct job {
    const struct gw_plugin_request *request;
    struct gw_program *program;
    struct gw_diag *diag;
    struct gw_link link;
    uint8_t *given_up; /* by defined function */
};

/* The function's body is made anew, to call the tier. */
static void
give_up(struct gw_ll *ll, uint32_t func)
{
    LLVMValueRef old = ll->funcs[func];
    LLVMSetValueName2(old, "", 0);
    ll->funcs[func] = NULL;
    LLVMValueRef new = gw_ll_func_value(ll, func);
    LLVMReplaceAllUsesWith(old, new);
    LLVMDeleteFunction(old);
    gw_ll_make_thunk(ll, func);
}

static enum gw_err
build_functions(struct gw_ll *ll, struct job *job)
{
    const struct gw_module *module = ll->module;
    struct gw_engine *engine = job->program->engine;
    uint32_t first = module->imported[GW_EXTERN_FUNC];
    uint8_t *adapted = calloc(module->types.count + 1u, 1);
    struct gw_op_iter it;
    enum gw_err err = GW_OK;
    gw_op_iter_init(&it, module, &engine->decode, &engine->alloc);
    for (uint32_t i = first; i < module->func_count && err == GW_OK; i++) {
        uint32_t type = module->funcs[i].type;
        err = gw_ll_func(ll, &it, i, job->diag);
        if (err == GW_OK && ll->unsupported) {
            give_up(ll, i);
            job->given_up[i - first] = 1;
        }
        if (ll->convention != GW_LL_CC_FAST)
            gw_ll_make_entry(ll, i);
        if (!adapted[type])
            gw_ll_make_adapter(ll, type);
        adapted[type] = 1;
    }
    gw_op_iter_fini(&it);
    free(adapted);
    LLVMDIBuilderFinalize(ll->lines);
    return err;
}

static bool
give_text(struct gw_plugin_result *result, const char *data, size_t size)
{
    result->data = malloc(size ? size : 1);
    if (result->data) {
        memcpy(result->data, data, size);
        result->size = size;
    }
    return result->data != NULL;
}

static enum gw_err
emit(struct gw_ll *ll, struct job *job, struct gw_plugin_result *result,
     LLVMMemoryBufferRef *object)
{
    bool text = job->request->output == GW_PLUGIN_ASSEMBLY;
    char *error = NULL;
    if (job->request->output == GW_PLUGIN_LLVM) {
        char *printed = LLVMPrintModuleToString(ll->out);
        bool good = give_text(result, printed, strlen(printed));
        LLVMDisposeMessage(printed);
        return good ? GW_OK : GW_ERR_NOMEM;
    }
    if (LLVMTargetMachineEmitToMemoryBuffer(ll->machine, ll->out,
                                            text ? LLVMAssemblyFile
                                                 : LLVMObjectFile,
                                            &error, object)) {
        gw_diag_report(job->diag, GW_ERR_SYSTEM, GW_NO_OFFSET, "LLVM: %s",
                       error);
        LLVMDisposeMessage(error);
        return GW_ERR_SYSTEM;
    }
    if (text && !give_text(result, LLVMGetBufferStart(*object),
                           LLVMGetBufferSize(*object)))
        return GW_ERR_NOMEM;
    return GW_OK;
}

/* ---- the artifact ---- */

struct writer {
    uint8_t *data;
    size_t size;
    struct gw_artifact_header header;
};

static bool
write_section(struct writer *w, enum gw_artifact_section section,
              const void *data, size_t size)
{
    size_t align = section == GW_ARTIFACT_TEXT ? GW_ARTIFACT_PAGE
                                               : GW_ARTIFACT_ALIGN;
    size_t at = (w->size + align - 1) / align * align;
    size_t end = section == GW_ARTIFACT_TEXT
                     ? at + (size + align - 1) / align * align
                     : at + size;
    uint8_t *bytes = realloc(w->data, end ? end : 1);
    if (!bytes)
        return false;
    w->data = bytes;
    memset(bytes + w->size, 0, end - w->size);
    if (size != 0)
        memcpy(bytes + at, data, size);
    w->size = end;
    w->header.sections[section].offset = at;
    w->header.sections[section].size = size;
    return true;
}

static bool
write_vec(struct writer *w, enum gw_artifact_section section,
          const struct gw_vec *vec)
{
    return write_section(w, section, vec->data, vec->count * vec->size);
}

static bool
write_sections(struct writer *w, const struct job *job)
{
    const struct gw_link *link = &job->link;
    const struct gw_module *module = job->program->module;
    uint32_t first = module->imported[GW_EXTERN_FUNC];
    uint32_t count = module->func_count - first;
    bool tails = has_tails(module);
    uint32_t *entries = tails ? link->entry_at : link->func_at;
    for (uint32_t i = 0; i < count; i++) {
        if (job->given_up[i])
            entries[first + i] = link->func_at[first + i] = GW_NO_INDEX;
        w->header.compiled += link->func_at[first + i] != GW_NO_INDEX;
    }
    return write_section(w, GW_ARTIFACT_MODULE, module->bytes.data,
                         module->bytes.size) &&
           write_section(w, GW_ARTIFACT_ENTRIES, entries + first,
                         count * sizeof(uint32_t)) &&
           write_section(w, GW_ARTIFACT_TAILS, link->func_at + first,
                         tails ? count * sizeof(uint32_t) : 0) &&
           write_section(w, GW_ARTIFACT_ADAPTERS, link->adapter_at,
                         link->type_count * sizeof(uint32_t)) &&
           write_vec(w, GW_ARTIFACT_FUNCS, &link->funcs) &&
           write_vec(w, GW_ARTIFACT_LINES, &link->lines) &&
           write_vec(w, GW_ARTIFACT_FRAMES, &link->frames) &&
           write_vec(w, GW_ARTIFACT_RULES, &link->rules) &&
           write_vec(w, GW_ARTIFACT_PADS, &link->pads) &&
           write_vec(w, GW_ARTIFACT_TEXT, &link->text);
}

static enum gw_err
write_artifact(struct job *job, struct gw_plugin_result *result)
{
    const struct gw_plugin_request *request = job->request;
    struct writer w = { .size = sizeof(struct gw_artifact_header) };
    w.data = calloc(1, w.size);
    bool good = w.data && write_sections(&w, job);
    if (!good) {
        free(w.data);
        return GW_ERR_NOMEM;
    }
    memcpy(w.header.magic, gw_artifact_magic, sizeof(w.header.magic));
    w.header.version = GW_ARTIFACT_VERSION;
    w.header.machine = request->machine;
    w.header.abi = gw_native_abi();
    w.header.size = w.size;
    w.header.cpu = request->cpu;
    w.header.guarded = request->config->values[GW_OPTION_MEMORY] ==
                       GW_MEMORY_GUARDED;
    gw_sha256(request->module.data, request->module.size, w.header.module_hash);
    memcpy(w.data, &w.header, sizeof(w.header));
    result->data = w.data;
    result->size = w.size;
    return GW_OK;
}

static enum gw_err
link_and_write(struct job *job, LLVMMemoryBufferRef object,
               struct gw_plugin_result *result)
{
    struct gw_span bytes = gw_span((const uint8_t *)LLVMGetBufferStart(object),
                                   LLVMGetBufferSize(object));
    job->link = (struct gw_link){
        .alloc = &job->program->engine->alloc,
        .machine = job->request->machine,
        .func_count = job->program->module->func_count,
        .type_count = job->program->module->types.count,
        .diag = job->diag,
    };
    enum gw_err err = gw_link_init(&job->link);
    if (err == GW_OK)
        err = gw_link_objects(&job->link, &bytes, 1);
    if (err == GW_OK)
        err = write_artifact(job, result);
    gw_link_fini(&job->link);
    return err;
}

static enum gw_err
run_job(struct job *job, LLVMTargetMachineRef machine,
        struct gw_plugin_result *result)
{
    struct gw_ll ll;
    LLVMMemoryBufferRef object = NULL;
    init(&ll, job->request, job->program, machine, job->diag);
    enum gw_err err = build_functions(&ll, job);
    if (err == GW_OK && getenv("GODWIT_VERIFY_IR"))
        LLVMVerifyModule(ll.out, LLVMAbortProcessAction, NULL);
    if (err == GW_OK)
        err = gw_ll_optimise(&ll, job->request->level, job->diag);
    if (err == GW_OK)
        err = emit(&ll, job, result, &object);
    if (err == GW_OK)
        err = job->diag->err;
    fini(&ll);
    if (err == GW_OK && job->request->output == GW_PLUGIN_ARTIFACT)
        err = link_and_write(job, object, result);
    if (object)
        LLVMDisposeMemoryBuffer(object);
    return err;
}

/* ---- the entry ---- */

/* Nothing runs here. */
static const void *
no_entry(const struct gw_funcinst *func)
{
    (void)func;
    return NULL;
}

static const struct gw_tier no_tier = { .name = "none", .entry = no_entry };

static enum gw_err
compile_program(const struct gw_plugin_request *request,
                struct gw_program *program, struct gw_plugin_result *result)
{
    const struct gw_module *module = program->module;
    struct job job = { request, program, &result->diag, { 0 }, NULL };
    if (module->features & GW_FEATURE_BIT(STACK_SWITCHING))
        return gw_diag_report(&result->diag, GW_ERR_SYSTEM, GW_NO_OFFSET,
                              "modules with continuations are not compiled");
    LLVMTargetMachineRef machine = make_machine(request, &result->diag);
    if (!machine)
        return GW_ERR_SYSTEM;
    job.given_up = calloc(module->func_count + 1u, 1);
    enum gw_err err = job.given_up ? run_job(&job, machine, result)
                                   : GW_ERR_NOMEM;
    free(job.given_up);
    LLVMDisposeTargetMachine(machine);
    return err;
}

static bool
compile(const struct gw_plugin_request *request,
        struct gw_plugin_result *result)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct gw_program *program;
    *result = (struct gw_plugin_result){ 0 };
    gw_diag_init(&result->diag);
    pthread_once(&once, init_targets);
    struct gw_engine *engine = gw_engine_new(request->config, &no_tier, NULL,
                                             NULL);
    enum gw_err err = GW_ERR_NOMEM;
    if (engine)
        err = gw_program_new(engine, request->module, NULL, NULL, &result->diag,
                             &program);
    if (err == GW_OK) {
        err = compile_program(request, program, result);
        gw_program_unref(program);
    }
    gw_engine_unref(engine);
    if (err != GW_OK)
        gw_diag_report(&result->diag, err, GW_NO_OFFSET,
                       "cannot make machine code");
    return err == GW_OK;
}

const struct gw_plugin *gw_plugin_entry(void);

__attribute__((visibility("default"))) const struct gw_plugin *
gw_plugin_entry(void)
{
    static struct gw_plugin plugin = { GW_PLUGIN_VERSION, 0, "LLVM", compile };
    plugin.abi = gw_native_abi();
    return &plugin;
}
