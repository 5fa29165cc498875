/* names.c - names that the language takes, made of titles in any script, each once in the workspace. */
#include <stdlib.h>

#include "model.h"

#define NAME_BYTES_MAX 40
#define NUMBERED_MAX 1000000

/* Letters with marks, and what they are written with where nobody has such a letter. Titles come composed (NFC). */
static const char *const LETTERS[][2] = {
    {"äÄ", "ae"},
    {"öÖ", "oe"},
    {"üÜ", "ue"},
    {"ß", "ss"},
    {"æÆ", "ae"},
    {"œŒ", "oe"},
    {"øØ", "o"},
    {"åÅ", "a"},
    {"þÞ", "th"},
    {"ðÐđĐ", "d"},
    {"łŁ", "l"},
    {"ı", "i"},
    {"àáâãāăąÀÁÂÃĀĂĄ", "a"},
    {"çćĉċčÇĆĈĊČ", "c"},
    {"ďĎ", "d"},
    {"èéêëēĕėęěÈÉÊËĒĔĖĘĚ", "e"},
    {"ĝğġģĜĞĠĢ", "g"},
    {"ĥħĤĦ", "h"},
    {"ìíîïĩīĭįÌÍÎÏĨĪĬĮİ", "i"},
    {"ĵĴ", "j"},
    {"ķĶ", "k"},
    {"ĺļľĹĻĽ", "l"},
    {"ñńņňÑŃŅŇ", "n"},
    {"òóôõōŏőÒÓÔÕŌŎŐ", "o"},
    {"ŕŗřŔŖŘ", "r"},
    {"śŝşšșŚŜŞŠȘ", "s"},
    {"ţťțŢŤȚ", "t"},
    {"ùúûũūŭůűųÙÚÛŨŪŬŮŰŲ", "u"},
    {"ŵŴ", "w"},
    {"ýÿŷÝŸŶ", "y"},
    {"źżžŹŻŽ", "z"},
};

/* What no thing of a workspace can be called, beside words of the language: what the language itself means by a name, and what the
 * standard library declares in every workspace. */
static const char *const TAKEN[] = {
    "ticket",      "event",     "exception",    "escalation",
    "sla",         "workspace", "primary",      "secondary",
    "last_resort", "owner",     "now",          "previous",
    "resolved",    "triage",    "triage_learn", "triage_last_resort",
    "true",        "false",     "otherwise",    "round_robin",
    "on_call",     "none",      "nothing",      "all",
};

