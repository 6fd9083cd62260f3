"""The command line: `lms-client VERB RESOURCE …`, or the two the other way round."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from .operations import FORMATS, KINDS, RESOURCES

VERBS = ("import", "list", "get", "create", "update", "delete", "act", "export")
EPILOG = """exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 carried out but some rows were refused,
4 the LMS does not answer, 130 interrupted"""


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """What was asked for; exits with 2 and a sentence for wrong usage."""
    given = list(words)
    if len(given) > 1 and given[1] in VERBS and given[0] in RESOURCES:
        given[:2] = given[1::-1]
    parser = _parser()
    found, rest = parser.parse_known_args(given)
    found.filters = {}
    if rest:
        if found.verb != "list":
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
        found.filters = _filters(rest, parser)
    for name, variable in (("address", "LMS_ADDRESS"), ("key", "LMS_KEY")):
        if not getattr(found, name):
            setattr(found, name, os.environ.get(variable, ""))
        if not getattr(found, name):
            parser.error(f"say the {name}: --{name}, or {variable} in the environment")
    return found


def _filters(rest: Sequence[str], parser: argparse.ArgumentParser) -> dict[str, str]:
    """`--external-id 12` and `--external-id=12`: which names there are is the LMS's to say."""
    words = [part for word in rest for part in (word.split("=", 1) if word.startswith("--") else [word])]
    names, values = words[::2], words[1::2]
    if len(names) != len(values) or not all(name.startswith("--") for name in names):
        parser.error(f"a filter is --name value: {' '.join(rest)}")
    return {name[2:].replace("-", "_"): value for name, value in zip(names, values, strict=True)}


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--address", help="of the LMS, such as https://lms.example (LMS_ADDRESS)")
    common.add_argument("--key", help="an API key (LMS_KEY; on the command line others on this machine can read it)")
    common.add_argument("--retries", type=int, default=5, help="how often a request is sent again at most (5)")
    parser = argparse.ArgumentParser("lms-client", description="Calls the API of an LMS.", epilog=EPILOG)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, about: str, choices: Sequence[str]) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=about, description=about, parents=[common], epilog=EPILOG)
        made.add_argument("resource", choices=choices, metavar="RESOURCE", help=", ".join(choices))
        return made

    def able(*operations: str) -> list[str]:
        return [name for name, can in RESOURCES.items() if set(operations) & set(can)]

    one = verb("import", "Check a CSV, XLSX or JSON Lines file, show what would become of it, and carry it out.", KINDS)
    one.add_argument("file", type=Path)
    one.add_argument("--yes", action="store_true", help="carry it out without asking")
    one.add_argument("--tell", action="store_true", help="mail those concerned")
    one.add_argument("--errors", type=Path, metavar="FILE", help="keep the refused rows here, to correct and import")
    one.add_argument("--column", action="append", default=[], metavar="HEADING=NAME", help="which column is which")
    one = verb("list", "All of a resource; filters are --name value, such as --department Care.", able("list"))
    one.add_argument("--format", choices=FORMATS, default="jsonl")
    one.add_argument("--fields", default="", help="only these, with commas in between")
    one.add_argument("--updated-since", default="", help="such as 2026-03-01T12:00:00Z")
    one.add_argument("-o", "--output", type=Path, help="a file instead of standard output")
    one = verb("export", "All of a resource, streamed into a file.", able("list"))
    one.add_argument("-o", "--output", type=Path, required=True)
    one.add_argument("--format", choices=FORMATS, help="by the file's name unless told")
    verb("get", "One of them, as JSON.", able("show")).add_argument("id", type=int)
    one = verb("create", "A new one: FIELD=VALUE …, or a JSON object on standard input.", able("create"))
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE", help="a value that is JSON is read as JSON")
    one = verb("update", "Change one: FIELD=VALUE …, or a JSON object on standard input.", able("change"))
    one.add_argument("id", type=int)
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE", help="a value that is JSON is read as JSON")
    verb("delete", "Remove one.", able("delete")).add_argument("id", type=int)
    one = verb("act", "Something else to do with one, such as publish.", list(RESOURCES))
    one.add_argument("id", type=int)
    one.add_argument("action")
    return parser
