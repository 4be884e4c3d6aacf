/*
 * The sink that makes LLVM's intermediate code of functions.
 *
 * One struct gw_ll belongs to one thread and makes one LLVM module, for a
 * batch of functions of one program.  Locals, and the values that labels
 * take, are allocas, which LLVM turns into registers; the operands stand in
 * ll->vals as the validator counts them.
 *
 * A function that needs what is not supported is given up: its body then
 * calls the tier, and it has no entry.
 */
#ifndef GW_AOT_LLVM_LL_H
#define GW_AOT_LLVM_LL_H

#include "rt/heap.h"
#include "rt/native.h"
#include "wasm/op_iter.h"

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>

/* What is read and written: accesses of different kinds never meet. */
enum gw_ll_kind {
    GW_LL_MEMORY,  /* linear memories */
    GW_LL_CONTEXT, /* the context and what hangs on it */
    GW_LL_TABLE,
    GW_LL_GLOBAL,
    GW_LL_OBJECT,
    GW_LL_SLOTS, /* arguments and results in slots */
    GW_LL_KINDS
};

enum gw_lanes {
    GW_LANES_NONE,
    GW_LANES_I8,
    GW_LANES_I16,
    GW_LANES_I32,
    GW_LANES_I64,
    GW_LANES_F32,
    GW_LANES_F64,
    GW_LANES_COUNT
};

enum gw_ll_helper {
#define HELPER(NAME, COUNT, TEXT) GW_HELPER_##NAME,
#include "rt/helper.def"
#undef HELPER
    GW_HELPER_COUNT
};

/* An open block. */
struct gw_ll_label {
    LLVMBasicBlockRef target; /* where branches to it go */
    LLVMBasicBlockRef end;    /* behind it; loops: not target */
    LLVMBasicBlockRef other;  /* if: where its else is */
    LLVMValueRef *params;     /* loop: allocas of its parameters */
    LLVMValueRef *results;    /* allocas of its results */
    uint32_t param_count, result_count;
    bool dead;
    bool catches;               /* a try whose body is open */
    LLVMBasicBlockRef pad;      /* where exceptions land; NULL: none has */
    LLVMBasicBlockRef dispatch; /* and where it is decided who takes them */
    LLVMValueRef exn;           /* legacy try: alloca, for rethrow */
};

struct gw_ll {
    /* For all functions. */
    struct gw_program *program;
    const struct gw_module *module;
    LLVMContextRef context;
    LLVMModuleRef out;
    LLVMTargetMachineRef machine;
    LLVMBuilderRef b, first; /* first: in the entry, for allocas */
    LLVMDIBuilderRef lines;
    LLVMMetadataRef file, unit, line_type;
    LLVMTypeRef none, i1, i8, i16, i32, i64, f32, f64, v128, ptr;
    LLVMTypeRef vectors[GW_LANES_COUNT];
    LLVMTypeRef pad_type;
    LLVMValueRef tags[GW_LL_KINDS];
    LLVMValueRef empty;              /* metadata without content */
    unsigned tbaa, invariant, traps; /* kinds of metadata */
    LLVMAttributeRef nomerge, cold, readable, aligned, nounwind, nothing;
    LLVMAttributeRef attributes[8]; /* of all functions */
    uint32_t attribute_count;
    LLVMValueRef *funcs; /* of the module's functions; made when needed */
    LLVMValueRef *slows; /* by type */
    LLVMValueRef personality, stack_pointer;
    unsigned convention; /* of the functions */
    bool polls, has_fma, x86, ssse3;
    const char *unsupported; /* why the function is given up */

    /* For one function. */
    struct gw_op_iter *it;
    LLVMValueRef func, ctx, out_slots; /* out_slots: of many results */
    LLVMBasicBlockRef entry;
    LLVMMetadataRef scope;
    LLVMValueRef *locals, *vals;
    uint32_t local_capacity, val_capacity;
    struct gw_ll_label *labels;
    uint32_t depth, label_capacity;
    LLVMValueRef exn; /* alloca: the exception on its way */
    bool calls;
};

/* ---- ll.c: types, values, accesses ---- */

LLVMTypeRef gw_ll_type(const struct gw_ll *ll, gw_valtype type);
LLVMTypeRef gw_ll_functype(const struct gw_ll *ll,
                           const struct gw_functype *type);
/* Do results go through a pointer behind the context? */
bool gw_ll_has_out(const struct gw_functype *type);

LLVMValueRef gw_ll_int(const struct gw_ll *ll, LLVMTypeRef type,
                       uint64_t value);
LLVMValueRef gw_ll_alloca(struct gw_ll *ll, LLVMTypeRef type);
/* An alloca of slots. */
LLVMValueRef gw_ll_slots(struct gw_ll *ll, uint32_t count);
LLVMValueRef gw_ll_at(struct gw_ll *ll, LLVMValueRef base, uint64_t offset);

