/* fuzz_calendar.c - any bytes as a calendar file: its days are told, in order and each once, or at least one fault is, in a line that
 * the file has. What it may cost is bounded, so a run that hangs has found something. */
#include <esc/calendars.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Told {
    int64_t last_day;
    uint32_t days, faults, lines;
} Told;

/* A zone of the file has to do: no bytes of tables. */
static bool read_zone(void *context, EscText name, EscBuf *out)
{
    (void)context;
    (void)name;
    (void)out;
    return false;
}

static void take_day(void *context, int64_t day)
{
    Told *told = context;
    ESC_ASSERT(told->days == 0 || day > told->last_day);
    told->last_day = day;
    ++told->days;
}

static void take_fault(void *context, uint32_t line, EscText message)
{
    Told *told = context;
    ESC_ASSERT(line >= 1 && line <= told->lines);
    ESC_ASSERT(message.size > 0 && esc_utf8_is_valid(message, NULL));
    ++told->faults;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Told told = {.lines = 1};
    for (size_t i = 0; i < size; ++i)
        told.lines += data[i] == '\n';
    EscCalendarReading reading = {.timezone = ESC_TEXT("Europe/Berlin"),
                                  .from_day = 20454,
                                  .to_day = 21654,
                                  .context = &told,
                                  .read_zone = read_zone,
                                  .day = take_day,
                                  .fault = take_fault};
    EscStatus status = esc_calendar_read((EscText){(const char *)data, size}, &reading);
    ESC_ASSERT(status == ESC_OK ? told.faults == 0 : status == ESC_BAD_INPUT && told.faults > 0 && told.days == 0);
    ESC_ASSERT(told.faults <= ESC_CALENDAR_FAULTS_MAX);
    return 0;
}
