#include "capi/type.h"
#include "capi/heap.h"
#include "rt/program.h"

#include "godwit/external.h"

/* ---- value types ---- */

wasm_valtype_t *
gw_capi_valtype(struct gw_engine *engine, gw_valtype type)
{
    wasm_valtype_t *out = gw_heap_get(1, sizeof(*out));
    if (!out)
        return NULL;
    out->type = type;
    if (gw_type_is_ref(type) && gw_heap_is_index(gw_type_heap(type)))
        out->engine = gw_engine_ref(engine);
    return out;
}

wasm_valtype_t *
wasm_valtype_new(wasm_valkind_t kind)
{
    switch (kind) {
    case WASM_I32:
        return gw_capi_valtype(NULL, GW_TYPE_I32);
    case WASM_I64:
        return gw_capi_valtype(NULL, GW_TYPE_I64);
    case WASM_F32:
        return gw_capi_valtype(NULL, GW_TYPE_F32);
    case WASM_F64:
        return gw_capi_valtype(NULL, GW_TYPE_F64);
    case GODWIT_V128:
        return gw_capi_valtype(NULL, GW_TYPE_V128);
    case WASM_EXTERNREF:
        return gw_capi_valtype(NULL, GW_TYPE_EXTERNREF);
    case WASM_FUNCREF:
        return gw_capi_valtype(NULL, GW_TYPE_FUNCREF);
    default:
        return NULL;
    }
}

void
wasm_valtype_delete(wasm_valtype_t *type)
{
    if (!type)
        return;
    gw_engine_unref(type->engine);
    gw_heap_free(type);
}

wasm_valtype_t *
wasm_valtype_copy(const wasm_valtype_t *type)
{
    return type ? gw_capi_valtype(type->engine, type->type) : NULL;
}

static bool
is_func_heap(const struct gw_engine *engine, uint32_t heap)
{
    if (gw_heap_is_index(heap))
        return gw_typereg_def(engine, heap)->comp == GW_COMP_FUNC;
    return heap == GW_HEAP_FUNC || heap == GW_HEAP_NOFUNC;
}

wasm_valkind_t
gw_capi_valkind(const struct gw_engine *engine, gw_valtype type)
{
    switch (type) {
    case GW_TYPE_I32:
        return WASM_I32;
    case GW_TYPE_I64:
        return WASM_I64;
    case GW_TYPE_F32:
        return WASM_F32;
    case GW_TYPE_F64:
        return WASM_F64;
    case GW_TYPE_V128:
        return GODWIT_V128;
    default:
        return is_func_heap(engine, gw_type_heap(type)) ? WASM_FUNCREF
                                                        : WASM_EXTERNREF;
    }
}

wasm_valkind_t
wasm_valtype_kind(const wasm_valtype_t *type)
{
    return gw_capi_valkind(type->engine, type->type);
}

bool
gw_capi_valtype_lower(const struct gw_engine *engine,
                      const wasm_valtype_t *type, gw_valtype *out)
{
    if (!type || (type->engine && type->engine != engine))
        return false;
    *out = type->type;
    return true;
}

/* ---- function types ---- */

wasm_functype_t *
wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results)
{
    wasm_functype_t *type = gw_heap_get(1, sizeof(*type));
    if (!type) {
        wasm_valtype_vec_delete(params);
        wasm_valtype_vec_delete(results);
        return NULL;
    }
    type->head.kind = WASM_EXTERN_FUNC;
    type->params = *params;
    type->results = *results;
    return type;
}

const wasm_valtype_vec_t *
wasm_functype_params(const wasm_functype_t *type)
{
    return &type->params;
}

const wasm_valtype_vec_t *
wasm_functype_results(const wasm_functype_t *type)
{
    return &type->results;
}

/* An array that lacks an element is as good as none. */
static bool
wrap_all(struct gw_engine *engine, const gw_valtype *types, uint32_t count,
         wasm_valtype_vec_t *out)
{
    wasm_valtype_vec_new_uninitialized(out, count);
    if (out->size != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        out->data[i] = gw_capi_valtype(engine, types[i]);
        if (!out->data[i])
            return false;
    }
    return true;
}

