"""Families found by reading the finished readers as an attacker would; the readers were mended with them."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import pickle
import struct
import tarfile
from collections.abc import Iterator

from . import build as b
from .build import Content, Makers, register
from .tuning import TEMPLATES, payload

MAKERS: Makers = []
ESCAPE = "{{ cycler.__init__.__globals__.os.popen('true').read() }}"
BOOSTER = {"learner_model_param": {"num_feature": "1"}, "gradient_booster": {"model": {"trees": []}}}


def _bytes(raw: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(raw)) + raw


def _number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _dict(**entries: bytes) -> bytes:
    return b"}(" + b"".join(b.text(k) + v for k, v in entries.items()) + b"u"


def _dtype(code: str, *state: bytes) -> bytes:
    made = b.call(b.name("numpy", "dtype"), b.text(code), b"\x89", b"\x88")
    return made + (b"(" + b"".join(state) + b"tb" if state else b"")


def _array(shape: bytes, dtype: bytes, **more: bytes) -> bytes:
    """The entries of joblib's wrapper."""
    subclass = b.name("numpy", "ndarray")
    return _dict(subclass=subclass, shape=shape, order=b.text("C"), dtype=dtype, allow_mmap=b"\x89", **more)


WRAPPER = b.name("joblib.numpy_pickle", "NumpyArrayWrapper")
_MADE = WRAPPER + b")\x81"


@register(MAKERS, "harmless names handed to others to call", "pickle")
def handed_on(mark: str) -> Iterator[tuple[str, Content]]:
    loads, inner = b.name("torch.storage", "_load_from_bytes"), _bytes(payload(mark, 2))
    tensor = b.name("torch", "Tensor")
    from_type = b.name("torch._tensor", "_rebuild_from_type_v2")
    yield "from-type.pkl", b.pickled(b.call(from_type, loads, tensor, b"(" + inner + b"t", b"}"), 2)
    for name in ("generator", "randomstate"):
        ctor = b.name("numpy.random._pickle", f"__{name}_ctor")
        yield f"{name}.pkl", b.pickled(b.call(ctor, inner, loads), 2)
    kept = loads + b"q\x050" + from_type + b"((h\x05" + tensor + b"(" + inner + b"t}tR"
    yield "from-type-by-memo.pkl", b.pickled(b"]" + kept.replace(b"((", b"(", 1) + b"a", 2)
    hooks = b.call(b.name("collections", "defaultdict"), loads)
    yield "default-factory.pkl", b.pickled(hooks, 2)
    yield (
        "in-a-state.pkl",
        b.pickled(
            b.name("sklearn.preprocessing._function_transformer", "FunctionTransformer")
            + b")\x81"
            + _dict(func=loads)
            + b"b",
            2,
        ),
    )
    booster = b.call(b.name("xgboost.core", "Booster"), b"}", b")", b.text("/etc/hostname"))
    yield "booster-of-a-file.pkl", b.pickled(booster, 2)
    yield "connects.pkl", b.pickled(b.call(b.name("sklearn.callback._transport", "Client"), b.text(mark)))
    yield "threads.pkl", b.pickled(b.name("sklearn.callback._progressbar", "Thread"))
    yield "samples.pkl", b.pickled(b.name("scipy.sparse._construct", "random_array"))
    yield "warns.pkl", b.pickled(b.name("torch.nn.attention.bias", "torch"))


@register(MAKERS, "numbers that NumPy takes for objects", "pickle")
def forged(mark: str) -> Iterator[tuple[str, Content]]:
    def state(*flags: int, names: bytes = b"N", fields: bytes = b"N", size: int = -1) -> tuple[bytes, ...]:
        last = (_number(size), _number(1), *(_number(f) for f in flags))
        return (_number(3), b.text("|"), b"N", names, fields, *last)

    def array(dtype: bytes) -> bytes:
        made = b.call(
            b.name("numpy._core.multiarray", "_reconstruct"), b.name("numpy", "ndarray"), b"K\0\x85", b"C\x01b"
        )
        return made + b"(K\x01K\x01\x85" + dtype + b"\x89" + _bytes(b"\x41" * 8) + b"tb"

    yield "objects-by-flags.pkl", b.pickled(array(_dtype("O8", *state(0))), 3)
    frombuffer = b.name("numpy._core.numeric", "_frombuffer")
    forged = b.call(frombuffer, _bytes(b"\x41" * 8), _dtype("O8", *state(0)), b"K\x01\x85", b.text("C"))
    yield "objects-from-a-buffer.pkl", b.pickled(forged, 3)
    fields = _dict(a=_dtype("O8") + b"K\0\x86")
    yield (
        "objects-in-a-record.pkl",
        b.pickled(array(_dtype("V8", *state(0, names=b.text("a") + b"\x85", fields=fields, size=8))), 3),
    )
    far = _dict(a=_dtype("f8") + _number(1 << 20) + b"\x86")
    yield (
        "beyond-the-record.pkl",
        b.pickled(_dtype("V8", *state(0, names=b.text("a") + b"\x85", fields=far, size=8)), 3),
    )
    yield "flags-of-objects.pkl", b.pickled(_dtype("V8", *state(1, size=8)), 3)


