"""Families found by a second reading of the finished readers; each was approved before they were mended with it."""

from __future__ import annotations

import base64
import io
import json
import pickle
import struct
import tarfile
import zlib
from collections.abc import Iterator

from . import build as b
from .build import Content, Makers, register
from .later import _MADE, WRAPPER, _array, _bytes, _dict, _dtype, _number
from .tuning import payload

MAKERS: Makers = []


def _hidden(wrapper: bytes, mark: str, head: bytes = b"\x80\x03") -> bytes:
    """joblib passes over so many numbers; a bare unpickler runs what stands there."""
    bad = b"0" + b.mkdir(mark) + b"0"
    return head + wrapper(len(bad)) + bad + b"."  # type: ignore[operator]


def _plain(n: int) -> bytes:
    return _MADE + _array(_number(n) + b"\x85", _dtype("u1")) + b"b"


def _legacy(body: bytes) -> bytes:
    """What older torch writes, around a pickle."""
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    return magic + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2) + body + pickle.dumps([], 2)


@register(MAKERS, "numbers for joblib where others read opcodes", "pickle")
def numbers_elsewhere(mark: str) -> Iterator[tuple[str, Content]]:
    hidden = _hidden(_plain, mark)
    yield "second.pkl", pickle.dumps(1) + hidden
    yield "legacy.bin", _legacy(hidden)
    yield "half-a-script.bin", b.zipped({"a/data.pkl": hidden, "a/code/x.py": b"", "a/version": b"3\n"})
    inner = payload(mark, 2)
    load = b"0" + b.call(b.name("torch.storage", "_load_from_bytes"), _bytes(inner)) + b"0"
    yield "nested-in-numbers.joblib", b"\x80\x03" + _plain(len(load)) + load + b"."


@register(MAKERS, "arrays that joblib measures otherwise, again", "joblib")
def measured(mark: str) -> Iterator[tuple[str, Content]]:
    bad = b"0" + b.mkdir(mark) + b"."

    def hidden(wrapper: bytes, passed: int) -> bytes:
        """joblib passes over so many bytes, which begin a literal to who passes over fewer."""
        return b"\x80\x03" + wrapper + b"B" + struct.pack("<I", passed - 5 + len(bad)) + bytes(passed - 5) + bad + b"0."

    shape, plain = b"K\x05\x85", _dtype("u1")
    made_text = b.call(b.name("builtins", "str"), b.text("shape"))
    told = _array(b"K\0\x85", plain) + made_text + shape + b"s"
    yield "key-that-is-made.joblib", hidden(_MADE + told + b"b", 5)
    aligned = _array(b"K\0\x85", plain, numpy_array_alignment_bytes=b"K\x10")
    twice = _MADE + b"q\x09" + aligned + b"b" + b"\0" + b"0h\x09" + _array(b"K\0\x85", plain) + b"b"
    yield "state-set-twice.joblib", hidden(twice, 1 + ord("B"))
    by_call = b.call(WRAPPER, b.name("numpy", "ndarray"), b"K\0\x85", b.text("C"), plain, b"\x89", b"K\x10")
    yield "aligned-by-a-call.joblib", hidden(by_call + _array(b"K\0\x85", plain) + b"b", 1 + ord("B"))


@register(MAKERS, "rests of a frame that are dropped", "pickle")
def dropped(mark: str) -> Iterator[tuple[str, Content]]:
    bad = b.pickled(b.mkdir(mark), 2)
    rest = b"N0B" + struct.pack("<I", len(bad))
    body = b"N."
    first = b"\x80\x04\x95" + struct.pack("<Q", len(body) + len(rest)) + body + rest
    yield "behind-stop.pkl", first + bad + b"0N."


