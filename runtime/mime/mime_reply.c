/* mime_reply.c - what a person answers to a page: the first line that is theirs, and whether it is a word that we know.
 *
 * A word counts only where nobody can have meant anything else by it. */
#include <string.h>

#include <esc/mime.h>

static const struct {
    const char *word;
    EscReplyVerb verb;
} words[] = {
    {"1", ESC_REPLY_ACK},
    {"ack", ESC_REPLY_ACK},
    {"acknowledge", ESC_REPLY_ACK},
    {"acknowledged", ESC_REPLY_ACK},
    {"best\xC3\xA4tige", ESC_REPLY_ACK},
    {"best\xC3\xA4tigt", ESC_REPLY_ACK},
    {"\xC3\xBC"
     "bernehme",
     ESC_REPLY_ACK},
    {"\xC3\xBC"
     "bernommen",
     ESC_REPLY_ACK},
    {"quittiert", ESC_REPLY_ACK},
    {"resolve", ESC_REPLY_RESOLVE},
    {"resolved", ESC_REPLY_RESOLVE},
    {"erledigt", ESC_REPLY_RESOLVE},
    {"behoben", ESC_REPLY_RESOLVE},
    {"gel\xC3\xB6st", ESC_REPLY_RESOLVE},
    {"approve", ESC_REPLY_APPROVE},
    {"approved", ESC_REPLY_APPROVE},
    {"genehmigt", ESC_REPLY_APPROVE},
    {"reject", ESC_REPLY_REJECT},
    {"rejected", ESC_REPLY_REJECT},
    {"abgelehnt", ESC_REPLY_REJECT},
    {"call off", ESC_REPLY_CALL_OFF},
    {"called off", ESC_REPLY_CALL_OFF},
    {"abbrechen", ESC_REPLY_CALL_OFF},
    {"abgebrochen", ESC_REPLY_CALL_OFF},
};

static EscText trim(EscText text)
{
    while (text.size > 0 && (unsigned char)text.data[0] <= ' ') {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ')
        text.size--;
    return text;
}

static EscText next_line(EscText *rest)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    EscText line = {rest->data, end == NULL ? rest->size : (size_t)(end - rest->data)};
    size_t used = line.size + (end != NULL);
    *rest = (EscText){rest->data + used, rest->size - used};
    return trim(line);
}

/* Capital umlauts are of two bytes, of which the second one differs. */
static bool is_word(EscText text, const char *word)
{
    if (text.size != strlen(word))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)esc_ascii_lower(text.data[i]);
        bool is_capital = i > 0 && (unsigned char)text.data[i - 1] == 0xC3 && c >= 0x80 && c < 0x9F;
        if ((is_capital ? c + 0x20 : c) != (unsigned char)word[i])
            return false;
    }
    return true;
}

/* Up to a mark that ends the word, or a dash that stands alone; a full stop or exclamation mark may close the line. */
static size_t word_end(EscText line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] == ':' || line.data[i] == ',')
            return i;
        if (line.data[i] == ' ' && i + 2 < line.size && line.data[i + 1] == '-' &&
            line.data[i + 2] == ' ')
            return i;
    }
    size_t end = line.size;
    while (end > 0 && (line.data[end - 1] == '.' || line.data[end - 1] == '!'))
        end--;
    return end;
}

static void find_verb(EscReplySaid *said)
{
    size_t end = word_end(said->line);
    EscText word = {said->line.data, end}, rest = {said->line.data + end, said->line.size - end};
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (is_word(word, words[i].word))
            said->verb = words[i].verb;
    while (rest.size > 0 && memchr(":,-. !", rest.data[0], 6) != NULL)
        rest = (EscText){rest.data + 1, rest.size - 1};
    said->reason = said->verb == ESC_REPLY_TEXT ? (EscText){0} : trim(rest);
}

EscReplySaid esc_reply_read(EscText text)
{
    EscReplySaid said = {.verb = ESC_REPLY_TEXT};
    while (text.size > 0 && said.line.size == 0) {
        EscText line = next_line(&text);
        if (line.size > 0 && line.data[0] != '>')
            said.line = line;
    }
    if (said.line.size > 0)
        find_verb(&said);
    return said;
}
