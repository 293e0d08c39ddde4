#!/usr/bin/python3
"""Checks that no layer knows what it must not know, in include lines and in targets' dependencies.

The rules are MAY_USE and MAY_USE_SYSTEM below. Besides, generated protobuf classes appear in no
header but those of proto/wire and its tests, and nothing uses tests or tools. Files that have grown long are listed as warnings, which do not fail.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

# Folder, or file or target without its extension -> layer; the first that matches counts.
LAYERS = [
    ("proto/hawser", "spec"),
    ("proto/base", "base"),
    ("proto/model", "model"),
    ("proto/wire", "wire"),
    ("proto/link", "link"),
    ("plugins/api", "api"),
    ("plugins", "plugins"),
    ("broker/core", "core"),
    ("broker/session", "session"),
    ("broker/host", "host"),
    ("broker/inspect", "inspect"),
    ("broker/broker", "broker"),
    ("broker", "daemon"),
    ("client", "client"),
    ("tools/cli", "cli"),
    ("tools/bazel", "build"),
    ("tools/package", "package"),
    ("tools", "tools"),
    ("tests", "tests"),
]

# Layer -> the layers it may use, besides itself. Tests and what packs the result may use everything; what builds the tree is no
# layer.
MAY_USE = {
    "spec": "",
    "base": "",
    "model": "base",
    "wire": "base model spec",
    "link": "base model wire",
    "api": "base model",
    "plugins": "base model api",
    "core": "base model api",
    "session": "base model api wire link core spec",
    "host": "base model api",
    "broker": "base model api wire link core session spec",
    "inspect": "base model api link core session broker",
    "daemon": "base model api host broker inspect",
    "client": "base model api wire link spec",
    "cli": "base model api client",
    "tools": "base model api client",
}

# What only some layers may use of the system: word for it, include lines, targets, and those layers.
MAY_USE_SYSTEM = [
    ("gRPC", r"(grpc|grpcpp|grpc\+\+)/", r"grpc.*", "spec session broker client tests"),
    ("protobuf", r"google/protobuf/", r"protobuf", "spec wire session broker client tests"),
    ("dlopen", r"dlfcn\.h$", None, "host tests"),
]

HEADER_LINES, SOURCE_LINES = 200, 400

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')
GENERATED = re.compile(r"\.pb\.h$")
WIRE = re.compile(r"(tests/)?proto/wire/")


def layer_of(path):
    """The layer of a file or target, or None for what is none of ours."""
    for place, layer in LAYERS:
        if path == place or path.startswith((place + "/", place + ".")):
            return layer
    return None


def may_use(user, used):
    if user in (None, "build", "package", "tests") or used in (None, "build") or user == used:
        return True
    return used in MAY_USE[user].split()


def check_includes(files, headers):
    """Violations in the include lines.

    files: path -> text. headers: how a header is included -> its path, where that differs from the path.
    """
    violations = []
    for path, text in sorted(files.items()):
        user = layer_of(path)
        if user is None:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            included = match.group(1)
            where = f"{path}:{number}"
            if GENERATED.search(included) and path.endswith(".h") and not WIRE.match(path):
                violations.append(f"{where}: {included} is generated; outside proto/wire it may appear in no header")
            target = headers.get(included)
            if target is None:
                target = "proto/" + included if included.startswith("hawser/v1/") else included
            used = layer_of(target)
            if not may_use(user, used):
                violations.append(f"{where}: {user} must not use {used}: {included}")
            for word, pattern, _, layers in MAY_USE_SYSTEM:
                if re.match(pattern, included) and user not in layers.split():
                    violations.append(f"{where}: {user} must not use {word}: {included}")
    return violations


def parse_query(text):
    """The rules in the XML of bazel query: (name, attributes as lists, inputs)."""
    # Bazel says XML 1.1, which Python's parser refuses, and means 1.0.
    root = ElementTree.fromstring(text.replace('version="1.1"', 'version="1.0"', 1))
    rules = []
    for rule in root.iter("rule"):
        attributes = {}
        for element in rule:
            if element.tag == "list":
                attributes[element.get("name")] = [item.get("value") for item in element]
            elif element.tag == "string":
                attributes[element.get("name")] = [element.get("value")]
        inputs = [element.get("name") for element in rule.iter("rule-input")]
        rules.append((rule.get("name"), attributes, inputs))
    return rules


def path_of(label):
    """//a/b:c/d.h -> a/b/c/d.h"""
    package, _, name = label[2:].partition(":")
    return f"{package}/{name}" if package else name


def header_map(rules):
    """How headers are included whose targets give them another prefix -> their paths."""
    headers = {}
    for name, attributes, _ in rules:
        prefix = attributes.get("include_prefix", [""])[0]
        strip = attributes.get("strip_include_prefix", [""])[0]
        if not prefix and not strip:
            continue
        package = name[2:].partition(":")[0]
        root = strip.strip("/") if strip.startswith("/") else os.path.join(package, strip)
        for header in attributes.get("hdrs", []):
            path = path_of(header)
            if path.startswith(root + "/"):
                headers[os.path.join(prefix, path[len(root) + 1:])] = path
    return headers


def check_targets(rules):
    """Violations in the targets' dependencies."""
    violations = []
    for name, _, inputs in rules:
        user = layer_of(path_of(name))
        if user is None:
            continue
        for label in inputs:
            if label.startswith("@system//:"):
                module = label.partition(":")[2]
                for word, _, pattern, layers in MAY_USE_SYSTEM:
                    if pattern and re.fullmatch(pattern, module) and user not in layers.split():
                        violations.append(f"{name}: {user} must not use {word}: {label}")
            elif label.startswith("//"):
                used = layer_of(path_of(label))
                if not may_use(user, used):
                    violations.append(f"{name}: {user} must not use {used}: {label}")
    return violations


def check_sizes(files):
    """Warnings about files that have grown long."""
    warnings = []
    for path, text in sorted(files.items()):
        lines = text.count("\n")
        limit = HEADER_LINES if path.endswith(".h") else SOURCE_LINES
        if lines > limit:
            warnings.append(f"{path}: {lines} lines; over {limit} it wants a reason or a split")
    return warnings


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr.decode())
        sys.exit(f"check_layers: {' '.join(command[:2])} failed")
    return done.stdout.decode()


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    files = {}
    for path in run("git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc").splitlines():
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                files[path] = file.read()
    rules = parse_query(run("bazel", "query", "--output=xml", "//..."))
    for warning in check_sizes(files):
        print("warning:", warning)
    violations = check_includes(files, header_map(rules)) + check_targets(rules)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
