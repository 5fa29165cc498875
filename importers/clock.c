/* clock.c - local times by the zones of the request, and the forms in which exports write times. */
#include <stdlib.h>

#include "model.h"

static int64_t offset_ms(const EscModel *model, EscText zone, int64_t at_ms)
{
    const EscImportDoors *doors = &model->request->doors;
    if (zone.size == 0)
        zone = model->timezone;
    return zone.size == 0 ? 0 : doors->offset_s(doors->context, zone, at_ms) * 1000;
}

int64_t esc_clock_local(const EscModel *model, EscText zone, int64_t at_ms)
{
    return at_ms + offset_ms(model, zone, at_ms);
}

/* Zones are never more than a day from Greenwich, and change their offset at most once within two days. */
int64_t esc_clock_instant(const EscModel *model, EscText zone, int64_t local_ms)
{
    int64_t before = offset_ms(model, zone, local_ms - ESC_DAY_MS),
            behind = offset_ms(model, zone, local_ms + ESC_DAY_MS);
    int64_t first = local_ms - before, last = local_ms - behind;
    if (offset_ms(model, zone, first) == before)
        return first;
    if (offset_ms(model, zone, last) == behind)
        return last;
    int64_t low = local_ms - ESC_DAY_MS, high = local_ms + ESC_DAY_MS; /* a gap: where it ends */
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_ms(model, zone, middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* --- times in exports ------------------------------------------------------------------------------- */

/* Seconds until the year 2286 have ten digits, and milliseconds from 1973 on more. */
#define SECONDS_MAX INT64_C(9999999999)

static bool read_number(EscText text, int64_t *at_ms)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 14)
            return false;
        value = value * 10 + (text.data[i] - '0');
    }
    if (text.size < 9)
        return false;
    *at_ms = value <= SECONDS_MAX ? value * 1000 : value;
    return true;
}

/* What is missing of YYYY-MM-DDThh:mm:ssZ is put behind it: exports leave out seconds, the zone, or the time of day. */
bool esc_clock_read(EscText text, int64_t *at_ms)
{
    char whole[48];
    if (read_number(text, at_ms))
        return true;
    if (text.size < 10 || text.size > 36 || text.data[4] != '-')
        return false;
    memcpy(whole, text.data, text.size);
    size_t size = text.size;
    if (size == 10) {
        memcpy(whole + size, "T00:00:00Z", 10);
        return esc_time_read((EscText){whole, size + 10}, at_ms);
    }
    if (whole[10] == ' ')
        whole[10] = 'T';
    size_t clock = 11; /* where the time of day ends: at a zone */
    while (clock < size && whole[clock] != 'Z' && whole[clock] != '+' && whole[clock] != '-')
        clock++;
    char zone[16];
    size_t zone_size = size - clock;
    if (zone_size >= sizeof zone)
        return false;
    memcpy(zone, whole + clock, zone_size);
    size = clock;
    if (size == 16) { /* no seconds */
        memcpy(whole + size, ":00", 3);
        size += 3;
    }
    if (zone_size == 0) {
        zone[zone_size++] = 'Z';
    } else if (zone_size == 5 && zone[0] != 'Z') { /* +0100 */
        memmove(zone + 4, zone + 3, 2);
        zone[3] = ':';
        zone_size = 6;
    }
    memcpy(whole + size, zone, zone_size);
    return esc_time_read((EscText){whole, size + zone_size}, at_ms);
}
