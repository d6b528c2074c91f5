"""The rules of the house (CONTRIBUTING.md), computed from the files. Each rule yields a sentence for each place where
it is broken."""
import glob
import os
import re
from collections import defaultdict

ROOMS = ("base", "detector", "vision", "scene", "app")
SOURCES = (".c", ".h", ".cpp", ".py", ".sh")
LONGEST_SOURCE, LONGEST_TEST = 500, 700

# What a room may include besides itself; and of the detector only its public header.
ARROWS = {
    "base": set(),
    "detector": set(),
    "vision": {"base"},
    "scene": {"base"},
    "app": {"base", "detector", "vision", "scene"},
}
PUBLIC_HEADER = "detector/lookout.h"
# The same inside app; main.c may include all.
APP_ARROWS = {
    "run": set(),
    "sinks": {"run"},
    "window": {"run"},
    "options": {"run", "sinks", "window"},
    "commands": {"run", "sinks", "window", "options"},
}


class Tree:
    """The source files below a folder, by their paths in it, with their texts."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        self.builds = {}  # meson.build files, by their folders
        self.documents = {}  # what contributors read
        for top in (*ROOMS, "tests", "models", "assets", "scripts"):
            for folder, _, names in os.walk(os.path.join(root, top)):
                for name in names:
                    path = os.path.relpath(os.path.join(folder, name), root)
                    if name == "meson.build":
                        self.builds[os.path.dirname(path)] = self.read(path)
                    elif name.endswith(SOURCES):
                        self.texts[path] = self.read(path)

        for path in (*glob.glob("docs/*.md", root_dir=root), *glob.glob("CONTRIBUTING.md", root_dir=root)):
            self.documents[path] = self.read(path)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def in_rooms(self, suffix=(".c", ".h")):
        return sorted(path for path in self.texts if room_of(path) in ROOMS and path.endswith(suffix))

    def includes(self, path):
        """What a file includes of the tree; generated headers are not in it."""
        for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', self.texts[path], re.MULTILINE):
            for candidate in (name, os.path.normpath(os.path.join(os.path.dirname(path), name))):
                if candidate in self.texts:
                    yield candidate
                    break


def room_of(path):
    return path.split(os.sep)[0]


def stem_of(path):
    return os.path.splitext(path)[0]


def circles(arrows):
    """Sets of nodes that reach each other: Tarjan's strongly connected components of more than one node."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows.get(node, ())):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found


def find_circles(tree, unit_of, kind):
    arrows, reasons = defaultdict(set), {}
    for path in tree.in_rooms():
        for included in tree.includes(path):
            here, there = unit_of(path), unit_of(included)
            if here != there:
                arrows[here].add(there)
                reasons.setdefault((here, there), f"{path} includes {included}")
    for circle in circles(arrows):
        why = sorted(reason for (here, there), reason in reasons.items() if here in circle and there in circle)
        yield f"{kind} circle {', '.join(circle)}: {'; '.join(why)}"


def folder_circles(tree):
    """A folder is a directory without its subfolders, so that a parent's headers may be included below it as long as
    the parent includes nothing of what is below."""
    return find_circles(tree, os.path.dirname, "folder")


def file_circles(tree):
    """A header and the .c of its name are one."""
    return find_circles(tree, stem_of, "file")


def is_allowed(path, included):
    room, other = room_of(path), room_of(included)
    if room != other:
        return other in ARROWS[room] and (other != "detector" or included == PUBLIC_HEADER)
    if room != "app":
        return True
    here, there = path.split(os.sep)[1], included.split(os.sep)[1]
    return here == "main.c" or here == there or there in APP_ARROWS.get(here, ())


def forbidden_arrows(tree):
    for path in tree.in_rooms():
        for included in tree.includes(path):
            if room_of(included) in ROOMS and not is_allowed(path, included):
                yield f"{path} includes {included}"


def is_kernel_template(path):
    """Included once for each instruction set, which supplies its macros."""
    return re.fullmatch(r"detector/kernels/simd\w*\.h", path)


