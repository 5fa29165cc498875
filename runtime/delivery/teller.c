/* teller.c - words of an author and words of others in one text, so that only the author's do anything where they are
 * shown. Pure.
 *
 * A ticket's text is whatever somebody typed into a form. In a mail it must not write a line of its own, and nowhere
 * turn the direction of a line or hide something. A chat does more: it reads <!here>, @channel and [text](address). One
 * kind of endpoint serves Slack, Mattermost, Rocket.Chat and their like, so that what any of them acts on is
 * taken out of all values. Discord and Teams know no entities: what could begin a tag or a mention there reads the same in
 * another letter. What an author writes in a template keeps its meaning.
 *
 * An address that an author began (<https://desk.example/, ](https://desk.example/, or bare) takes a value as a part of
 * it, percent-encoded: the value cannot end the address or become another one. A bare address in a value stays as it
 * is: it leads where it says. */
#include "teller.h"

#include <stdio.h>
#include <string.h>

#include <strings.h>

#define FULL_WIDTH_AT "\xef\xbc\xa0"   /* ＠ reads the same, and no chat knows it */
#define FULL_WIDTH_LESS "\xef\xbc\x9c" /* ＜ */
#define LINE_END " \xe2\x8f\x8e "      /* ⏎ */

/* Words behind an @ by which some chat rings everybody. */
static const char *const broad_words[] = {"all",  "channel", "everyone", "here",
                                          "room", "stream",  "team",     "topic"};

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void put(EscTeller *teller, EscText text, uint32_t last)
{
    esc_buf_text(teller->out, text);
    teller->last = last;
}

/* --- the author's ------------------------------------------------------------------------------- */

static bool ends_address(uint32_t c)
{
    return c <= ' ' || c == '|' || c == '>' || c == '<' || c == ')' || c == '"';
}

static void follow_address(EscTeller *teller, uint32_t c)
{
    bool is_begun = teller->is_chat && (c == '<' || (c == '(' && teller->last == ']'));
    bool is_scheme = c == '/' && teller->last == '/' && teller->is_behind_colon;
    if (is_begun)
        teller->address = ESC_ADDRESS_BEGINS;
    else if (ends_address(c))
        teller->address = ESC_ADDRESS_NONE;
    else if (is_scheme || teller->address == ESC_ADDRESS_BEGINS)
        teller->address = ESC_ADDRESS_INSIDE;
    teller->is_behind_colon = teller->last == ':' && c == '/';
}

void esc_tell_own(EscTeller *teller, EscText text)
{
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        EscUnseen unseen = esc_unseen(c);
        bool is_shown = unseen == ESC_SEEN || unseen == ESC_UNSEEN_JOINER || c == '\n';
        if (c == '\t')
            c = ' ';
        else if (!is_shown)
            continue;
        follow_address(teller, c);
        put(teller, c == ' ' ? ESC_TEXT(" ") : (EscText){text.data + at, size}, c);
    }
}

/* --- others' ------------------------------------------------------------------------------------ */

static bool begins_broadly(EscText text)
{
    for (size_t i = 0; i < ESC_COUNT_OF(broad_words); i++) {
        size_t size = strlen(broad_words[i]);
        bool is_same = text.size >= size && strncasecmp(text.data, broad_words[i], size) == 0;
        if (is_same && (text.size == size || !is_letter_or_digit((uint8_t)text.data[size])))
            return true;
    }
    return false;
}

/* An address such as ana@x.example stays readable; whatever else begins with @ may call somebody. */
static void put_at(EscTeller *teller, EscText behind)
{
    bool is_in_word = is_letter_or_digit(teller->last) || teller->last == '_' ||
                      teller->last == '.' || teller->last == '-' || teller->last == '+';
    bool is_followed = behind.size > 0 && is_letter_or_digit((uint8_t)behind.data[0]);
    if (is_in_word && is_followed && !begins_broadly(behind))
        put(teller, ESC_TEXT("@"), '@');
    else
        put(teller, ESC_TEXT(FULL_WIDTH_AT), 0xff20);
}

/* "a < b" stays; <@123>, <!here>, <#1>, <:x:1>, <t:1>, <at> and <https://…> do something. */
static bool may_begin_tag(EscText behind)
{
    return behind.size > 0 && (is_letter_or_digit((uint8_t)behind.data[0]) ||
                               strchr("@!#:/&", behind.data[0]) != NULL);
}

static void put_in_markdown(EscTeller *teller, EscText character, uint32_t c, EscText behind)
{
    if (c == '<' && may_begin_tag(behind))
        put(teller, ESC_TEXT(FULL_WIDTH_LESS), 0xff1c);
    else if (c == '@')
        put_at(teller, behind);
    else if (c == '(' && teller->last == ']')
        put(teller, ESC_TEXT(" ("), c);
    else
        put(teller, character, c);
}

