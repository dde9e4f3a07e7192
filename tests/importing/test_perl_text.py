"""Perl's literals in localconfig and data/params."""

import pytest

from gateway.importing.sources.perl_text import PerlTextError, PerlValue, read_assignments

ASSIGNMENTS: list[tuple[str, dict[str, PerlValue]]] = [
    ("$db_pass = 'it\\'s \"secret\" $x @y';", {"db_pass": 'it\'s "secret" $x @y'}),
    ("$a = 'back\\\\slash \\n';", {"a": "back\\slash \\n"}),
    ('our $a = "tab\\t \\$x \\@y \\x{263a} \\"q\\"";', {"a": 'tab\t $x @y ☺ "q"'}),
    ("# $no = 1;\n\n$a=1; # one\n$b = -2.5;$c = undef;\n1;", {"a": "1", "b": "-2.5", "c": None}),
    ("@list = ('a', 'b',);", {"list": ["a", "b"]}),
    ("$list = [1, [2, 3], qw(x y)];", {"list": ["1", ["2", "3"], ["x", "y"]]}),
    ("%param = ('a' => 'b', c => undef, 'd' => {e => [1]});", {"param": {"a": "b", "c": None, "d": {"e": ["1"]}}}),
    ("%param = ();", {"param": {}}),
    ("$a = q{braced}; $b = 0x1f;", {"a": "braced", "b": "0x1f"}),
    ("", {}),
]
WRONG = ["$a = `id`;", "$a = [1", "$a = ;", "%p = ('a');", "$a = 'open"]


@pytest.mark.parametrize(("text", "values"), ASSIGNMENTS)
def test_literals(text: str, values: dict[str, PerlValue]) -> None:
    assert read_assignments(text) == values


@pytest.mark.parametrize("text", WRONG)
def test_what_is_more_than_literals(text: str) -> None:
    with pytest.raises(PerlTextError, match="line 2: "):
        read_assignments("\n" + text)