@register(MAKERS, "arrays that joblib measures otherwise", "joblib")
def measured(mark: str) -> Iterator[tuple[str, Content]]:
    bad = b"0" + b.mkdir(mark) + b"."

    def hidden(wrapper: bytes, *, real: int = 5) -> bytes:
        """What is passed over as `real` bytes of numbers; who passes over fewer takes the payload for a text."""
        return (
            b.pickled(wrapper + b"B" + struct.pack("<I", len(bad)) + bad, 3).removesuffix(b".")[: -len(bad)]
            + bad
            + b"0."
        )

    shape = b"K\x05\x85"
    plain = _dtype("u1")
    made = b.call(b.name("copyreg", "_reconstructor"), WRAPPER, b.name("builtins", "object"), b"N")
    yield "made-otherwise.joblib", hidden(made + _array(shape, plain) + b"b")
    index = b.call(b.name("pandas.core.indexes.base", "_new_Index"), WRAPPER, b"}")
    yield "made-as-an-index.joblib", hidden(index + _array(shape, plain) + b"b")
    items = _array(shape, plain)[2:]
    ordered = b.call(b.name("collections", "OrderedDict")) + b"(" + items
    yield "state-of-another-kind.joblib", hidden(_MADE + ordered + b"b")
    filler = b"".join(b.text(f"f{i}") + b"K\0" for i in range(300))
    late = b"}(" + b.text("shape") + b"K\0\x85" + filler + b"u" + b"(" + items
    yield "told-late.joblib", hidden(_MADE + late + b"b")
    aligned = _array(b"K\x05\x85", plain, numpy_array_alignment_bytes=b"G" + struct.pack(">d", 16.0))
    yield (
        "aligned-otherwise.joblib",
        b.pickled(_MADE + aligned + b"b" + b"\x06B" + struct.pack("<I", 5 + len(bad)) + b"\0" * 6 + bad, 3),
    )
    for code, size, n in (("f", 4, 2), ("d", 8, 1), ("S1", 5, 1), ("V1", 5, 1)):
        state = (b"K\x03", b.text("|"), b"N", b"N", b"N", _number(size), b"K\x01", b"K\0")
        dtype = _dtype(code, *state) if code[1:] else _dtype(code)
        yield f"width-of-{code}.joblib", hidden(_MADE + _array(b"K" + bytes([n]) + b"\x85", dtype) + b"b")


@register(MAKERS, "pickles past where a scanner looks", "pickle")
def far_away(mark: str) -> Iterator[tuple[str, Content]]:
    for n in (70_000, 2 << 20):
        yield f"long-text-{n}.bin", b"S'" + b"a" * n + b"'\n0cos\nmkdir\n(V" + mark.encode() + b"\ntR."
        yield f"long-comment-{n}.dat", b"V" + b"a" * n + b"\n0cos\nmkdir\n(V" + mark.encode() + b"\ntR."
    yield "behind-one-line.txt", b"I1\n" + b"0I1\n" * 20_000 + b"0" + b"cos\nmkdir\n(V" + mark.encode() + b"\ntR."
    for name, raw in (("bz2", bz2.compress(b"text")), ("xz", lzma.compress(b"text"))):
        yield f"behind.{name}", raw + payload(mark, 2)


@register(MAKERS, "one file for two readers", "configuration")
def two_kinds(mark: str) -> Iterator[tuple[str, Content]]:
    remote = {"auto_map": {"AutoModel": "m.Net"}, "learner": BOOSTER}
    yield "booster", {"config.json": json.dumps(remote).encode()}
    both = {"chat_template": TEMPLATES["cycler"], "learner": BOOSTER}
    yield "booster-template", {"tokenizer_config.json": json.dumps(both).encode()}
    trees = "tree\nversion=v4\nmax_feature_idx=0\n"
    yield "trees", {"chat_template.jinja": (trees + ESCAPE + "\nend of trees\n").encode()}
    yield "object", {"chat_template.jinja": json.dumps({"x": ESCAPE}).encode()}
    yield "table", {"chat_template.jinja": b"PAR1" + ESCAPE.encode()}
    yield "digits", {"chat_template.jinja": b"\0\0\x08\x01" + ESCAPE.encode()}
    yield "program", {"setup.py": b"PAR1 = __import__('os').mkdir('" + mark.encode() + b"')\n"}
    yield "shell", {"run.sh": b"PAR1=1; mkdir " + mark.encode() + b"\n"}
    yield "notebook", {"train.ipynb": json.dumps({"cells": [{"source": ["import os"]}]}).encode()}
    yield "objects-in-a-table", {"x.yaml": b"PAR1: !!python/object/apply:os.mkdir [" + mark.encode() + b"]\n"}
    lines = (b"a line of text\n" * 5000)[: (1 << 16) - 1] + b"\n"
    yield "text", {"m.bin": lines + b"\x89HDF\r\n\x1a\n" + b"\0" * 96}


