/* readers.c - the kinds of export that can be read: one row for each. */
#include "readers.h"

static const ImportReader *const READERS[] = {
    &esc_reader_opsgenie, &esc_reader_pagerduty,    &esc_reader_goalert,
    &esc_reader_oncall,   &esc_reader_alertmanager,
};

const ImportReader *esc_reader(size_t index)
{
    return index < ESC_COUNT_OF(READERS) ? READERS[index] : NULL;
}
