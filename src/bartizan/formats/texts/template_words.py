"""What templates of chat models call, filter by and test, and what leads out of a template into Python."""

from __future__ import annotations

FORBIDDEN = frozenset("cycler joiner lipsum self request config url_for get_flashed_messages g session".split())  # noqa: SIM905
CALLED = frozenset("raise_exception strftime_now namespace range dict caller super tojson".split())  # noqa: SIM905
METHODS = frozenset(
    "strip lstrip rstrip split rsplit startswith endswith get items keys values upper lower title capitalize replace"  # noqa: SIM905
    " append insert pop extend index count join find isdigit splitlines removeprefix removesuffix update strftime"
    " partition rpartition zfill".split()
)
FILTERS = frozenset(
    "trim tojson length count upper lower title capitalize join list default d string replace first last selectattr"  # noqa: SIM905
    " rejectattr select reject map items int float indent unique sort min max reverse safe e escape round abs sum"
    " dictsort groupby batch slice truncate wordcount from_json fromjson strftime".split()
)
BUILDS = frozenset("attr format urlencode xmlattr pprint center filesizeformat striptags urlize random".split())  # noqa: SIM905
TESTS = frozenset(
    "defined undefined none string mapping iterable sequence number boolean true false eq equalto ne in odd even"  # noqa: SIM905
    " divisibleby integer float lower upper sameas callable gt lt ge le greaterthan lessthan".split()
)
ROUNDABOUT = frozenset(  # attributes without an underscore that lead to frames and code, or read attributes
    "format format_map mro gi_frame gi_code gi_yieldfrom cr_frame cr_code ag_frame ag_code tb_frame tb_next f_back"  # noqa: SIM905
    " f_globals f_locals f_builtins f_code func_globals func_code im_func co_consts".split()
)
# Filters that read attributes, or apply another filter, by name: which argument it is, counted from 0.
BY_NAME = dict.fromkeys(("map", "selectattr", "rejectattr", "groupby", "sum"), 0)
BY_NAME |= {"sort": 2, "unique": 1, "min": 1, "max": 1, "join": 1}
