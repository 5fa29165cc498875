"""operators - the mutants of a source: each is one small slip that a tired person makes.

negate   a condition of an `if`, and == for !=          bound    < for <=, > for >=
logic    && for ||                                      drop     a statement
swap     two neighbouring arguments of a call           off      a whole number, or a NAME_MAX, by one
return   a constant instead of what was worked out      early    a function of no result does nothing

Only bodies of functions are touched. Left alone: what stands in an assertion, in `sizeof`, in a message or a log line,
in a `(void)` statement, in a `case` label, and the sizes of arrays where they are declared. A `calloc` of one is not made
one of two, nor is a buffer or an arena given one byte more or less than the most that it may ever have: nothing can tell.
Nor of what is the same for both: the -1 or 1 that a function for qsort returns, of which only the sign counts, becomes no
-2 or 2, and in `a < b ? a : b` or `if (a < b) a = b;`, where the smaller or the larger of two is taken, the comparison
keeps its sign.
"""

import hashlib
import re
from dataclasses import dataclass

from ctokens import KEYWORDS, Source

# Calls whose arguments are left alone: assertions, and texts for people.
QUIET_CALL = re.compile(
    r"(ESC_)?(static_)?assert\w*|_Static_assert|ESC_ASSERT\w*|sizeof|_Alignof|esc_why|perror|f?printf|\w*_?log(_\w+)?|\w*warn\w*",
    re.IGNORECASE)
# Calls whose first two arguments may change places: always, or when their result is only compared with 0.
SYMMETRIC_CALL = re.compile(r"\w*_equal|esc_text_distance")
SYMMETRIC_COMPARISON = re.compile(r"strn?cmp|\w*memcmp|\w*_compare")
ROOM_CALL = re.compile(r"esc_arena_new|esc_buf_init")  # the last argument is the most that it may ever hold
PRODUCT_CALL = re.compile(r"calloc|reallocarray|esc_arena_alloc_array")  # of a count and a size, in whatever order
FRACTION = re.compile(r"double|float|number")  # where two that are equal may differ in the sign of a zero
WHOLE_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*")
FLIPPED = {
    "<": ("bound", "<="), "<=": ("bound", "<"), ">": ("bound", ">="), ">=": ("bound", ">"),
    "==": ("negate", "!="), "!=": ("negate", "=="), "&&": ("logic", "||"), "||": ("logic", "&&"),
}
NO_EXPRESSION = KEYWORDS - {"sizeof", "break", "continue", "return"}
WHOLE_TYPES = frozenset("int unsigned long char size_t ssize_t int64_t int32_t uint64_t uint32_t uint16_t uint8_t double".split())


@dataclass(frozen=True)
class Mutant:
    file: str  # below the checkout
    function: str
    operator: str
    line: int
    column: int
    start: int  # what is replaced, as offsets in the text
    end: int
    replacement: str
    original: str  # the lines that it stands on, with single spaces; what a list of survivors holds
    mutated: str
    number: int  # 1, or more when the function holds the same change of the same text again

    @property
    def name(self):
        return self.operator if self.number == 1 else f"{self.operator}#{self.number}"

    @property
    def key(self):
        """What stays the same when lines move."""
        return self.file, self.function, self.name, self.original, self.mutated

    @property
    def id(self):
        digest = hashlib.sha256(self.original.encode()).hexdigest()[:8]
        return f"{self.file}:{self.line}:{self.column}:{self.operator}:{digest}"

    def apply(self, text):
        return text[:self.start] + self.replacement + text[self.end:]