@register(MAKERS, "other ways to have code imported", "configuration")
def imported(mark: str) -> Iterator[tuple[str, Content]]:
    yield "tag", {"x.yaml": b"%TAG ! tag:yaml.org,2002:python/\n---\n!object/apply:os.mkdir [x]\n"}
    yield "percent", {"x.yaml": b"!!%70ython/object/apply:os.mkdir [x]\n"}
    yield "percent-verbatim", {"x.yaml": b"!<tag:yaml.org,2002:%70ython/object/apply:os.mkdir> [x]\n"}
    yield "hydra", {"conf.yaml": b"model:\n  _target_: os.mkdir\n  path: x\n"}
    yield "mlflow", {"MLmodel": b"flavors:\n  python_function:\n    loader_module: mine\n    code: code\n"}
    modules = [{"idx": 0, "name": "0", "path": "", "type": "mine.models.Transformer"}]
    yield "modules", {"modules.json": json.dumps(modules).encode()}
    kernel = {"model_type": "llama", "_attn_implementation": "somebody/kernels"}
    yield "kernels", {"config.json": json.dumps(kernel).encode()}
    peft = {"peft_type": "LORA", "auto_mapping": {"base_model_class": "Net", "parent_library": "mine.models"}}
    yield "adapter", {"adapter_config.json": json.dumps(peft).encode()}
    for where in ("../other/weights.bin", "/etc/hostname"):
        index = {"metadata": {}, "weight_map": {"w": where}}
        yield f"index-{len(where)}", {"model.safetensors.index.json": json.dumps(index).encode()}


@register(MAKERS, "kinds that are not followed to their end", "archive")
def unfollowed(mark: str) -> Iterator[tuple[str, Content]]:
    bad = payload(mark, 4)
    yield "cut.png", b"\x89PNG\r\n\x1a\n" + bad
    yield "cut.jpg", b"\xff\xd8\xff\xe0" + bad
    yield "cut.parquet", b"PAR1" + bad
    yield "short.idx", b"\0\0\x08\x01\0\0\0\x02" + bad
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    one = out.getvalue()
    two = io.BytesIO()
    with tarfile.open(fileobj=two, mode="w") as archive:
        info = tarfile.TarInfo("m.pkl")
        info.size = len(bad)
        archive.addfile(info, io.BytesIO(bad))
    yield "second-behind.tar", one + two.getvalue()
    yield "behind-a-broken-header.tar", one[:512] + b"x" * 512 + two.getvalue()
    entry = b.zipped({"a/data.pkl": bad})
    at = entry.index(b"PK\x01\x02")
    end = entry.index(b"PK\x05\x06")
    central = entry[at : at + 32] + struct.pack("<H", 65000) + entry[at + 34 : end] + b"c" * 65000
    tail = entry[end : end + 12] + struct.pack("<I", len(central)) + entry[end + 16 :]
    moved = b"a line of text\n"
    yield "behind-a-text.bin", moved + entry[:at] + central + tail
    inner = moved + b.zipped({"a/data.pkl": bad})
    yield "member-of-two-kinds.zip", b.zipped({"notes.txt": inner})


@register(MAKERS, "members that a loader opens and a scanner passes over", "torch")
def members(mark: str) -> Iterator[tuple[str, Content]]:
    bad, good = payload(mark, 2), b.checkpoint(pickle.dumps({}, 2))
    format = {"archive/archive_format": b"pt2", "archive/version": b"0"}
    yield "legacy-before-a-zip.pt2", b.zipped({**format, "archive/data/sample_inputs/model.pt": bad + good})
    yield "compiled.pt2", b.zipped({**format, "archive/data/aotinductor/model/x.o": b"\x7fELF"})
    script = {"m/version": b"3", "m/constants.pkl": b"\x80\x02).", "m/data.pkl": b"\x80\x02}."}
    yield (
        "spaced.pt",
        b.zipped({**script, "m/code/__torch__.py": b"def f(x):\n  return torch . from_file('/etc/hostname')\n"}),
    )
    yield (
        "renamed.pt",
        b.zipped({**script, "m/code/__torch__.py": b"def f(x):\n  t = torch\n  return t.from_file('/x')\n"}),
    )
    yield (
        "renamed-ops.pt",
        b.zipped({**script, "m/code/__torch__.py": b"def f(x):\n  o = ops\n  return o.mine.run(x)\n"}),
    )
    yield (
        "foreign-class.pt",
        b.zipped(
            {**script, "m/data.pkl": b"\x80\x02" + b.name("__torch__.torch.classes.dist_c10d", "Store") + b")\x81."}
        ),
    )
    yield "more.pt", b.zipped({**script, "m/extra/more": bad})