@register(MAKERS, "attributes set under names that are made", "pickle")
def slots(mark: str) -> Iterator[tuple[str, Content]]:
    cls = b.name("sklearn.tree._classes", "DecisionTreeClassifier")
    namespace = b.name("argparse", "Namespace") + b")\x81"
    name = b.call(b.name("builtins", "str"), b.text("__class__"))
    yield "key-that-is-made.pkl", b.pickled(namespace + b"N}" + name + cls + b"s\x86b", 2)
    many = b"".join(b.text(f"a{i}") + b"N" for i in range(300))
    yield "key-past-many.pkl", b.pickled(namespace + b"N}(" + many + b.text("__class__") + cls + b"u\x86b", 2)
    listed = b"](N}" + b.text("__class__") + cls + b"se"
    yield "tuple-that-is-made.pkl", b.pickled(namespace + b.call(b.name("builtins", "tuple"), listed) + b"b", 2)
    parameter = b.name("torch._utils", "_rebuild_parameter_with_state")
    kept = _dict(__class__=b.name("torch", "Tensor"))
    yield "state-of-a-parameter.pkl", b.pickled(b.call(parameter, b"N", b"\x89", b"}", kept), 2)
    maker = b.name("sklearn.base", "ABCMeta")
    yield "class-that-is-made.pkl", b.pickled(b.call(maker, b.text("X"), b"(t", _dict(a=b"N")), 2)


@register(MAKERS, "types of NumPy changed after they were made", "pickle")
def forged(mark: str) -> Iterator[tuple[str, Content]]:
    def state(flags: int, names: bytes, fields: bytes) -> bytes:
        last = (_number(8), _number(1), _number(flags))
        return b"(" + b"".join((_number(3), b.text("|"), b"N", names, fields, *last)) + b"t"

    fields = _dict(a=_dtype("O8") + b"K\0\x86")
    made = b.call(b.name("numpy", "dtype"), b.text("V8"), b"\x89", b"\x88")
    yield (
        "state-set-twice.pkl",
        b.pickled(made + state(1, b.text("a") + b"\x85", fields) + b"b" + state(0, b"N", b"N") + b"b", 3),
    )
    numbers = _dict(a=_dtype("f8") + b"K\0\x86")
    later = b"h\x07" + b.text("a") + _dtype("O8") + b"K\0\x86s"
    first = made + state(0, b.text("a") + b"\x85", numbers + b"q\x07") + b"b"
    far = _dict(a=_dtype("f8") + b"K\x50\x86")  # byte 80 of 100, or of 64 where a 0 in front makes it octal
    octal = b"(" + _number(3) + b.text("|") + b"N" + b.text("a") + b"\x85" + far + b"I0100\n" + b"K\x01K\0t"
    yield "width-in-octal.pkl", b.pickled(_dtype("V") + octal + b"b", 2)
    yield "fields-set-later.pkl", b.pickled(first + later + b"\x86", 3)


@register(MAKERS, "calls that swell", "pickle")
def swell(mark: str) -> Iterator[tuple[str, Content]]:
    yield "fraction.pkl", b.pickled(b.call(b.name("fractions", "Fraction"), b.text("1e9999999")), 2)
    yield "layer.pkl", b.pickled(b.call(b.name("torch.nn.modules.linear", "Linear"), _number(90000), _number(9000)), 2)


@register(MAKERS, "tar archives that begin as something else", "torch")
def tars(mark: str) -> Iterator[tuple[str, Content]]:
    for called, members in (("legacy", ("storages", "tensors", "pickle")), ("other", ("x.pkl",))):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            first = tarfile.TarInfo("\x80\x02T0000")
            archive.addfile(first)
            for name in members:
                raw = payload(mark, 2) if name in ("pickle", "x.pkl") else pickle.dumps(0, 2)
                info = tarfile.TarInfo(name)
                info.size = len(raw)
                archive.addfile(info, io.BytesIO(raw))
        raw = bytearray(out.getvalue())
        raw[:8] = b"\x80\x02T" + struct.pack("<I", len(raw) - 7) + b"a"
        raw[8:100] = bytes(92)
        head = bytes(raw[:148]) + b" " * 8 + bytes(raw[156:512])
        signed = sum(c - 256 if c > 127 else c for c in head)
        raw[148:156] = f"{signed:06o}\0 ".encode()
        yield f"{called}-tar.bin", bytes(raw) + b"0N."