/* Accesses that need no alignment. */
LLVMValueRef gw_ll_load(struct gw_ll *ll, enum gw_ll_kind kind,
                        LLVMTypeRef type, LLVMValueRef at);
void gw_ll_store(struct gw_ll *ll, enum gw_ll_kind kind, LLVMValueRef value,
                 LLVMValueRef at);
/* Of what never changes while the function runs. */
LLVMValueRef gw_ll_load_fixed(struct gw_ll *ll, LLVMTypeRef type,
                              LLVMValueRef base, uint64_t offset);
/* Items of an array that the context has a pointer to. */
LLVMValueRef gw_ll_load_item(struct gw_ll *ll, LLVMTypeRef type, uint64_t field,
                             uint64_t index, uint64_t size);

/* Writes values to slots one behind the other, and reads them. */
void gw_ll_put_slots(struct gw_ll *ll, const gw_valtype *types,
                     LLVMValueRef const *values, uint32_t count,
                     LLVMValueRef slots);
void gw_ll_get_slots(struct gw_ll *ll, const gw_valtype *types,
                     LLVMValueRef *values, uint32_t count, LLVMValueRef slots);

LLVMBasicBlockRef gw_ll_block(struct gw_ll *ll);
void gw_ll_go(struct gw_ll *ll, LLVMBasicBlockRef block);
/* Branches, and goes on at the first of the two. */
void gw_ll_unless(struct gw_ll *ll, LLVMValueRef condition,
                  LLVMBasicBlockRef *otherwise);
void gw_ll_trap(struct gw_ll *ll, enum gw_trap trap);
void gw_ll_trap_if(struct gw_ll *ll, LLVMValueRef condition, enum gw_trap trap);

/* overloads: of the types that the name leaves open. */
LLVMValueRef gw_ll_intrinsic(struct gw_ll *ll, const char *name,
                             LLVMTypeRef *overloads, size_t overload_count,
                             LLVMValueRef *args, unsigned count);
LLVMValueRef gw_ll_intrinsic1(struct gw_ll *ll, const char *name,
                              LLVMValueRef a);
LLVMValueRef gw_ll_intrinsic2(struct gw_ll *ll, const char *name,
                              LLVMValueRef a, LLVMValueRef b);

/* Calls a helper; args are extended to 64 bits. */
LLVMValueRef gw_ll_helper(struct gw_ll *ll, enum gw_ll_helper helper,
                          LLVMValueRef *args);

/* ---- operands of the operator at hand ---- */

static inline LLVMValueRef
gw_ll_get(const struct gw_ll *ll, uint32_t i)
{
    return ll->vals[ll->it->height + i];
}

void gw_ll_set(struct gw_ll *ll, uint32_t i, LLVMValueRef value);

/* ---- the groups of operators ---- */

typedef void gw_ll_op_fn(struct gw_ll *ll);
#define OPERATOR(IDENT, NAME) gw_ll_op_fn gw_ll_op_##NAME;
#include "aot/llvm/operator.def"
#undef OPERATOR

/* Each takes the operators that are rows of num.def or mem.def. */
bool gw_ll_num(struct gw_ll *ll);
bool gw_ll_mem(struct gw_ll *ll);

/* ---- object.c ---- */

/* Where an element of a table is; traps when it is outside. */
LLVMValueRef gw_ll_element(struct gw_ll *ll, uint32_t table, LLVMValueRef index,
                           enum gw_trap trap);
/* Has a reference the type?  An i1. */
LLVMValueRef gw_ll_has_type(struct gw_ll *ll, LLVMValueRef ref,
                            gw_valtype type);

/* ---- control.c ---- */

/* Builds the body of a function of the module. */
enum gw_err gw_ll_func(struct gw_ll *ll, struct gw_op_iter *it, uint32_t func,
                       struct gw_diag *diag);
/* Where exceptions go that leave the place at hand; NULL: out. */
LLVMBasicBlockRef gw_ll_pad(struct gw_ll *ll);

/* ---- call.c ---- */

LLVMValueRef gw_ll_func_value(struct gw_ll *ll, uint32_t func);
LLVMValueRef gw_ll_slow(struct gw_ll *ll, uint32_t type);
/* A call that may throw. */
LLVMValueRef gw_ll_call(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef callee,
                        LLVMValueRef *args, unsigned count,
                        unsigned convention);
void gw_ll_make_adapter(struct gw_ll *ll, uint32_t type);
/* The body of a function that is given up. */
void gw_ll_make_thunk(struct gw_ll *ll, uint32_t func);

/* The entry of a function whose convention is not that of entries. */
void gw_ll_make_entry(struct gw_ll *ll, uint32_t func);

enum { GW_LL_CC_C = 0, GW_LL_CC_FAST = 8, GW_LL_CC_TAIL = 18 };

#endif
