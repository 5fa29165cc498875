/* interp_values.c - what values do, without a machine around them: bounds, equality, saturating time, constants. Both
 * interpreters, snapshots and trigger conditions use these leaves. */
#include <esc/vm.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "vm_internal.h"

/* --- values ---------------------------------------------------------------------------------------------------- */

static bool list_equal(const EscValue *a, const EscValue *b)
{
    if (a->list.count != b->list.count)
        return false;
    for (uint32_t i = 0; i < a->list.count; i++) {
        if (!esc_text_equal(a->list.items[i], b->list.items[i]))
            return false;
    }
    return true;
}

bool esc_value_equal(EscValue a, EscValue b)
{
    if (a.type != b.type || a.is_missing != b.is_missing)
        return false;
    if (a.is_missing)
        return true;
    switch (esc_type_kind(a.type)) {
    case ESC_KIND_BOOL:
        return a.truth == b.truth;
    case ESC_KIND_NUMBER:
        return a.number == b.number;
    case ESC_KIND_TEXT:
        return esc_text_equal(a.text, b.text);
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return a.ms == b.ms;
    case ESC_KIND_ENUM:
        return a.member == b.member;
    case ESC_KIND_LIST:
        return list_equal(&a, &b);
    case ESC_KIND_REF:
        return a.ref == b.ref;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        return true;
    }
    return false;
}

static bool list_fits(const EscValue *value)
{
    if (value->list.count > ESC_LIST_ITEMS_MAX)
        return false;
    for (uint32_t i = 0; i < value->list.count; i++) {
        if (value->list.items[i].size > ESC_TEXT_MAX)
            return false;
    }
    return true;
}

bool esc_value_fits(const EscProgram *program, const EscValue *value, EscType type)
{
    if (value->type != type || (value->is_missing && !esc_type_is_optional(type)))
        return false;
    if (value->is_missing)
        return true;
    switch (esc_type_kind(type)) {
    case ESC_KIND_BOOL:
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return true;
    case ESC_KIND_NUMBER:
        return isfinite(value->number) != 0;
    case ESC_KIND_TEXT:
        return value->text.size <= ESC_TEXT_MAX;
    case ESC_KIND_ENUM:
        return value->member < program->enums[esc_type_enum(type)].members_count;
    case ESC_KIND_LIST:
        return list_fits(value);
    case ESC_KIND_REF:
        return value->ref != 0;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        return false;
    }
    return false;
}

EscValue esc_const_value(const EscProgram *program, uint32_t index)
{
    const EscConstRow *row = &program->consts[index];
    EscValue value = {.type = ESC_TYPE(row->kind)};
    switch (row->kind) {
    case ESC_KIND_BOOL:
        value.truth = row->bits != 0;
        break;
    case ESC_KIND_NUMBER:
        memcpy(&value.number, &row->bits, sizeof value.number);
        break;
    case ESC_KIND_TEXT:
        value.text = program->texts[row->bits];
        break;
    case ESC_KIND_ENUM:
        value.type = ESC_TYPE_ENUM(row->detail);
        value.member = (uint32_t)row->bits;
        break;
    case ESC_KIND_REF:
        value.ref = (EscRef)row->bits;
        break;
    case ESC_KIND_LIST:
        break; /* the empty one */
    default:
        value.ms = row->bits;
        break; /* DURATION and TIME: the verifier lets no other kind through */
    }
    return value;
}

bool esc_list_has(const EscValue *list, EscText text)
{
    for (uint32_t i = 0; i < list->list.count; i++) {
        if (esc_text_equal(list->list.items[i], text))
            return true;
    }
    return false;
}

/* --- durations and times: saturating at ESC_SPAN_MAX_MS, so that sums of two never overflow ------------------------ */

static int64_t clamp(int64_t ms)
{
    if (ms > ESC_SPAN_MAX_MS)
        return ESC_SPAN_MAX_MS;
    return ms < -ESC_SPAN_MAX_MS ? -ESC_SPAN_MAX_MS : ms;
}

bool esc_ms_is_end(int64_t ms)
{
    return ms >= ESC_SPAN_MAX_MS || ms <= -ESC_SPAN_MAX_MS;
}

static int64_t clamp_number(double ms)
{
    if (isnan(ms))
        return 0;
    if (ms >= (double)ESC_SPAN_MAX_MS)
        return ESC_SPAN_MAX_MS;
    return ms <= -(double)ESC_SPAN_MAX_MS ? -ESC_SPAN_MAX_MS : (int64_t)ms;
}

int64_t esc_ms_add(int64_t a, int64_t b)
{
    return clamp(clamp(a) + clamp(b));
}

int64_t esc_ms_subtract(int64_t a, int64_t b)
{
    return clamp(clamp(a) - clamp(b));
}

int64_t esc_ms_multiply(int64_t a, double b)
{
    return clamp_number((double)clamp(a) * b);
}

int64_t esc_ms_divide(int64_t a, double b)
{
    return clamp_number((double)clamp(a) / b);
}

double esc_number_clamp(double number)
{
    if (isnan(number))
        return 0;
    return number > DBL_MAX ? DBL_MAX : number < -DBL_MAX ? -DBL_MAX : number;
}

double esc_duration_in(int64_t duration_ms, uint32_t unit)
{
    int64_t size = esc_unit_info[unit].ms, whole = duration_ms / size;
    return (double)(duration_ms % size < 0 ? whole - 1 : whole);
}