@register(MAKERS, "members under other capitals", "archive")
def capitals(mark: str) -> Iterator[tuple[str, Content]]:
    plain = {"a/byteorder": b"little", "a/version": b"3\n", "a/DATA.PKL": payload(mark, 2)}
    schema = {"schema.json": b"{}"}
    yield "skops.bin", b.zipped({**plain, **schema})
    yield "export.bin", b.zipped({**plain, "a/archive_format": b"pt2"})


@register(MAKERS, "archives whose directory counts nothing", "archive")
def uncounted(mark: str) -> Iterator[tuple[str, Content]]:
    whole = b.zipped({"a/data.pkl": payload(mark, 2)})
    end = whole.rindex(b"PK\x05\x06")
    yield (
        "uncounted.bin",
        b"\x80\x02B" + struct.pack("<I", len(whole)) + whole[: end + 8] + b"\0\0\0\0" + whole[end + 12 :] + b".",
    )


def _if(condition: str, out: str = "y") -> bytes:
    def branch(op: str) -> bytes:
        inner = b.node(op, ["x"], [f"{op}-out"])
        return b.field(1, inner) + b.field(2, op) + b.field(12, b.value_info(f"{op}-out", 1, 4))

    then = b.field(5, b.field(1, "then_branch") + b.field(20, 5) + b.field(6, branch("Neg")))
    other = b.field(5, b.field(1, "else_branch") + b.field(20, 5) + b.field(6, branch("Abs")))
    return b.node("If", [condition], [out], attributes=then + other)


def _function(name: str, *nodes: bytes) -> bytes:
    head = b.field(1, name) + b.field(4, "i") + b.field(5, "o") + b.field(10, "own")
    return head + b"".join(b.field(7, n) for n in nodes) + b.field(9, b.field(1, "") + b.field(2, 17))


@register(MAKERS, "branches whose cause is out of sight", "onnx")
def causes(mark: str) -> Iterator[tuple[str, Content]]:
    chain = [b.node("ReduceMax", ["x"], ["m"]), b.node("Cast", ["m"], ["c"], attributes=_to_bool())]
    yield "before-its-cause.onnx", b.onnx([_if("c"), *chain])
    named = b.field(5, b.field(1, "value") + b.field(20, 4) + b.field(5, b.tensor("x", [1], bytes(4))))
    yield "constant-of-that-name.onnx", b.onnx([b.node("Constant", [], ["k"], attributes=named), *chain, _if("c")])
    yield "default-of-the-input.onnx", b.onnx([*chain, _if("c")], [b.tensor("x", [1, 4], bytes(16))])
    own = _function("Shape", b.node("Identity", ["i"], ["o"]))
    through = [b.node("Shape", ["x"], ["s"], domain="own"), b.node("ReduceMax", ["s"], ["m"]), *chain[1:]]
    yield "shape-of-its-own.onnx", b.onnx([*through, _if("c")], functions=[own], domains=["own"])


def _to_bool() -> bytes:
    return b.field(5, b.field(1, "to") + b.field(3, 9) + b.field(20, 2))


