"""sites - the places of grammar/ and compiler/ that make a diagnostic, and which of them a build of the preset `coverage` has run.

A site is a call of a reporter: a function that always makes a diagnostic, of words that it is given. Calls in reporters are no sites,
their callers are.
"""

import re
from dataclasses import dataclass

REPORTERS = {
    "compiler": ["esc_report", "esc_report_word"],
    "grammar": ["esc_syntax_error", "esc_syntax_put_fix", "esc_fault_put", "esc_fault_put_edit", "put", "put_edit", "put_bad", "instead"],
}
HEAD = re.compile(r"^[A-Za-z_][\w \*]*?\b(\w+)\(([^;{}]*?)\)\s*\n\{", re.MULTILINE)
SCANNER = "grammar/escal_words.l"  # of the build: escal.l with the words of the grammar


@dataclass(frozen=True)
class Site:
    file: str
    line: int  # of the call
    last: int  # line of its closing bracket: its arguments are evaluated when it is made, and not otherwise
    before: tuple  # lines above it, nearest first: the beginning of a call that stands around it
    text: str
    words: tuple  # the texts between its brackets


def without_comments(text):
    """The same text with comments and texts blank; lines stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    return re.sub(r"""/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", blank, text, flags=re.DOTALL)


def reporter_bodies(text, names):
    for match in HEAD.finditer(text):
        if match[1] in names:
            end = text.find("\n}", match.end())
            yield match.end(), len(text) if end < 0 else end


def is_declaration(text, call):
    """`static int instead(` and the like: a type before the name."""
    line = text[text.rfind("\n", 0, call.start()) + 1 : call.start()]
    return re.fullmatch(r"(?:static )?\w+ \*?", line) is not None and not line.startswith(("return", "else"))


def closing(text, at):
    """Behind the bracket that belongs to the one before `at`."""
    depth = 1
    while depth > 0 and at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at


def sites_of(name, source, names):
    text = without_comments(source)
    bodies = list(reporter_bodies(text, names))
    rows = source.split("\n")

    def line_at(at):
        return text.count("\n", 0, at) + 1

    for call in re.finditer(r"\b(" + "|".join(names) + r")\(", text):
        if is_declaration(text, call) or any(start <= call.start() < end for start, end in bodies):
            continue
        begin, end = max(text.rfind(sign, 0, call.start()) for sign in ";{}?:"), closing(text, call.end())
        line = line_at(call.start())
        words = tuple(re.findall(r'"((?:\\.|[^"\\])*)"', source[call.end() : end]))
        yield Site(name, line, line_at(end - 1), tuple(range(line - 1, line_at(max(begin, 0)) - 1, -1)), rows[line - 1].strip(), words)


def sites(root, build):
    """All sites. Scanner rules are looked for where gcov has them."""
    paths = [(path, folder) for folder in REPORTERS for path in sorted((root / folder).rglob("*.[cy]"))]
    paths.append((build / SCANNER, "grammar"))
    return [site for path, folder in paths
            for site in sites_of(str(path.relative_to(root)), path.read_text(encoding="utf-8"), REPORTERS[folder])]


def times_run(site, sources):
    """How often the call was made; None when none of its lines stands in the counts. gcc gives a call to the line of its name, or to
    those of its arguments, or to the call around it."""
    known = sources.get(site.file)
    if known is None:
        return None
    own = [known.lines[line] for line in range(site.line, site.last + 1) if line in known.lines]
    return max(own) if own else next((known.lines[line] for line in site.before if line in known.lines), None)


def pattern_of(text):
    """What a format of printf makes, as a pattern; adjacent texts are parts of one."""
    parts = re.split(r"%(?:[-+ 0#]*[0-9.*]*(?:ll|l|z)?[a-zA-Z])", text.replace('\\"', '"').replace("\\\\", "\\").replace("%%", "%"))
    return ".*".join(re.escape(part) for part in parts)


def is_shown(site, texts):
    """Do the words of its message, or those of one of its messages, stand in a golden case? True where it has none of its own."""
    own = [word for word in site.words if len(re.sub(r"%[^a-zA-Z]*[a-zA-Z]", "", word)) > 12]
    return not own or any(re.search(pattern_of(word), texts) for word in own)


def problem(site, sources, texts):
    """What is wrong with a site; empty when its report is reached and shown."""
    if not times_run(site, sources):
        return "never reported by a golden case"
    if not is_shown(site, texts):
        return "its words stand in no golden case"
    return ""
