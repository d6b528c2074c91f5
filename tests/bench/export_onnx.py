#!/usr/bin/python3
"""Writes a Lookout weights file as ONNX, for other engines to run.

usage: tests/bench/export_onnx.py WEIGHTS.safetensors SIZE OUT.onnx

Input "picture": float32 [1][3][SIZE][SIZE], RGB, already normalised as (value - 127.5) / 127.5. Outputs "head1" to
"head5": the raw outputs of each level [1][anchors * (classes + 4)][height][width]. ReLU6 is Clip with attributes and
the opset is 10, as OpenCV 4.6 needs it. Needs python3-onnx.
"""
import json
import math
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 10
FORMAT = "lookout-ssd-2"
BLOCKS = 13
EXTRAS = 2


def read_safetensors(path):
    """Metadata and float32 arrays by name of a file of float16 tensors."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], "<f2").reshape(entry["shape"]).astype(np.float32)
    return metadata, tensors


class Graph:
    """Nodes and weights of the network, layer by layer."""

    def __init__(self, tensors, size):
        self.tensors = tensors
        self.nodes = []
        self.weights = []
        self.sides = {"picture": size}  # of each map

    def convolution(self, name, source, padding=None, relu6=True):
        """Adds the layer of a tensor prefix and returns the name of its output. padding: rows above and columns before
        the map that a layer of stride 2 reads; None: stride 1, the same on all sides."""
        weight = self.tensors[name + ".weight"]
        depthwise = name.endswith("depthwise")
        for part in (name + ".weight", name + ".bias"):
            self.weights.append(numpy_helper.from_array(self.tensors[part], part))
        kernel = weight.shape[2]
        stride, before = (1, kernel // 2) if padding is None else (2, padding)
        side = -(-self.sides[source] // stride)
        # One row more than is read where that makes all sides alike, which costs some engines a copy less.
        after = max(before, (side - 1) * stride + kernel - before - self.sides[source])
        self.nodes.append(helper.make_node(
            "Conv", [source, name + ".weight", name + ".bias"], [name + ".sum" if relu6 else name], name,
            kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[before, before, after, after],
            group=weight.shape[0] if depthwise else 1))
        if relu6:
            self.nodes.append(helper.make_node("Clip", [name + ".sum"], [name], name + ".relu6", min=0.0, max=6.0))
        self.sides[name] = side
        return name

    def pair(self, name, source, padding=None, relu6=True):
        source = self.convolution(name + ".depthwise", source, padding)
        return self.convolution(name + ".pointwise", source, relu6=relu6)


def build(metadata, tensors, size):
    padding = json.loads(metadata["padding"])  # of the blocks that have a layer of stride 2
    graph = Graph(tensors, size)
    last = graph.convolution("conv0", "picture", padding["conv0"])
    outputs = {}
    for name in (f"block{i}" for i in range(1, BLOCKS + 1)):
        last = outputs[name] = graph.pair(name, last, padding.get(name))
    for name in (f"extra{i}" for i in range(1, EXTRAS + 1)):
        last = graph.convolution(name + ".squeeze", last)
        last = outputs[name] = graph.convolution(name + ".expand", last, padding[name])
    heads = []
    for level, feature in enumerate(json.loads(metadata["features"]), 1):
        raw = graph.pair(f"head{level}", outputs[feature["from"]], relu6=False)
        graph.nodes[-1].output[0] = f"head{level}"
        heads.append(helper.make_tensor_value_info(
            f"head{level}", TensorProto.FLOAT,
            [1, tensors[raw + ".weight"].shape[0], graph.sides[raw], graph.sides[raw]]))
    unused = set(tensors) - {weight.name for weight in graph.weights}
    if unused:
        raise ValueError(f"tensors that the network does not have: {', '.join(sorted(unused))}")
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, size, size])
    model = helper.make_model(helper.make_graph(graph.nodes, "lookout", [picture], heads, graph.weights),
                              opset_imports=[helper.make_opsetid("", OPSET)], ir_version=5)
    onnx.checker.check_model(model)
    return model


def export(weights, size, path):
    """Writes the file; returns how many values each head has."""
    metadata, tensors = read_safetensors(weights)
    if metadata.get("format") != FORMAT:
        sys.exit(f"export_onnx: {weights}: format '{metadata.get('format')}', expected '{FORMAT}'; give a weights file "
                 "of this version of Lookout")
    model = build(metadata, tensors, size)
    onnx.save(model, path)
    return [math.prod(dim.dim_value for dim in head.type.tensor_type.shape.dim) for head in model.graph.output]


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    export(sys.argv[1], int(sys.argv[2]), sys.argv[3])
