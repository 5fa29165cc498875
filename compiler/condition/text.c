/* text.c - is there a text that begins, ends and contains as asked, and does none of what is asked not to be?
 *
 * Exact, because a text may be as long as it likes: the parts that are wanted are put one behind the other with a letter
 * between them that no atom has. Whatever an unwanted atom finds in that text lies within one wanted part, and then
 * every text with that part has it. What a text contains is asked without regard to case, how it begins and ends with it. */
#include <string.h>

#include "condition/condition.h"

/* Every text for which `wanted` holds is one for which `atom` holds; none of them is an IS that holds. */
static bool is_implied(const EscAtom *wanted, const EscAtom *atom)
{
    if (atom->kind == ESC_ATOM_CONTAINS)
        return esc_text_contains_folded(wanted->text, atom->text);
    return atom->kind == wanted->kind && esc_atom_holds(atom, wanted->text);
}

/* Two wanted beginnings (or ends) fit when one goes on from the other. */
static bool fits(const EscAtom *a, const EscAtom *b)
{
    if (a->kind != b->kind || a->kind == ESC_ATOM_CONTAINS)
        return true;
    return esc_atom_holds(b, a->text) || esc_atom_holds(a, b->text);
}

static bool is_possible(const EscAtom *atoms, const bool *truths, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!truths[i] && atoms[i].text.size == 0 && atoms[i].kind != ESC_ATOM_IS)
            return false; /* every text begins with, ends in and contains the empty one */
        for (uint32_t k = 0; truths[i] && k < count; k++) {
            if (truths[k] ? !fits(&atoms[i], &atoms[k]) : is_implied(&atoms[i], &atoms[k]))
                return false;
        }
    }
    return true;
}

static bool is_free(const EscAtom *atoms, uint32_t count, EscText letter)
{
    for (uint32_t i = 0; i < count; i++)
        if (esc_text_contains_folded(atoms[i].text, letter))
            return false;
    return true;
}

/* A letter that stands in no atom: one of `liked`, else one of the CJK ideographs, of which there are more than
 * atoms can have. */
static EscText free_letter(const EscAtom *atoms, uint32_t count, const char *liked, char buffer[4])
{
    for (; *liked != '\0'; liked++)
        if (is_free(atoms, count, (EscText){liked, 1}))
            return (EscText){liked, 1};
    for (uint32_t c = 0x4e00; c < 0x9fff; c++) {
        buffer[0] = (char)(0xe0 | c >> 12);
        buffer[1] = (char)(0x80 | (c >> 6 & 0x3f));
        buffer[2] = (char)(0x80 | (c & 0x3f));
        if (is_free(atoms, count, (EscText){buffer, 3}))
            break;
    }
    return (EscText){buffer, 3};
}

/* The longest wanted beginning or end. */
static EscText longest(const EscAtom *atoms, const bool *truths, uint32_t count, EscAtomKind kind)
{
    EscText text = {0};
    for (uint32_t i = 0; i < count; i++)
        if (truths[i] && atoms[i].kind == kind && atoms[i].text.size > text.size)
            text = atoms[i].text;
    return text;
}

/* A text that is given decides by itself. */
static const EscAtom *given(const EscAtom *atoms, const bool *truths, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (truths[i] && atoms[i].kind == ESC_ATOM_IS)
            return &atoms[i];
    return NULL;
}

static bool is_as_asked(const EscAtom *atoms, const bool *truths, uint32_t count, EscText text)
{
    for (uint32_t i = 0; i < count; i++)
        if (esc_atom_holds(&atoms[i], text) != truths[i])
            return false;
    return true;
}

/* Counts where `at` is NULL. */
static void put(char *at, size_t *size, EscText part)
{
    if (at != NULL && part.size > 0)
        memcpy(at + *size, part.data, part.size);
    *size += part.size;
}

/* The wanted parts, one behind the other; gives their size. */
static size_t put_parts(char *at, const EscAtom *atoms, const bool *truths, uint32_t count)
{
    char gap_room[4], letter_room[4];
    EscText gap = free_letter(atoms, count, " -_", gap_room);
    EscText letter = free_letter(atoms, count, "xyzqwvkjabcdefghilmnoprstu", letter_room);
    EscText begin = longest(atoms, truths, count, ESC_ATOM_STARTS);
    EscText end = longest(atoms, truths, count, ESC_ATOM_ENDS);
    size_t size = 0;
    put(at, &size, begin.size > 0 ? begin : letter);
    size_t first = size;
    for (uint32_t i = 0; i < count; i++) {
        if (!truths[i] || atoms[i].kind != ESC_ATOM_CONTAINS || atoms[i].text.size == 0)
            continue;
        put(at, &size, gap);
        put(at, &size, atoms[i].text);
    }
    if (size == first && begin.size == 0 && end.size == 0)
        return size;
    put(at, &size, gap);
    put(at, &size, end.size > 0 ? end : letter);
    return size;
}

bool esc_text_for(EscArena *arena, const EscAtom *atoms, const bool *truths, uint32_t count,
                  EscText *text)
{
    const EscAtom *is = given(atoms, truths, count);
    if (is != NULL) {
        *text = is->text;
        return is_as_asked(atoms, truths, count, is->text);
    }
    if (!is_possible(atoms, truths, count))
        return false;
    size_t size = put_parts(NULL, atoms, truths, count);
    char *data = esc_arena_alloc(arena, size);
    if (data == NULL)
        return false;
    (void)put_parts(data, atoms, truths, count);
    *text = (EscText){data, size};
    return true;
}
