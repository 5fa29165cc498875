/* test_model_say.c - sentences that are not said yet: made, kept apart from values, and read in either language; what is
 * broken. */
#include "model_fixture.h"

#include <string.h>

#include "support/test.h"

static const char *read_in(Model *model, EscText text, EscLanguage language)
{
    EscText said = esc_said(model->engine, text, language);
    return esc_turn_printf(model->engine, "%.*s", ESC_TEXT_ARG(said)).data;
}

static const char *english(Model *model, EscText text)
{
    return read_in(model, text, ESC_LANGUAGE_ENGLISH);
}

static const char *german(Model *model, EscText text)
{
    return read_in(model, text, ESC_LANGUAGE_GERMAN);
}

/* --- the table ------------------------------------------------------------------------------------ */

static size_t times_in(const char *words, const char *part)
{
    size_t count = 0;
    for (const char *at = words; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

static void every_argument_stands_once_in_each_language(void **state)
{
    (void)state;
    for (EscSay say = 0; say < ESC_SAY_COUNT; say++) {
        const char *arguments = esc_say_arguments(say);
        assert_int_equal(strspn(arguments, "vs"), strlen(arguments));
        assert_true(strlen(arguments) < 8); /* as many as a reader takes */
        for (EscLanguage language = 0; language < ESC_LANGUAGE_COUNT; language++) {
            const char *words = esc_say_words(say, language);
            assert_true(strlen(words) > 0);
            assert_int_equal(times_in(words, "{"), strlen(arguments));
            for (size_t i = 0; i < strlen(arguments); i++) {
                const char part[] = {'{', (char)('1' + i), '}', '\0'};
                assert_int_equal(times_in(words, part), 1);
            }
        }
    }
}

/* --- read ----------------------------------------------------------------------------------------- */

static void a_sentence_is_read_in_each_language(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText away = esc_say(model->engine, AWAY, ESC_TEXT("ana"));
    assert_string_equal(english(model, away), "ana is away");
    assert_string_equal(german(model, away), "ana ist abwesend");
    assert_string_equal(german(model, ESC_SAYING(IN_TIME)), "rechtzeitig");
    assert_string_equal(german(model, ESC_TEXT("as it is")), "as it is");
    assert_string_equal(german(model, (EscText){0}), "");
    model_free(model);
}

static void sentences_stand_within_each_other_in_another_order(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText within = esc_say(model->engine, WITHIN, ESC_TEXT("5m")),
            missed = esc_say(model->engine, NO_ANSWER, ESC_TEXT("Why?"), within),
            resort = esc_say(model->engine, IS_RESORT, missed, ESC_TEXT("dora"));
    EscText text = esc_turn_printf(model->engine, "T: %.*s.", ESC_TEXT_ARG(resort));
    assert_string_equal(english(model, text),
                        "T: nobody answered \"Why?\" within 5m; dora is the last resort.");
    assert_string_equal(
        german(model, text),
        "T: niemand hat innerhalb von 5m auf „Why?“ geantwortet; dora ist die letzte Instanz.");
    model_free(model);
}

static void values_say_nothing_of_ours(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText title = ESC_TEXT("a\uFDD2AWAY\uFDD3b\uFDD4\uFDD0c\uFDD1");
    EscText said = esc_say(model->engine, GONE, title);
    assert_string_equal(english(model, said), "aAWAYbc is not in the directory any more");
    assert_text_equal(esc_unmarked(model->engine, title), "aAWAYbc");
    model_free(model);
}

static void words_of_an_author_stay_marked(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText text =
        esc_turn_printf(model->engine, "\uFDD0see\uFDD1 %.*s", ESC_TEXT_ARG(ESC_SAYING(IS_OVER)));
    assert_string_equal(german(model, text), "\uFDD0see\uFDD1 vorbei");
    model_free(model);
}

/* --- what is broken ------------------------------------------------------------------------------- */

static void what_is_broken_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read;
    } cases[] = {
        {"\uFDD2OF_ANOTHER_VERSION\uFDD3ana\uFDD35m\uFDD4.", "OF_ANOTHER_VERSION ana 5m."},
        {"\uFDD2away\uFDD3ana\uFDD4", "away ana"}, /* a name is as it is written */
        {"x \uFDD2AWAY\uFDD3an", "x an ist abwesend"},
        {"x \uFDD2AWAY", "x  ist abwesend"},
        {"x \uFDD2", "x "},
        {"\uFDD2\uFDD4x", "x"},
        {"a\uFDD3b\uFDD4c", "abc"},
        {"\uFDD2AWAY\uFDD4", " ist abwesend"},
        {"\uFDD2AWAY\uFDD3ana\uFDD3too\uFDD3much\uFDD4!", "ana ist abwesend!"},
        {"\uFDD2AWAY\uFDD31\uFDD32\uFDD33\uFDD34\uFDD35\uFDD36\uFDD37\uFDD38\uFDD39\uFDD4!",
         "1 ist abwesend!"},
        {"\uFDD2GONE\uFDD3\uFDD2AWAY\uFDD3a\uFDD4",
         "a ist abwesend steht nicht mehr im Verzeichnis"},
        {"\uFDD2", ""},
        {"\xef\xb7", "\xef\xb7"},
    };
    Model *model = model_new();
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        assert_string_equal(german(model, esc_text_from(cases[i].text)), cases[i].read);
    model_free(model);
}

static void what_is_too_deep_loses_its_marks_only(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText text = ESC_TEXT("x");
    for (int i = 0; i < 8; i++)
        text = esc_say(model->engine, SO_FAR, text);
    assert_string_equal(german(model, text),
                        "bisher bisher bisher bisher bisher bisher bisher bisher x");
    text = esc_say(model->engine, SO_FAR, text);
    assert_string_equal(german(model, text),
                        "bisher bisher bisher bisher bisher bisher bisher bisher SO_FARx");
    model_free(model);
}

/* --- who reads it --------------------------------------------------------------------------------- */

static void everybody_reads_their_own_language(void **state)
{
    (void)state;
    Model *model = model_new();
    TestProgram *program = &model->program;
    program->persons[PERSON_ANA].reads = ESC_LANGUAGE_GERMAN + 1;
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ana")), ESC_LANGUAGE_GERMAN);
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ben")), ESC_LANGUAGE_ENGLISH);
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ticket.requester")), ESC_LANGUAGE_ENGLISH);
    program->persons[PERSON_ANA].reads = ESC_LANGUAGE_ENGLISH + 1;
    program->meta[0].reads = ESC_LANGUAGE_GERMAN;
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ana")), ESC_LANGUAGE_ENGLISH);
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ben")), ESC_LANGUAGE_GERMAN);
    assert_int_equal(esc_reads(model->engine, ESC_TEXT("ticket.requester")), ESC_LANGUAGE_GERMAN);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_argument_stands_once_in_each_language),
        cmocka_unit_test(a_sentence_is_read_in_each_language),
        cmocka_unit_test(sentences_stand_within_each_other_in_another_order),
        cmocka_unit_test(values_say_nothing_of_ours),
        cmocka_unit_test(words_of_an_author_stay_marked),
        cmocka_unit_test(what_is_broken_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_is_too_deep_loses_its_marks_only),
        cmocka_unit_test(everybody_reads_their_own_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