def quiet_tokens(source, function):
    """Indexes of the tokens of a function that no operator touches."""
    quiet = set()
    i = function.first + 1
    while i < function.last:
        text = source.text_at(i)
        end = i
        if source.kind_at(i) == "word" and source.text_at(i + 1) == "(" and QUIET_CALL.fullmatch(text):
            end = source.partner[i + 1]
        elif text == "case":
            while source.text_at(end) != ":":
                end += 1
        elif text == "(" and source.text_at(i + 1) == "void" and source.text_at(i + 2) == ")":
            end = statement_end(source, i) or i
        elif text == "[" and is_size(source, function, i):
            end = source.partner[i]
        if end > i:
            quiet.update(range(i, end + 1))
        i = end + 1
    return quiet


def statement_end(source, i):
    """The semicolon behind it; None when there is none, as behind the head and body of a loop that a macro makes."""
    while source.text_at(i) not in (";", ""):
        i = source.partner[i] + 1 if source.text_at(i) in ("(", "[", "{") else i + 1
    return i if source.text_at(i) == ";" else None


def is_declaration(source, start):
    """`Type name`, `Type *name`, `const …`, `struct …`: two words with nothing but stars between them."""
    first = source.text_at(start)
    if first in ("const", "static", "struct", "union", "enum", "unsigned", "signed", "long", "typedef", "extern"):
        return True
    if source.kind_at(start) != "word" or first in KEYWORDS:
        return False
    i = start + 1
    while source.text_at(i) in ("*", "const"):
        i += 1
    # `a * b;` would be an odd statement, so a star between two words declares.
    return source.kind_at(i) == "word" and source.text_at(i) not in KEYWORDS


def is_size(source, function, bracket):
    """True when the bracket gives a declared array its size, not an element its index."""
    start = bracket
    while start > function.first + 1 and source.text_at(start - 1) not in (";", "{", "}", "="):
        start = source.partner[start - 1] if source.text_at(start - 1) in (")", "]") else start - 1
    return source.text_at(start - 1) != "=" and is_declaration(source, start)


def statements(source, function):
    """(first, last) of every simple statement, and whether it stands under a condition without braces."""
    for i in range(function.first + 1, function.last):
        before = source.text_at(i - 1)
        is_under = before == "else" or (before == ")" and is_condition_end(source, i - 1))
        if not (before in (";", "{", "}", ":") or is_under) or source.text_at(i) in (";", "{", "}"):
            continue
        if before == ":" and not is_label_end(source, i - 1):
            continue
        if not is_statement_level(source, function, i):
            continue
        if source.text_at(i) in NO_EXPRESSION or source.text_at(i + 1) == ":" or is_declaration(source, i):
            continue
        if source.kind_at(i) not in ("word", "punct"):
            continue
        end = statement_end(source, i)
        if end is not None and not source.text_at(i).endswith("foreach"):
            yield i, end, is_under


def is_condition_end(source, closing):
    return source.text_at(source.partner[closing] - 1) in ("if", "while", "for", "switch") or \
        source.text_at(source.partner[closing] - 1).endswith("foreach")


def is_label_end(source, colon):
    i = colon - 1
    while source.text_at(i) not in (";", "{", "}", ":", "?"):
        i -= 1
    return source.text_at(i) != "?" and source.text_at(i + 1) in ("case", "default")


def is_statement_level(source, function, index):
    """False inside the head of a `for` and inside an initialiser."""
    i = index - 1
    while i >= function.first:
        text = source.text_at(i)
        if text in (")", "]", "}"):
            i = source.partner[i]
        elif text in ("(", "["):
            return False
        elif text == "{":
            before = source.text_at(i - 1)
            return i == function.first or before in (")", "else", "do", ";", "{", "}", ":") and not (
                before == ")" and not is_condition_end(source, i - 1))
        i -= 1
    return True


def arguments(source, opening):
    """(first, last) of each argument between two parentheses."""
    first = i = opening + 1
    closing = source.partner[opening]
    while i < closing:
        if source.text_at(i) == ",":
            yield first, i - 1
            first = i + 1
        i = source.partner[i] + 1 if source.text_at(i) in ("(", "[", "{") else i + 1
    if first < closing:
        yield first, closing - 1


