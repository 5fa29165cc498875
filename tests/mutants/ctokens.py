"""ctokens - C source as tokens, and what an operator needs to know of its shape: functions, brackets, statements.

Comments, strings, characters and preprocessor lines (with their continuations) are tokens of their own, so nothing in
them is ever taken for code.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<space>\s+|\\\n)
      | (?P<comment>/\*.*?\*/|//(?:\\\n|[^\n])*)
      | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\])*")
      | (?P<char>[uUL]?'(?:\\.|[^'\\])*')
      | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9a-zA-Z_.])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<punct><<=|>>=|\.\.\.|->|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|[-+*/%&|^<>=!~?:;,.(){}\[\]\#])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL)

# The # has to be the first thing on its line; a comment or a continued line inside belongs to the directive.
DIRECTIVE = re.compile(r"\#(?:\\\n|/\*.*?\*/|[^\n])*", re.DOTALL)

OPENING = {"(": ")", "[": "]", "{": "}"}
KEYWORDS = frozenset(
    "if else while for do switch case default return break continue goto sizeof _Alignof _Generic typedef "
    "struct union enum static const extern inline".split())


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self):
        return self.start + len(self.text)


@dataclass(frozen=True)
class Function:
    name: str
    type: str  # what it returns: "bool", "const char *", without static and inline
    first: int  # index of its opening brace
    last: int  # index of its closing brace


def tokenize(text):
    """All tokens but white space; their texts with the white space between them are the source again."""
    tokens = []
    at = 0
    is_line_start = True
    while at < len(text):
        directive = DIRECTIVE.match(text, at) if is_line_start and text[at] == "#" else None
        match = directive or TOKEN.match(text, at)
        kind = "directive" if directive else match.lastgroup
        if kind == "space":
            is_line_start = is_line_start or "\n" in match.group()
        else:
            tokens.append(Token(kind, match.group(), at))
            is_line_start = is_line_start and kind == "comment"
        at = match.end()
    return tokens


class Source:
    """A file's text, its code tokens (no comments, no directives), its brackets and its functions."""

    def __init__(self, text):
        self.text = text
        self.tokens = [t for t in tokenize(text) if t.kind not in ("comment", "directive")]
        self.line_starts = [0] + [i + 1 for i, c in enumerate(text) if c == "\n"]
        self.partner = self._match_brackets()
        self.functions = self._find_functions()

    def _match_brackets(self):
        partner = {}
        open_ones = []
        for i, token in enumerate(self.tokens):
            if token.kind != "punct":
                continue
            if token.text in OPENING:
                open_ones.append(i)
            elif token.text in OPENING.values():
                if not open_ones or OPENING[self.tokens[open_ones[-1]].text] != token.text:
                    raise ValueError(f"line {self.place(token.start)[0]}: brackets do not match")
                partner[i] = open_ones.pop()
                partner[partner[i]] = i
        if open_ones:
            raise ValueError(f"line {self.place(self.tokens[open_ones[-1]].start)[0]}: bracket is not closed")
        return partner

    def _find_functions(self):
        functions = []
        begin = i = 0  # begin: the first token of the declaration at file scope
        while i < len(self.tokens):
            text = self.text_at(i)
            if text == "{" and i > begin and self.text_at(i - 1) == ")":
                name = self.partner[i - 1] - 1
                words = [self.text_at(k) for k in range(begin, name)]
                kind = " ".join(w for w in words if w not in ("static", "inline", "extern", "_Noreturn"))
                functions.append(Function(self.text_at(name), kind, i, self.partner[i]))
                i = self.partner[i]
                begin = i + 1
            elif text in OPENING:
                i = self.partner[i]
            elif text == ";":
                begin = i + 1
            i += 1
        return functions

    def text_at(self, index):
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def kind_at(self, index):
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""

    def place(self, offset):
        """(line, column) from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def lines(self, start, end):
        """The start and the end of the whole lines that the span lies on, without their last newline."""
        first = self.line_starts[self.place(start)[0] - 1]
        behind = self.text.find("\n", max(start, end - 1))
        return first, len(self.text) if behind < 0 else behind
