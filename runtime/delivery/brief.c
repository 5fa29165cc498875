/* brief.c - a message in few words: for a telephone's display, a voice, a browser's notice.
 *
 * What has to be done, and by when, is worth more than the end of a long text: so the text is cut. A text message is sent
 * in segments of 153 letters of its alphabet, or 67 of UTF-16 as soon as one letter is not in it, and each is paid for. */
#include "brief.h"

#include "labels.h"
#include "teller.h"

#define BRIEF_BYTES_MAX ((size_t)1 << 20)
#define SEPTETS_OF_SEGMENT 153
#define UNITS_OF_SEGMENT 67

/* --- lines -------------------------------------------------------------------------------------- */

void esc_brief_headline(EscBuf *out, const EscMessage *message)
{
    EscTeller teller = {.out = out, .is_one_line = true};
    if (message->page)
        esc_tell_own(&teller, esc_label(message->language, ESC_LABEL_PAGE));
    esc_tell_words(&teller, message->text, message->own, message->own_count);
    if (message->question.size == 0 || esc_text_contains(message->text, message->question))
        return;
    esc_tell_own(&teller, ESC_TEXT(" "));
    esc_tell_value(&teller, message->question);
}

static void put_line(EscBuf *out, EscText label, EscText value)
{
    EscTeller teller = {.out = out, .is_one_line = true};
    if (value.size == 0)
        return;
    esc_buf_char(out, '\n');
    esc_tell_own(&teller, label);
    esc_tell_value(&teller, value);
}

/* "E-12, INC-7" */
static void put_place(EscBuf *out, const EscMessage *message)
{
    EscTeller teller = {.out = out, .is_one_line = true};
    EscText parts[] = {message->escalation, message->ticket};
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++) {
        if (parts[i].size == 0)
            continue;
        esc_tell_own(&teller, teller.last == 0 ? ESC_TEXT("\n") : ESC_TEXT(", "));
        esc_tell_value(&teller, parts[i]);
    }
}

static void put_act(EscBuf *out, const EscMessage *message, EscText act)
{
    put_line(out, act.size > 0 ? (EscText){0} : esc_label(message->language, ESC_LABEL_ACT),
             act.size > 0 ? act : message->act);
}

/* --- room --------------------------------------------------------------------------------------- */

size_t esc_room_bytes(EscText text)
{
    return text.size;
}

/* The longest beginning that takes so much room, between characters. */
static EscText cut_to(EscText text, EscRoom *room, size_t room_max)
{
    size_t fits = 0, too_long = text.size + 1;
    while (fits + 1 < too_long) {
        size_t middle = fits + (too_long - fits) / 2;
        if (room(esc_utf8_cut(text, middle)) <= room_max)
            fits = middle;
        else
            too_long = middle;
    }
    return esc_utf8_cut(text, fits);
}

/* Three points: … is not in the alphabet of text messages. */
static void put_cut(EscBuf *out, EscText text, EscRoom *room, size_t room_max)
{
    static const char points[] = "...";
    size_t points_room = room(ESC_TEXT("..."));
    if (room(text) <= room_max) {
        esc_buf_text(out, text);
    } else if (room_max > points_room) {
        esc_buf_text(out, cut_to(text, room, room_max - points_room));
        esc_buf_string(out, points);
    }
}

static size_t less(size_t room, size_t taken)
{
    return room > taken ? room - taken : 0;
}

