"""Honest files as the libraries installed here write them, in many shapes, options and versions of the protocol.

Keras is not among them: its files are put together by hand, HDF5 by h5py where that is installed. GGUF, chat templates
and configurations are written here in the manner of published models. Every maker is given a folder and fills it.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import tarfile
import warnings
import zipfile
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np

from . import build as b

Maker = Callable[[Path], None]
MAKERS: dict[str, Maker] = {}
TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"  # noqa: E501
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "two-sides": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = "  # noqa: E501
    "messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
    "{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception("  # noqa: E501
    "'Conversation roles must alternate') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content"  # noqa: E501
    " = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = "
    "message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + "
    "' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",  # noqa: E501
    "headers": "{{- bos_token }}\n{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}\n{%- if not "  # noqa: E501
    "tools_in_user_message is defined %}{%- set tools_in_user_message = true %}{%- endif %}\n{%- if not date_string is "
    "defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- endif %}{%- endif %}\n"  # noqa: E501
    "{%- for message in messages %}{{- '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + message.content | "  # noqa: E501
    "trim + '<|eot_id|>' }}{%- endfor %}",
    "tools": "{%- macro render(tool) %}{{- tool.function.name ~ ': ' ~ (tool.function | tojson(indent=2)) }}{%- endmacro %}"  # noqa: E501
    "{%- if tools %}{%- for tool in tools %}{{ render(tool) }}{%- endfor %}{%- endif %}{%- set ns = namespace(found=false, "  # noqa: E501
    "last=messages|length - 1) %}{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}"  # noqa: E501
    "{%- if not ns.found and message.role == 'user' and message.content is string and not(message.content.startswith("
    "'<tool_response>') and message.content.endswith('</tool_response>')) %}{%- set ns.found = true %}{%- set ns.last = "  # noqa: E501
    "index %}{%- endif %}{%- endfor %}{%- for message in messages %}{%- if message.role == 'assistant' and "
    "message.tool_calls %}{%- for tool_call in message.tool_calls %}{%- if tool_call.function %}{%- set tool_call = "
    "tool_call.function %}{%- endif %}{{- '<tool_call>' + tool_call.name + (tool_call.arguments | tojson) + '</tool_call>' "  # noqa: E501
    "}}{%- endfor %}{%- else %}{{- message.content.split('</think>')[-1].lstrip('\n') }}{%- endif %}{%- if loop.last or "  # noqa: E501
    "messages[loop.index0 + 1]['role'] != 'tool' %}{{- '\n' }}{%- endif %}{%- endfor %}",
    "parts": "{% for message in messages %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{% "  # noqa: E501
    "generation %}{{ content['text'] }}{% endgeneration %}{% endfor %}{% if message['content'] is iterable and "
    "message['content'] is not string %}{{ message['content'] | map(attribute='text') | join('') }}{% endif %}{% endfor %}",  # noqa: E501
    "keys": "{% for message in messages %}{% for key, value in message.items() %}{% if key not in ['role', 'content'] %}{{ "  # noqa: E501
    "key }}={{ value | tojson }}{% endif %}{% endfor %}{{ (message.get('name') or message['role']) | upper | replace('_', "  # noqa: E501
    "'-') }}: {{ message['content'] | default('', true) }}{% endfor %}",
}


def _maker(format: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        MAKERS[f"{format}:{maker.__name__}"] = maker
        return maker

    return keep


def write(folder: Path) -> list[tuple[str, Path]]:
    """Make all of them; (format, path) of each that is to be judged."""
    made = []
    for key, maker in MAKERS.items():
        into = folder / key.replace(":", "-")
        into.mkdir(parents=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            maker(into)
        made += [(key.split(":")[0], path) for path in sorted(into.iterdir()) if not path.name.endswith(".data")]
    return made


def _modules() -> dict[str, Any]:
    from torch import nn

    return {
        "linear": nn.Linear(4, 3),
        "mlp": nn.Sequential(OrderedDict(a=nn.Linear(4, 8), b=nn.ReLU(), c=nn.Dropout(0.1), d=nn.Linear(8, 2))),
        "convolution": nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.GELU(), nn.MaxPool2d(2), nn.Flatten()),
        "lstm": nn.LSTM(4, 8, 2),
        "attention": nn.TransformerEncoderLayer(8, 2, 16),
        "embedding": nn.Embedding(10, 4),
    }


@_maker("torch")
def states(folder: Path) -> None:
    import torch

    for name, module in _modules().items():
        torch.save(module.state_dict(), folder / f"{name}.pt")
    mlp = _modules()["mlp"]
    for protocol in (2, 3, 4, 5):
        torch.save(mlp.state_dict(), folder / f"protocol-{protocol}.pth", pickle_protocol=protocol)
    for kind in (torch.float16, torch.bfloat16, torch.float64):
        torch.save(mlp.to(kind).state_dict(), folder / f"{str(kind).split('.')[1]}.pt")
    torch.save(_modules()["lstm"].state_dict(), folder / "older.pt", _use_new_zipfile_serialization=False)
    torch.save({"w": torch.ones(3, dtype=torch.int64)}, folder / "older-3.pt", _use_new_zipfile_serialization=False)


@_maker("torch")
def checkpoints(folder: Path) -> None:
    import torch

    model = _modules()["mlp"]
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    model(torch.zeros(2, 4)).sum().backward()
    optimizer.step()
    schedule.step()
    whole = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save({**whole, "epoch": 3, "losses": [0.1, 0.2], "best": None, "names": {"a", "b"}}, folder / "training.ckpt")
    torch.save({**whole, "accuracy": np.float64(0.5), "means": np.zeros(3)}, folder / "with-numpy.ckpt")
    torch.save(
        {"rng": torch.get_rng_state(), "size": torch.Size([1, 2]), "device": torch.device("cpu")}, folder / "rng.pt"
    )
    torch.save(
        [torch.zeros(2), torch.ones(2, dtype=torch.complex64), torch.zeros(2, dtype=torch.bool)], folder / "list.pt"
    )
    torch.save(torch.eye(3).to_sparse(), folder / "sparse.pt")
    torch.save(torch.nn.Parameter(torch.zeros(2)), folder / "parameter.pt")
    torch.save(torch.quantize_per_tensor(torch.zeros(4), 0.1, 0, torch.qint8), folder / "quantised.pt")
    torch.save(torch.zeros(2, dtype=torch.float8_e4m3fn), folder / "float8.pt")
    (folder / "tensor.pkl").write_bytes(pickle.dumps({"w": torch.zeros(3)}))
    torch.save(argparse_like(), folder / "arguments.pt")


def argparse_like() -> Any:
    import argparse

    return {"args": argparse.Namespace(lr=0.1, out=PurePosixPath("runs/1")), "step": 1}


@_maker("torch")
def modules(folder: Path) -> None:
    import torch

    for name, module in _modules().items():
        torch.save(module, folder / f"{name}.pt")
    torch.save(_modules()["mlp"], folder / "older.pt", _use_new_zipfile_serialization=False)


@_maker("torchscript")
def scripts(folder: Path) -> None:
    import torch

    modules = _modules()
    torch.jit.script(modules["mlp"]).save(str(folder / "scripted.pt"))
    torch.jit.trace(modules["convolution"], torch.zeros(1, 1, 8, 8)).save(str(folder / "traced.pt"))
    torch.jit.freeze(torch.jit.script(modules["mlp"].eval())).save(str(folder / "frozen.pt"))
    torch.jit.script(modules["lstm"]).save(str(folder / "lstm.pt"))


@_maker("torch.export")
def exports(folder: Path) -> None:
    import logging

    import torch

    logging.getLogger("torch.export").setLevel(logging.ERROR)
    modules = {k: m.eval() for k, m in _modules().items()}
    torch.export.save(torch.export.export(modules["mlp"], (torch.zeros(2, 4),)), folder / "fixed.pt2")
    batch = torch.export.Dim("batch")
    exported = torch.export.export(modules["mlp"], (torch.zeros(2, 4),), dynamic_shapes=({0: batch},))
    torch.export.save(exported, folder / "any-batch.pt2")
    torch.export.save(
        torch.export.export(modules["convolution"], (torch.zeros(1, 1, 8, 8),)), folder / "convolution.pt2"
    )


def _estimators() -> dict[str, Any]:
    from sklearn import (
        calibration,
        cluster,
        compose,
        decomposition,
        discriminant_analysis,
        dummy,
        ensemble,
        feature_selection,
        gaussian_process,
        impute,
        isotonic,
        kernel_ridge,
        linear_model,
        mixture,
        model_selection,
        multiclass,
        naive_bayes,
        neighbors,
        neural_network,
        pipeline,
        preprocessing,
        svm,
        tree,
    )  # fmt: skip

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 4)), np.arange(60) % 3
    scaled = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
    fitted = {
        "linear": linear_model.LinearRegression(), "logistic": linear_model.LogisticRegression(),
        "ridge": linear_model.RidgeClassifierCV(), "sgd": linear_model.SGDClassifier(),
        "lasso": linear_model.LassoLarsIC(), "forest": ensemble.RandomForestClassifier(5),
        "boosting": ensemble.GradientBoostingClassifier(n_estimators=3),
        "histogram": ensemble.HistGradientBoostingClassifier(max_iter=3), "adaboost": ensemble.AdaBoostClassifier(n_estimators=3),  # noqa: E501
        "isolation": ensemble.IsolationForest(n_estimators=5), "extra": ensemble.ExtraTreesRegressor(n_estimators=5),
        "bagging": ensemble.BaggingClassifier(n_estimators=3), "tree": tree.DecisionTreeClassifier(),
        "svc": svm.SVC(probability=True), "svr": svm.LinearSVR(), "neighbours": neighbors.KNeighborsClassifier(),
        "ball-tree": neighbors.KNeighborsClassifier(algorithm="ball_tree"), "kde": neighbors.KernelDensity(),
        "mlp": neural_network.MLPClassifier((4,), max_iter=5), "bayes": naive_bayes.GaussianNB(),
        "process": gaussian_process.GaussianProcessClassifier(), "kernel": kernel_ridge.KernelRidge(kernel="rbf"),
        "lda": discriminant_analysis.LinearDiscriminantAnalysis(), "dummy": dummy.DummyClassifier(),
        "kmeans": cluster.KMeans(n_clusters=3, n_init=1), "dbscan": cluster.DBSCAN(), "mixture": mixture.GaussianMixture(n_components=2),  # noqa: E501
        "pca": decomposition.PCA(n_components=2), "nmf": pipeline.make_pipeline(preprocessing.MinMaxScaler(), decomposition.NMF(n_components=2)),  # noqa: E501
        "scaled": scaled, "calibrated": calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2),
        "grid": model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3]}, cv=2),
        "rest": multiclass.OneVsRestClassifier(svm.LinearSVC()), "imputer": impute.SimpleImputer(),
        "columns": compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 1]), ("b", "passthrough", [2, 3])]),  # noqa: E501
        "logarithm": preprocessing.FunctionTransformer(np.log1p), "select": feature_selection.SelectKBest(k=2),
        "voting": ensemble.VotingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier())]),
        "stacking": ensemble.StackingClassifier([("a", naive_bayes.GaussianNB())], cv=2),
        "power": preprocessing.PowerTransformer(), "quantile": preprocessing.QuantileTransformer(n_quantiles=20),
        "splines": preprocessing.SplineTransformer(),
    }  # fmt: skip
    for model in fitted.values():
        model.fit(x, y)
    fitted["isotonic"] = isotonic.IsotonicRegression(out_of_bounds="clip").fit(x[:, 0], y)
    fitted["labels"] = preprocessing.LabelEncoder().fit(["a", "b", "c"])
    fitted["one-hot"] = preprocessing.OneHotEncoder().fit([["a"], ["b"]])
    return fitted


@_maker("joblib")
def estimators(folder: Path) -> None:
    import joblib

    packings: list[Any] = [0, 0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]
    for i, (name, model) in enumerate(_estimators().items()):
        joblib.dump(model, folder / f"{name}.joblib", compress=packings[i % len(packings)])


@_maker("joblib")
def arrays(folder: Path) -> None:
    import joblib

    record = np.zeros(3, dtype=[("a", "<i4"), ("b", "<f8", (2,)), ("c", "U5")])
    joblib.dump({"a": np.arange(1000.0), "b": np.asfortranarray(np.ones((3, 4)))}, folder / "numbers.joblib")
    joblib.dump([np.array(["a", None, {"b": 1}], dtype=object), np.array(["x", "yy"])], folder / "objects.joblib")
    joblib.dump(record, folder / "records.joblib", protocol=2)
    joblib.dump({"m": np.ma.masked_array([1, 2], [0, 1]), "e": np.zeros((0, 3))}, folder / "masked.pkl")
    joblib.dump(np.arange("2020-01", "2020-03", dtype="datetime64[D]"), folder / "dates.joblib", compress=True)


@_maker("pickle")
def pickled_estimators(folder: Path) -> None:
    for i, (name, model) in enumerate(_estimators().items()):
        if i % 3 == 0:
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(model, protocol=(2, 4, 5)[i // 3 % 3]))


@_maker("pickle")
def plain_data(folder: Path) -> None:
    import scipy.sparse

    nested = {"a": [1, 2.5, "x", b"y", None, True, (1, 2)], "b": {"c": {1, 2}, "d": frozenset({3})}, "big": 1 << 100}
    values: dict[str, Any] = {
        "nested": nested,
        "standard": [
            datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=1))),
            Decimal("1.5"),
            Fraction(1, 3),
            UUID(int=1),
        ],
        "collections": [OrderedDict(a=1), defaultdict(list, {"a": [1]}), Counter("aab"), deque([1, 2], 5)],
        "numpy": [np.arange(3), np.float32(1), np.int64(2), np.bool_(True), np.dtype("<f8"), np.str_("x")],
        "random": [np.random.RandomState(0), np.random.default_rng(0)],
        "sparse": [scipy.sparse.eye(3).tocsr(), scipy.sparse.csc_array((2, 2))],
        "complex": [1j, range(5), slice(1, 2), bytearray(b"abc"), ...],
        "shared": [[0] * 100] * 100,
    }
    for name, value in values.items():
        for protocol in (0, 2, 4, 5) if name in ("nested", "numpy") else (4,):
            (folder / f"{name}-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))
    loop: list[Any] = [1]
    loop.append(loop)
    (folder / "cyclic.pkl").write_bytes(pickle.dumps(loop))
    (folder / "several.pkl").write_bytes(pickle.dumps(1) + pickle.dumps([2]) + pickle.dumps({"a": 3}))
    (folder / "long.pkl").write_bytes(pickle.dumps({f"word{i}": i for i in range(20_000)}, 4))
    (folder / "large-texts.pkl").write_bytes(pickle.dumps(["x" * 200_000, b"y" * 200_000, "z" * 70_000], 5))
    if find_spec("pandas"):
        import pandas

        frame = pandas.DataFrame({"a": [1, 2], "b": [1.5, None]})
        (folder / "frame.pkl").write_bytes(pickle.dumps(frame))


@_maker("skops")
def skops(folder: Path) -> None:
    import skops.io

    for i, (name, model) in enumerate(_estimators().items()):
        if i % 3 == 1:
            skops.io.dump(
                model, folder / f"{name}.skops", compression=zipfile.ZIP_DEFLATED if i % 2 else zipfile.ZIP_STORED
            )


@_maker("numpy")
def numpy_files(folder: Path) -> None:
    record = np.zeros(3, dtype=[("a", "<i4"), ("b", "<f8")])
    plain = {"f8": np.zeros((3, 4)), "f2": np.zeros(3, "f2"), "bool": np.zeros(3, bool), "text": np.array(["a", "bb"])}
    more = {
        "record": record,
        "scalar": np.array(3),
        "empty": np.zeros((0, 2)),
        "date": np.array(["2020-01-01"], "M8[D]"),
    }
    for name, array in {**plain, **more, "fortran": np.asfortranarray(np.ones((3, 4)))}.items():
        np.save(folder / f"{name}.npy", array)
    np.save(folder / "objects.npy", np.array(["a", None, 1], dtype=object), allow_pickle=True)
    np.savez(folder / "plain.npz", x=np.zeros(3), y=np.arange(3))
    np.savez_compressed(folder / "packed.npz", x=np.zeros((200, 200)), names=np.array(["a", "b"]))


@_maker("boosters")
def xgboost(folder: Path) -> None:
    import xgboost as xgb

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 4)), np.arange(80) % 3
    quiet = {"verbosity": 0, "nthread": 1, "max_depth": 3}
    for name, parameters in {
        "squares": {"objective": "reg:squarederror"},
        "classes": {"objective": "multi:softprob", "num_class": 3},
        "dart": {"booster": "dart", "objective": "reg:squarederror", "rate_drop": 0.1},
        "linear": {"booster": "gblinear", "objective": "reg:squarederror"},
    }.items():
        model = xgb.train({**quiet, **parameters}, xgb.DMatrix(x, y), 3)
        for suffix in ("json", "ubj"):
            model.save_model(folder / f"{name}.{suffix}")
    wrapped = xgb.XGBClassifier(n_estimators=3, n_jobs=1).fit(x, y)
    (folder / "wrapped.pkl").write_bytes(pickle.dumps(wrapped))


@_maker("boosters")
def lightgbm(folder: Path) -> None:
    import lightgbm as lgb

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 4)), np.arange(80) % 3
    x[:, 3] = np.arange(80) % 5
    quiet = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 2}
    for name, parameters in {
        "squares": {"objective": "regression"}, "classes": {"objective": "multiclass", "num_class": 3},
        "dart": {"boosting": "dart", "objective": "regression"}, "linear": {"linear_tree": True, "objective": "regression"},  # noqa: E501
    }.items():  # fmt: skip
        data = lgb.Dataset(x, y, categorical_feature=[3] if name == "classes" else "auto", params={"verbosity": -1})
        lgb.train({**quiet, **parameters}, data, 3).save_model(str(folder / f"{name}.txt"))
    (folder / "wrapped.pkl").write_bytes(
        pickle.dumps(lgb.LGBMClassifier(n_estimators=3, verbosity=-1, n_jobs=1).fit(x, y))
    )


@_maker("onnx")
def onnx(folder: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def save(
        name: str, nodes: list[Any], tensors: dict[str, Any], *, dims: Any = ("n", 4), domains: Any = (), **more: Any
    ) -> Any:
        given = [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()]
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        graph = helper.make_graph(nodes, "g", [x], [y], given)
        sets = [helper.make_opsetid("", 18), *(helper.make_opsetid(d, 1) for d in domains)]
        model = helper.make_model(graph, opset_imports=sets, ir_version=9, **more)
        onnx.save_model(model, folder / f"{name}.onnx")
        return model

    w = np.ones((4, 3), np.float32)
    node = helper.make_node
    plain = save("gemm", [node("Gemm", ["x", "w"], ["h"]), node("Relu", ["h"], ["y"])], {"w": w})
    save("softmax", [node("MatMul", ["x", "w"], ["h"]), node("Softmax", ["h"], ["y"], axis=1)], {"w": w})
    save(
        "half",
        [node("Cast", ["x"], ["h"], to=10), node("MatMul", ["h", "w"], ["m"]), node("Cast", ["m"], ["y"], to=1)],
        {"w": w.astype(np.float16)},
    )
    kernel = np.zeros((2, 1, 3, 3), np.float32)
    save(
        "convolution",
        [node("Conv", ["x", "k"], ["h"]), node("GlobalAveragePool", ["h"], ["y"])],
        {"k": kernel},
        dims=("n", 1, 8, 8),
    )
    quantised = [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["y"])]
    save("quantised", quantised, {"s": np.float32(0.1), "z": np.uint8(3)})
    save(
        "contributed",
        [node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft")],
        {"w": w},
        domains=["com.microsoft"],
    )
    body = helper.make_function(
        "own", "Twice", ["a"], ["b"], [node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 18)]
    )
    save("function", [node("Twice", ["x"], ["y"], domain="own")], {}, domains=["own"], functions=[body])
    empty = helper.make_graph([node("Identity", ["x"], ["t"])], "t", [], [helper.make_tensor_value_info("t", 1, None)])
    other = helper.make_graph([node("Neg", ["x"], ["e"])], "e", [], [helper.make_tensor_value_info("e", 1, None)])
    shape = [node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]), node("Greater", ["n", "i"], ["c"])]
    save("if-on-shape", [*shape, node("If", ["c"], ["y"], then_branch=empty, else_branch=other)], {"i": np.int64(0)})
    onnx.save_model(
        plain, folder / "outside.onnx", save_as_external_data=True, location="outside.data", size_threshold=0
    )
    trees = {"nodes_treeids": [0] * 3, "nodes_nodeids": [0, 1, 2], "nodes_featureids": [0, 0, 0], "nodes_values": [0.5, 0.0, 0.0],  # noqa: E501
             "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"], "nodes_truenodeids": [1, 0, 0], "nodes_falsenodeids": [2, 0, 0],  # noqa: E501
             "target_treeids": [0, 0], "target_nodeids": [1, 2], "target_ids": [0, 0], "target_weights": [1.0, 2.0], "n_targets": 1}  # fmt: skip  # noqa: E501
    save(
        "trees", [node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", **trees)], {}, domains=["ai.onnx.ml"]
    )


@_maker("safetensors")
def safetensors(folder: Path) -> None:
    import torch
    from safetensors.numpy import save_file
    from safetensors.torch import save_file as save_torch

    save_file({"a": np.zeros((2, 3), np.float32), "b": np.arange(4)}, folder / "numpy.safetensors")
    save_file({}, folder / "empty.safetensors")
    save_file({f"layer.{i}.weight": np.zeros((3, i), np.float16) for i in range(60)}, folder / "many.safetensors")
    save_torch(_modules()["attention"].state_dict(), folder / "torch.safetensors", metadata={"format": "pt"})
    save_torch({"w": torch.zeros(4, dtype=torch.bfloat16), "e": torch.zeros(0, 3)}, folder / "bfloat16.safetensors")
    save_torch(
        {"w": torch.zeros(4, dtype=torch.float8_e5m2), "c": torch.zeros(2, dtype=torch.bool)},
        folder / "float8.safetensors",
    )
    mask = np.tril(np.ones((1, 1, 1024, 1024), bool))  # as of GPT-2, and without an end of line
    for n in (1, 3, 6):  # some begin as a persistent id of a pickle, some as a place in its memo
        save_file({f"h.{i}.attn.bias": mask for i in range(n)}, folder / f"masks-{n}.safetensors")
        save_file({"w" * 14 * n: np.zeros(1_500_000, np.uint8)}, folder / f"zeros-{n}.safetensors")


def _keras_layers(version: int) -> list[dict[str, Any]]:
    def layer(cls: str, **config: Any) -> dict[str, Any]:
        whole = {
            "name": cls.lower(),
            "trainable": True,
            "dtype": {
                "module": "keras",
                "class_name": "DTypePolicy",
                "config": {"name": "float32"},
                "registered_name": None,
            },
            **config,
        }
        if version < 3:
            return {"class_name": cls, "config": {**whole, "dtype": "float32"}}
        return {
            "module": "keras.layers",
            "class_name": cls,
            "config": whole,
            "registered_name": None,
            "build_config": {"input_shape": [None, 4]},
        }

    def init(cls: str) -> dict[str, Any]:
        if version < 3:
            return {"class_name": cls, "config": {}}
        return {"module": "keras.initializers", "class_name": cls, "config": {"seed": None}, "registered_name": None}

    return [
        layer("InputLayer", batch_shape=[None, 4]),
        layer(
            "Dense",
            units=8,
            activation="relu",
            kernel_initializer=init("GlorotUniform"),
            bias_initializer=init("Zeros"),
        ),
        layer("BatchNormalization", axis=-1, gamma_initializer=init("Ones")),
        layer("Dropout", rate=0.1),
        layer("Dense", units=3, activation="softmax", kernel_initializer=init("HeNormal"), kernel_regularizer=None),
    ]


@_maker("keras")
def keras(folder: Path) -> None:
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": _keras_layers(2)}}
    functional = {
        "class_name": "Functional",
        "config": {"name": "f", "layers": _keras_layers(2), "input_layers": [["in", 0, 0]]},
    }
    compiled = {
        "loss": "sparse_categorical_crossentropy",
        "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.001}},
    }
    weights = b""
    if find_spec("h5py"):
        import h5py

        for name, config in (("sequential", model), ("functional", functional), ("weights", None)):
            with h5py.File(folder / f"{name}.h5", "w") as file:
                file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"
                if config:
                    file.attrs["model_config"] = json.dumps(config).encode()
                    file.attrs["training_config"] = json.dumps(compiled)
                for i in range(12):
                    group = file.create_group(f"model_weights/dense_{i}/dense_{i}")
                    group.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
                    group["kernel:0"], group["bias:0"] = np.ones((4, 8), "f4"), np.zeros(8, "f4")
        weights = (folder / "weights.h5").read_bytes()
    new = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "s", "layers": _keras_layers(3)},
        "registered_name": "Sequential",
    }
    optimizer = {
        "module": "keras.optimizers",
        "class_name": "Adam",
        "config": {"learning_rate": 0.001},
        "registered_name": None,
    }
    compile_config = {"optimizer": optimizer, "loss": "mse", "metrics": ["accuracy"]}
    more = {"model.weights.h5": weights} if weights else {}
    (folder / "version-3.keras").write_bytes(b.keras_zip({**new, "compile_config": compile_config}, more))
    activation = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    second = b.keras_model(b.keras_layer("Dense", {"units": 3, "activation": activation}), b.keras_layer("ReLU", {}))
    (folder / "activation.keras").write_bytes(b.keras_zip(second, more))
    (folder / "architecture.json").write_text(json.dumps(model))


@_maker("gguf")
def gguf(folder: Path) -> None:
    info = b.gguf_text("token_embd.weight") + struct.pack("<IQQIQ", 2, 32, 4, 0, 0)
    info += b.gguf_text("output.weight") + struct.pack("<IQQIQ", 2, 32, 4, 2, 512)
    body = b"\0" * (512 + 72)
    tokens = [f"<{i}>" for i in range(300)]
    for name in list(TEMPLATES)[:4]:
        pairs: dict[str, Any] = {"general.architecture": "llama", "general.alignment": 32, "llama.block_count": 2}
        pairs |= {"tokenizer.ggml.tokens": tokens, "tokenizer.chat_template": TEMPLATES[name]}
        (folder / f"{name}.gguf").write_bytes(b.gguf(pairs, tensors=info, n_tensors=2, body=body))


@_maker("configuration")
def configurations(folder: Path) -> None:
    for name, template in TEMPLATES.items():
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "chat_template": template,
            "model_max_length": 4096,
        }
        (folder / f"{name}_tokenizer_config.json").write_text(json.dumps(config, indent=1))
        (folder / f"{name}.jinja").write_text(template)
    (folder / "config.json").write_text(
        json.dumps({"architectures": ["BertModel"], "hidden_size": 8, "torch_dtype": "float32"})
    )
    index = {"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "vocabulary.txt").write_text("\n".join(["[PAD]", "[UNK]", "the", "of"]))
    (folder / "README.md").write_text("# A model\n\nUse `{{ name }}` as it is.\n\n| a | b |\n|---|---|\n")
    (folder / "params.yaml").write_text("learning_rate: 0.1\nlayers: [1, 2]\n")


@_maker("archive")
def archives(folder: Path) -> None:
    weights = b.safetensors({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 8)
    members = {"README.md": b"# A model\n", "model.safetensors": weights, "config.json": b'{"a": 1}', "docs/": b""}
    (folder / "stored.zip").write_bytes(b.zipped(members))
    (folder / "deflated.zip").write_bytes(b.zipped(members, zipfile.ZIP_DEFLATED))
    for name, mode in (("plain.tar", "w"), ("packed.tar.gz", "w:gz"), ("packed.tar.xz", "w:xz")):
        with tarfile.open(folder / name, mode) as archive:
            for member, body in members.items():
                if not member.endswith("/"):
                    info = tarfile.TarInfo(member)
                    info.size = len(body)
                    archive.addfile(info, io.BytesIO(body))


def write_unseen(folder: Path) -> list[tuple[str, Path]]:
    """Honest files that the lists were not made with: every estimator of scikit-learn that fits plain numbers and is
    not among those above, every activation and loss of torch as a whole module, optimisers, and ONNX as torch writes it."""  # noqa: E501
    made = []
    for format, maker in (("joblib", _all_estimators), ("torch", _all_modules), ("onnx", _exported)):
        into = folder / f"unseen-{format}"
        into.mkdir(parents=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            maker(into)
        made += [(format, path) for path in sorted(into.iterdir()) if not path.name.endswith(".data")]
    return made


def _all_estimators(folder: Path) -> None:
    import joblib
    from sklearn.utils import all_estimators

    rng = np.random.default_rng(1)
    x, y = np.abs(rng.normal(size=(40, 4))), np.arange(40) % 2
    seen = {type(m).__name__ for m in _estimators().values()}
    for i, (name, cls) in enumerate(all_estimators()):
        if name in seen:
            continue
        try:
            model = cls().fit(x, y)
        except Exception:  # it needs arguments, other data, or another library
            continue
        if i % 3 == 2:
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
        else:
            joblib.dump(model, folder / f"{name}.joblib", compress=3 * (i % 3))


def _all_modules(folder: Path) -> None:
    import torch

    modules = torch.nn.modules
    for name in (*modules.activation.__all__, *modules.loss.__all__):
        try:
            module = getattr(torch.nn, name)()
        except TypeError:
            continue
        torch.save(module, folder / f"{name}.pt")
    for name in ("SGD", "Adam", "RMSprop", "LBFGS"):
        torch.save(getattr(torch.optim, name)([torch.nn.Parameter(torch.zeros(2))], lr=0.1), folder / f"{name}.pt")


def _exported(folder: Path) -> None:
    import logging

    import torch

    if not find_spec("onnxscript"):
        return
    logging.disable(logging.WARNING)
    given = {"mlp": torch.zeros(2, 4), "convolution": torch.zeros(1, 1, 8, 8), "lstm": torch.zeros(3, 2, 4)}
    for name, x in given.items():
        torch.onnx.export(_modules()[name].eval(), (x,), str(folder / f"{name}.onnx"), dynamo=True, verbose=False)
    logging.disable(logging.NOTSET)
