"""survivors - the list of mutants that no test sees, each with the reason. It only shrinks.

One line each, in six parts: FILE :: FUNCTION :: OPERATOR :: ORIGINAL :: MUTATED :: REASON. Lines that are empty or begin
with # are not read.
"""

SEPARATOR = " :: "


class ListError(Exception):
    pass


def read(path):
    """{key of the mutant: reason}"""
    listed = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(SEPARATOR)]
        if len(parts) != 6 or not all(parts):
            raise ListError(f"{path}:{number}: expected FILE :: FUNCTION :: OPERATOR :: ORIGINAL :: MUTATED :: REASON")
        key = tuple(parts[:5])
        if key in listed:
            raise ListError(f"{path}:{number}: is listed twice")
        listed[key] = parts[5]
    return listed


def line_of(mutant, reason="WHY"):
    return SEPARATOR.join(mutant.key + (reason,))


def gone(listed, files, mutants):
    """The listed keys of these files that name no mutant any more, and those whose file is not there at all."""
    known = {mutant.key for mutant in mutants}
    return [key for key in listed if key[0] in files and key not in known]
