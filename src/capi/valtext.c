/* Values as people write them: godwit/run.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/type.h"
#include "text/num.h"
#include "wasm/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

size_t
godwit_valtype_print(const wasm_valtype_t *type, char *buffer, size_t size)
{
    return gw_type_print(type->type, buffer, size);
}

/* ---- reading ---- */

/* "i32x4 1 2 3 4". */
static bool
parse_v128(struct gw_span text, wasm_val_t *out)
{
    uint8_t bytes[16];
    if (text.size < 5 || memcmp(text.data, "i32x4", 5) != 0)
        return false;
    text = gw_span(text.data + 5, text.size - 5);
    for (int lane = 0; lane < 4; lane++) {
        size_t blanks = 0, size;
        while (blanks < text.size && text.data[blanks] == ' ')
            blanks++;
        for (size = blanks; size < text.size && text.data[size] != ' ';)
            size++;
        struct gw_span word = gw_span(text.data + blanks, size - blanks);
        enum gw_num kind = gw_num_classify(word);
        uint64_t bits;
        if (blanks == 0 || (kind != GW_NUM_NAT && kind != GW_NUM_INT) ||
            !gw_num_int(word, 32, &bits))
            return false;
        for (int i = 0; i < 4; i++)
            bytes[4 * lane + i] = (uint8_t)(bits >> 8 * i);
        text = gw_span(text.data + size, text.size - size);
    }
    return text.size == 0 && godwit_val_new_v128(out, bytes);
}

static bool
parse_val(gw_valtype type, const char *text, wasm_val_t *out)
{
    struct gw_span span = gw_span_str(text);
    enum gw_num kind = gw_num_classify(span);
    bool integer = kind == GW_NUM_NAT || kind == GW_NUM_INT;
    uint64_t bits = 0;
    bool ok;
    switch (type) {
    case GW_TYPE_I32:
        ok = integer && gw_num_int(span, 32, &bits);
        out->of.i32 = (int32_t)(uint32_t)bits;
        return ok;
    case GW_TYPE_I64:
        ok = integer && gw_num_int(span, 64, &bits);
        out->of.i64 = (int64_t)bits;
        return ok;
    case GW_TYPE_F32:
        ok = kind != GW_NUM_NONE && gw_num_float(span, 32, &bits);
        out->of.f32 = gw_f32_of_bits((uint32_t)bits);
        return ok;
    case GW_TYPE_F64:
        ok = kind != GW_NUM_NONE && gw_num_float(span, 64, &bits);
        out->of.f64 = gw_f64_of_bits(bits);
        return ok;
    case GW_TYPE_V128:
        return parse_v128(span, out);
    default:
        out->of.ref = NULL;
        return strcmp(text, "null") == 0;
    }
}

godwit_error_t *
godwit_val_parse(const wasm_valtype_t *type, const char *text, wasm_val_t *out)
{
    char name[48];
    out->kind = wasm_valtype_kind(type);
    out->of.i64 = 0;
    if (parse_val(type->type, text, out))
        return NULL;
    gw_type_print(type->type, name, sizeof(name));
    return gw_error_make(GW_ERR_ARGUMENT, "%s is no value of type %s", text,
                         name);
}

/* ---- writing ---- */

static int
print_nan(uint64_t payload, uint64_t canonical, bool negative, char *buffer,
          size_t size)
{
    const char *sign = negative ? "-" : "";
    if (payload == canonical)
        return snprintf(buffer, size, "%snan", sign);
    return snprintf(buffer, size, "%snan:0x%" PRIx64, sign, payload);
}

/* As few digits as read back the same. */
static int
print_f32(float value, char *buffer, size_t size)
{
    uint32_t bits = gw_f32_bits(value);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return print_nan(bits & 0x7fffff, 0x400000, bits >> 31, buffer, size);
    int length, digits = 6;
    do
        length = snprintf(buffer, size, "%.*g", digits, (double)value);
    while (digits++ < 9 && strtof(buffer, NULL) != value);
    return length;
}

static int
print_f64(double value, char *buffer, size_t size)
{
    const uint64_t mantissa = (UINT64_C(1) << 52) - 1;
    uint64_t bits = gw_f64_bits(value);
    if (value != value)
        return print_nan(bits & mantissa, UINT64_C(1) << 51, bits >> 63, buffer,
                         size);
    int length, digits = 15;
    do
        length = snprintf(buffer, size, "%.*g", digits, value);
    while (digits++ < 17 && strtod(buffer, NULL) != value);
    return length;
}

static int
print_v128(const wasm_val_t *val, char *buffer, size_t size)
{
    uint8_t bytes[16] = { 0 };
    uint32_t lanes[4] = { 0 };
    godwit_val_v128(val, bytes);
    for (int i = 0; i < 16; i++)
        lanes[i / 4] |= (uint32_t)bytes[i] << 8 * (i % 4);
    return snprintf(buffer, size,
                    "i32x4 0x%08" PRIx32 " 0x%08" PRIx32 " 0x%08" PRIx32
                    " 0x%08" PRIx32,
                    lanes[0], lanes[1], lanes[2], lanes[3]);
}

size_t
godwit_val_print(const wasm_val_t *val, char *buffer, size_t size)
{
    int length;
    switch (val->kind) {
    case WASM_I32:
        length = snprintf(buffer, size, "%" PRId32, val->of.i32);
        break;
    case WASM_I64:
        length = snprintf(buffer, size, "%" PRId64, val->of.i64);
        break;
    case WASM_F32:
        length = print_f32(val->of.f32, buffer, size);
        break;
    case WASM_F64:
        length = print_f64(val->of.f64, buffer, size);
        break;
    case GODWIT_V128:
        length = print_v128(val, buffer, size);
        break;
    default:
        length = snprintf(buffer, size, "%s",
                          !val->of.ref                ? "null"
                          : val->kind == WASM_FUNCREF ? "(func)"
                                                      : "(extern)");
    }
    return length > 0 ? (size_t)length : 0;
}