wasm_externtype_t *
gw_capi_functype(struct gw_engine *engine, const struct gw_functype *type)
{
    wasm_functype_t *out = gw_heap_get(1, sizeof(*out));
    if (!out)
        return NULL;
    out->head.kind = WASM_EXTERN_FUNC;
    if (wrap_all(engine, type->params, type->param_count, &out->params) &&
        wrap_all(engine, type->results, type->result_count, &out->results))
        return &out->head;
    wasm_functype_delete(out);
    return NULL;
}

static bool
lower_all(const struct gw_engine *engine, const wasm_valtype_vec_t *types,
          gw_valtype *out, uint32_t *slots)
{
    for (size_t i = 0; i < types->size; i++) {
        if (!gw_capi_valtype_lower(engine, types->data[i], &out[i]))
            return false;
        *slots += gw_type_slots(out[i]);
    }
    return true;
}

bool
gw_capi_functype_lower(const struct gw_engine *engine,
                       const wasm_functype_t *type, struct gw_functype *out,
                       gw_valtype **block)
{
    size_t params = type->params.size, results = type->results.size;
    const uint64_t *limits = engine->decode.limits;
    *block = NULL;
    if (params > limits[GW_LIMIT_PARAMS] || results > limits[GW_LIMIT_RESULTS])
        return false;
    gw_valtype *types = gw_heap_get(params + results, sizeof(*types));
    if (!types)
        return false;
    *out = (struct gw_functype){
        .param_count = (uint32_t)params,
        .result_count = (uint32_t)results,
        .params = types,
        .results = types + params,
    };
    if (lower_all(engine, &type->params, types, &out->param_slots) &&
        lower_all(engine, &type->results, types + params, &out->result_slots)) {
        *block = types;
        return true;
    }
    gw_heap_free(types);
    return false;
}

/* ---- globals, tables, memories, tags ---- */

wasm_globaltype_t *
wasm_globaltype_new(wasm_valtype_t *content, wasm_mutability_t mutability)
{
    wasm_globaltype_t *type = content ? gw_heap_get(1, sizeof(*type)) : NULL;
    if (!type) {
        wasm_valtype_delete(content);
        return NULL;
    }
    type->head.kind = WASM_EXTERN_GLOBAL;
    type->content = content;
    type->mutability = mutability;
    return type;
}

const wasm_valtype_t *
wasm_globaltype_content(const wasm_globaltype_t *type)
{
    return type->content;
}

wasm_mutability_t
wasm_globaltype_mutability(const wasm_globaltype_t *type)
{
    return type->mutability;
}

wasm_externtype_t *
gw_capi_globaltype(struct gw_engine *engine, const struct gw_globaltype *type)
{
    wasm_globaltype_t *out = wasm_globaltype_new(gw_capi_valtype(engine,
                                                                 type->type),
                                                 type->mutable ? WASM_VAR
                                                               : WASM_CONST);
    return out ? &out->head : NULL;
}

static struct gw_limits
exact_limits(const wasm_limits_t *limits)
{
    bool has_max = limits->max != wasm_limits_max_default;
    return (struct gw_limits){
        .min = limits->min,
        .max = has_max ? limits->max : UINT64_MAX,
        .has_max = has_max,
    };
}