@register(MAKERS, "places in a graph that are not looked at", "onnx")
def places(mark: str) -> Iterator[tuple[str, Content]]:
    outside = b.field(14, 1) + b.field(13, b.field(1, "location") + b.field(2, "../../outside.bin"))
    tensor = b.tensor("w", [4], more=outside)
    attribute = b.field(1, "value") + b.field(20, 4) + b.field(5, tensor)

    def model(function: bytes, graph_node: bytes | None = None) -> bytes:
        graph = b.field(1, graph_node or b.node("F", ["x"], ["y"], domain="own")) + b.field(2, "g")
        graph += b.field(11, b.value_info("x", 4)) + b.field(12, b.value_info("y", 4))
        sets = b.field(8, b.field(1, "") + b.field(2, 17)) + b.field(8, b.field(1, "own") + b.field(2, 1))
        return b.field(1, 8) + b.field(7, graph) + sets + (b.field(25, function) if function else b"")

    head = b.field(1, "F") + b.field(10, "own") + b.field(4, "x") + b.field(5, "y")
    constant = b.node("Constant", [], ["c"], attributes=b.field(5, attribute))
    add = b.node("Add", ["x", "c"], ["y"])
    yield "constant-of-a-function.onnx", model(head + b.field(7, constant) + b.field(7, add))
    default = b.field(11, attribute)
    by_name = b.node("Constant", [], ["c"], attributes=b.field(5, b.field(1, "value") + b.field(21, "value")))
    yield "default-of-a-function.onnx", model(head + default + b.field(7, by_name) + b.field(7, add))
    branch = b.field(1, b.node("Evil", [], ["z"], domain="other")) + b.field(2, "b")
    graph = b.field(1, "then_branch") + b.field(20, 5) + b.field(6, branch)
    yield "graph-as-a-default.onnx", model(head + b.field(11, graph) + b.field(7, b.node("Identity", ["x"], ["y"])))


@register(MAKERS, "trees without end", "boosters")
def endless(mark: str) -> Iterator[tuple[str, Content]]:
    tree = {
        "tree_param": {"num_nodes": "3", "num_feature": "1"},
        "left_children": [1, 0, -1],
        "right_children": [2, 0, -1],
        "parents": [2147483647, 0, 0],
        "split_indices": [0, 0, 0],
        "split_conditions": [0.5, 0.5, 0.5],
        "default_left": [0, 0, 0],
    }
    booster = {"name": "gbtree", "model": {"trees": [tree], "tree_info": [0]}}
    learner = {"learner_model_param": {"num_feature": "1"}, "gradient_booster": booster}
    yield "circle.json", json.dumps({"learner": learner, "version": [3, 0, 0]}).encode()
    linear = {"name": "gblinear", "model": {"weights": [0.5]}}
    learner = {"learner_model_param": {"num_feature": "1000", "num_class": "0"}, "gradient_booster": linear}
    yield "weights.json", json.dumps({"learner": learner, "version": [3, 0, 0]}).encode()
    text = (
        "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 0\n"
        "threshold=0.5 0.2\ndecision_type=2 2\nleft_child=1 0\nright_child=-1 -2\nleaf_value=1 2 3\n\nend of trees\n"
    )
    yield "circle.txt", text.encode()
    category = text.replace("left_child=1 0", "left_child=1 -3").replace("decision_type=2 2", "decision_type=1 2")
    category = category.replace("threshold=0.5", "threshold=900000")
    yield "category.txt", category.encode()


@register(MAKERS, "functions of its own library", "skops")
def functions(mark: str) -> Iterator[tuple[str, Content]]:
    def schema(node: dict[str, object]) -> bytes:
        return b.zipped({"schema.json": json.dumps({"protocol": 2, **node}).encode()})

    def function(module: str, name: str) -> dict[str, object]:
        return {"__class__": name, "__module__": module, "__loader__": "FunctionNode"}

    yield "import.skops", schema(function("sklearn.utils.discovery", "import_module"))
    yield "client.skops", schema(function("sklearn.callback._transport", "Client"))
    inner = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    method = {
        **function("builtins", "list"),
        "__loader__": "MethodNode",
        "content": {"obj": inner, "func": "__class__"},
    }
    yield "method.skops", schema(method)