def constants_for(kind):
    """What a function of this type may return instead."""
    words = kind.split()
    if "*" in words:
        return ["NULL"]
    if "bool" in words:
        return ["true", "false"]
    if "EscStatus" in words:
        return ["ESC_OK"]
    return ["0"] if WHOLE_TYPES.intersection(words) else []


def changes(source, function):
    """(operator, start, end, replacement) of everything that may be changed in a function."""
    quiet = quiet_tokens(source, function)
    tokens = source.tokens

    def spanned(first, last):
        return source.text[tokens[first].start:tokens[last].end]

    opening = tokens[function.first]
    if function.type.split() == ["void"]:
        yield "early", opening.start, opening.end, "{ return;"
    for i in range(function.first + 1, function.last):
        if i in quiet:
            continue
        token = tokens[i]
        if token.kind == "punct" and token.text in FLIPPED:
            operator, replacement = FLIPPED[token.text]
            if operator != "bound" or not is_of_equals(source, function, i):
                yield operator, token.start, token.end, replacement
        elif token.text == "if" and source.text_at(i + 1) == "(":
            if is_one_comparison(source, i + 2, source.partner[i + 1]):
                continue  # the comparison itself is negated
            inside = spanned(i + 2, source.partner[i + 1] - 1)
            yield "negate", tokens[i + 2].start, tokens[source.partner[i + 1] - 1].end, f"!({inside})"
        elif is_number(source, i):
            if is_room(source, i):
                continue
            if not is_count_of_calloc(source, i) and not is_sign_of_order(source, function, i):
                yield "off", token.start, token.end, f"({token.text} + 1)"
            if token.text.rstrip("uUlL") not in ("0", "0x0"):
                yield "off", token.start, token.end, f"({token.text} - 1)"
        elif token.kind == "word" and source.text_at(i + 1) == "(" and token.text not in KEYWORDS:
            given = [] if PRODUCT_CALL.fullmatch(token.text) else list(arguments(source, i + 1))
            for (a, b), (c, d) in list(zip(given, given[1:]))[is_symmetric(source, i):]:
                one, other = spanned(a, b), spanned(c, d)
                if one != other and not quiet.intersection(range(a, d + 1)):
                    between = source.text[tokens[b].end:tokens[c].start]
                    yield "swap", tokens[a].start, tokens[d].end, other + between + one
    for first, last, _ in statements(source, function):
        if first in quiet:
            continue
        text = tokens[first].text
        if text == "return" and last > first + 1:
            for constant in constants_for(function.type):
                if spanned(first + 1, last - 1) != constant:
                    yield "return", tokens[first + 1].start, tokens[last - 1].end, constant
        if last + 1 != function.last or text not in ("return", "break", "continue"):
            yield "drop", tokens[first].start, tokens[last].end, ";"


def is_symmetric(source, call):
    name = source.text_at(call)
    behind = source.partner[call + 1] + 1
    return bool(SYMMETRIC_CALL.fullmatch(name)) or (
        bool(SYMMETRIC_COMPARISON.fullmatch(name)) and source.text_at(behind) in ("==", "!=") and
        source.text_at(behind + 1) == "0")


def is_one_comparison(source, first, behind):
    texts = [source.text_at(i) for i in range(first, behind)]
    return ("==" in texts or "!=" in texts) and "&&" not in texts and "||" not in texts and "?" not in texts


def is_count_of_calloc(source, i):
    """Room for one more than is used is the same to every test; room for none is not."""
    return source.text_at(i - 1) == "(" and source.text_at(i - 2) == "calloc" and source.text_at(i + 1) == ","


def is_room(source, i):
    """A number or NAME_MAX alone as the last argument of what makes a buffer or an arena."""
    if source.text_at(i + 1) != ")" or source.text_at(i - 1) not in ("(", ","):
        return False
    return bool(ROOM_CALL.fullmatch(source.text_at(source.partner[i + 1] - 1)))


