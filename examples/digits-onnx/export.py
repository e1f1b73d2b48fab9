"""Write reader.onnx from the network and weights of ../digits.

pip install torch onnx onnxscript safetensors && python export.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent
DIGITS = HERE.parent / "digits"


def main() -> None:
    sys.path.insert(0, str(DIGITS))
    from net import build

    net = build()
    net.load_state_dict(load_file(DIGITS / "reader.safetensors"))
    torch.onnx.export(
        net.eval(),
        (torch.zeros(2, 1, 28, 28),),
        HERE / "reader.onnx",
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        dynamo=True,
        external_data=False,
        optimize=True,
    )
    onnx.save(without_traces(onnx.load(HERE / "reader.onnx")), HERE / "reader.onnx")


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph without the exporter's notes, which hold the paths of the machine it ran on."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


if __name__ == "__main__":
    main()
