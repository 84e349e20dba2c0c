"""The command line: which cases, and what to do with them."""

import argparse
import signal
import sys

import bases
import engine
import images
import wheels
from check import check
from corpus import Failure, cases
from proof import prove


def main(words, text):
    """Does what was asked for; answers with the exit code."""
    options = parse(words, text)
    # A terminated check still takes its containers down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return options.do(select(options.names), everything=not options.names)
    except Failure as failure:
        print(f"culprits: error: {failure}", file=sys.stderr)
        return 3


def parse(words, text):
    parser = argparse.ArgumentParser(
        prog="ci/culprits", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, do in COMMANDS.items():
        command = commands.add_parser(name)
        command.add_argument("names", nargs="*", metavar="NAME")
        command.set_defaults(do=do)
    options = parser.parse_args(words)
    known = {case.name for case in cases()}
    for name in options.names:
        if name not in known:
            parser.error(f"unknown case `{name}`; there are {', '.join(sorted(known))}")
    return options


def select(names):
    return [case for case in cases() if not names or case.name in names]


def show(chosen, **_):
    for case in chosen:
        print(f"{case.name:<20}{case.title}")
    return 0


def fetch(chosen, **_):
    bases.make(chosen)
    wheels.fetch(chosen)
    return 0


def build(chosen, **_):
    fetch(chosen)
    for case in chosen:
        images.build(case)
    return 0


def judge(judged):
    """A command that judges each case, once the images are there."""

    def command(chosen, **_):
        build(chosen)
        wrong = [case.name for case in chosen if not judged(case)]
        print(f"\n{len(chosen) - len(wrong)} of {len(chosen)} as described")
        for name in wrong:
            print(f"  not: {name}")
        return 1 if wrong else 0

    return command


def remove(chosen, everything):
    for owner in [*(case.name for case in chosen), *(["base"] if everything else [])]:
        engine.remove(owner)
    return 0


COMMANDS = {
    "list": show,
    "fetch": fetch,
    "build": build,
    "check": judge(check),
    "prove": judge(prove),
    "remove": remove,
}
