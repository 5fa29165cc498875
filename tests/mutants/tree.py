"""tree - compiles one changed source and links it into programs of a build that is already there.

No build tree of its own: the commands come from the build's own Ninja files, and what they write goes elsewhere. The
changed object stands in a link line before the libraries, so that the linker never asks the library for the original.
The build (the one that ./check just made, with sanitizers) is only read.
"""

import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# Types that do not fit are warnings in C; for a mutant they are the proof that it makes no sense.
STRICT = ["-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=implicit-function-declaration",
          "-Werror=discarded-qualifiers"]


@dataclass
class Unit:
    """A source of the build: how it is compiled, and into which object."""
    source: Path
    words: list
    object: str  # as link lines name it
    archives: set = field(default_factory=set)


class Tree:
    def __init__(self, build):
        self.build = build
        self.units = {}
        self.links = {}  # program: words of its link line
        self.symbols = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            words = shlex.split(entry["command"])
            if words[0].endswith("ccache"):
                words = words[1:]
            unit = Unit(Path(entry["file"]), words, words[words.index("-o") + 1])
            self.units[unit.source] = unit
        by_object = {unit.object: unit for unit in self.units.values()}
        for edge in json.loads(self.ninja("-t", "compdb")):
            for part in edge["command"].split(" && "):
                words = shlex.split(part) if " " in part else []
                if len(words) > 3 and words[0].endswith("ar") and words[2].endswith(".a"):
                    for name in words[3:]:
                        if name in by_object:
                            by_object[name].archives.add(words[2])
                elif "-o" in words and "-c" not in words and edge["output"].startswith(("bin/", "tests/", "fuzz/")):
                    self.links[edge["output"]] = words[1:] if words[0].endswith("ccache") else words

    def ninja(self, *arguments):
        return subprocess.run(["ninja", "-C", str(self.build), "--quiet", *arguments], check=True,
                              capture_output=True, text=True).stdout

    def is_fresh(self):
        """True when a build would do nothing: the objects are those of the sources."""
        done = subprocess.run(["ninja", "-C", str(self.build), "-n"], capture_output=True, text=True)
        return done.returncode == 0 and "no work to do" in done.stdout

    def names_in(self, file):
        """The global names that an object or a program defines."""
        if file not in self.symbols:
            listing = subprocess.run(["nm", "-g", "--defined-only", str(self.build / file)], check=True,
                                     capture_output=True, text=True).stdout
            self.symbols[file] = {line.split()[-1] for line in listing.splitlines() if line.strip()}
        return self.symbols[file]

    def programs_with(self, source):
        """The programs that the source's object was really linked into, not only offered to."""
        unit = self.units[source]
        names = self.names_in(unit.object)
        return sorted(program for program, words in self.links.items()
                      if unit.object in words or
                      (unit.archives.intersection(words) and names.intersection(self.names_in(program))))

    def compile(self, source, text, folder, is_plain):
        """The object of a changed source, or None when it does not compile. Plain: optimised and without sanitizers,
        so that two of them can be compared."""
        unit = self.units[source]
        folder.mkdir(exist_ok=True)
        (folder / source.name).write_text(text)
        words = [unit.words[0]]
        skip = False
        for word in unit.words[1:]:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-MF", "-MT"):
                skip = True
            elif not (word.startswith(("-W", "-g", "-O")) or word in ("-MD", "-MMD") or
                      (is_plain and word.startswith(("-fsanitize", "-fno-sanitize")))):
                words.append(word)
        words += STRICT + ["-iquote", str(source.parent), "-O2" if is_plain else "-O1", "-g0"]
        output = folder / ("plain.o" if is_plain else "mutant.o")
        done = subprocess.run(words + ["-c", source.name, "-o", output.name], cwd=folder, capture_output=True)
        return output if done.returncode == 0 else None

    def link(self, program, source, changed, target):
        """The program with the changed object in place of the original. True when it could be linked."""
        unit = self.units[source]
        words = list(self.links[program])
        words[words.index("-o") + 1] = str(target)
        if unit.object in words:
            words[words.index(unit.object)] = str(changed)
        else:
            first = next(i for i, word in enumerate(words) if word.endswith(".a"))
            words.insert(first, str(changed))
        target.parent.mkdir(parents=True, exist_ok=True)
        return subprocess.run(words + ["-Wl,-S"], cwd=self.build, capture_output=True).returncode == 0

    def lay(self, program, target):
        """The program as it is."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(self.build / program)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