static const char *letter_of(EscText letter)
{
    for (size_t i = 0; i < ESC_COUNT_OF(LETTERS); i++) {
        EscText row = esc_text_from(LETTERS[i][0]);
        for (size_t at = 0, size = 0; at < row.size; at += size) {
            (void)esc_utf8_decode(row, at, &size);
            if (size == letter.size && memcmp(row.data + at, letter.data, size) == 0)
                return LETTERS[i][1];
        }
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Appends a letter's Latin form, or an underline between words. Apostrophes vanish: O'Neill is oneill. */
static void append(char *name, size_t *size, EscText letter)
{
    char low = letter.size == 1 ? esc_ascii_lower(letter.data[0]) : '\0';
    const char *latin = letter.size > 1 ? letter_of(letter) : NULL;
    if (low == '\'' || esc_text_equal(letter, ESC_TEXT("’")))
        return;
    if (is_letter(low))
        name[(*size)++] = low;
    else if (latin != NULL)
        for (; *latin != '\0'; latin++)
            name[(*size)++] = *latin;
    else if (*size > 0 && name[*size - 1] != '_')
        name[(*size)++] = '_';
}

EscText esc_title_name(EscText title, char name[ESC_TITLE_NAME_BYTES_MAX])
{
    size_t size = 0, step = 0;
    for (size_t at = 0; at < title.size && size < NAME_BYTES_MAX; at += step) {
        (void)esc_utf8_decode(title, at, &step);
        append(name, &size, (EscText){title.data + at, step});
    }
    while (size > 0 && name[size - 1] == '_')
        size--;
    return (EscText){name, size};
}

EscText esc_name_of(EscModel *model, EscText title)
{
    char name[ESC_TITLE_NAME_BYTES_MAX];
    return esc_model_printf(model, "%.*s", ESC_TEXT_ARG(esc_title_name(title, name)));
}

EscText esc_text_on_line(EscModel *model, EscText text, size_t size_max)
{
    EscBuf out, composed;
    esc_buf_init(&out, (size_t)4 << 20);
    esc_buf_init(&composed, (size_t)4 << 20);
    EscText cut = esc_utf8_cut(text, size_max);
    for (size_t at = 0, size = 0; at < cut.size; at += size) {
        EscUnseen unseen = esc_unseen(esc_utf8_decode(cut, at, &size));
        bool is_seen = unseen == ESC_SEEN || unseen == ESC_UNSEEN_JOINER;
        if (is_seen)
            esc_buf_append(&out, cut.data + at, size);
        else if (out.size > 0)
            esc_buf_char(&out, ' ');
    }
    while (out.size > 0 && out.data[out.size - 1] == ' ')
        out.size--;
    const EscImportDoors *doors = &model->request->doors;
    EscStatus status = out.status == ESC_OK
                           ? doors->compose(doors->context, esc_buf_as_text(&out), &composed)
                           : out.status;
    if (status == ESC_NO_MEMORY)
        composed.status = status;
    EscBuf *whole = status == ESC_OK || status == ESC_NO_MEMORY ? &composed : &out;
    EscBuf *other = whole == &out ? &composed : &out;
    esc_buf_release(other);
    EscText text_whole = esc_model_keep(model, whole);
    esc_buf_release(whole);
    return text_whole;
}

/* --- each once ---------------------------------------------------------------------------------------- */

typedef struct Given {
    EscModel *model;
    EscNames *names;
} Given;

static bool is_taken(const Given *given, EscText name)
{
    const EscImportDoors *doors = &given->model->request->doors;
    for (size_t i = 0; i < ESC_COUNT_OF(TAKEN); i++) {
        if (esc_text_equal(name, esc_text_from(TAKEN[i])))
            return true;
    }
    return esc_names_find(given->names, name, NULL) || !doors->is_free(doors->context, name);
}

/* `wish`, or it with a number behind it; `kind` where nothing is wished, or a digit would begin it. */
static EscText give(Given *given, EscText wish, const char *kind)
{
    EscModel *model = given->model;
    bool begins_well = wish.size > 0 && wish.data[0] >= 'a' && wish.data[0] <= 'z';
    EscText base = begins_well      ? wish
                   : wish.size == 0 ? esc_text_from(kind)
                                    : esc_model_printf(model, "%s_%.*s", kind, ESC_TEXT_ARG(wish));
    EscText name = base;
    if (is_taken(given, name) && !esc_names_find(given->names, name, NULL))
        name = base = esc_model_printf(model, "%s_%.*s", kind, ESC_TEXT_ARG(base)); /* a word */
    uint32_t last =
        esc_model_indexed(model, 'n', base); /* the number that was given to this one last */
    unsigned number = last == MODEL_NONE ? 1 : model->numbers.items[last];
    while (number < NUMBERED_MAX && is_taken(given, name))
        name = esc_model_printf(model, "%.*s_%u", ESC_TEXT_ARG(base), ++number);
    if (number > 1 && last == MODEL_NONE) {
        *MODEL_ADD(model, model->numbers) = number;
        (void)esc_model_index(model, 'n', base, (uint32_t)(model->numbers.count - 1));
    } else if (number > 1) {
        model->numbers.items[last] = number;
    }
    if (esc_names_put(given->names, name, 0) != ESC_OK)
        esc_model_lack(model);
    return name;
}

static EscText first_word(EscText title)
{
    size_t size = 0;
    while (size < title.size && title.data[size] != ' ' && title.data[size] != '@')
        size++;
    return (EscText){title.data, size};
}

static EscText local_part(EscText address)
{
    size_t size = 0;
    while (size < address.size && address.data[size] != '@')
        size++;
    return (EscText){address.data, size};
}

/* Of each first word whose it is; of several people's, nobody's. */
static void index_first_words(EscModel *model)
{
    for (uint32_t i = 0; i < model->persons.count; i++) {
        EscText word = first_word(model->persons.items[i].title);
        if (esc_model_index(model, 'w', word, i) != i)
            (void)esc_model_index(model, 'W', word, i);
    }
}

static bool is_first_word_unique(const EscModel *model, size_t number)
{
    EscText word = first_word(model->persons.items[number].title);
    return word.size > 1 && esc_model_indexed(model, 'W', word) == MODEL_NONE;
}

/* lena, where there is one Lena; else lena_vogt. Of a name in another script what stands before the @. */
static EscText person_wish(EscModel *model, size_t number)
{
    const ModelPerson *person = &model->persons.items[number];
    EscText wish = {0};
    if (person->is_nobody)
        return esc_name_of(model, person->key.size > 0 && person->key.data[0] == '\001'
                                      ? (EscText){person->key.data + 1, person->key.size - 1}
                                      : person->title);
    if (is_first_word_unique(model, number))
        wish = esc_name_of(model, first_word(person->title));
    if (wish.size == 0)
        wish = esc_name_of(model, person->title);
    if (wish.size == 0)
        wish = esc_name_of(model, local_part(person->contact[MODEL_EMAIL]));
    return wish;
}

#define NAME_ALL(list, kind)                                                                       \
    for (size_t i = 0; i < (list).count; i++)                                                      \
    (list).items[i].name = give(&given, esc_name_of(model, (list).items[i].title), kind)

/* Chains and intakes often share their title with a team or a schedule, which has it shorter. */
void esc_names_give(EscModel *model)
{
    Given given = {.model = model, .names = esc_names_new(1)};
    if (given.names == NULL)
        esc_model_lack(model);
    model->names = given.names;
    index_first_words(model);
    for (size_t i = 0; i < model->persons.count; i++)
        model->persons.items[i].name = give(&given, person_wish(model, i), "person");
    NAME_ALL(model->teams, "team");
    NAME_ALL(model->schedules, "schedule");
    NAME_ALL(model->chains, "chain");
    NAME_ALL(model->channels, "channel");
    NAME_ALL(model->calendars, "hours");
    NAME_ALL(model->sources, "source");
    for (size_t i = 0; i < model->intakes.count; i++) {
        ModelIntake *intake = &model->intakes.items[i];
        intake->name = give(
            &given,
            esc_model_printf(model, "%.*s_intake", ESC_TEXT_ARG(esc_name_of(model, intake->title))),
            "intake");
    }
}