def is_sign_of_order(source, function, i):
    """The 1 of `return -1`, `? -1 :` or `: 1;` in a function that qsort or bsearch asks: one more has the same sign."""
    head = [source.text_at(k) for k in range(source.partner[function.first - 1] + 1, function.first - 1)]
    if len(head) != 9 or [head[k] for k in (0, 1, 2, 4, 5, 6, 7)] != ["const", "void", "*", ",", "const", "void", "*"]:
        return False
    before = i - 2 if source.text_at(i - 1) == "-" else i - 1
    return source.text_at(i) == "1" and source.text_at(before) in ("return", "?", ":") and source.text_at(i + 1) in (";", ":")


def operand(source, i, step):
    """The names, members and elements from i on, forwards or backwards; empty where something else stands there, such as a call."""
    texts = []
    while source.kind_at(i) in ("word", "number") and source.text_at(i) not in KEYWORDS or source.text_at(i) in (".", "->", "[", "]"):
        texts.append(source.text_at(i))
        i += step
    return texts[::step]


def is_of_equals(source, function, i):
    """The < of `a < b ? a : b` or of `if (a < b) a = b;`, of whole numbers: where both are equal, either will do."""
    whole = source.text[source.tokens[source.partner[function.first - 1]].start:source.tokens[function.last].end]
    left, right = operand(source, i - 1, -1), operand(source, i + 1, 1)
    question = i + 1 + len(right)
    if not left or not right or FRACTION.search(whole):
        return False
    before = [source.text_at(i - len(left) - k) for k in (2, 1)]
    behind = [source.text_at(k) for k in range(question, question + len(left) + len(right) + 3)]
    if before == ["if", "("] and behind == [")", *left, "=", *right, ";"]:
        return source.text_at(question + len(behind)) != "else"
    if source.text_at(question) != "?":
        return False
    begins = source.text_at(i - 1 - len(left)) in ("=", "return", "(", ",")
    one = operand(source, question + 1, 1)
    colon = question + 1 + len(one)
    other = operand(source, colon + 1, 1)
    ends = source.text_at(colon + 1 + len(other)) in (";", ",", ")")
    return begins and source.text_at(colon) == ":" and ends and [one, other] in ([left, right], [right, left])


def is_number(source, i):
    token = source.tokens[i]
    if token.kind == "word":
        return token.text.isupper() and token.text.endswith("_MAX") and source.text_at(i + 1) != "("
    if token.kind != "number" or not WHOLE_NUMBER.fullmatch(token.text):
        return False
    return not (source.text_at(i - 1) == "{" and source.text_at(i + 1) == "}")  # {0}: nothing but a beginning


def single_spaced(text):
    return " ".join(text.split())


def mutants_of(file, text):
    """Every mutant of a source, in the order of its text."""
    source = Source(text)
    found = []
    seen = {}
    for function in source.functions:
        for operator, start, end, replacement in sorted(changes(source, function), key=lambda c: (c[1], c[0], c[3])):
            first, last = source.lines(start, end)
            original = single_spaced(text[first:last])
            mutated = single_spaced(text[first:start] + replacement + text[end:last])
            if original == mutated:
                continue
            same = (function.name, operator, original, mutated)
            seen[same] = seen.get(same, 0) + 1
            line, column = source.place(start)
            found.append(Mutant(file, function.name, operator, line, column, start, end, replacement, original,
                                mutated, seen[same]))
    return found


def drawn(mutants, seed):
    """The mutants in the order of the seed. Each one's place depends on the seed and on its own text only, so that an
    edit elsewhere, a moved line or a moved file changes nothing of what is drawn."""
    def place(mutant):
        text = "\0".join((str(seed),) + mutant.key[1:])
        return hashlib.sha256(text.encode()).digest(), mutant.file
    return sorted(mutants, key=place)
