/* jinja.c - the conditions that people write into routes: {{ payload.labels.severity == "critical" and … }}. What is read is what tickets
 * can be asked: comparisons of members with texts, `in`, `and`, `or`, `not` and brackets. Anything else is no condition of ours.
 *
 *   any   = all { "or" all }
 *   all   = one { "and" one }
 *   one   = "not" one | "(" any ")" | side [ ("==" | "!=" | ["not"] "in") side ]
 *   side  = text | member | "[" text { "," text } "]"
 */
#include "oncall/oncall.h"

#define DEPTH_MAX 16
#define LIST_MAX 32
#define PARTS_MAX 8

typedef enum SideKind { SIDE_TEXT, SIDE_MEMBER, SIDE_LIST } SideKind;

typedef struct Side {
    SideKind kind;
    EscText texts[LIST_MAX]; /* the text, the member's field, or the list's texts */
    size_t count;
} Side;

typedef struct Jinja {
    EscModel *model;
    const char *at, *end;
    unsigned depth;
} Jinja;

/* --- words ------------------------------------------------------------------------------------------------ */

static void skip(Jinja *jinja)
{
    while (jinja->at < jinja->end &&
           (*jinja->at == ' ' || *jinja->at == '\t' || *jinja->at == '\n' || *jinja->at == '\r'))
        jinja->at++;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Takes a sign or a word, if that stands there. */
static bool take(Jinja *jinja, const char *word)
{
    skip(jinja);
    size_t size = strlen(word);
    if ((size_t)(jinja->end - jinja->at) < size || memcmp(jinja->at, word, size) != 0)
        return false;
    if (is_word(word[0]) && jinja->at + size < jinja->end && is_word(jinja->at[size]))
        return false;
    jinja->at += size;
    return true;
}

static bool text_take(Jinja *jinja, EscText *text)
{
    skip(jinja);
    if (jinja->at == jinja->end || (*jinja->at != '"' && *jinja->at != '\''))
        return false;
    char quote = *jinja->at++;
    const char *start = jinja->at;
    while (jinja->at < jinja->end && *jinja->at != quote && *jinja->at != '\\')
        jinja->at++;
    if (jinja->at == jinja->end || *jinja->at != quote)
        return false;
    *text = (EscText){start, (size_t)(jinja->at++ - start)};
    return true;
}

static bool word_take(Jinja *jinja, EscText *word)
{
    skip(jinja);
    const char *start = jinja->at;
    while (jinja->at < jinja->end && is_word(*jinja->at))
        jinja->at++;
    *word = (EscText){start, (size_t)(jinja->at - start)};
    return word->size > 0;
}

/* --- members ------------------------------------------------------------------------------------------------ */

/* One part of a path: .name, ["name"], .get("name") or [0]. False when there is none. */
static bool part_take(Jinja *jinja, EscText *part)
{
    *part = (EscText){0};
    if (take(jinja, ".get("))
        return text_take(jinja, part) && take(jinja, ")");
    if (take(jinja, "."))
        return word_take(jinja, part);
    if (!take(jinja, "["))
        return false;
    return (text_take(jinja, part) || word_take(jinja, part)) && take(jinja, "]");
}

static bool is_labels(EscText part)
{
    return esc_text_equal(part, ESC_TEXT("labels")) ||
           esc_text_equal(part, ESC_TEXT("commonLabels")) ||
           esc_text_equal(part, ESC_TEXT("groupLabels"));
}

/* Labels are fields of a group of that name; everything else of an alert stands beside them. */
static EscText field_of(Jinja *jinja, const EscText *parts, size_t count)
{
    EscModel *model = jinja->model;
    EscText name = esc_name_of(model, parts[count - 1]);
    bool is_label = count >= 2 && is_labels(parts[count - 2]);
    if (name.size == 0 || name.data[0] < 'a')
        name = esc_model_printf(model, "x_%.*s", ESC_TEXT_ARG(name));
    EscText path =
        esc_model_printf(model, "%s.%.*s", is_label ? "labels" : "payload", ESC_TEXT_ARG(name));
    return esc_model_field(model, path, "text at most 200?", "of the alert, which routes ask for");
}

static bool member_take(Jinja *jinja, Side *side)
{
    EscText parts[PARTS_MAX];
    size_t count = 0;
    const char *start = jinja->at;
    if (!take(jinja, "payload"))
        return false;
    while (count < PARTS_MAX && jinja->at < jinja->end && (*jinja->at == '.' || *jinja->at == '['))
        if (!part_take(jinja, &parts[count++]))
            return false;
    if (count == 0 || count == PARTS_MAX) {
        jinja->at = start;
        return false;
    }
    *side = (Side){.kind = SIDE_MEMBER, .count = 1};
    side->texts[0] = field_of(jinja, parts, count);
    return true;
}

static bool side_take(Jinja *jinja, Side *side)
{
    EscText text;
    *side = (Side){.kind = SIDE_TEXT};
    if (text_take(jinja, &text)) {
        side->texts[side->count++] = text;
        return true;
    }
    if (!take(jinja, "[") && !take(jinja, "("))
        return member_take(jinja, side);
    side->kind = SIDE_LIST;
    while (side->count < LIST_MAX && text_take(jinja, &text)) {
        side->texts[side->count++] = text;
        if (!take(jinja, ","))
            break;
    }
    return (take(jinja, "]") || take(jinja, ")")) && side->count > 0;
}

/* --- conditions ---------------------------------------------------------------------------------------------- */

static const ModelTest *any_take(Jinja *jinja);

static const ModelTest *equals(Jinja *jinja, const Side *a, const Side *b)
{
    if (a->kind == SIDE_TEXT && b->kind == SIDE_MEMBER)
        return equals(jinja, b, a);
    if (a->kind != SIDE_MEMBER || b->kind != SIDE_TEXT)
        return NULL;
    return esc_test_of(jinja->model, MODEL_EQUALS, a->texts[0], b->texts[0], false);
}

/* A text in a member, or a member among texts. */
static const ModelTest *within(Jinja *jinja, const Side *a, const Side *b)
{
    const ModelTest *test = NULL;
    if (a->kind == SIDE_TEXT && b->kind == SIDE_MEMBER)
        return esc_test_of(jinja->model, MODEL_CONTAINS, b->texts[0], a->texts[0], false);
    for (size_t i = 0; a->kind == SIDE_MEMBER && b->kind == SIDE_LIST && i < b->count; i++) {
        const ModelTest *one =
            esc_test_of(jinja->model, MODEL_EQUALS, a->texts[0], b->texts[i], false);
        test = test == NULL ? one : esc_test_both(jinja->model, MODEL_ANY, test, one);
    }
    return test;
}

static const ModelTest *comparison_take(Jinja *jinja)
{
    Side a, b;
    if (!side_take(jinja, &a))
        return NULL;
    bool is_equal = take(jinja, "=="), is_unequal = !is_equal && take(jinja, "!=");
    bool is_not = !is_equal && !is_unequal && take(jinja, "not"),
         is_in = !is_equal && !is_unequal && take(jinja, "in");
    if (!is_equal && !is_unequal && !is_in)
        return is_not || a.kind != SIDE_MEMBER
                   ? NULL
                   : esc_test_of(jinja->model, MODEL_PRESENT, a.texts[0], (EscText){0}, false);
    if (!side_take(jinja, &b))
        return NULL;
    const ModelTest *test = is_in ? within(jinja, &a, &b) : equals(jinja, &a, &b);
    return test != NULL && (is_unequal || is_not) ? esc_test_not(jinja->model, test) : test;
}

static const ModelTest *one_take(Jinja *jinja)
{
    const ModelTest *test = NULL;
    if (++jinja->depth > DEPTH_MAX)
        return NULL;
    const char *start = jinja->at;
    if (take(jinja, "not")) {
        test = one_take(jinja);
        test = test == NULL ? NULL : esc_test_not(jinja->model, test);
    } else if (take(jinja, "(")) {
        test = any_take(jinja);
        if (!take(jinja, ")"))
            test = NULL;
        if (test == NULL) { /* a list of texts in brackets, perhaps */
            jinja->at = start;
            test = comparison_take(jinja);
        }
    } else {
        test = comparison_take(jinja);
    }
    jinja->depth--;
    return test;
}

static const ModelTest *joined_take(Jinja *jinja, const char *word, ModelTestKind kind,
                                    const ModelTest *(*part)(Jinja *))
{
    const ModelTest *test = part(jinja);
    while (test != NULL && take(jinja, word)) {
        const ModelTest *next = part(jinja);
        test = next == NULL ? NULL : esc_test_both(jinja->model, kind, test, next);
    }
    return test;
}

static const ModelTest *all_take(Jinja *jinja)
{
    return joined_take(jinja, "and", MODEL_ALL, one_take);
}

static const ModelTest *any_take(Jinja *jinja)
{
    return joined_take(jinja, "or", MODEL_ANY, all_take);
}

const ModelTest *jinja_read(EscModel *model, EscText text)
{
    Jinja jinja = {.model = model, .at = text.data, .end = text.data + text.size};
    if (!take(&jinja, "{{"))
        return NULL;
    (void)take(&jinja, "-");
    const ModelTest *test = any_take(&jinja);
    (void)take(&jinja, "-");
    bool is_whole = take(&jinja, "}}");
    skip(&jinja);
    return is_whole && jinja.at == jinja.end ? test : NULL;
}
