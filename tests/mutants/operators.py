"""operators - the mutants of a source: each is one small slip that a tired person makes.

negate   a condition of an `if`, and == for !=          bound    < for <=, > for >=
logic    && for ||                                      drop     a statement
swap     two neighbouring arguments of a call           off      a whole number, or a NAME_MAX, by one
return   a constant instead of what was worked out      early    a function of no result does nothing

Only bodies of functions are touched. Left alone: what stands in an assertion, in `sizeof`, in a message or a log line,
in a `(void)` statement, in a `case` label, and the sizes of arrays where they are declared. A `calloc` of one is not made
one of two, nor is a buffer or an arena given one byte more or less than the most that it may ever have: nothing can tell.
Nor is the smaller, the larger or the difference of two taken another way when they are equal: it is the same then.
Nor is a search by halves one by thirds, nor a sign that `qsort` or `bsearch` is given a 2: neither is asked how large it is.
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
SYMMETRIC_CALL = re.compile(r"\w*_equal|esc_text_distance|is_same|\w*_is_same_file")
SYMMETRIC_COMPARISON = re.compile(r"strn?cmp|\w*memcmp|\w*_compare")
ROOM_CALL = re.compile(r"esc_arena_new|esc_buf_init")  # the last argument is the most that it may ever hold
PRODUCT_CALL = re.compile(r"calloc|reallocarray|esc_arena_alloc_array")  # of a count and a size, in whatever order
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
            if operator == "bound" and is_same_when_equal(source, i):
                continue
            yield operator, token.start, token.end, replacement
        elif token.text == "if" and source.text_at(i + 1) == "(":
            if is_one_comparison(source, i + 2, source.partner[i + 1]):
                continue  # the comparison itself is negated
            inside = spanned(i + 2, source.partner[i + 1] - 1)
            yield "negate", tokens[i + 2].start, tokens[source.partner[i + 1] - 1].end, f"!({inside})"
        elif is_number(source, i):
            if is_room(source, i):
                continue
            if not (is_count_of_calloc(source, i) or is_half_of_search(source, i) or is_sign_of_order(source, function, i) or
                    is_length_of_sql(source, i)):
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


VALUE_MARKS = (".", "->", "[", "]")


def value_before(source, i):
    """The tokens of the plain value (`a`, `a->b[c].d`, `7`; nothing called, nothing counted on) that ends before i."""
    first = i
    while source.kind_at(first - 1) in ("word", "number") or source.text_at(first - 1) in VALUE_MARKS:
        if source.kind_at(first - 1) == "word" and source.text_at(first - 1) in KEYWORDS:
            break
        first -= 1
    return first, texts_from(source, first, i - first)


def value_behind(source, i):
    last = i
    while source.kind_at(last + 1) in ("word", "number") or source.text_at(last + 1) in VALUE_MARKS:
        last += 1
    return last, texts_from(source, i + 1, last - i)


def is_same_when_equal(source, i):
    """The comparison of `l < r ? l : r`, of `l < r ? r - l : 0` or of `if (l > r) l = r;`, in either direction, of two
    plain values: with equality both ways come to the same."""
    first, left = value_before(source, i)
    last, right = value_behind(source, i)
    if not left or not right:
        return False
    if source.text_at(last + 1) == "?" and source.text_at(first - 1) in ("=", "return", "(", ","):
        ways = texts_from(source, last + 2, 2 * (len(left) + len(right)) + 4)
        zero = ["0"]
        pairs = [(left, right), (right, left)]
        pairs += [(a + ["-"] + b, zero) for a, b in pairs] + [(zero, a + ["-"] + b) for a, b in pairs]
        return any(ways[:len(a + b) + 1] == a + [":"] + b and ways[len(a + b) + 1] in (";", ")", ",") for a, b in pairs)
    if texts_from(source, first - 2, 2) == ["if", "("] and source.text_at(last + 1) == ")":
        for one, other in ((left, right), (right, left)):
            then = one + ["="] + other + [";"]
            if texts_from(source, last + 2, len(then)) == then:
                return source.text_at(last + 2 + len(then)) != "else"
    return False


def texts_from(source, i, count):
    return [source.text_at(k) for k in range(i, i + count)]


def is_half_of_search(source, i):
    """The 2 of `while (l < h) { T m = l + (h - l) / 2; … if (…) l = m + 1; else h = m; }`: whatever place between the two
    ends is looked at, what is in order is parted at the same one. Only where nothing leaves the loop in its middle, and
    nothing else in it changes the two ends."""
    high, low = source.text_at(i - 5), source.text_at(i - 3)
    start, opening = i - 10, i - 12
    middle = source.text_at(start)
    if texts_from(source, start, 12) != [middle, "=", low, "+", "(", high, "-", low, ")", "/", "2", ";"]:
        return False
    if texts_from(source, opening - 6, 7) != ["while", "(", low, "<", high, ")", "{"]:
        return False
    end = ["if", low, "=", middle, "+", "1", ";", "else", high, "=", middle, ";", "}"]
    closing = source.partner[opening]
    behind = closing - len(end) + 2  # behind the condition
    if texts_from(source, behind, len(end) - 1) != end[1:] or source.text_at(behind - 1) != ")":
        return False
    condition = source.partner[behind - 1]
    looked_at = range(i + 2, behind)
    is_left = any(source.text_at(k) in ("return", "break", "continue", "goto") for k in looked_at)
    is_changed = any(source.text_at(k) in (low, high, middle) and (
        source.text_at(k + 1) in ("=", "++", "--", "+=", "-=") or source.text_at(k - 1) in ("++", "--", "&"))
        for k in looked_at)
    return source.text_at(condition - 1) == "if" and not is_left and not is_changed


def is_sign_of_order(source, function, i):
    """The 1 of `? -1 : …` or `… : 1;` in what a `qsort` or `bsearch` of this file orders by: -2 and 2 say the same."""
    if source.text_at(i) != "1" or not is_order(source, function):
        return False
    is_less = source.text_at(i - 1) == "-" and source.text_at(i - 2) in ("?", "return") and source.text_at(i + 1) in (":", ";")
    is_more = source.text_at(i - 1) in (":", "return") and source.text_at(i + 1) == ";"
    return is_less or is_more


def is_length_of_sql(source, i):
    """The 1 of `sqlite3_prepare_v2(db, sql, -1, …`: any negative length is that of the text (sqlite.org/c3ref/prepare)."""
    if texts_from(source, i - 2, 4) != [",", "-", "1", ","]:
        return False
    opening = i - 2
    while source.text_at(opening) not in ("(", "{", ";", ""):
        opening = source.partner[opening] - 1 if source.text_at(opening) in (")", "]", "}") else opening - 1
    is_call = source.text_at(opening) == "(" and source.text_at(opening - 1) in ("sqlite3_prepare_v2", "sqlite3_prepare_v3")
    return is_call and list(arguments(source, opening))[2:3] == [(i - 1, i)]


def is_order(source, function):
    """A static function that is handed to `qsort` or `bsearch`, and used in no other way."""
    used = sum(token.kind == "word" and token.text == function.name for token in source.tokens)
    handed = 0
    for i, token in enumerate(source.tokens):
        if token.text in ("qsort", "bsearch") and source.text_at(i + 1) == "(":
            last = list(arguments(source, i + 1))[-1]
            handed += [source.text_at(k) for k in range(last[0], last[1] + 1)] == [function.name]
    is_static = re.search(rf"\bstatic\s+int\s+{re.escape(function.name)}\(", source.text) is not None
    return is_static and handed > 0 and used == handed + 1


def is_room(source, i):
    """A number or NAME_MAX alone as the last argument of what makes a buffer or an arena."""
    if source.text_at(i + 1) != ")" or source.text_at(i - 1) not in ("(", ","):
        return False
    return bool(ROOM_CALL.fullmatch(source.text_at(source.partner[i + 1] - 1)))


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
