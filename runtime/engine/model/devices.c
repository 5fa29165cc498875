/* devices.c - browsers of people, to which notices are pushed: as they were subscribed, until their push services say that they
 * want no more. They belong to the workspace and are kept with it. */
#include <stdlib.h>
#include <string.h>

#include <engine/model.h>

static void drop(EscDevice *device)
{
    esc_text_drop(&device->said.title);
    esc_text_drop(&device->said.url);
    esc_text_drop(&device->said.key);
    esc_text_drop(&device->said.auth);
}

const EscDevice *esc_device_of(const EscEngine *engine, EscText person, size_t i)
{
    for (size_t at = 0; at < engine->devices.count; at++)
        if (esc_text_equal(engine->devices.items[at].person, person) && i-- == 0)
            return &engine->devices.items[at];
    return NULL;
}

bool esc_engine_device(const EscEngine *engine, EscText person, size_t i, EscPushDevice *device)
{
    const EscDevice *found = esc_device_of(engine, person, i);
    if (found != NULL)
        *device = found->said;
    return found != NULL;
}

const EscDevice *esc_device_add(EscEngine *engine, EscText person, const EscPushDevice *said)
{
    EscDevices *devices = &engine->devices;
    ESC_ENGINE_GROW(devices->items, devices->count, devices->capacity);
    EscDevice *device = &devices->items[devices->count++];
    *device = (EscDevice){.person = esc_engine_intern(engine, person),
                          .said = {.number = said->number > 0 ? said->number : devices->last + 1,
                                   .title = esc_text_own(said->title),
                                   .url = esc_text_own(said->url),
                                   .key = esc_text_own(said->key),
                                   .auth = esc_text_own(said->auth),
                                   .since_ms = said->since_ms}};
    if (device->said.number > devices->last)
        devices->last = device->said.number;
    engine->absences.is_dirty = true;
    return device;
}

static EscDevice *find(EscEngine *engine, uint64_t number)
{
    for (size_t i = 0; i < engine->devices.count; i++)
        if (engine->devices.items[i].said.number == number)
            return &engine->devices.items[i];
    return NULL;
}

bool esc_device_remove(EscEngine *engine, uint64_t number)
{
    EscDevices *devices = &engine->devices;
    EscDevice *device = find(engine, number);
    if (device == NULL)
        return false;
    drop(device);
    size_t at = (size_t)(device - devices->items);
    memmove(device, device + 1, (devices->count - at - 1) * sizeof *device);
    devices->count--;
    engine->absences.is_dirty = true;
    return true;
}

static uint64_t next_number(EscText *rest)
{
    uint64_t number = 0;
    size_t size = 0;
    for (; size < rest->size && rest->data[size] != ' '; size++)
        if (size < 18 && rest->data[size] >= '0' && rest->data[size] <= '9')
            number = number * 10 + (uint64_t)(rest->data[size] - '0');
    size += size < rest->size;
    *rest = (EscText){rest->data + size, rest->size - size};
    return number;
}

void esc_devices_gone(EscEngine *engine, EscText numbers)
{
    while (numbers.size > 0) {
        const EscDevice *device = find(engine, next_number(&numbers));
        if (device == NULL)
            continue; /* it was taken away in the meantime */
        EscText title = esc_turn_text(engine, device->said.title);
        esc_audit_ticket(engine, NULL, ESC_AUDIT_DEVICE_GONE,
                         esc_audit_data(engine, "person", device->person, "title", title, NULL),
                         "a browser of %.*s takes no more notices%s%.*s: it is forgotten",
                         ESC_TEXT_ARG(device->person), title.size > 0 ? ", " : "",
                         ESC_TEXT_ARG(title));
        (void)esc_device_remove(engine, device->said.number);
    }
}

void esc_devices_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->devices.count; i++)
        drop(&engine->devices.items[i]);
    free(engine->devices.items);
}
