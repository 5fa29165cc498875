"""rule - which branches are not counted, because nothing can take them.

- Those of ESC_ASSERT, and of the checks with which the fast interpreter asks again what the verifier has proven (`bad_operand`); also
  within a macro of the same file.
- Those that only a lack of memory takes: each part of the condition, joined by `||` or `&&`, is one of

      NAME == NULL, NAME != NULL     where NAME was given its value by an allocation in the lines above
      ALLOCATION == NULL             in one expression
      a status                       of a workspace, buffer or build other than ESC_OK

- Of ESC_TEXT_ARG, the way for an empty text: printf must not be given NULL.

Only ways that were not taken are left out: the others count as any branch.
"""

import re

# What gives nothing, or false, without memory and never else.
ALLOCATION = (r"(?:esc_arena_alloc\w*|esc_arena_grow|esc_arena_failed|esc_array_grow|esc_build_grow|esc_names_new|esc_names_put|esc_arena_new|"
              r"malloc|calloc|realloc|ESC_ARRAY_ADD|esc_node_put|esc_space_new|new_pred|esc_lower_pred|lower_pred|copy_effects|copy_waits|code_leaf|member_leaf|esc_condition_new\w*)")
GIVEN = re.compile(r"(?:\*?\b)([\w>.-]+?)\s*=\s*[^=;]*?\b" + ALLOCATION + r"\(")
ASSERTS = re.compile(r"\b(?:ESC_ASSERT|goto bad_operand)\b")  # the label of interp.c asserts
STATUS = re.compile(r"\b(?:ESC_NO_MEMORY\b|(?:status|->status|\.status) != ESC_OK|(?:status|->status|\.status) == ESC_OK)")
ABOVE = 15


def parts(condition):
    return [part.strip(" ()!") for part in re.split(r"\|\||&&", condition)]


def last_word(name):
    """Of `made.effects`, which `.effects = …` of an initialiser gave its value."""
    return re.split(r"\.|->", name)[-1]


def is_about_memory(rows, line):
    row = rows[line - 1]
    match = re.search(r"\b(?:if|while) \((.*)\)|return (.*);", row)
    if match is None:
        return False
    given = set()
    for above in range(max(line - ABOVE, 1), line + 1):
        given.update(map(last_word, GIVEN.findall(" ".join(rows[above - 1 : above + 1]))))

    def is_part(part):
        tested = re.fullmatch(r"([\w>.-]+) [!=]= NULL", part)
        return bool(tested and last_word(tested[1]) in given) or re.search(ALLOCATION + r"\(", part) is not None or bool(STATUS.search(part))

    return all(is_part(part) for part in parts(match[1] or match[2]))


def asserting_macros(text):
    """Macros of a file that assert, or use one that does."""
    bodies = dict(re.findall(r"^#define (\w+)(?:\([^)]*\))?((?:[^\n]*\\\n)*[^\n]*)", text, re.MULTILINE))
    known = set()
    while True:
        more = {name for name, body in bodies.items() if name not in known
                and (ASSERTS.search(body) or any(re.search(rf"\b{other}\b", body) for other in known))}
        if not more:
            return known
        known |= more


def without_clamps(ways, row):
    """Without the ways of ESC_TEXT_ARG that were not taken."""
    kept_ways, clamps = [], row.count("ESC_TEXT_ARG(")
    for way in ways:
        if way == 0 and clamps > 0:
            clamps -= 1
        else:
            kept_ways.append(way)
    return kept_ways


def kept(path, branches):
    """The branches that count, by line."""
    text = path.read_text(encoding="utf-8")
    rows, macros = text.split("\n"), asserting_macros(text)
    asserts = re.compile(r"\b(?:" + "|".join(macros) + r")\b") if macros else None
    found = {}
    for line, ways in branches.items():
        if not ways or ASSERTS.search(rows[line - 1]):
            continue
        ways = without_clamps(ways, rows[line - 1])
        is_left_out = is_about_memory(rows, line) or (asserts is not None and asserts.search(rows[line - 1]))
        found[line] = [way for way in ways if way] if is_left_out else ways
    return found