def statements(text):
    """The top-level declarations of a C file, and its definitions without their bodies: pairs of a text and whether it
    is a definition."""
    comment_or_literal = r"""/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    text = re.sub(comment_or_literal, lambda found: '""' if found.group(1) else " ", text, flags=re.DOTALL)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.MULTILINE)
    text = text.replace('extern "" {', "")
    count = 1
    while count:
        text, count = re.subn(r"\{[^{}]*\}", "\0", text)
    for statement, end in re.findall(r"([^;\0]*)([;\0])", text):
        yield statement.strip().lstrip("}").strip(), end == "\0"


def functions(text, defined):
    """The names of the functions that are defined, or only declared, at the top level of a C file."""
    names = set()
    for statement, is_definition in statements(text):
        statement = re.sub(r"__attribute__\s*\(\(.*?\)\)\)?", " ", statement).strip()
        match = re.match(r"[A-Za-z_][\w\s*]*?\b(\w+)\s*\(", statement)
        if match and is_definition == defined and not re.match(r"typedef|_Static_assert|static_assert", statement):
            names.add(match.group(1))
    return names


def sources_of(tree, header):
    """Where its functions may be defined: in the .c of its name; but if it is the only header of its folder, and so the
    folder's face, anywhere in it or below."""
    folder = os.path.dirname(header)
    others = [path for path in tree.in_rooms(".h")
              if os.path.dirname(path) == folder and path != header and not is_kernel_template(path)]
    if others:
        return [path for path in (stem_of(header) + ".c",) if path in tree.texts]
    return [path for path in tree.in_rooms(".c") if path.startswith(folder + os.sep)]


def headers_without_source(tree):
    """What a header declares is defined beside it; types and inline code need no .c."""
    for path in tree.in_rooms(".h"):
        declared = set() if is_kernel_template(path) else functions(tree.texts[path], defined=False)
        sources = sources_of(tree, path)
        missing = declared.difference(*(functions(tree.texts[source], defined=True) for source in sources))
        if missing:
            where = " ".join(sources) or "a .c of its name"
            yield f"{path} declares {', '.join(sorted(missing))}, not defined in {where}"


def long_files(tree):
    for path, text in sorted(tree.texts.items()):
        lines, longest = text.count("\n"), LONGEST_TEST if room_of(path) == "tests" else LONGEST_SOURCE
        if lines > longest:
            yield f"{path} has {lines} lines, more than {longest}"


def wrong_guards(tree):
    for path in sorted(tree.texts):
        guard = "LOOKOUT_" + re.sub(r"\W", "_", path).upper()
        if path.endswith(".h") and not is_kernel_template(path) and \
                not re.search(rf"^#ifndef {guard}\n#define {guard}$", tree.texts[path], re.MULTILINE):
            yield f"{path} is not guarded by {guard}"


def unbuilt_files(tree):
    """Sources and tests that no meson.build of their folder or above names: by their path, or a test (in a loop) by what
    is between 'test_' and the suffix."""
    for path in sorted(tree.texts):
        name = os.path.basename(path)
        is_test = room_of(path) == "tests" and re.fullmatch(r"test_.*\.(c|py)", name)
        if not is_test and not (room_of(path) in ROOMS and name.endswith(".c")):
            continue
        folder, named = os.path.dirname(path), False
        while folder and not named:
            build = re.sub(r"#[^\n]*", "", tree.builds.get(folder, ""))  # there are apostrophes in comments
            quoted = re.findall(r"'([^']*)'", build)
            word = re.sub(r"^test_", "", stem_of(name))
            named = os.path.relpath(path, folder) in quoted or (is_test and word in quoted)
            folder = os.path.dirname(folder)
        if not named:
            yield f"{path} is in no meson.build"


def is_file_name(name):
    return re.fullmatch(r"\w[\w.-]*\.(c|h|md|py|build)", name)


def missing_paths(tree):
    """Paths in backticks or links of the documents, from the root of the tree, and names of files alone, that nothing has.
    NAME and <isa> in them stand for any name; build/ is made."""
    names = {os.path.basename(path) for path in tree.texts} | \
        {name for _, _, names in os.walk(os.path.join(tree.root, "docs")) for name in names}
    for document, text in sorted(tree.documents.items()):
        links = [os.path.normpath(os.path.join(os.path.dirname(document), link))
                 for link in re.findall(r"\]\(([^)#:]+)\)", text)]
        for path in re.findall(r"`([^`\n]+)`", text) + links:
            pattern = re.sub(r"NAME|<\w+>", "*", path)
            if not (is_file_name(path) or re.fullmatch(r"\.?[\w*-]+/[\w./*-]*", pattern)) or path.startswith("build/"):
                continue
            if path not in names and not glob.glob(pattern, root_dir=tree.root):
                yield f"{document} names {path}, which does not exist"


RULES = (folder_circles, file_circles, forbidden_arrows, headers_without_source, long_files, wrong_guards,
         unbuilt_files, missing_paths)
