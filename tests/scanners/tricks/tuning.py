"""Families of tricks that the readers were made with, one maker a family and format."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from . import build as b
from .build import Content, Makers, register

MAKERS: Makers = []

PLAIN = (
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("subprocess", "check_output"),
    ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"), ("builtins", "__import__"),
    ("builtins", "compile"), ("builtins", "open"), ("importlib", "import_module"), ("runpy", "_run_code"),
    ("shutil", "rmtree"), ("socket", "socket"), ("webbrowser", "open"), ("sys", "exit"), ("marshal", "loads"),
    ("types", "FunctionType"), ("types", "CodeType"), ("operator", "attrgetter"), ("functools", "partial"),
    ("torch.hub", "load"), ("torch", "load"), ("pickle", "loads"), ("_pickle", "loads"), ("joblib", "load"),
    ("numpy", "load"), ("pty", "spawn"), ("cloudpickle.cloudpickle", "_make_function"), ("dill._dill", "_create_function"),  # noqa: E501
    ("__main__", "Payload"), ("mypackage.models", "Net"),
)  # fmt: skip


class _Payload:
    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        import os

        return os.mkdir, (self.mark,)


def payload(mark: str, protocol: int) -> bytes:
    """What pickle itself writes of an object that makes the folder when it is opened."""
    return pickle.dumps({"w": [1.0, _Payload(mark)]}, protocol)


@register(MAKERS, "plain callables", "pickle")
def plain(mark: str) -> Iterator[tuple[str, Content]]:
    for protocol in range(6):
        yield f"protocol-{protocol}.pkl", payload(mark, protocol)
    for i, (module, name) in enumerate(PLAIN):
        look_up = b.stacked(module, name) if i % 2 else b.name(module, name)
        yield f"plain-{module}.{name}.pkl", b.pickled(b.call(look_up, b.text(mark)))
    yield "inst.pkl", b"(V" + mark.encode() + b"\nios\nmkdir\n."
    yield "obj.pkl", b.pickled(b"(" + b.name("os", "mkdir") + b.text(mark) + b"o", 1)
    yield "newobj.pkl", b.pickled(b.name("subprocess", "Popen") + b.text("true") + b"\x85\x81")
    yield "newobj-ex.pkl", b.pickled(b.name("subprocess", "Popen") + b.text("true") + b"\x85}\x92")
    yield "looked-up-only.pkl", b.pickled(b.name("os", "system"))
    yield "python-2.pkl", b.pickled(b.call(b.name("__builtin__", "eval"), b.text(b.code(mark))), 2)


@register(MAKERS, "names built on the stack", "pickle")
def built(mark: str) -> Iterator[tuple[str, Content]]:
    run = b"(" + b.text(mark) + b"tR"
    decoy = b.short("collections") + b.short("OrderedDict")
    yield "memo.pkl", b.pickled(b.short("mkdir") + b"\x94" + b.short("os") + b"\x940h\x01h\x00\x93" + run)
    yield "decoys-popped.pkl", b.pickled(b.short("os") + b.short("mkdir") + decoy + b"00\x93" + run)
    yield "decoys-under-a-mark.pkl", b.pickled(b"(" + decoy + b"1" + b.short("os") + b.short("mkdir") + b"\x93" + run)
    yield "put-over-memo.pkl", b.pickled(
        b.short("collections") + b"q\x00" + b.short("OrderedDict") + b"q\x0100"
        + b.short("os") + b"q\x00" + b.short("mkdir") + b"q\x0100h\x00h\x01\x93" + run
    )  # fmt: skip
    yield (
        "put-and-memoize.pkl",
        b.pickled(
            b.short("os")
            + b"q\x05"
            + b.short("mkdir")
            + b"\x94"
            + b.short("collections")
            + b"\x94000h\x05h\x01\x93"
            + run
        ),
    )
    yield "dup.pkl", b.pickled(b.short("os") + b"2" + b"0" + b.short("mkdir") + b"\x93" + run)
    yield (
        "long-unicode.pkl",
        b.pickled(b"\x8d" + struct.pack("<Q", 2) + b"os" + b"\x8d" + struct.pack("<Q", 5) + b"mkdir\x93" + run),
    )
    yield (
        "long-put.pkl",
        b.pickled(b.short("os") + b"r\x00\x01\x00\x00" + b.short("mkdir") + b"\x940j\x00\x01\x00\x00h\x01\x93" + run),
    )
    yield (
        "text-of-a-call.pkl",
        b.pickled(b.call(b.name("builtins", "str"), b.short("os")) + b.short("mkdir") + b"\x93" + run),
    )
    yield "dotted.pkl", b.pickled(b.call(b.stacked("os", "path.os.mkdir"), b.text(mark)))


@register(MAKERS, "nested pickles", "pickle")
def nested(mark: str) -> Iterator[tuple[str, Content]]:
    inner = payload(mark, 2)
    raw = b"B" + struct.pack("<I", len(inner)) + inner
    yield "loads.pkl", b.pickled(b.call(b.name("pickle", "loads"), raw))
    yield "torch-bytes.pkl", b.pickled(b.call(b.name("torch.storage", "_load_from_bytes"), raw))
    big = b"B" + struct.pack("<I", len(inner) + (2 << 20)) + inner + b"\0" * (2 << 20)
    yield "torch-bytes-large.pkl", b.pickled(b.call(b.name("torch.storage", "_load_from_bytes"), big))
    zipped = b.checkpoint(inner)
    raw = b"B" + struct.pack("<I", len(zipped)) + zipped
    yield "torch-archive.pkl", b.pickled(b.call(b.name("torch.storage", "_load_from_bytes"), raw))
    yield (
        "sklearn-state.pkl",
        b.pickled(
            b.name("sklearn.linear_model._base", "LinearRegression")
            + b")\x81}"
            + b.text("coef_")
            + b.mkdir(mark)
            + b"sb"
        ),
    )


@register(MAKERS, "appended streams", "pickle")
def appended(mark: str) -> Iterator[tuple[str, Content]]:
    good, bad = pickle.dumps({"a": 1}), payload(mark, 4)
    yield "second.pkl", good + bad
    yield "hundredth.pkl", good * 100 + bad
    yield "behind-zeros.pkl", good + b"\0" * 64 + bad
    yield "zip-behind.pkl", good + b.checkpoint(bad)
    yield "noise-behind.pkl", good + bytes(range(200, 256)) * 10


@register(MAKERS, "frames that readers leave at other places", "pickle")
def frames(mark: str) -> Iterator[tuple[str, Content]]:
    def framed(body: bytes, size: int | None = None) -> bytes:
        return b"\x95" + struct.pack("<Q", len(body) if size is None else size) + body

    run = b.mkdir(mark)
    yield "argument-across.pkl", b"\x80\x04" + framed(b.text("collections") + b.text("x" * 40), 30) + b"0" + run + b"."
    # From a file, the C unpickler drops "AAAA" and reads on behind the frame; others read a text across its end.
    hidden = b"X" + struct.pack("<I", 8) + b"AAAA"
    yield "dropped-rest.pkl", b"\x80\x04" + framed(hidden) + b"BBBBBBBB" + b"0N."
    yield "frame-in-frame.pkl", b"\x80\x04" + framed(framed(b"N", 1) + b"0" + run + b".", 64) + b"\0" * 20
    yield "frame-too-long.pkl", b"\x80\x04" + framed(b"]" + run + b".", 1 << 40)
    yield "line-across.pkl", b"\x80\x04" + framed(b"ccollec", 7) + b"tions\nOrderedDict\n0N."
    yield "empty-frames.pkl", b"\x80\x04" + framed(b"") * 10 + run + b"."


@register(MAKERS, "extension codes", "pickle")
def extensions(mark: str) -> Iterator[tuple[str, Content]]:
    yield "ext1.pkl", b.pickled(b.call(b"\x82\x01", b.text(mark)))
    yield "ext2.pkl", b.pickled(b.call(b"\x83\x01\x01", b.text(mark)))
    yield "ext4.pkl", b.pickled(b.call(b"\x84\x01\x01\x01\x00", b.text(mark)))
    add = b.call(b.name("copyreg", "add_extension"), b.short("os"), b.short("mkdir"), b"K\x7f")
    yield "registered-first.pkl", b.pickled(add + b"0" + b.call(b"\x82\x7f", b.text(mark)))


@register(MAKERS, "billion laughs", "pickle")
def laughs(mark: str) -> Iterator[tuple[str, Content]]:
    tuples, lists = b"N", b"]"
    for _ in range(40):
        tuples += b"2\x86"
    yield "tuples-doubled.pkl", b.pickled(tuples)
    yield "hashed.pkl", b.pickled(b"}" + tuples + b"Ns")
    for i in range(12):
        lists += b"\x94" + b"](" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"e"
    yield "lists-by-ten.pkl", b.pickled(b"0]" + lists[1:] if False else lists)
    dicts = b"}"
    for i in range(12):
        dicts += b"\x94}(" + b"".join(b.short(f"k{j}") + b"h" + bytes([i]) for j in range(10)) + b"u"
    yield "dicts-by-ten.pkl", b.pickled(dicts)
    yield "in-a-checkpoint.pt", b.checkpoint(b.pickled(tuples, 2))


@register(MAKERS, "payloads in checkpoints", "torch")
def checkpoints(mark: str) -> Iterator[tuple[str, Content]]:
    for protocol in (2, 4, 5):
        yield f"protocol-{protocol}.pt", b.checkpoint(payload(mark, protocol))
    yield "deflated.pth", b.zipped({"m/data.pkl": payload(mark, 2), "m/version": b"3"}, zipfile.ZIP_DEFLATED)
    yield "other-pickle.pt", b.checkpoint(pickle.dumps({}, 2), {"extra.pkl": payload(mark, 2)})
    yield "other-name.pt", b.checkpoint(pickle.dumps({}, 2), {"extra.txt": payload(mark, 2)})
    yield "no-root.bin", b.zipped({"data.pkl": payload(mark, 2), "version": b"3"})
    yield "archive-inside.pt", b.checkpoint(pickle.dumps({}, 2), {"extra/inner.pt": b.checkpoint(payload(mark, 2))})
    yield "whole-module-of-its-own.pt", b.checkpoint(b.pickled(b.name("__main__", "Net") + b")\x81", 2))
    yield "behind-the-pickle.pt", b.checkpoint(pickle.dumps({}, 2) + payload(mark, 2))


@register(MAKERS, "payloads in older torch files", "torch")
def legacy(mark: str) -> Iterator[tuple[str, Content]]:
    magic, rest = (
        pickle.dumps(0x1950A86A20F9469CFC6C, 2),
        (pickle.dumps(1001, 2), pickle.dumps({"little_endian": True}, 2)),
    )
    yield "object.pt", magic + b"".join(rest) + payload(mark, 2) + pickle.dumps([], 2)
    yield "system.pt", magic + rest[0] + payload(mark, 2) + pickle.dumps({}, 2) + pickle.dumps([], 2)
    yield "keys.pt", magic + b"".join(rest) + pickle.dumps({}, 2) + payload(mark, 2)
    yield "behind-storages.pt", magic + b"".join(rest) + pickle.dumps({}, 2) + pickle.dumps([], 2) + payload(mark, 2)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            body = payload(mark, 2) if name == "pickle" else pickle.dumps(0, 2)
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    yield "tar.pt", out.getvalue()


@register(MAKERS, "packed pickles", "joblib")
def packed(mark: str) -> Iterator[tuple[str, Content]]:
    raw = payload(mark, 4)
    yield "plain.joblib", raw
    yield "zlib.joblib", zlib.compress(raw)
    yield "gzip.joblib", gzip.compress(raw, mtime=0)
    yield "bz2.joblib", bz2.compress(raw)
    yield "xz.joblib", lzma.compress(raw)
    yield "lzma.joblib", lzma.compress(raw, format=lzma.FORMAT_ALONE)
    yield "twice.joblib", gzip.compress(zlib.compress(raw), mtime=0)
    yield "trailing.joblib", zlib.compress(pickle.dumps({})) + raw
    wrapper = b.name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}("
    for key, value in (
        ("subclass", b.name("numpy", "ndarray")),
        ("shape", b"K\x01\x85"),
        ("order", b.text("C")),
        ("allow_mmap", b"\x89"),
    ):
        wrapper += b.text(key) + value
    for called, code in (("objects", "O8"), ("numbers", "f8")):
        dtype = b.call(b.name("numpy", "dtype"), b.text(code), b"\x89", b"\x88")
        behind = raw if code == "O8" else b"\0" * 8
        body = (
            wrapper + b.text("dtype") + dtype + b"ub" + behind + (b"" if code == "O8" else b"0" + b.mkdir(mark)) + b"."
        )
        yield f"array-of-{called}.joblib", b"\x80\x04" + body
    yield "bomb.joblib", zlib.compress(b"\x80\x04" + b"N0" * (70 << 20), 9)


@register(MAKERS, "arrays of objects", "numpy")
def arrays(mark: str) -> Iterator[tuple[str, Content]]:
    raw = payload(mark, 2)
    yield "objects.npy", b.npy("|O", (1,), raw)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.npy", b.npy("<f8", (1,), b"\0" * 8))
        archive.writestr("y.npy", b.npy("|O", (1,), raw))
    yield "objects.npz", out.getvalue()
    yield "pickle.npy", raw
    yield "record-of-objects.npy", b.npy([("a", "<i4"), ("b", "|O")], (1,), raw)  # type: ignore[arg-type]
    yield "header-of-code.npy", b.npy("__import__('os')", (1,), b"")
    yield "huge.npy", b.npy("<f8", (1 << 40, 1 << 20), b"\0" * 64)
    yield "member-of-pickle.npz", b.zipped({"x.npy": b.npy("<f8", (1,), b"\0" * 8), "y.npy": raw})


@register(MAKERS, "layers of code", "keras")
def lambdas(mark: str) -> Iterator[tuple[str, Content]]:
    value = base64.b64encode(b"\xe3\0").decode()
    new = b.keras_layer("Lambda", {"function": {"class_name": "__lambda__", "config": {"code": value}}})
    old = {
        "class_name": "Lambda",
        "config": {"function": [value, None, None], "function_type": "lambda", "module": "__main__"},
    }
    yield "lambda.keras", b.keras_zip(b.keras_model(new))
    yield "lambda-in-h5-config.json", json.dumps({"class_name": "Sequential", "config": {"layers": [old]}}).encode()
    yield "lambda-in-a-wrapper.keras", b.keras_zip(b.keras_model(b.keras_layer("Bidirectional", {"layer": new})))
    yield "lambda-in-a-model.keras", b.keras_zip(b.keras_model(b.keras_model(new)))


@register(MAKERS, "objects of other modules", "keras")
def custom(mark: str) -> Iterator[tuple[str, Content]]:
    yield "os.keras", b.keras_zip(b.keras_model(b.keras_layer("system", {}, module="os")))
    function = {"class_name": "function", "config": "mkdir", "module": "os", "registered_name": "mkdir"}
    yield "function-of-os.keras", b.keras_zip(b.keras_model(b.keras_layer("Dense", {"activation": function})))
    yield (
        "custom-class.keras",
        b.keras_zip(b.keras_model(b.keras_layer("Mine", {}, module=None, registered="Pkg>Mine"))),
    )
    yield "custom-module.keras", b.keras_zip(b.keras_model(b.keras_layer("Mine", {}, module="mine.layers")))
    yield (
        "unknown-class.json",
        json.dumps({"class_name": "Sequential", "config": [{"class_name": "Mine", "config": {}}]}).encode(),
    )
    yield "pickle-inside.keras", b.keras_zip(b.keras_model(), {"assets/x.pkl": payload(mark, 4)})


@register(MAKERS, "operators that need code", "onnx")
def operators(mark: str) -> Iterator[tuple[str, Content]]:
    for domain, op in (("evil.ops", "Run"), ("ai.onnx.contrib", "PyOp"), ("com.example", "Relu"), ("", "Exec")):
        yield (
            f"{domain or 'own'}-{op}.onnx",
            b.onnx([b.node(op, ["x"], ["y"], domain=domain)], domains=[domain] if domain else []),
        )
    branch = b.field(1, b.node("Run", ["x"], ["z"], domain="evil.ops")) + b.field(2, "b")
    inside = b.field(5, b.field(1, "then_branch") + b.field(6, branch))
    yield "custom-inside-if.onnx", b.onnx([b.node("If", ["c"], ["y"], attributes=inside)])


@register(MAKERS, "data outside the folder", "onnx")
def outside(mark: str) -> Iterator[tuple[str, Content]]:
    add = b.node("Add", ["x", "w"], ["y"])
    for called, location in (
        ("absolute", "/etc/passwd"), ("upwards", "../../etc/passwd"), ("inside-upwards", "a/../../b"),
        ("backslash", "..\\..\\x"), ("url", "file:///etc/passwd"), ("missing", "nothing.bin"), ("empty", ""),
    ):  # fmt: skip
        yield f"{called}.onnx", b.onnx([add], [b.external("w", [4], location=location)])
    model = b.onnx([add], [b.external("w", [4], location="w.bin")])
    yield "pickle-beside.onnx", {"pickle-beside.onnx": model, "w.bin": payload(mark, 2)}
    attribute = b.field(5, b.field(1, "value") + b.field(5, b.external("", [4], location="/etc/passwd")))
    yield "in-a-constant.onnx", b.onnx([b.node("Constant", [], ["w"], attributes=attribute), add])


@register(MAKERS, "branches on inputs", "onnx")
def branches(mark: str) -> Iterator[tuple[str, Content]]:
    def graph(op: str, out: str) -> bytes:
        return b.field(1, b.node(op, ["x"], [out])) + b.field(2, op) + b.field(12, b.value_info(out, 1, 4))

    both = b.field(5, b.field(1, "then_branch") + b.field(6, graph("Relu", "p")))
    both += b.field(5, b.field(1, "else_branch") + b.field(6, graph("Neg", "q")))
    chain = [b.node("ReduceMax", ["x"], ["m"]), b.node("Greater", ["m", "t"], ["c"])]
    yield "if.onnx", b.onnx([*chain, b.node("If", ["c"], ["y"], attributes=both)], [b.tensor("t", [], b"\0" * 4)])
    body = b.field(5, b.field(1, "body") + b.field(6, graph("Relu", "p")))
    yield (
        "loop.onnx",
        b.onnx([*chain, b.node("Loop", ["", "c"], ["y"], attributes=body)], [b.tensor("t", [], b"\0" * 4)]),
    )
    yield "scan.onnx", b.onnx([b.node("Scan", ["x"], ["y"], attributes=body)])


@register(MAKERS, "headers out of proportion", "safetensors")
def headers(mark: str) -> Iterator[tuple[str, Content]]:
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    yield "length-lies.safetensors", b.safetensors({"w": entry}, b"\0" * 8, length=1 << 40)
    yield "overlap.safetensors", b.safetensors({"a": entry, "b": entry}, b"\0" * 8)
    yield "hole.safetensors", b.safetensors({"a": {**entry, "data_offsets": [8, 16]}}, b"\0" * 16)
    yield "beyond.safetensors", b.safetensors({"a": {**entry, "data_offsets": [0, 800], "shape": [200]}}, b"\0" * 8)
    yield "shape-lies.safetensors", b.safetensors({"a": {**entry, "shape": [3]}}, b"\0" * 8)
    yield "not-json.safetensors", b.safetensors('{"a": ', b"\0" * 8)
    yield "disguised.safetensors", payload(mark, 4)
    yield "cut.safetensors", b.safetensors({"w": entry}, b"\0" * 5)


@register(MAKERS, "code in torch's archives", "torchscript")
def scripts(mark: str) -> Iterator[tuple[str, Content]]:
    def script(code: str, data: bytes = b"\x80\x02c__torch__\nM\n)\x81.") -> bytes:
        body = {
            "m/data.pkl": data,
            "m/constants.pkl": b"\x80\x02).",
            "m/version": b"3",
            "m/code/__torch__.py": code.encode(),
        }
        return b.zipped(body)

    yield "from-file.pt", script("def forward(self):\n  return torch.from_file('/etc/passwd')\n")
    yield "foreign-operator.pt", script("def forward(self):\n  return ops.mine.run(x)\n")
    yield "pickle.pt", script("", payload(mark, 2))
    yield "saved.pt", script("def forward(self):\n  torch.save(x, '/tmp/x')\n")


@register(MAKERS, "code in torch's archives", "torch.export")
def exports(mark: str) -> Iterator[tuple[str, Content]]:
    def export(graph: object, more: dict[str, bytes] | None = None) -> bytes:
        body = {"m/archive_format": b"pt2", "m/models/model.json": json.dumps(graph).encode(), **(more or {})}
        return b.zipped(body)

    yield "target.pt2", export({"nodes": [{"target": "torch.os.mkdir"}]})
    yield "target-through-ops.pt2", export({"nodes": [{"target": "torch.ops.aten.__class__.os.mkdir"}]})
    yield "custom-operator.pt2", export({"nodes": [{"target": "torch.ops.mine.run.default"}]})
    yield "expression.pt2", export({"range": [{"expr_str": b.code(mark)}]})
    yield "guard.pt2", export({"guards_code": [f"L['x'] == {b.code(mark)}"]})
    yield "pickled-payload.pt2", export({"w": {"use_pickle": True, "path_name": "w_0"}})
    yield "library.pt2", export({}, {"m/data/aotinductor/model.so": b"\x7fELF"})
    yield "pickled-weights.pt2", export({}, {"m/data/weights/w.pt": b.checkpoint(payload(mark, 2))})


@register(MAKERS, "templates that reach into Python", "gguf")
def templates(mark: str) -> Iterator[tuple[str, Content]]:
    for called, body in TEMPLATES.items():
        yield f"{called}.gguf", b.gguf({"general.architecture": "llama", "tokenizer.chat_template": body})
    yield (
        "second-template.gguf",
        b.gguf(
            {
                "tokenizer.chat_template": "{{ messages[0]['content'] }}",
                "tokenizer.chat_template.tool_use": TEMPLATES["class"],
            }
        ),
    )


TEMPLATES = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('true').read() }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('true').read() }}",
    "self": "{{ self._TemplateReference__context }}",
    "item": "{{ messages['__class__'] }}",
    "concatenated": "{{ messages['__cl' ~ 'ass__'] }}",
    "added": "{{ messages['__cl' + 'ass__'] }}",
    "attr": "{{ messages|attr('__class__') }}",
    "joiner": "{% set j = joiner.__init__ %}",
    "unknown-call": "{{ strange_function(messages) }}",
}


@register(MAKERS, "templates that reach into Python", "chat template")
def configured(mark: str) -> Iterator[tuple[str, Content]]:
    for called, body in TEMPLATES.items():
        yield f"config-{called}", {"tokenizer_config.json": json.dumps({"chat_template": body}).encode()}
    yield "file", {"chat_template.jinja": TEMPLATES["cycler"].encode()}


@register(MAKERS, "headers out of proportion", "gguf")
def gguf_headers(mark: str) -> Iterator[tuple[str, Content]]:
    yield "cut.gguf", b.gguf({"general.architecture": "llama"})[:30]
    yield (
        "text-too-long.gguf",
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + b.gguf_text("a") + struct.pack("<IQ", 8, 1 << 50),
    )
    yield (
        "array-too-long.gguf",
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + b.gguf_text("a") + struct.pack("<IIQ", 9, 4, 1 << 50),
    )
    yield "tensors-too-many.gguf", b.gguf({"a": "b"}, n_tensors=1 << 60)


@register(MAKERS, "archives that reach out or swell", "archive")
def archives(mark: str) -> Iterator[tuple[str, Content]]:
    yield "slip.zip", b.zipped({"../../x": b"x"})
    yield "absolute.zip", b.zipped({"/etc/x": b"x"})
    yield "bomb.zip", b.zipped({"zeros": b"\0" * (32 << 20)}, zipfile.ZIP_DEFLATED)
    inner = b.zipped({"zeros": b"\0" * (4 << 20)}, zipfile.ZIP_DEFLATED)
    for _ in range(6):
        inner = b.zipped({f"{i}.zip": inner for i in range(4)}, zipfile.ZIP_DEFLATED)
    yield "zips-in-zips.zip", inner
    yield "pickle.zip", b.zipped({"weights/model.bin": payload(mark, 4)})
    yield "before-the-archive.zip", payload(mark, 4) + b.zipped({"a.txt": b"text"})
    yield "behind-a-picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64 + b.zipped({"data.pkl": payload(mark, 4)})
    for name in ("../x", "/etc/x"):
        info, out = tarfile.TarInfo(name), io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            archive.addfile(info, io.BytesIO())
        yield f"slip-{len(name)}.tar", out.getvalue()
    body = b.zipped({"a.txt": b"text", "b.txt": b"text"})
    hidden = b.zipped({"m/hidden.pkl": payload(mark, 2)})
    yield "hidden-member.zip", hidden[: hidden.index(b"PK\x01\x02")] + body
    yield "gzip-bomb.gz", gzip.compress(b"\0" * (200 << 20), mtime=0)


@register(MAKERS, "bytes that are no model", "boosters")
def boosters(mark: str) -> Iterator[tuple[str, Content]]:
    yield "payload.ubj", payload(mark, 4)
    yield "lengths-lie.ubj", b"{L\0\0\0\0\0\0\0\x07learner[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"
    yield "no-trees.json", b'{"learner": 3}'
    yield "deep.json", b'{"learner":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    yield "deprecated.model", b"binf" + b"\0" * 200
    yield "cut.txt", b"tree\nversion=v4\nnum_class=1\nmax_feature_idx=3\n\nTree=0\nnum_leaves=2\n"


@register(MAKERS, "types of other modules", "skops")
def skops(mark: str) -> Iterator[tuple[str, Content]]:
    def schema(module: str, cls: str, loader: str = "ObjectNode") -> bytes:
        node = {
            "__class__": cls,
            "__module__": module,
            "__loader__": loader,
            "content": {"__class__": "dict", "__module__": "builtins"},
        }
        return b.zipped({"schema.json": json.dumps(node).encode()})

    yield "os.skops", schema("os", "system", "FunctionNode")
    yield "operator.skops", schema("operator", "methodcaller", "OperatorFuncNode")
    yield "own.skops", schema("mine", "Model")
    yield "datasets.skops", schema("sklearn.datasets", "fetch_openml", "FunctionNode")
    yield "pickle.skops", b.zipped({"schema.json": b"{}", "x.pkl": payload(mark, 2)})
    yield "objects.skops", b.zipped({"schema.json": b"{}", "1.npy": b.npy("|O", (1,), payload(mark, 2))})
