/* verify_requests.c - the parts of requests: V51. Headers come first and have names that a request may say; what is held stands
 * behind what holds it; and the values are the arguments of the action's one REQUEST, each once and in order. Behind the code,
 * which has shown that there is one (V34). */
#include <esc/vm.h>

#include "vm_internal.h"

typedef struct Place {
    const EscActionRow *action;
    const EscEffectRow *site; /* of its REQUEST */
    uint32_t values;          /* seen */
    uint32_t in_body;         /* seen there */
    uint32_t holders[9];      /* by depth: the kind of what holds what stands there */
    uint32_t deepest;         /* where the next part may stand */
} Place;

static const EscEffectRow *site_of(const EscProgram *program, const EscActionRow *action)
{
    uint32_t at = program->functions[action->request].code_first;
    while (program->code[at].op != ESC_OP_EMIT)
        at++;
    return &program->effects[program->code[at].imm];
}

static EscStatus verify_argument(EscVerify *verify, Place *place, uint32_t p)
{
    const EscPartRow *part = &verify->program->parts[p];
    bool is_value = part->kind == ESC_PART_HEADER || part->kind == ESC_PART_VALUE;
    REJECT_IF(!is_value && part->argument != 0, "V51", PARTS, p, "it holds others and no value");
    if (!is_value)
        return ESC_OK;
    place->values++;
    REJECT_IF(part->argument != place->values || place->values >= place->site->args_count, "V51",
              PARTS, p, "its value is not the next argument of the request");
    EscType type = verify->program->effect_args[place->site->args_first + place->values].type;
    bool is_text_wanted = part->kind == ESC_PART_HEADER || place->action->body == ESC_BODY_FORM;
    REJECT_IF(is_text_wanted && esc_type_kind(type) != ESC_KIND_TEXT, "V51", PARTS, p,
              "the value of a header or of a form is a text");
    return ESC_OK;
}

static EscStatus verify_header(EscVerify *verify, const Place *place, uint32_t p)
{
    const EscProgram *program = verify->program;
    EscHeaderFault fault = esc_header_fault(program->texts[program->parts[p].name]);
    REJECT_IF(place->in_body > 0 || program->parts[p].depth != 0, "V51", PARTS, p,
              "headers stand before the body");
    REJECT_IF(fault != ESC_HEADER_FINE, "V51", PARTS, p, "this header %s",
              esc_header_fault_words(fault));
    return ESC_OK;
}

static EscStatus verify_in_body(EscVerify *verify, Place *place, uint32_t p)
{
    const EscPartRow *part = &verify->program->parts[p];
    bool holds = part->kind == ESC_PART_OBJECT || part->kind == ESC_PART_LIST;
    REJECT_IF(place->action->body == ESC_BODY_NONE, "V51", PARTS, p, "the request has no body");
    REJECT_IF(holds && place->action->body == ESC_BODY_FORM, "V51", PARTS, p, "a form is flat");
    REJECT_IF(part->depth > place->deepest, "V51", PARTS, p, "nothing holds it");
    bool is_item = part->depth > 0 && place->holders[part->depth] == ESC_PART_LIST;
    REJECT_IF(is_item != (verify->program->texts[part->name].size == 0), "V51", PARTS, p,
              "members have a name, items of a list none");
    place->in_body++;
    place->deepest = part->depth;
    if (!holds)
        return ESC_OK;
    REJECT_UNLESS_BOUND(REQUEST_DEPTH, part->depth + 1, PARTS, p);
    place->deepest = part->depth + 1;
    place->holders[place->deepest] = part->kind;
    return ESC_OK;
}

static EscStatus verify_parts(EscVerify *verify, uint32_t a)
{
    const EscActionRow *action = &verify->program->actions[a];
    Place place = {.action = action, .site = site_of(verify->program, action)};
    for (uint32_t p = action->parts_first; p < action->parts_first + action->parts_count; p++) {
        EscStatus status = verify->program->parts[p].kind == ESC_PART_HEADER
                               ? verify_header(verify, &place, p)
                               : verify_in_body(verify, &place, p);
        if (status == ESC_OK)
            status = verify_argument(verify, &place, p);
        if (status != ESC_OK)
            return status;
    }
    REJECT_UNLESS_BOUND(REQUEST_PARTS, place.in_body, ACTIONS, a);
    REJECT_IF(place.values + 1 != place.site->args_count, "V51", ACTIONS, a,
              "%u values have a place, but the request has %u", (unsigned)place.values,
              (unsigned)place.site->args_count - 1);
    return ESC_OK;
}

EscStatus esc_verify_requests(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t a = 0; a < verify->program->actions_count && status == ESC_OK; a++)
        status = verify_parts(verify, a);
    return status;
}
