/* say.c - what the engine says to people, before it is known in which language it is read.
 *
 *   SAY  NAME  NEXT argument  NEXT argument …  SAID
 *
 * The marks are noncharacters (ESC_MARK_SAY); the NAME is that of a row of says.def, as it is written there: rows of a store
 * keep such texts, and a later version has to find it. An argument that is no value may hold more of them. A value from
 * outside loses its marks here, so nobody says a sentence of ours by a ticket's title. What is broken all the same (a text
 * that was cut, the name of another version) is read as far as it goes, and nothing but marks is lost. */
#include <engine/model.h>

#include <string.h>

#define DEPTH_MAX 8 /* sentences within sentences; what is deeper loses its marks */

typedef struct Sentence {
    const char *name, *arguments;
    const char *words[ESC_LANGUAGE_COUNT];
} Sentence;

static const Sentence sentences[ESC_SAY_COUNT] = {
#define ESC_SAY(NAME, arguments, english, german) {#NAME, arguments, {english, german}},
#include <engine/says.def>
#undef ESC_SAY
};

const char *esc_say_words(EscSay say, EscLanguage language)
{
    return sentences[say].words[language];
}

const char *esc_say_arguments(EscSay say)
{
    return sentences[say].arguments;
}

/* --- made ------------------------------------------------------------------------------------- */

EscText esc_unmarked(EscEngine *engine, EscText text)
{
    if (esc_mark_find(text) == text.size)
        return text; /* nearly all */
    EscBuf buf = esc_turn_buf();
    for (size_t at = 0; at < text.size;) {
        EscText rest = {text.data + at, text.size - at};
        size_t mark = esc_mark_find(rest);
        esc_buf_text(&buf, (EscText){rest.data, mark});
        at += mark + ESC_MARK_SIZE;
    }
    return esc_turn_take(engine, &buf);
}

EscText esc_say_of(EscEngine *engine, EscSay say, const EscText *arguments, size_t count)
{
    const Sentence *sentence = &sentences[say];
    ESC_ASSERT(strlen(sentence->arguments) == count);
    EscBuf buf = esc_turn_buf();
    esc_buf_string(&buf, ESC_MARK_SAY);
    esc_buf_string(&buf, sentence->name);
    for (size_t i = 0; i < count; i++) {
        bool is_value = sentence->arguments[i] == 'v';
        esc_buf_string(&buf, ESC_MARK_NEXT);
        esc_buf_text(&buf, is_value ? esc_unmarked(engine, arguments[i]) : arguments[i]);
    }
    esc_buf_string(&buf, ESC_MARK_SAID);
    return esc_turn_take(engine, &buf);
}

EscText esc_say_count(EscEngine *engine, uint64_t count)
{
    return esc_turn_printf(engine, "%llu", (unsigned long long)count);
}

/* --- read ------------------------------------------------------------------------------------- */

typedef struct Reader {
    EscBuf *out;
    EscLanguage language;
} Reader;

static void put_text(const Reader *reader, EscText text, uint32_t depth);

static bool is_mark(EscText text, size_t at, const char *mark)
{
    return at < text.size && memcmp(text.data + at, mark, ESC_MARK_SIZE) == 0;
}

static const Sentence *sentence_find(EscText name)
{
    for (size_t i = 0; i < ESC_SAY_COUNT; i++)
        if (esc_text_equal(esc_text_from(sentences[i].name), name))
            return &sentences[i];
    return NULL;
}

/* A name and its arguments, behind SAY: parts[0] is the name. Its size up to SAID, or to the end of a text that was cut;
 * what is too much is in none of them. */
#define PARTS_MAX 8
typedef struct Parts {
    EscText texts[PARTS_MAX];
    size_t count, size;
} Parts;

static Parts parts_of(EscText text)
{
    Parts parts = {.count = 1};
    size_t begin = 0, at = 0;
    for (uint32_t depth = 1; depth > 0;) {
        at += esc_mark_find((EscText){text.data + at, text.size - at});
        bool ends = at == text.size || (is_mark(text, at, ESC_MARK_SAID) && depth == 1);
        if (depth == 1 && parts.count <= PARTS_MAX && (ends || is_mark(text, at, ESC_MARK_NEXT))) {
            parts.texts[parts.count - 1] = (EscText){text.data + begin, at - begin};
            begin = at + ESC_MARK_SIZE;
            parts.count += ends ? 0 : 1;
        }
        depth += is_mark(text, at, ESC_MARK_SAY) ? 1 : 0;
        depth -= ends ? depth : is_mark(text, at, ESC_MARK_SAID) ? 1 : 0;
        at += at == text.size ? 0 : ESC_MARK_SIZE;
    }
    parts.count = parts.count < PARTS_MAX ? parts.count : PARTS_MAX;
    parts.size = at;
    return parts;
}

static void put_sentence(const Reader *reader, const Parts *parts, uint32_t depth)
{
    const Sentence *sentence = sentence_find(parts->texts[0]);
    const char *words = sentence == NULL ? "" : sentence->words[reader->language];
    for (; *words != '\0'; words++) {
        if (*words != '{') {
            esc_buf_char(reader->out, *words);
            continue;
        }
        size_t number = (size_t)(words[1] - '0');
        if (number < parts->count)
            put_text(reader, parts->texts[number], depth + 1);
        words += 2;
    }
    for (size_t i = 0; sentence == NULL && i < parts->count; i++) {
        esc_buf_string(reader->out, i == 0 ? "" : " ");
        put_text(reader, parts->texts[i], depth + 1);
    }
}

static void put_text(const Reader *reader, EscText text, uint32_t depth)
{
    for (size_t at = 0; at < text.size;) {
        size_t mark = at + esc_mark_find((EscText){text.data + at, text.size - at});
        esc_buf_text(reader->out, (EscText){text.data + at, mark - at});
        at = mark + ESC_MARK_SIZE;
        if (is_mark(text, mark, ESC_MARK_SAY) && depth < DEPTH_MAX) {
            Parts parts = parts_of((EscText){text.data + at, text.size - at});
            put_sentence(reader, &parts, depth);
            at += parts.size;
        } else if (is_mark(text, mark, ESC_MARK_OWN) || is_mark(text, mark, ESC_MARK_END)) {
            esc_buf_text(reader->out, (EscText){text.data + mark, ESC_MARK_SIZE});
        }
    }
}

EscText esc_said(EscEngine *engine, EscText text, EscLanguage language)
{
    if (esc_mark_find(text) == text.size)
        return text;
    EscBuf buf = esc_turn_buf();
    Reader reader = {&buf, language};
    put_text(&reader, text, 0);
    return esc_turn_take(engine, &buf);
}

/* --- who reads it ----------------------------------------------------------------------------- */

EscLanguage esc_workspace_reads(const EscEngine *engine)
{
    return (EscLanguage)engine->schema.current->program->meta[0].reads;
}

EscLanguage esc_reads(const EscEngine *engine, EscText name)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t reads = 0, person = 0;
    if (esc_directory_person(program, name, &person))
        reads = program->persons[person].reads;
    for (uint32_t i = 0; reads == 0 && i < program->channels_count; i++)
        if (esc_text_equal(program->texts[program->channels[i].name], name))
            reads = program->channels[i].reads;
    return reads == 0 ? esc_workspace_reads(engine) : (EscLanguage)(reads - 1);
}

EscStatus esc_sorry(EscEngine *engine, EscWhy *why, EscStatus status, EscText because)
{
    EscText said = esc_said(engine, because, engine->turn.reads);
    return esc_why(why, status, "", 0, "%.*s", ESC_TEXT_ARG(said));
}
