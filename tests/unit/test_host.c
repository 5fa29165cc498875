/* test_host.c - a host for runs in tests; see program_builder.h. Its values depend on a seed alone, and it keeps a digest of
 * everything that it is told. */
#include <string.h>

#include "program_builder.h"
#include "vm_internal.h"

uint64_t test_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

EscValue test_value(const EscProgram *program, EscType type, uint64_t seed)
{
    static const double numbers[] = {0, 1, -1, 0.5, 1e9, 3, -7.25, 100};
    static const char *const texts[] = {"",       "a text",      "b text", "ana",
                                        "x/y z?", "Gr\xc3\xbcn", "no",     "a"};
    static const EscText items[] = {{"a text", 6}, {"ana", 3}, {"", 0}, {"x", 1}, {"urgent", 6}};
    static const int64_t times[] = {
        0, 1, -1, ESC_HOUR_MS, 90 * ESC_SECOND_MS, 1767600000000, -ESC_DAY_MS, INT64_MAX};
    uint64_t state = seed ^ (uint64_t)type << 32, random = test_random(&state);
    EscValue value = {.type = type};
    if (esc_type_is_optional(type) && random % 3 == 0) {
        value.is_missing = true;
        return value;
    }
    random = test_random(&state);
    switch (esc_type_kind(type)) {
    case ESC_KIND_BOOL:
        value.truth = random & 1;
        break;
    case ESC_KIND_NUMBER:
        value.number = numbers[random % ESC_COUNT_OF(numbers)];
        break;
    case ESC_KIND_TEXT:
        value.text = esc_text_from(texts[random % ESC_COUNT_OF(texts)]);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        value.ms = times[random % ESC_COUNT_OF(times)];
        break;
    case ESC_KIND_ENUM:
        value.member = (uint32_t)(random % program->enums[esc_type_enum(type)].members_count);
        break;
    case ESC_KIND_LIST:
        value.list.items = items;
        value.list.count = (uint32_t)(random % (ESC_COUNT_OF(items) + 1));
        break;
    case ESC_KIND_REF:
        value.ref = ESC_REF(ESC_REF_PERSON, random % program->persons_count);
        break;
    default:
        break;
    }
    return value;
}

static EscType wanted_type(const TestHost *host, EscLoad what, uint32_t index)
{
    const EscProgram *program = esc_bundle_program(host->bundle);
    switch (what) {
    case ESC_LOAD_TICKET:
        return program->fields[index].type;
    case ESC_LOAD_EVENT:
        return esc_event_load_type(host->bundle, host->function, index);
    case ESC_LOAD_EXCEPTION:
    case ESC_LOAD_PREVIOUS:
        return program->fields[index].type | ESC_TYPE_OPTIONAL;
    case ESC_LOAD_CHANGED:
        return ESC_TYPE(ESC_KIND_BOOL);
    case ESC_LOAD_FACT:
        return esc_fact_info[index].type;
    case ESC_LOAD_HOURS:
    case ESC_LOAD_TALLY:
    case ESC_LOAD_OPEN:
        return ESC_TYPE(ESC_KIND_BOOL);
    case ESC_LOAD_PARAM:
        return program->params[index].type;
    case ESC_LOAD_DOCUMENT:
        return program->document_paths[index].type;
    }
    return 0;
}

static EscStatus host_load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    TestHost *host = context;
    host->loads++;
    if (host->load_status != ESC_OK)
        return host->load_status;
    if (host->fields != NULL && what == ESC_LOAD_TICKET) {
        *value = host->fields[index];
        return ESC_OK;
    }
    EscType type = wanted_type(host, what, index);
    if (host->gives_wrong_type)
        type =
            type == ESC_TYPE(ESC_KIND_BOOL) ? ESC_TYPE(ESC_KIND_NUMBER) : ESC_TYPE(ESC_KIND_BOOL);
    *value = test_value(esc_bundle_program(host->bundle), type,
                        host->seed * 31 + (uint64_t)what * 8191 + index);
    return ESC_OK;
}

static void digest(TestHost *host, uint64_t value)
{
    host->trace ^= value;
    host->trace = test_random(&host->trace);
}

static void digest_text(TestHost *host, EscText part)
{
    digest(host, part.size);
    for (size_t i = 0; i < part.size; i++)
        digest(host, (uint8_t)part.data[i]);
}

static void digest_value(TestHost *host, const EscValue *value)
{
    uint64_t bits = 0;
    digest(host, value->type);
    digest(host, value->is_missing);
    if (value->is_missing)
        return;
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        digest(host, value->truth);
        break;
    case ESC_KIND_NUMBER:
        memcpy(&bits, &value->number, sizeof bits);
        digest(host, bits);
        break;
    case ESC_KIND_TEXT:
        digest_text(host, value->text);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        digest(host, (uint64_t)value->ms);
        break;
    case ESC_KIND_ENUM:
        digest(host, value->member);
        break;
    case ESC_KIND_REF:
        digest(host, value->ref);
        break;
    case ESC_KIND_LIST:
        for (uint32_t i = 0; i < value->list.count; i++)
            digest_text(host, value->list.items[i]);
        break;
    default:
        break;
    }
}

static EscStatus host_emit(void *context, uint32_t effect, const EscValue *arguments,
                           uint32_t count, EscValue *result)
{
    TestHost *host = context;
    const EscProgram *program = esc_bundle_program(host->bundle);
    host->emits++;
    host->last_effect = effect;
    if (host->emit_status != ESC_OK)
        return host->emit_status;
    digest(host, effect);
    for (uint32_t i = 0; i < count; i++)
        digest_value(host, &arguments[i]);
    uint32_t kind = esc_effect_info[program->effects[effect].kind].result;
    if (kind != ESC_KIND_UNSET)
        *result =
            test_value(program, host->gives_wrong_type ? ESC_TYPE(ESC_KIND_BOOL) : ESC_TYPE(kind),
                       host->seed + effect);
    return ESC_OK;
}

static EscStatus host_own(void *context, uint32_t role)
{
    TestHost *host = context;
    host->owns++;
    host->last_role = role;
    digest(host, 1000 + role);
    return host->own_status;
}

/* Clocks an hour ahead of UTC. */
static int64_t host_instant(void *context, int64_t local_minute)
{
    (void)context;
    return (local_minute - 60) * ESC_MINUTE_MS;
}

/* Hours of which every second one counts. */
static int64_t host_in_hours(void *context, uint32_t calendar, int64_t from_ms, int64_t ms)
{
    (void)context;
    return esc_ms_add(esc_ms_add(from_ms, ms), esc_ms_add(ms, (int64_t)calendar));
}

EscHost test_host(TestHost *host)
{
    return (EscHost){.context = host,
                     .load = host_load,
                     .emit = host_emit,
                     .own = host_own,
                     .instant = host_instant,
                     .in_hours = host_in_hours};
}