@register(MAKERS, "functions within each other", "onnx")
def functions(mark: str) -> Iterator[tuple[str, Content]]:
    def calls(name: str, times: int) -> list[bytes]:
        inner = [f"v{i}" for i in range(times - 1)]
        return [b.node(name, [a], [z], domain="own") for a, z in zip(["i", *inner], [*inner, "o"], strict=True)]

    call = [b.node("F0", ["x"], ["y"], domain="own")]
    circle = [_function("F0", *calls("F1", 1)), _function("F1", *calls("F0", 1))]
    yield "circle.onnx", b.onnx(call, functions=circle, domains=["own"])
    laughs = [_function(f"F{i}", *calls(f"F{i + 1}", 9)) for i in range(9)]
    laughs.append(_function("F9", b.node("Neg", ["i"], ["o"])))
    yield "laughs.onnx", b.onnx(call, functions=laughs, domains=["own"])
    compiled = b.node("EPContext", ["x"], ["y"], domain="com.microsoft")
    yield "compiled.onnx", b.onnx([compiled], domains=["com.microsoft"])


SCORE = '{% set u = "tool_calls"[4] %}'
CHAINS = {
    "set-block": "{% set k %}__class__{% endset %}{{ ''[k] }}",
    "macro": "{% macro m() %}__class__{% endmacro %}{% set k = m() %}{{ ''[k] }}",
    "percent": '{% set u = "%c" % (90 + 5) %}{% set k = u ~ u ~ "class" ~ u ~ u %}{{ ""[k] }}',
    "piece": SCORE + '{% set k = u ~ u ~ "class" ~ u ~ u %}{{ ""[k] }}',
    "keyword": "{% set k = (dict(a__class__b=1)|first).strip('ab') %}{{ ''[k] }}",
    "loop": SCORE + '{% for k in [u ~ u ~ "class" ~ u ~ u] %}{{ ""[k] }}{% endfor %}',
    "argument": SCORE + '{% macro m(k) %}{{ ""[k] }}{% endmacro %}{{ m(u ~ u ~ "class" ~ u ~ u) }}',
    "namespace": SCORE + '{% set ns = namespace() %}{% set ns.k = u ~ u ~ "class" ~ u ~ u %}{{ ""[ns.k] }}',
    "namespace-made": SCORE + '{% set ns = namespace(k=u ~ u ~ "class" ~ u ~ u) %}{{ ""[ns.k] }}',
    "rest-of-arguments": SCORE
    + '{% macro m() %}{% for k in varargs %}{{ ""[k] }}{% endfor %}{% endmacro %}{{ m(u ~ u ~ "class" ~ u ~ u) }}',
    "item-before": SCORE + '{% for i in [u ~ u ~ "class" ~ u ~ u, 1] %}{{ ""[loop.previtem] }}{% endfor %}',
    "appended": SCORE
    + '{% set l = [] %}{% set m = l %}{% set a = m.append(u ~ u ~ "class" ~ u ~ u) %}'
    + '{% for k in l %}{{ ""[k] }}{% endfor %}',
    "map-of-map": SCORE + '{% set k = u ~ u ~ "class" ~ u ~ u %}{{ [[1]]|map("map", "attr", k)|list }}',
    "sorted": SCORE + '{% set k = u ~ u ~ "class" ~ u ~ u %}{{ [1]|sort(false, false, k) }}',
    "joined": SCORE + '{% set k = u ~ u ~ "class" ~ u ~ u %}{{ [1]|join("", k) }}',
    "frame": "{{ (messages|map('upper'))['gi_frame']['f_back'] }}",
    "called-range": "{% set range = messages.run %}{{ range() }}",
    "called-macro": "{% macro f() %}{% endmacro %}{% set f = messages.run %}{{ f() }}",
    "called-of-a-loop": "{% for dict in messages %}{{ dict() }}{% endfor %}",
    "called-method": "{% set ns = namespace(get=messages.run) %}{{ ns.get() }}",
    "called-entry": "{% set d = {'strip': messages.run} %}{{ d.strip() }}",
    "nested-ranges": "{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}",
    "power": "{% for i in range(10 ** 12) %}{{ i }}{% endfor %}",
    "long-text": "{{ 'a' * 9999999999 }}",
    "doubled": "{% set a = 'ha' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
}