static uint32_t
saturate(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static wasm_limits_t
narrow_limits(const struct gw_limits *limits)
{
    return (wasm_limits_t){
        .min = saturate(limits->min),
        .max = limits->has_max ? saturate(limits->max)
                               : wasm_limits_max_default,
    };
}

wasm_tabletype_t *
wasm_tabletype_new(wasm_valtype_t *element, const wasm_limits_t *limits)
{
    wasm_tabletype_t *type = element ? gw_heap_get(1, sizeof(*type)) : NULL;
    if (!type) {
        wasm_valtype_delete(element);
        return NULL;
    }
    type->head.kind = WASM_EXTERN_TABLE;
    type->limits = *limits;
    type->exact = exact_limits(limits);
    type->element = element;
    return type;
}

const wasm_valtype_t *
wasm_tabletype_element(const wasm_tabletype_t *type)
{
    return type->element;
}

const wasm_limits_t *
wasm_tabletype_limits(const wasm_tabletype_t *type)
{
    return &type->limits;
}

wasm_externtype_t *
gw_capi_tabletype(struct gw_engine *engine, const struct gw_tabletype *type)
{
    wasm_limits_t limits = narrow_limits(&type->limits);
    wasm_tabletype_t *out = wasm_tabletype_new(gw_capi_valtype(engine,
                                                               type->elem),
                                               &limits);
    if (!out)
        return NULL;
    out->exact = type->limits;
    return &out->head;
}

wasm_memorytype_t *
wasm_memorytype_new(const wasm_limits_t *limits)
{
    wasm_memorytype_t *type = gw_heap_get(1, sizeof(*type));
    if (!type)
        return NULL;
    type->head.kind = WASM_EXTERN_MEMORY;
    type->limits = *limits;
    type->exact.limits = exact_limits(limits);
    type->exact.page_log2 = 16;
    return type;
}

const wasm_limits_t *
wasm_memorytype_limits(const wasm_memorytype_t *type)
{
    return &type->limits;
}

wasm_externtype_t *
gw_capi_memorytype(const struct gw_memtype *type)
{
    wasm_limits_t limits = narrow_limits(&type->limits);
    wasm_memorytype_t *out = wasm_memorytype_new(&limits);
    if (!out)
        return NULL;
    out->exact = *type;
    return &out->head;
}

wasm_externtype_t *
gw_capi_tagtype(wasm_functype_t *func)
{
    struct gw_capi_tagtype *out = func ? gw_heap_get(1, sizeof(*out)) : NULL;
    if (!out) {
        wasm_functype_delete(func);
        return NULL;
    }
    out->head.kind = GODWIT_EXTERN_TAG;
    out->func = func;
    return &out->head;
}

const wasm_functype_t *
godwit_externtype_tag(const wasm_externtype_t *type)
{
    if (!type || type->kind != GODWIT_EXTERN_TAG)
        return NULL;
    return ((const struct gw_capi_tagtype *)type)->func;
}

/* ---- exact limits ---- */

/* The bounds of spec 3.2.11 are those of gw_decode_tables and _memories. */
static bool
take_limits(const struct godwit_limits *limits, uint64_t most,
            struct gw_limits *out)
{
    *out = (struct gw_limits){
        .min = limits->min,
        .max = limits->max,
        .has_max = limits->max != UINT64_MAX,
        .is64 = limits->is64,
        .shared = limits->shared,
    };
    return limits->min <= most && limits->min <= limits->max &&
           (limits->max <= most || !out->has_max);
}

wasm_memorytype_t *
godwit_memorytype_new(const struct godwit_limits *limits)
{
    struct gw_memtype type = { .page_log2 = limits->page_log2 };
    if (limits->page_log2 != 0 && limits->page_log2 != 16)
        return NULL;
    uint64_t most = limits->is64 ? UINT64_MAX : UINT32_MAX;
    if (limits->page_log2 == 16)
        most = UINT64_C(1) << (limits->is64 ? 48 : 16);
    if (!take_limits(limits, most, &type.limits) ||
        (limits->shared && !type.limits.has_max))
        return NULL;
    return wasm_externtype_as_memorytype(gw_capi_memorytype(&type));
}

wasm_tabletype_t *
godwit_tabletype_new(wasm_valtype_t *element,
                     const struct godwit_limits *limits)
{
    struct gw_limits exact;
    if (limits->shared || limits->page_log2 != 0 ||
        !take_limits(limits, limits->is64 ? UINT64_MAX : UINT32_MAX, &exact)) {
        wasm_valtype_delete(element);
        return NULL;
    }
    wasm_limits_t narrow = narrow_limits(&exact);
    wasm_tabletype_t *type = wasm_tabletype_new(element, &narrow);
    if (type)
        type->exact = exact;
    return type;
}

static void
give_limits(const struct gw_limits *limits, uint8_t page_log2,
            struct godwit_limits *out)
{
    *out = (struct godwit_limits){
        .min = limits->min,
        .max = limits->has_max ? limits->max : UINT64_MAX,
        .is64 = limits->is64,
        .shared = limits->shared,
        .page_log2 = page_log2,
    };
}

void
godwit_memorytype_limits(const wasm_memorytype_t *type,
                         struct godwit_limits *out)
{
    give_limits(&type->exact.limits, type->exact.page_log2, out);
}

void
godwit_tabletype_limits(const wasm_tabletype_t *type, struct godwit_limits *out)
{
    give_limits(&type->exact, 0, out);
}