static void put_in_chat(EscTeller *teller, EscText character, uint32_t c, EscText behind)
{
    if (teller->is_markdown)
        put_in_markdown(teller, character, c, behind);
    else if (c == '&')
        put(teller, ESC_TEXT("&amp;"), c);
    else if (c == '<')
        put(teller, ESC_TEXT("&lt;"), ';');
    else if (c == '>')
        put(teller, ESC_TEXT("&gt;"), ';');
    else if (c == '@')
        put_at(teller, behind);
    else if (c == '(' && teller->last == ']')
        put(teller, ESC_TEXT(" ("), c);
    else
        put(teller, character, c);
}

/* A joiner belongs between two characters that are written together: in plain words it only hides. */
static bool joins(const EscTeller *teller, uint32_t c, EscText behind)
{
    bool is_selector = c != 0x200c && c != 0x200d;
    bool is_key = (teller->last >= '0' && teller->last <= '9') || teller->last == '#' ||
                  teller->last == '*'; /* 1️⃣ */
    if (is_selector)
        return teller->last >= 0x80 || is_key;
    size_t size;
    return teller->last >= 0x80 && behind.size > 0 && (uint8_t)behind.data[0] >= 0x80 &&
           esc_unseen(esc_utf8_decode(behind, 0, &size)) == ESC_SEEN;
}

/* How many bytes of line ends and blanks stand at the beginning. */
static size_t blanks_size(EscText text)
{
    size_t at = 0, size;
    for (; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        if (c != ' ' && c != '\t' && esc_unseen(c) != ESC_UNSEEN_LINE)
            break;
    }
    return at;
}

static void put_line_end(EscTeller *teller, EscText behind, bool is_first)
{
    if (is_first || behind.size == 0)
        return;
    put(teller, teller->is_one_line ? ESC_TEXT(" ") : ESC_TEXT(LINE_END), ' ');
}

static void put_value(EscTeller *teller, EscText text)
{
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        EscText behind = {text.data + at + size, text.size - at - size};
        EscUnseen unseen = esc_unseen(c);
        if (c == '\t') {
            put(teller, ESC_TEXT(" "), ' ');
        } else if (unseen == ESC_UNSEEN_LINE) {
            size_t blanks = blanks_size(behind);
            size += blanks;
            put_line_end(teller, (EscText){behind.data + blanks, behind.size - blanks}, at == 0);
        } else if (unseen == ESC_SEEN ||
                   (unseen == ESC_UNSEEN_JOINER && joins(teller, c, behind))) {
            EscText character = {text.data + at, size};
            if (teller->is_chat)
                put_in_chat(teller, character, c, behind);
            else
                put(teller, character, c);
        }
    }
}

static bool is_of_address(unsigned char c, bool is_whole)
{
    if (is_letter_or_digit(c) || (c != '\0' && strchr("-._~", c) != NULL))
        return true;
    return is_whole && c != '\0' && strchr(":/?#[]!$&'*+,;=%", c) != NULL;
}

/* A value that is the whole address may be one; any other is a part of the author's. */
static void put_in_address(EscTeller *teller, EscText text)
{
    bool is_whole = teller->address == ESC_ADDRESS_BEGINS &&
                    ((text.size > 8 && strncasecmp(text.data, "https://", 8) == 0) ||
                     (text.size > 7 && strncasecmp(text.data, "http://", 7) == 0));
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '&' && is_whole &&
            !teller->is_markdown) /* of a chat, as whatever begins an address */
            esc_buf_string(teller->out, "&amp;");
        else if (is_of_address(c, is_whole))
            esc_buf_char(teller->out, (char)c);
        else
            esc_buf_printf(teller->out, "%%%02X", c);
        teller->last = '/'; /* nothing that a rule looks for */
    }
    if (text.size > 0)
        teller->address = ESC_ADDRESS_INSIDE;
}

void esc_tell_value(EscTeller *teller, EscText text)
{
    bool is_called = teller->is_chat && (teller->last == '@' || teller->last == '!');
    if (is_called && begins_broadly(text))
        put(teller, ESC_TEXT(" "),
            ' '); /* an author's @{ticket.assignee} rings one person at most */
    if (teller->address != ESC_ADDRESS_NONE)
        put_in_address(teller, text);
    else
        put_value(teller, text);
}

/* --- both --------------------------------------------------------------------------------------- */

void esc_tell_words(EscTeller *teller, EscText text, const EscSpan *own, uint32_t own_count)
{
    size_t at = 0;
    for (uint32_t i = 0; i < own_count; i++) {
        esc_tell_value(teller, (EscText){text.data + at, own[i].from - at});
        esc_tell_own(teller, (EscText){text.data + own[i].from, own[i].to - own[i].from});
        at = own[i].to;
    }
    esc_tell_value(teller, (EscText){text.data + at, text.size - at});
}