@register(MAKERS, "names that are put together out of sight", "chat template")
def chains(mark: str) -> Iterator[tuple[str, Content]]:
    for called, body in CHAINS.items():
        yield called, {"chat_template.jinja": body.encode()}


@register(MAKERS, "other ways to write what is imported", "configuration")
def written(mark: str) -> Iterator[tuple[str, Content]]:
    yield "flow", {"conf.yaml": b"model: {_target_: os.mkdir, path: x}\n"}
    yield "escaped", {"conf.yaml": b'model:\n  "\\x5ftarget_": os.mkdir\n'}
    yield "anchored", {"conf.yaml": b"model:\n  &a _target_: os.mkdir\n"}
    yield "asked", {"conf.yaml": b"model:\n  ? _target_\n  : os.mkdir\n"}
    yield "split-tag", {"x.yaml": b"%TAG ! tag:yaml.org,2002:pyth\n---\n!on/object/apply:os.mkdir [x]\n"}
    laughs = b'<!DOCTYPE net [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><net>&b;</net>\n'
    yield "laughs", {"model.xml": laughs}
    entity = b'<?xml version="1.0"?><!DOCTYPE net [<!ENTITY e SYSTEM "file:///etc/hostname">]><net>&e;</net>\n'
    yield "entity", {"model.xml": entity}


def _booster(**changed: object) -> dict[str, object]:
    tree = {
        "tree_param": {"num_nodes": "3", "num_feature": "1"},
        "left_children": [1, -1, -1],
        "right_children": [2, -1, -1],
        "parents": [2147483647, 0, 0],
        "split_indices": [0, 0, 0],
        "split_conditions": [0.5, 0.5, 0.5],
        "default_left": [0, 0, 0],
    }
    model = {"trees": [tree], "tree_info": [0], "iteration_indptr": [0, 1], **changed}
    learner = {"learner_model_param": {"num_feature": "1", "num_class": "0"}}
    return {"learner": {**learner, "gradient_booster": {"name": "gbtree", "model": model}}, "version": [3, 2, 0]}


def circle() -> dict[str, object]:
    """A booster whose only tree leads back to its root."""
    made = _booster()
    learner = made["learner"]
    learner["gradient_booster"]["model"]["trees"][0]["left_children"] = [1, 0, -1]  # type: ignore[index]
    return made


@register(MAKERS, "trees out of sight", "boosters")
def trees(mark: str) -> Iterator[tuple[str, Content]]:
    hidden = circle()
    hidden["learner"]["gradient_booster"]["gbtree"] = {"model": {"trees": []}}  # type: ignore[index]
    yield "beside.json", json.dumps(hidden).encode()
    yield "groups.json", json.dumps(_booster(tree_info=[900000])).encode()
    yield "rounds.json", json.dumps(_booster(iteration_indptr=[0, 900000])).encode()
    twice = json.dumps(circle())[:-1].encode() + b', "learner": ' + json.dumps(_booster()["learner"]).encode() + b"}"
    yield "twice.json", twice
    yield "far-behind.json", json.dumps({"pad": "x" * 70_000, **circle()}).encode()
    yield "escaped.json", json.dumps(circle()).replace('"learner"', '"\\u006cearner"').encode()
    head = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=0\n"
    head += "feature_names=a\nfeature_infos=[0:1]\n\n"
    good = "num_leaves=3\nnum_cat=0\nsplit_feature=0 0\nthreshold=0.5 0.2\ndecision_type=2 2\n"
    good += "left_child=1 -2\nright_child=-1 -3\nleaf_value=1 2 3\n\n"
    bad = good.replace("left_child=1 -2", "left_child=1 0")
    yield "odd-number.txt", f"{head}Tree=0 \n{bad}\nend of trees\n".encode()
    yield "behind-a-blank-line.txt", f"{head}Tree=0\n{bad}{good}\nend of trees\n".encode()
    linear = good.rstrip() + "\nis_linear=1\nleaf_const=1 2 3\nnum_features=1 1 1\n"
    linear += "leaf_features=900000 0 0\nleaf_coeff=1 1 1\n\n"
    yield (
        "no-version.txt",
        f"{head.replace('version=v4', 'objective=regression')}Tree=0\n{bad}\nend of trees\n".encode(),
    )
    yield "linear.txt", f"{head}Tree=0\n{linear}\nend of trees\n".encode()


