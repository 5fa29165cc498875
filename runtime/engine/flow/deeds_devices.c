/* deeds_devices.c - a person subscribes a browser of theirs for pushes, or takes it away. The same browser is there once. */
#include "deeds.h"

static const EscDevice *device_with(const EscEngine *engine, EscText person, EscText url,
                                    uint64_t number)
{
    const EscDevice *device = NULL;
    for (size_t i = 0; (device = esc_device_of(engine, person, i)) != NULL; i++)
        if (number > 0 ? device->said.number == number : esc_text_equal(device->said.url, url))
            return device;
    return NULL;
}

static void record(EscDeed *deed, EscText person, EscText title, const char *state)
{
    EscEngine *engine = deed->engine;
    esc_audit_ticket(engine, NULL, ESC_AUDIT_DEVICE,
                     esc_audit_data(engine, "person", person, "title", title, "state",
                                    esc_text_from(state), "reason", deed->action->reason, NULL),
                     "a browser of %.*s is %s%s%.*s%.*s", ESC_TEXT_ARG(person), state,
                     title.size > 0 ? ": " : "", ESC_TEXT_ARG(title),
                     ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
}

static bool has_push(const EscEngine *engine, EscText person)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t index = 0;
    if (!esc_directory_person(program, person, &index))
        return false;
    const EscPersonRow *row = &program->persons[index];
    for (uint32_t i = 0; i < row->contacts_count; i++)
        if (program->contacts[row->contacts_first + i].kind == ESC_CONTACT_PUSH)
            return true;
    return false;
}

static EscStatus subscribe(EscDeed *deed, EscText person)
{
    EscEngine *engine = deed->engine;
    EscPushDevice said = *deed->action->device;
    const EscDevice *before = device_with(engine, person, said.url, 0);
    if (!has_push(engine, person))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "the directory does not say that %.*s is reached by push: add push "
                       "\"%.*s\" to the ways of this person",
                       ESC_TEXT_ARG(person), ESC_TEXT_ARG(person));
    if (before == NULL && esc_device_of(engine, person, ESC_DEVICES_MAX - 1) != NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "%.*s has %d browsers already: take one away first", ESC_TEXT_ARG(person),
                       ESC_DEVICES_MAX);
    if (before != NULL && esc_text_equal(before->said.key, said.key) &&
        esc_text_equal(before->said.auth, said.auth) &&
        esc_text_equal(before->said.title, said.title)) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    if (before != NULL) /* its keys are others now */
        (void)esc_device_remove(engine, before->said.number);
    said.number = 0;
    said.since_ms = engine->now_ms;
    (void)esc_device_add(engine, person, &said);
    record(deed, person, said.title, "subscribed");
    return ESC_OK;
}

static EscStatus unsubscribe(EscDeed *deed, EscText person)
{
    EscEngine *engine = deed->engine;
    const EscPushDevice *said = deed->action->device;
    const EscDevice *device = device_with(engine, person, said->url, said->number);
    if (device == NULL) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    EscText title = esc_turn_text(engine, device->said.title);
    (void)esc_device_remove(engine, device->said.number);
    record(deed, person, title, "taken away");
    return ESC_OK;
}

EscStatus esc_deed_device(EscDeed *deed)
{
    EscText target = deed->action->target;
    if (!esc_person_known(deed->engine, target))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(target, 64)));
    if (!esc_text_equal(deed->actor, target))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0,
                       "a browser is subscribed by the person whose it is");
    EscText person = esc_engine_intern(deed->engine, target);
    return deed->action->verb == ESC_VERB_SUBSCRIBE ? subscribe(deed, person)
                                                    : unsubscribe(deed, person);
}