void esc_brief_say(EscBuf *out, const EscMessage *message, const EscBrief *brief)
{
    EscBuf headline, middle, act;
    esc_buf_init(&headline, BRIEF_BYTES_MAX);
    esc_buf_init(&middle, BRIEF_BYTES_MAX);
    esc_buf_init(&act, BRIEF_BYTES_MAX);
    esc_brief_headline(&headline, message);
    put_place(&middle, message);
    put_line(&middle, esc_label(message->language, ESC_LABEL_UNTIL), message->until);
    put_line(&middle, esc_label(message->language, ESC_LABEL_BY), message->by);
    put_line(&middle, esc_label(message->language, ESC_LABEL_ROOM), message->room);
    put_act(&act, message, brief->act);
    EscText head = esc_buf_as_text(&headline), between = esc_buf_as_text(&middle),
            last = esc_buf_as_text(&act);
    size_t left = less(brief->room_max, brief->room(last));
    size_t least = left / 2; /* of the text, whatever stands between is like */
    size_t head_room = less(left, brief->room(between));
    head_room = head_room > least ? head_room : least;
    size_t head_takes = brief->room(head);
    put_cut(out, head, brief->room, head_room);
    put_cut(out, between, brief->room, less(left, head_takes < head_room ? head_takes : head_room));
    esc_buf_text(out, last);
    bool is_whole = headline.status == ESC_OK && middle.status == ESC_OK && act.status == ESC_OK;
    if (!is_whole)
        out->status = ESC_NO_MEMORY; /* a text that is too long for them is too long to be sent */
    esc_buf_release(&headline);
    esc_buf_release(&middle);
    esc_buf_release(&act);
}

/* --- text messages ------------------------------------------------------------------------------ */

/* Letters beyond ASCII, and those that take two septets. */
static const char more_letters[] =
    "\xc2\xa3\xc2\xa5\xc3\xa8\xc3\xa9\xc3\xb9\xc3\xac\xc3\xb2\xc3\x87\xc3\x98\xc3\xb8\xc3\x85\xc3"
    "\xa5\xce\x94\xce\xa6\xce\x93\xce\x9b\xce\xa9\xce\xa0\xce\xa8\xce\xa3\xce\x98\xce\x9e\xc3\x86"
    "\xc3\xa6\xc3\x9f\xc3\x89\xc2\xa4\xc2\xa1\xc3\x84\xc3\x96\xc3\x91\xc3\x9c\xc2\xa7\xc2\xbf\xc3"
    "\xa4\xc3\xb6\xc3\xb1\xc3\xbc\xc3\xa0";
static const char double_letters[] = "^{}\\[~]|";

static size_t septets_of(EscText character, uint32_t c)
{
    if (c == 0x20ac) /* the euro */
        return 2;
    if (c >= 0x80)
        return character.size == 2 && esc_text_contains(esc_text_from(more_letters), character) ? 1
                                                                                                : 0;
    if (c == '`' || (c < ' ' && c != '\n'))
        return 0;
    return strchr(double_letters, (char)c) != NULL ? 2 : 1;
}

bool esc_sms_is_plain(EscText text, size_t *septets)
{
    size_t size;
    *septets = 0;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        size_t takes = septets_of((EscText){text.data + at, size}, c);
        if (takes == 0)
            return false;
        *septets += takes;
    }
    return true;
}

static size_t room_septets(EscText text)
{
    size_t septets;
    return esc_sms_is_plain(text, &septets) ? septets : SIZE_MAX;
}

static size_t room_units(EscText text)
{
    size_t units = 0, size;
    for (size_t at = 0; at < text.size; at += size)
        units += esc_utf8_decode(text, at, &size) > 0xffff ? 2 : 1;
    return units;
}

void esc_brief_sms(EscBuf *out, const EscMessage *message, EscText act)
{
    EscBrief brief = {esc_room_bytes, SIZE_MAX / 4, act};
    EscBuf whole;
    size_t septets;
    esc_buf_init(&whole, BRIEF_BYTES_MAX);
    esc_brief_say(&whole, message, &brief);
    bool is_plain = esc_sms_is_plain(esc_buf_as_text(&whole), &septets);
    brief.room = is_plain ? room_septets : room_units;
    brief.room_max =
        ESC_SMS_SEGMENTS_MAX * (size_t)(is_plain ? SEPTETS_OF_SEGMENT : UNITS_OF_SEGMENT);
    if (whole.status == ESC_OK)
        esc_brief_say(out, message, &brief);
    else
        out->status = whole.status;
    esc_buf_release(&whole);
}
