#!/usr/bin/env python3
"""Fails on an include that points the wrong way.

    architecture.py ROOT         checks include/ and src/ below ROOT
    architecture.py --self-test  shows, on made trees, that every rule can fail

Data flows one way: text, model, engine, measure, stats, experiment, store, report, cli. The table below
says which folders of src/ each one may include; docs/architecture.md says why.
"""

import argparse
import pathlib
import re
import sys
import tempfile

# Folder of src/ -> folders of src/ that it may include, itself apart.
MAY_INCLUDE = {
    "support": set(),
    "text": {"support"},
    "model": {"support"},
    "hub": {"support"},
    "engine": {"support", "model"},
    "measure": {"support"},
    "stats": {"support"},
    "experiment": {"support", "engine", "measure", "stats"},
    "store": {"support"},
    "report": {"support", "store"},
    "cli": {"support", "text", "model", "hub", "experiment", "store", "report"},
}
# The one public header that a folder may use where it may not use all of them.
PUBLIC_ONLY = {"support": {"tacet/error.h"}, "hub": {"tacet/error.h"}}

# Library -> how its headers' names begin, and the folders of src/ that may include them.
VENDORS = {
    "Highway": (("hwy/",), {"engine"}),
    "TBB": (("oneapi/tbb", "tbb/"), {"support"}),
    "Boost": (("boost/",), {"stats"}),
    "Eigen": (("Eigen/", "eigen3/", "unsupported/Eigen"), {"measure"}),
    "PCRE2": (("pcre2",), {"text"}),
    "nlohmann-json": (("nlohmann/",), {"support", "text", "model", "hub", "store", "report"}),
    "CLI11": (("CLI/",), {"cli"}),
    "SQLite": (("sqlite3",), {"store"}),
    "libcurl": (("curl/",), {"hub"}),
    "OpenSSL": (("openssl/",), {"hub"}),
    "Duktape": (("duktape",), {"report"}),
    "librsvg": (("librsvg/", "cairo"), {"report"}),
}
# src/experiment knows no files and no terminals.
NO_FILES = {
    "experiment": {"filesystem", "fstream", "iostream", "cstdio", "stdio.h", "unistd.h", "fcntl.h"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
PRAGMA_OMP = re.compile(r"^\s*#\s*pragma\s+omp\b|\b_Pragma\s*\(\s*\"omp\b")
STANDARD_HEADER = re.compile(r"[a-z_0-9]+")
SOURCE_SUFFIXES = {".h", ".hpp", ".cc", ".cpp", ".inc"}


def vendor_error(name, folder):
    """Why the header `name` may not stand in `folder` of src/, or None."""
    for library, (prefixes, folders) in VENDORS.items():
        if name.startswith(prefixes) and folder not in folders:
            return f"{library} may be used in {', '.join(sorted(folders))} only"
    return None


def public_error(name, is_quoted):
    """Why a header of include/tacet may not include `name`, or None."""
    if is_quoted:
        return None if name.startswith("tacet/") else "a public header includes tacet/ headers only"
    if STANDARD_HEADER.fullmatch(name):
        return None
    return "a public header includes the standard library's headers only"


def private_error(name, is_quoted, folder):
    """Why a file of src/`folder` may not include `name`, or None."""
    error = vendor_error(name, folder)
    if error:
        return error
    if not is_quoted:
        if name in NO_FILES.get(folder, set()):
            return f"src/{folder} knows no files and no terminals"
        if name.startswith("tacet/") or name.split("/")[0] in MAY_INCLUDE:
            return "the project's own headers stand in quotes"
        return None
    target = name.split("/")[0]
    if target == "tacet":
        allowed = PUBLIC_ONLY.get(folder, {name})
        return None if name in allowed else f"src/{folder} may include {', '.join(allowed)} only"
    if "/" not in name or target not in MAY_INCLUDE:
        return "write the header's path from src/ or include/, in a folder that the table knows"
    if target != folder and target not in MAY_INCLUDE[folder]:
        return f"src/{folder} may not know src/{target}"
    return None


def line_error(line, folder):
    """Why this line may not stand in src/`folder` (None: in include/), or None."""
    if PRAGMA_OMP.search(line):
        return "threads are support/parallel.h's: a second pool would fight for the cores"
    match = INCLUDE.match(line)
    if not match:
        return None
    name, is_quoted = match[1] or match[2], match[1] is not None
    if folder is None:
        return public_error(name, is_quoted)
    return private_error(name, is_quoted, folder)


def check_file(path, root, folder):
    errors = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        error = line_error(line, folder)
        if error:
            errors.append(f"{path.relative_to(root)}:{number}: {line.strip()}: {error}")
    return errors


def check(root):
    """All forbidden lines below `root`, and how many files were read."""
    errors, n_files = [], 0
    for path in sorted([*root.glob("include/**/*"), *root.glob("src/**/*")]):
        if not path.is_file() or path.suffix not in SOURCE_SUFFIXES:
            continue
        n_files += 1
        parts = path.relative_to(root).parts
        folder = None if parts[0] == "include" else parts[1]
        if folder is not None and folder not in MAY_INCLUDE:
            errors.append(f"{'/'.join(parts)}: tests/architecture.py has no src/{folder}")
            continue
        errors += check_file(path, root, folder)
    return errors, n_files


def self_test_cases():
    """(file, line, whether it is allowed): every rule once broken, and once kept."""
    for folder, known in MAY_INCLUDE.items():
        for target in MAY_INCLUDE:
            is_allowed = target == folder or target in known
            yield f"src/{folder}/a.cc", f'#include "{target}/b.h"', is_allowed
        for library, (prefixes, folders) in VENDORS.items():
            for prefix in prefixes:
                name = prefix if prefix.endswith(".h") else f"{prefix}x.h"
                yield f"src/{folder}/a.cc", f"#include <{name}>", folder in folders
                if folder not in folders:
                    yield f"src/{folder}/a.h", f'  # include "{name}"', False
        for header in ["filesystem", "fstream", "iostream", "cstdio", "unistd.h"]:
            yield f"src/{folder}/a.cc", f"#include <{header}>", folder != "experiment"
        for pragma in ["  #pragma omp parallel for", '_Pragma("omp simd")']:
            yield f"src/{folder}/a.cc", pragma, False
        yield f"src/{folder}/a.cc", '#include "tacet/error.h"', True
        yield f"src/{folder}/a.cc", '#include "tacet/model.h"', folder not in PUBLIC_ONLY
        yield f"src/{folder}/a.cc", "#include <tacet/error.h>", False
        yield f"src/{folder}/a.cc", "#include <model/weights.h>", False
        yield f"src/{folder}/a.cc", "#include <vector>", True
        yield f"src/{folder}/a.cc", '#include "b.h"', False
        yield f"src/{folder}/a.cc", '#include "../engine/b.h"', False
        yield f"src/{folder}/deep/a.cc", '#include "unknown/b.h"', False
        yield f"src/{folder}/a.cc", '// #include "nowhere.h" is only spoken of', True
    yield "src/unknown/a.cc", "#include <vector>", False
    yield "include/tacet/a.h", '#include "tacet/error.h"', True
    yield "include/tacet/a.h", "#include <string_view>", True
    yield "include/tacet/a.h", "#pragma omp simd", False
    for name in ["nlohmann/json.hpp", "boost/x.hpp", "oneapi/tbb/info.h", "Eigen/Dense", "hwy/highway.h",
                 "sqlite3.h", "fmt/format.h", "unistd.h"]:
        yield "include/tacet/a.h", f"#include <{name}>", False
    for name in ["support/utf8.h", "model/weights.h", "error.h"]:
        yield "include/tacet/a.h", f'#include "{name}"', False


def self_test():
    """Checks one made tree for each case. Returns the cases that came out wrong."""
    wrong, n_cases = [], 0
    for name, line, is_allowed in self_test_cases():
        n_cases += 1
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(f"// a file\n{line}\n", encoding="utf-8")
            errors, n_files = check(pathlib.Path(folder))
        if n_files != 1 or (not errors) != is_allowed:
            wrong.append(f"{name}: {line}: {'refused' if errors else 'accepted'}")
    return wrong, n_cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=pathlib.Path, help="the project's root folder")
    parser.add_argument("--self-test", action="store_true", help="check this checker")
    arguments = parser.parse_args()
    if arguments.self_test:
        errors, count = self_test()
        what = "cases"
    elif arguments.root:
        errors, count = check(arguments.root.resolve())
        what = "files"
    else:
        parser.error("give the project's root folder, or --self-test")
    for error in errors:
        print(error)
    if count == 0:
        print("nothing was read: is this the project's root folder?")
    print(f"{count} {what}, {len(errors)} errors")
    return 1 if errors or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