@register(MAKERS, "boosters inside a pickle", "boosters")
def pickled(mark: str) -> Iterator[tuple[str, Content]]:
    raw = json.dumps({"Model": circle(), "Config": {}}).encode()
    handle = b.call(b.name("builtins", "bytearray"), _bytes(raw))
    yield "xgboost.pkl", b.pickled(b.name("xgboost.core", "Booster") + b")\x81" + _dict(handle=handle) + b"b", 3)
    both = json.dumps({"Model": circle(), "Config": {}, **_booster()}).encode()
    handle = b.call(b.name("builtins", "bytearray"), _bytes(both))
    yield "both.pkl", b.pickled(b.name("xgboost.core", "Booster") + b")\x81" + _dict(handle=handle) + b"b", 3)
    kept = b.call(b.name("builtins", "bytearray"), _bytes(json.dumps({"Model": _booster()}).encode())) + b"q\x09"
    grown = kept + b"(K\x20e"
    yield "grown.pkl", b.pickled(b.name("xgboost.core", "Booster") + b")\x81" + _dict(handle=grown) + b"b", 3)
    old = b.call(b.name("builtins", "bytearray"), _bytes(b"binf" + bytes(64)))
    yield "older.pkl", b.pickled(b.name("xgboost.core", "Booster") + b")\x81" + _dict(handle=old) + b"b", 3)
    text = (
        "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 0\n"
        "threshold=0.5 0.2\ndecision_type=2 2\nleft_child=1 0\nright_child=-1 -2\nleaf_value=1 2 3\n\nend of trees\n"
    )
    for key in ("handle", "_handle"):
        made = b.name("lightgbm.basic", "Booster") + b")\x81" + _dict(**{key: b.text(text)}) + b"b"
        yield f"lightgbm-{key}.pkl", b.pickled(made, 3)
        long = b.name("lightgbm.basic", "Booster") + b")\x81" + _dict(**{key: b.text(text + "x=y\n" * 9000)}) + b"b"
        yield f"lightgbm-{key}-long.pkl", b.pickled(long, 3)


