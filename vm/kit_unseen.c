/* kit_unseen.c - characters that do something else than being seen, and the marks in the texts of messages.
 *
 * A ticket's text is shown by terminals, chats and mail programs. What turns its direction, ends a line or cannot be
 * seen lets it pass for something that it is not; each place that shows texts decides what becomes of such characters,
 * by one table.
 *
 * The table is from Unicode 15: the general categories Cc, Cf, Zl and Zp, noncharacters, and what has the property
 * Default_Ignorable_Code_Point. */
#include <esc/kit.h>

#include <string.h>

typedef struct Range {
    uint32_t first, last;
    EscUnseen unseen;
} Range;

static const Range ranges[] = {
    {0x0000, 0x0009, ESC_UNSEEN_CONTROL}, {0x000a, 0x000d, ESC_UNSEEN_LINE},
    {0x000e, 0x001f, ESC_UNSEEN_CONTROL}, {0x007f, 0x0084, ESC_UNSEEN_CONTROL},
    {0x0085, 0x0085, ESC_UNSEEN_LINE},    {0x0086, 0x009f, ESC_UNSEEN_CONTROL},
    {0x00ad, 0x00ad, ESC_UNSEEN_BLANK},   {0x034f, 0x034f, ESC_UNSEEN_BLANK},
    {0x061c, 0x061c, ESC_UNSEEN_TURN},    {0x115f, 0x1160, ESC_UNSEEN_BLANK},
    {0x17b4, 0x17b5, ESC_UNSEEN_BLANK},   {0x180b, 0x180f, ESC_UNSEEN_BLANK},
    {0x200b, 0x200b, ESC_UNSEEN_BLANK},   {0x200c, 0x200d, ESC_UNSEEN_JOINER},
    {0x200e, 0x200f, ESC_UNSEEN_TURN},    {0x2028, 0x2029, ESC_UNSEEN_LINE},
    {0x202a, 0x202e, ESC_UNSEEN_TURN},    {0x2060, 0x2065, ESC_UNSEEN_BLANK},
    {0x2066, 0x2069, ESC_UNSEEN_TURN},    {0x206a, 0x206f, ESC_UNSEEN_BLANK},
    {0x3164, 0x3164, ESC_UNSEEN_BLANK},   {0xfdd0, 0xfdef, ESC_UNSEEN_BLANK},
    {0xfe00, 0xfe0f, ESC_UNSEEN_JOINER},  {0xfeff, 0xfeff, ESC_UNSEEN_BLANK},
    {0xffa0, 0xffa0, ESC_UNSEEN_BLANK},   {0xfff0, 0xfffb, ESC_UNSEEN_BLANK},
    {0x1bca0, 0x1bca3, ESC_UNSEEN_BLANK}, {0x1d173, 0x1d17a, ESC_UNSEEN_BLANK},
    {0xe0000, 0xe00ff, ESC_UNSEEN_BLANK}, {0xe0100, 0xe01ef, ESC_UNSEEN_JOINER},
    {0xe01f0, 0xe0fff, ESC_UNSEEN_BLANK},
};

EscUnseen esc_unseen(uint32_t c)
{
    if (c >= 0x20 && c < 0x7f)
        return ESC_SEEN; /* nearly all */
    if ((c & 0xfffe) == 0xfffe)
        return ESC_UNSEEN_BLANK; /* the two noncharacters at each plane's end */
    size_t low = 0, high = ESC_COUNT_OF(ranges);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_in = low < ESC_COUNT_OF(ranges) && c >= ranges[low].first;
    return is_in ? ranges[low].unseen : ESC_SEEN;
}

size_t esc_mark_find(EscText text)
{
    for (size_t at = 0; at + ESC_MARK_SIZE <= text.size; at++) {
        const char *here = text.data + at;
        if (*here == ESC_MARK_OWN[0] && here[1] == ESC_MARK_OWN[1] && here[2] >= ESC_MARK_OWN[2] &&
            here[2] <= ESC_MARK_SAID[2])
            return at; /* they follow each other */
    }
    return text.size;
}