# Written by h5py 3.16 and pyarrow 26: numbers from another file; numbers alone; rows of PyTables; a heap that holds two
# texts under one number, of which HDF5 takes the second (a Lambda); a table with a type that is a pickle.
VIRTUAL = (
    "c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvfDnwEFF!=;1%?PDCp!5nRm^dR?P68?}2sIyFT}Y6tD@gT!Gyt>5Km<Z_FpPqc2s~UJ13+{H"
    "ln+a#Czw#xRiLFu4+`yNWMG4s#R%g=QZgeWM1TdV4n{Kr<v}un3i41f1qN{r2Jw2RJS#8-gXEc*nHVAI8R8QbW&;*vmkU8tI*6AV"
    "$dS#!&@d?C!QI*4hY=|PVBze`fEMujsU^w!`6U^tMS2;gz-VDck^=!IB)$NY%?J-f1_mjX9U4f=C-9Hvfl)9DM!_f;1*2dTjDk@x"
    "3P!;w7zLw%ULe@d-vu<H2OEb|U>*$<asU9U4>t7"
)
PLAIN = (
    "c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvfI#^NpF!=;1%?PDCp!5nRm^dR?P68?}2sIyFT}Y6tD@gT!Gyt>5fdxWyFpPqc2s~UJ13+{H"
    "ln+a#Czw#xRiLFu4+`yNWMGAu#R%g=QZgeWL;z+zjAjPPgJc91?4fDZfx(2E!Q?+PM4lBW3X*4HVq%1(XNY;sj0P;IK4U=3QG*eD"
    "un+e0cLC*aSiV$X9!;y{006M<FTD"
)
ROWS = (
    "c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvfs##I_F!=;1%?PDCp!5nRm^dR?P68?}2sIyFT}Y6tD@gT!Gyt>5fCWNxFpPqc2s~UJ13+{H"
    "ln+a#Czw#x<)fuX4+`yNWMG4s#R%g=QZgeWM1UEp4nYfml?uSMKvFC#kOuLYn3xzLq7ZYK87o*(O@II%1_P*l+(5M)3<1Hep)UT8"
    "A^yG)d10U_Y)JmhPs&P7E<p|<+JIm`e-}`WhUG&A=FzlCCIA3asWL_"
)
TWICE = (
    "c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvfUI?S|Ve$!3nh{EOK<O1sFmYC}oCH){0BXJhGlZW36%Pq=bwxHG-JVe}vVn)IV*rSbfbuz@"
    "^a&<Zb+B|8KqY%&>9s=`HNEpNctGvrWe@?nCO1DNH77nfKQApa9V9Nv$OzUc0Cy7yiu=q!W-=q(?C$LE!^i;DfTj)vs+E#+5{rxD"
    "^AdAYm8=w$f>R4iQ}aqP6LXYw6qF$L0>!J9auO?3i;98F=-Ap?!shrS<|d^i;xj`52oT|sz(1N6N5Lo<1*2dTjDk@x3P!;w7zLwX"
    "6pR9Lfgo(00m_GspYbp_K*s~v!Q%{7`6U^tMWl}}000hhTJr"
)
TYPES = (
    "c-oaxO;4*(5FL<^nz*PYmq5aTg^&0WKiX<dG<7l5epszmObc}fh*YJD?L*)5H@@ZjF)rU7XsZi1p2eNZnVB<la_OO6W)d^l`WX+f"
    "22iXCkVBkB25gNfn>=4+GLv<+Fwdxkd94B)U$CpI{8%<9Aqm2g$RusE3aUH}M&a0FA~5NPs0tn^lBR3A2|BN+f?U)%$wWm`{tC)J"
    "!EBp_?@iTcTc82JmlmP+Q`St7sD&#^W`V1MrmHJx+ZWDZzK{AY?ht;Xg@~7!;}r1~tq7Zl5!R!Ovv@(5E_K9{jQEHg4LXLi{wr$c"
    "buGjIk7q?q;&WIyqEYqfOm8ldgHo-=B4sbg<1Ve*SbXPQVRnnM75j0gH+W0pux-cw<9Xs&_V#^eP#QY+=qA@B(JuAReRMwb+{}dA"
    "`Qz^fY0!>uuia7U+Nr*I&Oz$#+SQ=dCm-By^Q!-F;9iUedpE5?8dTyJ|2|2FPC3p^MCAK~{MQ%8nx9M_9f4{j-sCwAe{BUxvgJ)C"
    "Pp`&HIGNr(JsOq$?b3Ex({=uQ7Ju#@|7ZUL0<?~Q"
)


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


@register(MAKERS, "what lies elsewhere in the file or beyond it", "hdf5")
def elsewhere(mark: str) -> Iterator[tuple[str, Content]]:
    yield "virtual.h5", _unpacked(VIRTUAL)
    yield "twice.h5", _unpacked(TWICE)
    yield "rows.h5", _unpacked(ROWS)
    yield "behind.h5", _unpacked(PLAIN) + payload(mark, 4)
    yield "zip-behind.keras", _unpacked(PLAIN) + b.keras_zip(b.keras_model(b.keras_layer("Lambda", {})))


@register(MAKERS, "types of columns that are pickles", "parquet")
def column_types(mark: str) -> Iterator[tuple[str, Content]]:
    yield "types.parquet", _unpacked(TYPES)
