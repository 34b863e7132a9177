"""Small models as exporters of today write them, with their quirks, and inputs for each.

usage: make.py FOLDER      writes FOLDER/<name>/model.onnx and FOLDER/<name>/test_data_set_0/input_<i>.pb for every model
       make.py --list      prints the names, one a line, with the exporter each is of

Made by hand from what the exporters' documentation and the operators' schemas say; weights are small and random. What the installed onnx package
does not know (metadata of nodes, types of four bits) is written as protobuf fields by number.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

ML = "ai.onnx.ml"
MS = "com.microsoft"
random = np.random.RandomState(7)
models = {}


def model(exporter):
    """Registers the function that makes a model: it returns (ModelProto, [inputs])."""
    def add(f):
        models[f.__name__] = (exporter, f)
        return f
    return add


def tensor(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def weights(name, *shape, scale=0.5):
    return tensor(name, (random.rand(*shape) - 0.5) * 2 * scale)


def values(*shape):
    return ((random.rand(*shape) - 0.5) * 4).astype(np.float32)


def info(name, shape, kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def map_sequence(name, key):
    """A value of type seq(map(key, float))."""
    v = onnx.ValueInfoProto()
    v.name = name
    entry = v.type.sequence_type.elem_type.map_type
    entry.key_type = key
    entry.value_type.tensor_type.elem_type = T.FLOAT
    return v


def node(op, inputs, outputs, domain="", name=None, metadata=None, **attributes):
    n = h.make_node(op, inputs.split(), outputs.split(), name=name if name is not None else "", domain=domain, **attributes)
    # A lone underscore is an input or output that is left out.
    for part in (n.input, n.output):
        for i, v in enumerate(part):
            part[i] = "" if v == "_" else v
    if metadata:
        n.MergeFromString(b"".join(entry(9, k, v) for k, v in metadata.items()))
    return n


def field(number, data):
    size = len(data)
    length = b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def entry(number, key, value):
    """A StringStringEntryProto as a field: metadata of nodes, values and functions."""
    return field(number, field(1, key.encode()) + field(2, value.encode()))


def build(nodes, inputs, outputs, initializers=(), opset=18, domains=(), ir=8, producer="", version="", functions=(), name="main_graph", value_info=(), metadata=None):
    graph = h.make_graph(list(nodes), name, list(inputs), list(outputs), list(initializers), value_info=list(value_info))
    opsets = [h.make_opsetid("", opset)] + [h.make_opsetid(d, v) for d, v in domains]
    made = h.make_model(graph, opset_imports=opsets, producer_name=producer, producer_version=version, functions=list(functions), ir_version=ir)
    if metadata:
        h.set_model_props(made, metadata)
    return made


def reference(n, name, of, kind):
    """Makes an attribute of a function's node refer to one of the function."""
    a = onnx.AttributeProto()
    a.name, a.ref_attr_name, a.type = name, of, kind
    n.attribute.append(a)
    return n


# --- PyTorch


def trace(module, line):
    return {
        "namespace": f": __main__.Net/{module}: torch.nn.modules.linear.Linear/linear: aten.linear.default",
        "pkg.torch.onnx.class_hierarchy": f"['__main__.Net', 'torch.nn.modules.linear.Linear', 'aten.linear.default']",
        "pkg.torch.onnx.fx_node": f"%linear : [num_users=1] = call_function[target=torch.ops.aten.linear.default](args = (%x, %p_{module}_weight), kwargs = {{}})",
        "pkg.torch.onnx.stack_trace": f"File \"net.py\", line {line}, in forward\n    x = self.{module}(x)",
    }


@model("PyTorch 2.1–2.4, torch.onnx.dynamo_export: modules and torch_lib operators as nested functions")
def torch_dynamo_functions():
    common, aten, pkg = "pkg.onnxscript.torch_lib.common", "pkg.onnxscript.torch_lib", "pkg.torch.2.4.0"
    ops = [h.make_opsetid("", 18)]
    rank = h.make_function(common, "Rank", ["input"], ["return_val"], [
        node("Shape", "input", "tmp"), node("Size", "tmp", "return_val")], ops)
    scalar = h.make_function(common, "IsScalar", ["input"], ["return_val"], [
        node("Shape", "input", "tmp"), node("Size", "tmp", "tmp_0"),
        node("Constant", "", "tmp_1", value_int=0), node("Equal", "tmp_0 tmp_1", "return_val")], ops)
    addmm = h.make_function(aten, "aten_addmm", ["self", "mat1", "mat2"], ["return_val"], [
        reference(reference(node("Gemm", "mat1 mat2 self", "return_val"), "alpha", "alpha", onnx.AttributeProto.FLOAT), "beta", "beta", onnx.AttributeProto.FLOAT)],
        ops, ["alpha", "beta"])
    t = h.make_function(aten, "aten_t", ["self"], ["result"], [
        node("Rank", "self", "rank", domain=common), node("Constant", "", "two", value_int=2), node("Equal", "rank two", "cond"),
        node("If", "cond", "result",
             then_branch=h.make_graph([node("Transpose", "self", "r0", perm=[1, 0])], "thenGraph_1", [], [info("r0", None)]),
             else_branch=h.make_graph([node("Identity", "self", "r1")], "elseGraph_1", [], [info("r1", None)]))],
        ops + [h.make_opsetid(common, 1)])
    relu = h.make_function(aten, "aten_relu", ["self"], ["result"], [node("Relu", "self", "result")], ops)
    leaky = h.make_function(aten, "aten_leaky_relu", ["self"], ["result"], [
        reference(node("Constant", "", "slope"), "value_float", "negative_slope", onnx.AttributeProto.FLOAT),
        node("Constant", "", "zero", value_float=0.0), node("CastLike", "zero self", "zero_0"), node("CastLike", "slope self", "slope_0"),
        node("Less", "self zero_0", "below"), node("Mul", "self slope_0", "scaled"), node("Where", "below scaled self", "result")], ops, ["negative_slope"])
    total = h.make_function(aten, "_aten_sum_dim_none", ["self"], ["result"], [
        node("IsScalar", "self", "flat", domain=common),
        node("If", "flat", "result",
             then_branch=h.make_graph([node("Identity", "self", "s0")], "thenGraph_2", [], [info("s0", None)]),
             else_branch=h.make_graph([node("ReduceSum", "self", "s1", keepdims=0)], "elseGraph_2", [], [info("s1", None)]))],
        ops + [h.make_opsetid(common, 1)])
    inner = ops + [h.make_opsetid(aten, 1)]

    def linear(label):
        return h.make_function(pkg, f"torch_nn_modules_linear_Linear_{label}_1", ["x", "weight", "bias"], ["addmm"], [
            node("aten_t", "weight", "t", domain=aten, name=f"aten_t_0"),
            node("aten_addmm", "bias x t", "addmm", domain=aten, name="aten_addmm_1", alpha=1.0, beta=1.0)], inner)

    net = h.make_function(pkg, "__main___Net_1", ["l_x_", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"], ["fc2_1", "sum_1"], [
        node("torch_nn_modules_linear_Linear_fc1_1", "l_x_ fc1.weight fc1.bias", "fc1_1", domain=pkg),
        node("aten_leaky_relu", "fc1_1", "act", domain=aten, negative_slope=0.2),
        node("aten_relu", "act", "relu", domain=aten),
        node("torch_nn_modules_linear_Linear_fc2_1", "relu fc2.weight fc2.bias", "fc2_1", domain=pkg),
        node("_aten_sum_dim_none", "fc2_1", "sum_1", domain=aten)], inner + [h.make_opsetid(pkg, 1)])
    return build(
        [node("__main___Net_1", "l_x_ fc1.weight fc1.bias fc2.weight fc2.bias", "fc2_1 sum_1", domain=pkg, name="__main___Net_1_0")],
        [info("l_x_", [3, 8])], [info("fc2_1", [3, 4]), info("sum_1", [])],
        [weights("fc1.weight", 6, 8), weights("fc1.bias", 6), weights("fc2.weight", 4, 6), weights("fc2.bias", 4)],
        domains=[(pkg, 1), (aten, 1), (common, 1)], producer="pytorch", version="2.4.0",
        functions=[rank, scalar, addmm, t, relu, leaky, total, linear("fc1"), linear("fc2"), net]), [values(3, 8)]


@model("PyTorch 2.6+, torch.onnx.export(dynamo=True), opset 20: node metadata, names with dots, dynamic batch, GroupNorm by functions of the standard")
def torch_dynamo_20():
    return build([
        node("Conv", "x conv.weight conv.bias", "conv2d", name="node_conv2d", metadata=trace("conv", 12), group=1, pads=[1, 1, 1, 1], auto_pad="NOTSET", strides=[1, 1], dilations=[1, 1]),
        node("Reshape", "conv2d val_3", "val_4", name="node_Reshape_4", allowzero=0),
        node("InstanceNormalization", "val_4 val_5 val_6", "val_7", name="node_InstanceNormalization_7", epsilon=1e-5),
        node("Shape", "conv2d", "val_8", name="node_Shape_8", start=0),
        node("Reshape", "val_7 val_8", "val_9", name="node_Reshape_9", allowzero=0),
        node("Mul", "val_9 val_10", "val_11"), node("Add", "val_11 val_12", "group_norm"),
        node("Gelu", "group_norm", "gelu", name="node_gelu", approximate="none", metadata=trace("act", 14)),
        node("ReduceMean", "gelu val_13", "mean", name="node_mean", keepdims=0, noop_with_empty_axes=0),
        node("LayerNormalization", "mean norm.weight norm.bias", "layer_norm", name="node_layer_norm", axis=-1, epsilon=1e-5, stash_type=1),
        node("Transpose", "fc.weight", "val_14", perm=[1, 0]), node("MatMul", "layer_norm val_14", "val_15"), node("Add", "val_15 fc.bias", "linear", metadata=trace("fc", 17))],
        [info("x", ["batch", 3, 8, 8])], [info("linear", ["batch", 5])],
        [weights("conv.weight", 8, 3, 3, 3), weights("conv.bias", 8), tensor("val_3", [0, 2, -1], np.int64), tensor("val_5", [1, 1]), tensor("val_6", [0, 0]),
         weights("val_10", 8, 1, 1), weights("val_12", 8, 1, 1), tensor("val_13", [-1, -2], np.int64), weights("norm.weight", 8), weights("norm.bias", 8),
         weights("fc.weight", 5, 8), weights("fc.bias", 5)],
        opset=20, ir=10, producer="pytorch", version="2.7.0+cpu", value_info=[info("conv2d", ["batch", 8, 8, 8]), info("gelu", ["batch", 8, 8, 8])],
        domains=[("pkg.onnxscript.torch_lib", 1), ("pkg.onnxscript.torch_lib.common", 1)]), [values(2, 3, 8, 8)]


@model("PyTorch 2.8+, torch.onnx.export(dynamo=True), opset 23: attention, RMS normalization and rotary embedding as operators")
def torch_dynamo_23():
    return build([
        node("RMSNormalization", "x norm.weight", "rms_norm", name="node_rms_norm", axis=-1, epsilon=1e-6, stash_type=1),
        node("MatMul", "rms_norm q_proj", "q"), node("MatMul", "rms_norm k_proj", "k"), node("MatMul", "rms_norm v_proj", "v"),
        node("RotaryEmbedding", "q cos sin positions", "q_rot", num_heads=4, interleaved=0), node("RotaryEmbedding", "k cos sin positions", "k_rot", num_heads=2, interleaved=0),
        node("Attention", "q_rot k_rot v", "sdpa", name="node_scaled_dot_product_attention", is_causal=1, q_num_heads=4, kv_num_heads=2, scale=0.25),
        node("Add", "x sdpa", "add_1")],
        [info("x", ["batch", "seq", 32]), info("positions", ["batch", "seq"], T.INT64)], [info("add_1", ["batch", "seq", 32])],
        [weights("norm.weight", 32), weights("q_proj", 32, 32), weights("k_proj", 32, 16), weights("v_proj", 32, 16), weights("cos", 16, 4), weights("sin", 16, 4)],
        opset=23, ir=11, producer="pytorch", version="2.9.0"), [values(2, 6, 32), np.tile(np.arange(6, dtype=np.int64), (2, 1))]


@model("PyTorch 2.6+, torch.cond: a branch on a value of the run, each branch with names of its own that the other has too")
def torch_dynamo_cond():
    yes = h.make_graph([node("Sin", "x", "sin"), node("Mul", "sin w", "true_out")], "true_graph_0", [], [info("true_out", ["s0", 4])])
    no = h.make_graph([node("Cos", "x", "sin"), node("Add", "sin w", "false_out")], "false_graph_0", [], [info("false_out", ["s0", 4])])
    return build([
        node("ReduceSum", "x", "sum_1", keepdims=0), node("Constant", "", "scalar_tensor_default", value=tensor("", 0.0)),
        node("Greater", "sum_1 scalar_tensor_default", "gt"), node("If", "gt", "getitem", then_branch=yes, else_branch=no)],
        [info("x", ["s0", 4])], [info("getitem", ["s0", 4])], [weights("w", 4)], opset=18, ir=10, producer="pytorch", version="2.6.0"), [values(3, 4)]


@model("PyTorch, torch.onnx.export (TorchScript), opset 17: shape arithmetic for views, names with slashes, LSTM with expanded states")
def torchscript_17():
    return build([
        node("Constant", "", "/Constant_output_0", name="/Constant", value=tensor("", 0, np.int64)),
        node("Shape", "input", "/Shape_output_0", name="/Shape"), node("Gather", "/Shape_output_0 /Constant_output_0", "/Gather_output_0", axis=0),
        node("Constant", "", "onnx::Unsqueeze_10", value=tensor("", [0], np.int64)),
        node("Unsqueeze", "/Gather_output_0 onnx::Unsqueeze_10", "/Unsqueeze_output_0"),
        node("Constant", "", "/one", value=tensor("", [1], np.int64)), node("Constant", "", "/hidden", value=tensor("", [6], np.int64)),
        node("Concat", "/one /Unsqueeze_output_0 /hidden", "/Concat_output_0", axis=0),
        node("ConstantOfShape", "/Concat_output_0", "/ConstantOfShape_output_0", value=tensor("", [0.0])),
        node("Transpose", "input", "/lstm/Transpose_output_0", perm=[1, 0, 2]),
        node("LSTM", "/lstm/Transpose_output_0 onnx::LSTM_61 onnx::LSTM_62 onnx::LSTM_63 _ /ConstantOfShape_output_0 /ConstantOfShape_output_0", "/lstm/LSTM_output_0 /lstm/LSTM_output_1 /lstm/LSTM_output_2", hidden_size=6),
        node("Squeeze", "/lstm/LSTM_output_0 /one", "/lstm/Squeeze_output_0"), node("Transpose", "/lstm/Squeeze_output_0", "/lstm/Transpose_1_output_0", perm=[1, 0, 2]),
        node("Constant", "", "/last", value=tensor("", -1, np.int64)), node("Gather", "/lstm/Transpose_1_output_0 /last", "/Gather_1_output_0", axis=1),
        node("Gemm", "/Gather_1_output_0 fc.weight fc.bias", "/fc/Gemm_output_0", name="/fc/Gemm", alpha=1.0, beta=1.0, transB=1),
        node("Constant", "", "/minus", value=tensor("", [-1], np.int64)), node("Concat", "/Unsqueeze_output_0 /minus", "/Concat_1_output_0", axis=0),
        node("Reshape", "/fc/Gemm_output_0 /Concat_1_output_0", "view"), node("Softmax", "view", "output", axis=1), node("Cast", "/Shape_output_0", "sizes", to=1)],
        [info("input", ["batch", "time", 4])], [info("output", ["batch", "Softmaxoutput_dim_1"]), info("sizes", [3])],
        [weights("onnx::LSTM_61", 1, 24, 4), weights("onnx::LSTM_62", 1, 24, 6), weights("onnx::LSTM_63", 1, 48), weights("fc.weight", 3, 6), weights("fc.bias", 3)],
        opset=17, ir=8, producer="pytorch", version="2.3.0", name="torch_jit"), [values(2, 5, 4)]


@model("PyTorch, torch.onnx.export (TorchScript): split and unbind as sequences (a length of 1 without keepdims takes the axis away), flips by negative steps")
def torchscript_sequences():
    return build([
        node("SplitToSequence", "x val_0", "split", name="node_split_with_sizes", axis=1, keepdims=1), node("SequenceAt", "split val_1", "getitem"), node("SequenceAt", "split val_2", "getitem_1"),
        node("SplitToSequence", "x val_3", "unbind", axis=0, keepdims=0), node("SequenceAt", "unbind val_4", "last"), node("SequenceLength", "unbind", "count"),
        node("Mul", "getitem getitem_1", "mul"), node("Slice", "mul val_5 val_6 val_7 val_8", "flip"), node("SequenceConstruct", "flip mul", "list"), node("ConcatFromSequence", "list", "cat", axis=-1, new_axis=0)],
        [info("x", ["s0", 4])], [info("cat", ["s0", 4]), info("last", [4]), info("count", [], T.INT64)],
        [tensor("val_0", [2, 2], np.int64), tensor("val_1", 0, np.int64), tensor("val_2", 1, np.int64), tensor("val_3", 1, np.int64), tensor("val_4", -1, np.int64), tensor("val_5", [-1], np.int64),
         tensor("val_6", [-9223372036854775808], np.int64), tensor("val_7", [1], np.int64), tensor("val_8", [-1], np.int64)], opset=13, ir=7, producer="pytorch", version="2.0.1"), [values(3, 4)]


@model("PyTorch 2.5+, torch.onnx.export(dynamo=True, external_data=True): weights in model.onnx.data; functions told apart by overloads (IR 10)")
def torch_external_overloads():
    def made(overload, op):
        f = h.make_function("pkg.torch.ops", "aten.op", ["a", "b"], ["r"], [node(op, "a b", "r")], [h.make_opsetid("", 18)])
        f.MergeFromString(field(13, overload.encode()))
        return f

    def call(overload, inputs, output):
        n = node("aten.op", inputs, output, domain="pkg.torch.ops")
        n.MergeFromString(field(8, overload.encode()))
        return n
    return build([call("Tensor", "x w", "added"), call("matmul", "added w2", "output")], [info("x", ["batch", 16])], [info("output", ["batch", 4])],
                 [weights("w", 16), weights("w2", 16, 4)], opset=18, ir=10, domains=[("pkg.torch.ops", 1)], functions=[made("Tensor", "Add"), made("matmul", "MatMul")], producer="pytorch", version="2.7.0"), [values(3, 16)]


# --- TensorFlow


@model("tf2onnx 1.16, opset 15: NHWC in and out, shapes in int32, strided slices, names with colons")
def tf2onnx_cnn():
    return build([
        node("Transpose", "input_1:0", "model/conv2d/Conv2D__6:0", name="model/conv2d/Conv2D__6", perm=[0, 3, 1, 2]),
        node("Conv", "model/conv2d/Conv2D__6:0 model/conv2d/kernel:0 model/conv2d/bias:0", "model/conv2d/BiasAdd:0", auto_pad="SAME_UPPER", strides=[2, 2], dilations=[1, 1], kernel_shape=[3, 3], group=1),
        node("Relu", "model/conv2d/BiasAdd:0", "model/relu:0"),
        node("Pad", "model/relu:0 const_fold_opt__31", "model/pad:0", mode="constant"),
        node("MaxPool", "model/pad:0", "model/pool:0", kernel_shape=[2, 2], strides=[2, 2]),
        node("Transpose", "model/pool:0", "model/pool__12:0", perm=[0, 2, 3, 1]),
        node("Shape", "model/pool__12:0", "model/flatten/Shape:0"), node("Cast", "model/flatten/Shape:0", "model/flatten/Shape__14:0", to=T.INT32),
        node("Slice", "model/flatten/Shape__14:0 const_starts const_ends const_axes", "model/flatten/strided_slice:0"),
        node("Squeeze", "model/flatten/strided_slice:0 const_axes", "model/flatten/strided_slice__18:0"),
        node("Unsqueeze", "model/flatten/strided_slice__18:0 const_axes", "model/flatten/packed_Unsqueeze__22:0"),
        node("Concat", "model/flatten/packed_Unsqueeze__22:0 const_minus", "model/flatten/packed_Concat__24:0", axis=0),
        node("Cast", "model/flatten/packed_Concat__24:0", "model/flatten/Reshape__25:0", to=T.INT64),
        node("Reshape", "model/pool__12:0 model/flatten/Reshape__25:0", "model/flatten/Reshape:0"),
        node("MatMul", "model/flatten/Reshape:0 model/dense/MatMul/ReadVariableOp:0", "model/dense/MatMul:0"),
        node("Add", "model/dense/MatMul:0 model/dense/bias:0", "model/dense/BiasAdd:0"), node("Softmax", "model/dense/BiasAdd:0", "Identity:0", axis=1),
        node("ArgMax", "Identity:0", "ArgMax__30:0", axis=1, keepdims=0), node("Cast", "ArgMax__30:0", "Identity_1:0", to=T.INT32)],
        [info("input_1:0", ["unk__32", 7, 7, 3])], [info("Identity:0", ["unk__33", 4]), info("Identity_1:0", ["unk__34"], T.INT32)],
        [weights("model/conv2d/kernel:0", 5, 3, 3, 3), weights("model/conv2d/bias:0", 5), tensor("const_fold_opt__31", [0, 0, 1, 0, 0, 0, 0, 1], np.int64),
         tensor("const_starts", [0], np.int64), tensor("const_ends", [1], np.int64), tensor("const_axes", [0], np.int64), tensor("const_minus", [-1], np.int32),
         weights("model/dense/MatMul/ReadVariableOp:0", 20, 4), weights("model/dense/bias:0", 4)],
        opset=15, ir=8, domains=[("ai.onnx.ml", 2)], producer="tf2onnx", version="1.16.1 15c810", name="tf2onnx"), [values(2, 7, 7, 3)]


@model("tf2onnx 1.16, tf.while_loop: a Loop whose condition, counters and TensorList become scan outputs; int32 counters")
def tf2onnx_while():
    body = h.make_graph([
        node("Unsqueeze", "i:0 const_axis", "i_1"), node("Cast", "i_1", "i_64", to=T.INT64),
        node("Gather", "data:0 i_64", "row__1", axis=0), node("Squeeze", "row__1 const_axis", "row"), node("Add", "state:0 row", "while/add:0"), node("Tanh", "while/add:0", "while/state:0"),
        node("Add", "i:0 one_int32", "while/add_1:0"), node("Less", "while/add_1:0 limit:0", "while/cond:0"), node("Identity", "while/state:0", "while/scan:0"),
        node("Identity", "limit:0", "limit_out:0")],
        "while/body", [info("trip", [], T.INT64), info("cond_in", [], T.BOOL), info("i:0", [], T.INT32), info("limit:0", [], T.INT32), info("state:0", [4])],
        [info("while/cond:0", [], T.BOOL), info("while/add_1:0", [], T.INT32), info("limit_out:0", [], T.INT32), info("while/state:0", [4]), info("while/scan:0", [4])])
    return build([
        node("Shape", "data:0", "shape"), node("Cast", "shape", "shape32", to=T.INT32), node("Slice", "shape32 const_axis const_one", "length1"), node("Squeeze", "length1 const_axis", "length"),
        node("Less", "zero_int32 length", "cond_start"),
        node("Loop", "maximum cond_start zero_int32 length start:0", "i_out limit_final state_final scan", name="while", body=body),
        node("Identity", "state_final", "Identity:0"), node("Identity", "scan", "Identity_1:0"), node("Identity", "i_out", "Identity_2:0")],
        [info("data:0", ["unk__1", 4]), info("start:0", [4])], [info("Identity:0", [4]), info("Identity_1:0", [None, 4]), info("Identity_2:0", [], T.INT32)],
        [tensor("const_axis", [0], np.int64), tensor("const_one", [1], np.int64), tensor("zero_int32", 0, np.int32), tensor("one_int32", 1, np.int32), tensor("maximum", 9223372036854775807, np.int64)],
        opset=13, ir=7, domains=[("ai.onnx.ml", 2)], producer="tf2onnx", version="1.16.1", name="tf2onnx"), [values(5, 4), values(4)]


@model("tf2onnx 1.16, a detector's end: NonMaxSuppression, rows picked by GatherND and padded, Where and NonZero")
def tf2onnx_detection():
    return build([
        node("Unsqueeze", "boxes:0 axes0", "boxes1"), node("Unsqueeze", "scores:0 axes01", "scores1"), node("NonMaxSuppression", "boxes1 scores1 count iou score", "selected"),
        node("Slice", "selected two three axes1", "picked"), node("GatherND", "boxes:0 picked", "picked_boxes"), node("Squeeze", "picked axes1", "picked_ids"), node("Gather", "scores:0 picked_ids", "picked_scores"),
        node("Greater", "scores:0 threshold", "above"), node("NonZero", "above", "nonzero"), node("Transpose", "nonzero", "where", perm=[1, 0]), node("Where", "above scores:0 threshold", "Identity:0"),
        node("Cast", "where", "Identity_1:0", to=T.INT32)],
        [info("boxes:0", ["unk__1", 4]), info("scores:0", ["unk__1"])], [info("picked_boxes", [None, 4]), info("picked_scores", [None]), info("Identity:0", ["unk__1"]), info("Identity_1:0", [None, 1], T.INT32)],
        [tensor("axes0", [0], np.int64), tensor("axes01", [0, 1], np.int64), tensor("axes1", [1], np.int64), tensor("count", [3], np.int64), tensor("iou", [0.5]), tensor("score", [0.1]), tensor("two", [2], np.int64),
         tensor("three", [3], np.int64), tensor("threshold", 0.3)], opset=13, ir=7, domains=[("ai.onnx.ml", 2)], producer="tf2onnx", version="1.16.1", name="tf2onnx"), [
             np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [2, 2, 3, 3], [5, 5, 6, 6]], np.float32), np.array([0.9, 0.8, 0.2, 0.4], np.float32)]


# --- scikit-learn and the trees


@model("skl2onnx: StandardScaler, LogisticRegression with ZipMap; the label is the first output")
def skl2onnx_logistic():
    return build([
        node("Scaler", "X", "variable", domain=ML, name="Scaler", offset=[5.8, 3.0, 3.7, 1.2], scale=[1.2, 2.3, 0.57, 1.3]),
        node("LinearClassifier", "variable", "label probability_tensor", domain=ML, name="LinearClassifier", classlabels_ints=[0, 1, 2], multi_class=1, post_transform="SOFTMAX",
             coefficients=[-1.0, 1.1, -1.7, -1.6, 0.5, -0.3, -0.2, -0.9, 0.4, -0.8, 2.0, 2.5], intercepts=[-0.3, 1.9, -1.5]),
        node("Normalizer", "probability_tensor", "probabilities", domain=ML, name="Normalizer", norm="L1"),
        node("Cast", "label", "output_label", name="Cast", to=T.INT64),
        node("ZipMap", "probabilities", "output_probability", domain=ML, name="ZipMap", classlabels_int64s=[0, 1, 2])],
        [info("X", [None, 4])], [info("output_label", [None], T.INT64), map_sequence("output_probability", T.INT64)],
        opset=15, ir=8, domains=[(ML, 1)], producer="skl2onnx", version="1.16.0", name="88a3f5e6b1"), [values(5, 4) + 3]


@model("skl2onnx: RandomForestClassifier with labels of text, NaN allowed, ZipMap of text keys")
def skl2onnx_forest():
    return build([
        node("TreeEnsembleClassifier", "X", "label probabilities", domain=ML, name="TreeEnsembleClassifier", post_transform="NONE", classlabels_strings=["no", "yes"],
             nodes_treeids=[0, 0, 0, 1, 1, 1, 1, 1], nodes_nodeids=[0, 1, 2, 0, 1, 2, 3, 4], nodes_featureids=[1, 0, 0, 0, 0, 2, 0, 0],
             nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_values=[0.1, 0, 0, -0.5, 0, 0.7, 0, 0],
             nodes_truenodeids=[1, 0, 0, 1, 0, 3, 0, 0], nodes_falsenodeids=[2, 0, 0, 2, 0, 4, 0, 0], nodes_hitrates=[1.0] * 8, nodes_missing_value_tracks_true=[0, 0, 0, 1, 0, 0, 0, 0],
             # Of two classes the leaves score the second only, and as number 0.
             class_treeids=[0, 0, 1, 1, 1], class_nodeids=[1, 2, 1, 3, 4], class_ids=[0] * 5, class_weights=[0.05, 0.4, 0.2, 0.25, 0.48]),
        node("ZipMap", "probabilities", "output_probability", domain=ML, classlabels_strings=["no", "yes"]), node("Identity", "label", "output_label")],
        [info("X", [None, 3])], [info("output_label", [None], T.STRING), map_sequence("output_probability", T.STRING)],
        opset=15, ir=8, domains=[(ML, 1)], producer="skl2onnx", version="1.17.0"), [np.concatenate([values(6, 3), np.full((1, 3), np.nan, np.float32)])]


@model("skl2onnx: ColumnTransformer; an input a column, imputed and scaled numbers, one-hot text, label encoder")
def skl2onnx_columns():
    return build([
        node("Concat", "age fare", "merged_columns", axis=1), node("Imputer", "merged_columns", "imputed", domain=ML, imputed_value_floats=[30.0, 14.5], replaced_value_float=float("nan")),
        node("Scaler", "imputed", "scaled", domain=ML, offset=[29.0, 33.0], scale=[0.08, 0.02]),
        node("OneHotEncoder", "embarked", "one_hot", domain=ML, cats_strings=["C", "Q", "S"], zeros=1), node("Reshape", "one_hot shape", "one_hot_rows"),
        node("LabelEncoder", "sex", "sex_code", domain=ML, keys_strings=["female", "male"], values_floats=[0.0, 1.0], default_float=-1.0),
        node("Concat", "scaled one_hot_rows sex_code", "features", axis=-1), node("Cast", "features", "features32", to=T.FLOAT),
        node("ArrayFeatureExtractor", "features32 index", "chosen", domain=ML), node("MatMul", "features32 coef", "product"), node("Add", "product intercept", "variable"),
        node("ReduceSumSquare", "features32", "norms", axes=[1], keepdims=1), node("Sqrt", "norms", "distance")],
        [info("age", [None, 1]), info("fare", [None, 1]), info("embarked", [None, 1], T.STRING), info("sex", [None, 1], T.STRING)],
        [info("variable", [None, 1]), info("chosen", [None, 2]), info("distance", [None, 1])],
        [tensor("shape", [-1, 3], np.int64), tensor("index", [[0, 5]], np.int64), weights("coef", 6, 1), tensor("intercept", [0.2])],
        opset=15, ir=8, domains=[(ML, 2)], producer="skl2onnx", version="1.18.0"), [
            np.array([[22], [np.nan], [35]], np.float32), np.array([[7.25], [71.3], [np.nan]], np.float32), np.array([["S"], ["C"], ["X"]], object), np.array([["male"], ["female"], ["other"]], object)]


@model("skl2onnx: SVC with votes, an RBF kernel and probabilities by Platt's scaling")
def skl2onnx_svc():
    return build([
        node("SVMClassifier", "X", "label probabilities", domain=ML, name="SVMc", kernel_type="RBF", kernel_params=[0.25, 0.0, 3.0], classlabels_ints=[0, 1, 2], vectors_per_class=[2, 2, 1],
             support_vectors=[float(v) for v in values(5, 3).reshape(-1)], coefficients=[1.0, 0.8, -0.9, -0.9, -1.0, 0.7, 0.6, 1.0, 0.5, -1.0], rho=[0.1, -0.2, 0.05],
             prob_a=[-1.2, -0.9, -1.1], prob_b=[0.05, -0.02, 0.1], post_transform="NONE"),
        node("Cast", "label", "output_label", to=T.INT64), node("Identity", "probabilities", "output_probability")],
        [info("X", [None, 3])], [info("output_label", [None], T.INT64), info("output_probability", [None, 3])],
        opset=11, ir=6, domains=[(ML, 1)], producer="skl2onnx", version="1.15.0"), [values(6, 3)]


@model("skl2onnx: TfidfVectorizer on words (com.microsoft.Tokenizer), then a linear model")
def skl2onnx_text():
    return build([
        node("Tokenizer", "X", "tokenized", domain=MS, mark=0, mincharnum=1, pad_value="#", tokenexp="[a-zA-Z0-9_]+"),
        node("TfIdfVectorizer", "tokenized", "tfidf", max_gram_length=2, max_skip_count=0, min_gram_length=1, mode="TFIDF", ngram_counts=[0, 3], ngram_indexes=[0, 1, 2, 3], pool_strings=["good", "bad", "film", "good", "film"],
             weights=[1.2, 1.4, 1.0, 1.7]),
        node("Normalizer", "tfidf", "unit", domain=ML, norm="L2"), node("MatMul", "unit coef", "decision")],
        [info("X", [None], T.STRING)], [info("decision", [None, 1])], [weights("coef", 4, 1)], opset=15, ir=8, domains=[(ML, 1), (MS, 1)], producer="skl2onnx", version="1.16.0"), [
            np.array(["a good film", "bad, bad film", "none"], object)]


@model("skl2onnx: KNeighborsClassifier with com.microsoft.CDist, TopK and votes; KMeans' distances beside it")
def skl2onnx_neighbours():
    return build([
        node("CDist", "X train", "distances", domain=MS, metric="euclidean"), node("TopK", "distances k", "nearest index", axis=1, largest=0, sorted=1), node("Flatten", "index", "index_flat", axis=1),
        node("Gather", "labels index_flat", "votes"), node("Equal", "votes one", "ones"), node("Cast", "ones", "ones_f", to=T.FLOAT), node("ReduceMean", "ones_f", "probability", axes=[1], keepdims=1),
        node("ReduceSumSquare", "X", "squares", axes=[1], keepdims=1), node("Gemm", "X centres", "products", alpha=-2.0, transB=1), node("Add", "squares products", "partial"), node("Add", "partial norms", "total"),
        node("Relu", "total", "positive"), node("Sqrt", "positive", "scores"), node("ArgMin", "scores", "label", axis=1, keepdims=0)],
        [info("X", [None, 3])], [info("probability", [None, 1]), info("scores", [None, 2]), info("label", [None], T.INT64)],
        [weights("train", 7, 3, scale=2), tensor("k", [3], np.int64), tensor("labels", [0, 1, 1, 0, 1, 0, 1], np.int64), tensor("one", 1, np.int64), tensor("centres", [[1, 0, 0], [0, -1, 1]]), tensor("norms", [1, 2])],
        opset=12, ir=6, domains=[(ML, 1), (MS, 1)], producer="skl2onnx", version="1.14.0"), [values(5, 3)]


@model("onnxmltools, LightGBM: one class weight a leaf, LOGISTIC, ZipMap after a Cast of the label")
def onnxmltools_lightgbm():
    return build([
        node("TreeEnsembleClassifier", "input", "label_tensor probability_tensor", domain=ML, post_transform="LOGISTIC", classlabels_int64s=[0, 1],
             nodes_treeids=[0, 0, 0, 0, 0, 1, 1, 1], nodes_nodeids=[0, 1, 2, 3, 4, 0, 1, 2], nodes_featureids=[0, 1, 0, 0, 0, 2, 0, 0],
             nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_values=[0.3, -0.7, 0, 0, 0, 1e-35, 0, 0],
             nodes_truenodeids=[1, 3, 0, 0, 0, 1, 0, 0], nodes_falsenodeids=[2, 4, 0, 0, 0, 2, 0, 0], nodes_missing_value_tracks_true=[0, 1, 0, 0, 0, 0, 0, 0],
             class_treeids=[0, 0, 0, 1, 1], class_nodeids=[2, 3, 4, 1, 2], class_ids=[0, 0, 0, 0, 0], class_weights=[-0.4, 0.9, 0.2, 0.35, -0.15]),
        node("Cast", "label_tensor", "label", to=T.INT64), node("ZipMap", "probability_tensor", "probabilities", domain=ML, classlabels_int64s=[0, 1])],
        [info("input", ["None", 3])], [info("label", [None], T.INT64), map_sequence("probabilities", T.INT64)],
        opset=9, ir=4, domains=[(ML, 1)], producer="OnnxMLTools", version="1.12.0", name="lgbm"), [np.concatenate([values(5, 3), np.full((1, 3), np.nan, np.float32)])]


@model("onnxmltools, XGBoost: TreeEnsembleRegressor of strict comparisons with base_values, no hit rates, double thresholds as floats")
def onnxmltools_xgboost():
    return build([
        node("TreeEnsembleRegressor", "input", "variable", domain=ML, base_values=[0.5], n_targets=1, post_transform="NONE",
             nodes_treeids=[0, 0, 0, 1, 1, 1, 1, 1], nodes_nodeids=[0, 1, 2, 0, 1, 2, 3, 4], nodes_featureids=[2, 0, 0, 1, 0, 0, 0, 0],
             nodes_modes=["BRANCH_LT", "LEAF", "LEAF", "BRANCH_LT", "LEAF", "BRANCH_LT", "LEAF", "LEAF"], nodes_values=[0.25, 0, 0, 0.5, 0, -0.5, 0, 0],
             nodes_truenodeids=[1, 0, 0, 1, 0, 3, 0, 0], nodes_falsenodeids=[2, 0, 0, 2, 0, 4, 0, 0], nodes_missing_value_tracks_true=[1, 0, 0, 0, 0, 1, 0, 0],
             target_treeids=[0, 0, 1, 1, 1], target_nodeids=[1, 2, 1, 3, 4], target_ids=[0] * 5, target_weights=[0.12, -0.3, 0.05, 0.4, -0.21])],
        [info("input", [None, 3])], [info("variable", [None, 1])], opset=15, ir=8, domains=[(ML, 1)], producer="OnnxMLTools", version="1.13.0"), [
            np.array([[0, 0.5, 0.25], [-0.5, 1, 0.2], [-0.6, 0.6, np.nan], [np.nan, np.nan, 1]], np.float32)]


@model("onnxmltools, Core ML: FeatureVectorizer over inputs of several types, Scaler, Normalizer, LinearRegressor")
def onnxmltools_coreml():
    return build([
        node("FeatureVectorizer", "rooms area", "vector", domain=ML, inputdimensions=[1, 2]), node("Scaler", "vector", "scaled", domain=ML, offset=[3.0, 10.0, 20.0], scale=[0.5, 0.1, 0.05]),
        node("Normalizer", "scaled", "unit", domain=ML, norm="L2"), node("LinearRegressor", "unit", "price", domain=ML, coefficients=[1.5, -0.3, 0.8], intercepts=[2.0], targets=1)],
        [info("rooms", [1, 1]), info("area", [1, 2])], [info("price", [1, 1])], opset=8, ir=3, domains=[(ML, 1)], producer="OnnxMLTools", version="1.0.0.0", name="pipeline"), [
            np.array([[4]], np.float32), np.array([[12, 30]], np.float32)]


# --- Paddle


@model("Paddle2ONNX 1.x, opset 11: parameters as Constant nodes, −1 for dynamic sizes, empty roi of Resize, HardSwish spelled out")
def paddle2onnx_cnn():
    return build([
        node("Constant", "", "conv2d_0.w_0", value=weights("", 6, 3, 3, 3)), node("Constant", "", "batch_norm2d_0.w_0", value=tensor("", [1.1, 0.9, 1.0, 1.2, 0.8, 1.0])),
        node("Constant", "", "batch_norm2d_0.b_0", value=weights("", 6)), node("Constant", "", "batch_norm2d_0.w_1", value=weights("", 6)), node("Constant", "", "batch_norm2d_0.w_2", value=tensor("", [0.5, 1, 2, 0.7, 1.5, 1])),
        node("Constant", "", "linear_0.w_0", value=weights("", 6, 4)), node("Constant", "", "linear_0.b_0", value=weights("", 4)),
        node("Conv", "x conv2d_0.w_0", "conv2d_0.tmp_0", name="p2o.Conv.0", dilations=[1, 1], group=1, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        node("BatchNormalization", "conv2d_0.tmp_0 batch_norm2d_0.w_0 batch_norm2d_0.b_0 batch_norm2d_0.w_1 batch_norm2d_0.w_2", "batch_norm_0.tmp_2", name="p2o.BatchNormalization.0", epsilon=1e-5, momentum=0.9),
        node("HardSigmoid", "batch_norm_0.tmp_2", "p2o.HardSigmoid.1", alpha=1 / 6, beta=0.5), node("Mul", "batch_norm_0.tmp_2 p2o.HardSigmoid.1", "hardswish_0.tmp_0"),
        node("Constant", "", "p2o.Resize.roi", value=tensor("", np.zeros(0))), node("Constant", "", "p2o.Resize.scales", value=tensor("", [1, 1, 2, 2])),
        node("Resize", "hardswish_0.tmp_0 p2o.Resize.roi p2o.Resize.scales", "nearest_interp_v2_0.tmp_0", coordinate_transformation_mode="asymmetric", mode="nearest", nearest_mode="floor"),
        node("GlobalAveragePool", "nearest_interp_v2_0.tmp_0", "pool2d_0.tmp_0"), node("Constant", "", "p2o.Reshape.shape", value=tensor("", [0, -1], np.int64)),
        node("Reshape", "pool2d_0.tmp_0 p2o.Reshape.shape", "flatten_0.tmp_0"), node("MatMul", "flatten_0.tmp_0 linear_0.w_0", "linear_0.tmp_0"),
        node("Add", "linear_0.tmp_0 linear_0.b_0", "linear_0.tmp_1"), node("Softmax", "linear_0.tmp_1", "p2o.Softmax.0", axis=1), node("Identity", "p2o.Softmax.0", "save_infer_model/scale_0.tmp_0")],
        [info("x", [-1, 3, -1, -1])], [info("save_infer_model/scale_0.tmp_0", [-1, 4])], opset=11, ir=7, producer="PaddlePaddle", name="Model from PaddlePaddle."), [values(2, 3, 8, 10)]


# --- quantizers


def quantized(name, values_):
    return tensor(name, values_, np.int8)


@model("ONNX Runtime's quantize_static and Olive, QDQ, opset 13: weights by channel, bias in s32, relu clipped by its quantizer")
def olive_qdq():
    scale = np.array([0.01, 0.02, 0.005, 0.015], np.float32)
    return build([
        node("QuantizeLinear", "input input_scale input_zero_point", "input_QuantizeLinear_Output", name="input_QuantizeLinear"),
        node("DequantizeLinear", "input_QuantizeLinear_Output input_scale input_zero_point", "input_DequantizeLinear_Output"),
        node("DequantizeLinear", "conv.weight_quantized conv.weight_scale conv.weight_zero_point", "conv.weight_DequantizeLinear_Output", axis=0),
        node("DequantizeLinear", "conv.bias_quantized conv.bias_quantized_scale conv.bias_quantized_zero_point", "conv.bias", axis=0),
        node("Conv", "input_DequantizeLinear_Output conv.weight_DequantizeLinear_Output conv.bias", "conv_out", pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        node("Relu", "conv_out", "relu_out"), node("QuantizeLinear", "relu_out relu_scale relu_zero_point", "relu_q"), node("DequantizeLinear", "relu_q relu_scale relu_zero_point", "relu_dq"),
        node("GlobalAveragePool", "relu_dq", "pool"), node("QuantizeLinear", "pool relu_scale relu_zero_point", "pool_q"), node("DequantizeLinear", "pool_q relu_scale relu_zero_point", "pool_dq"),
        node("Flatten", "pool_dq", "flat"), node("QuantizeLinear", "flat relu_scale relu_zero_point", "flat_q"), node("DequantizeLinear", "flat_q relu_scale relu_zero_point", "flat_dq"),
        node("DequantizeLinear", "fc.weight_quantized fc.weight_scale fc.weight_zero_point", "fc.weight"), node("MatMul", "flat_dq fc.weight", "fc"), node("QuantizeLinear", "fc out_scale out_zero_point", "fc_q"),
        node("DequantizeLinear", "fc_q out_scale out_zero_point", "output")],
        [info("input", ["batch", 2, 6, 6])], [info("output", ["batch", 3])],
        [tensor("input_scale", 0.0157), tensor("input_zero_point", 128, np.uint8), quantized("conv.weight_quantized", random.randint(-127, 128, (4, 2, 3, 3))), tensor("conv.weight_scale", scale),
         quantized("conv.weight_zero_point", np.zeros(4)), tensor("conv.bias_quantized", [100, -2000, 300, 4000], np.int32), tensor("conv.bias_quantized_scale", scale * np.float32(0.0157)),
         tensor("conv.bias_quantized_zero_point", np.zeros(4), np.int32), tensor("relu_scale", 0.03), tensor("relu_zero_point", 0, np.uint8),
         quantized("fc.weight_quantized", random.randint(-127, 128, (4, 3))), tensor("fc.weight_scale", 0.01), quantized("fc.weight_zero_point", 0), tensor("out_scale", 0.05), tensor("out_zero_point", 120, np.uint8)],
        opset=13, ir=8, domains=[(MS, 1)], producer="onnx.quantize", version="0.1.0"), [values(2, 2, 6, 6)]


@model("ONNX Runtime's QDQ in com.microsoft with 16-bit activations, opset 17")
def olive_qdq_u16():
    def q(op, i, o, s, z):
        return node(op, f"{i} {s} {z}", o, domain=MS)
    return build([
        q("QuantizeLinear", "x", "xq", "xs", "xz"), q("DequantizeLinear", "xq", "xd", "xs", "xz"), node("DequantizeLinear", "wq ws wz", "w"), node("MatMul", "xd w", "y"),
        q("QuantizeLinear", "y", "yq", "ys", "yz"), q("DequantizeLinear", "yq", "yd", "ys", "yz"), node("Sigmoid", "yd", "s"), q("QuantizeLinear", "s", "sq", "ss", "sz"), q("DequantizeLinear", "sq", "output", "ss", "sz")],
        [info("x", ["batch", 8])], [info("output", ["batch", 4])],
        [tensor("xs", 0.0001), tensor("xz", 32768, np.uint16), quantized("wq", random.randint(-127, 128, (8, 4))), tensor("ws", 0.01), quantized("wz", 0), tensor("ys", 0.0002), tensor("yz", 30000, np.uint16),
         tensor("ss", 1 / 65535), tensor("sz", 0, np.uint16)], opset=17, ir=8, domains=[(MS, 1)], producer="onnx.quantize"), [values(3, 8)]


@model("ONNX Runtime's quantize_static, QOperator: QLinear operators of both domains")
def ort_qoperator():
    return build([
        node("QuantizeLinear", "x x_scale x_zero_point", "x_quantized", name="x_QuantizeLinear"),
        node("QLinearConv", "x_quantized x_scale x_zero_point w w_scale w_zero y_scale y_zero bias", "conv_quantized", name="conv_quant", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("QLinearLeakyRelu", "conv_quantized y_scale y_zero y_scale y_zero", "leaky_quantized", domain=MS, alpha=0.1),
        node("QLinearAdd", "leaky_quantized y_scale y_zero conv_quantized y_scale y_zero add_scale y_zero", "add_quantized", domain=MS),
        node("QLinearSigmoid", "add_quantized add_scale y_zero sig_scale sig_zero", "sig_quantized", domain=MS),
        node("QLinearConcat", "add_scale y_zero add_quantized add_scale y_zero sig_quantized sig_scale sig_zero", "cat_quantized", domain=MS, axis=1),
        node("QLinearGlobalAveragePool", "cat_quantized add_scale y_zero add_scale y_zero", "pool_quantized", domain=MS, channels_last=0),
        node("Reshape", "pool_quantized shape", "flat_quantized"), node("QGemm", "flat_quantized add_scale y_zero fc fc_scale fc_zero fc_bias out_scale y_zero", "fc_quantized", domain=MS, transB=1, alpha=1.0),
        node("QLinearMatMul", "fc_quantized out_scale y_zero fc2 fc2_scale fc2_zero out_scale y_zero", "out_quantized"), node("DequantizeLinear", "out_quantized out_scale y_zero", "output", name="output_DequantizeLinear")],
        [info("x", ["batch", 2, 5, 5])], [info("output", ["batch", 2])],
        [tensor("x_scale", 0.0157), tensor("x_zero_point", 128, np.uint8), quantized("w", random.randint(-127, 128, (3, 2, 3, 3))), tensor("w_scale", [0.01, 0.02, 0.005]), quantized("w_zero", [0, 0, 0]),
         tensor("y_scale", 0.04), tensor("y_zero", 128, np.uint8), tensor("bias", [100, -500, 900], np.int32), tensor("add_scale", 0.06), tensor("sig_scale", 1 / 256), tensor("sig_zero", 0, np.uint8),
         tensor("shape", [-1, 6], np.int64), quantized("fc", random.randint(-127, 128, (4, 6))), tensor("fc_scale", [0.01, 0.02, 0.03, 0.01]), quantized("fc_zero", [0, 0, 0, 0]), tensor("fc_bias", [10, -20, 30, 0], np.int32),
         tensor("out_scale", 0.05), quantized("fc2", random.randint(-127, 128, (4, 2))), tensor("fc2_scale", 0.01), quantized("fc2_zero", 0)],
        opset=13, ir=7, domains=[(MS, 1)], producer="onnx.quantize", version="0.1.0"), [values(2, 2, 5, 5)]


@model("ONNX Runtime's quantize_dynamic, then its optimizer: DynamicQuantizeMatMul, MatMulIntegerToFloat, DynamicQuantizeLSTM")
def ort_dynamic():
    return build([
        node("DynamicQuantizeMatMul", "x w w_scale w_zero w_bias", "y", domain=MS, name="MatMul_quant"),
        node("DynamicQuantizeLinear", "y", "y_q y_s y_z"), node("MatMulIntegerToFloat", "y_q v y_s v_scale y_z v_zero v_bias", "z", domain=MS),
        node("MatMulInteger", "y_q v y_z v_zero", "z_int"), node("Cast", "z_int", "z_f", to=T.FLOAT), node("Mul", "y_s v_scale", "z_scale"), node("Mul", "z_f z_scale", "z2"),
        node("Add", "z z2", "sum"), node("Unsqueeze", "sum axes", "steps"),
        node("DynamicQuantizeLSTM", "steps lstm_w lstm_r lstm_b _ _ _ _ lstm_ws lstm_wz lstm_rs lstm_rz", "lstm _ last", domain=MS, hidden_size=4, direction="forward", activations=["Sigmoid", "Tanh", "Tanh"]),
        node("Squeeze", "lstm", "output")],
        [info("x", [5, 8])], [info("output", [5, 4])],
        [quantized("w", random.randint(-127, 128, (8, 6))), tensor("w_scale", [0.01] * 6), quantized("w_zero", [0] * 6), weights("w_bias", 6), quantized("v", random.randint(-127, 128, (6, 3))),
         tensor("v_scale", 0.01), quantized("v_zero", 0), weights("v_bias", 3), tensor("axes", [1], np.int64),
         quantized("lstm_w", random.randint(-127, 128, (1, 3, 16))), quantized("lstm_r", random.randint(-127, 128, (1, 4, 16))), weights("lstm_b", 1, 32),
         tensor("lstm_ws", [0.01]), quantized("lstm_wz", [0]), tensor("lstm_rs", [0.01]), quantized("lstm_rz", [0])],
        opset=13, ir=7, domains=[(MS, 1)], producer="onnx.quantize"), [values(5, 8)]


def int4(name, kind, shape, low, high):
    """A tensor of four-bit elements, two a byte, the first in the low half."""
    flat = random.randint(low, high, int(np.prod(shape))) & 15
    if len(flat) % 2:
        flat = np.append(flat, 0)
    t = onnx.TensorProto()
    t.name, t.data_type = name, kind
    t.dims.extend(shape)
    t.raw_data = (flat[0::2] | flat[1::2] << 4).astype(np.uint8).tobytes()
    return t


@model("Olive, weight-only QDQ of four bits in blocks, opset 21")
def olive_int4_blocks():
    return build([
        node("DequantizeLinear", "w scales zeros", "w_f", axis=0, block_size=16), node("MatMul", "x w_f", "output")],
        [info("x", ["batch", 32])], [info("output", ["batch", 6])], [int4("w", 21, [32, 6], 0, 16), weights("scales", 2, 6, scale=0.1), int4("zeros", 21, [2, 6], 0, 16)],
        opset=21, ir=10, producer="olive"), [values(3, 32)]


# --- ONNX Runtime's own files

ORT_DOMAINS = [("com.microsoft", 1), ("com.microsoft.nchwc", 1), ("ai.onnx.ml", 5), ("ai.onnx.training", 1), ("com.ms.internal.nhwc", 23), ("org.pytorch.aten", 1), ("ai.onnx.preview.training", 1), ("com.microsoft.experimental", 1)]


@model("ONNX Runtime's optimizer, extended level: FusedConv with a residual, FusedGemm, FusedMatMul, QuickGelu; every domain it knows is imported")
def ort_optimized_cnn():
    return build([
        node("FusedConv", "x w b", "a", domain=MS, activation="Relu", kernel_shape=[3, 3], pads=[1, 1, 1, 1]), node("FusedConv", "a w2 b2 a", "c", domain=MS, activation="Relu", kernel_shape=[1, 1]),
        node("FusedConv", "c w2 b2", "d", domain=MS, activation="LeakyRelu", activation_params=[0.1], kernel_shape=[1, 1]), node("QuickGelu", "d", "e", domain=MS, alpha=1.702),
        node("GlobalAveragePool", "e", "p"), node("Flatten", "p", "f"), node("FusedGemm", "f fc fcb", "g", domain=MS, activation="Relu", transB=1),
        node("FusedMatMul", "g g", "output", domain=MS, transB=1, alpha=0.125)],
        [info("x", ["batch", 3, 6, 6])], [info("output", ["batch", "batch"])],
        [weights("w", 4, 3, 3, 3), weights("b", 4), weights("w2", 4, 4, 1, 1), weights("b2", 4), weights("fc", 5, 4), weights("fcb", 5)],
        opset=13, ir=8, domains=ORT_DOMAINS, producer="pytorch", metadata={"onnx.quant.pre_process": "onnxruntime.quant"}), [values(2, 3, 6, 6)]


@model("ONNX Runtime's transformer optimizer: EmbedLayerNormalization, Attention with a mask of lengths, SkipLayerNormalization, BiasGelu, FastGelu")
def ort_optimized_bert():
    hidden, heads = 16, 2
    return build([
        node("EmbedLayerNormalization", "input_ids segment_ids word position segment gamma beta mask", "embedding mask_index", domain=MS, epsilon=1e-12),
        node("Attention", "embedding qkv qkv_bias mask_index", "attention", domain=MS, num_heads=heads, name="Attention_0"), node("MatMul", "attention dense", "projected"),
        node("SkipLayerNormalization", "projected embedding gamma beta dense_bias", "normed", domain=MS, epsilon=1e-12), node("MatMul", "normed up", "upper"),
        node("BiasGelu", "upper up_bias", "gelu", domain=MS), node("MatMul", "gelu down", "lower"), node("FastGelu", "lower down_bias", "fast", domain=MS),
        node("SkipLayerNormalization", "fast normed gamma beta", "output", domain=MS, epsilon=1e-12), node("LayerNormalization", "output gamma beta", "output_2", axis=-1, epsilon=1e-5)],
        [info("input_ids", ["batch", "seq"], T.INT32), info("segment_ids", ["batch", "seq"], T.INT32), info("mask", ["batch", "seq"], T.INT32)], [info("output", ["batch", "seq", hidden]), info("output_2", ["batch", "seq", hidden])],
        [weights("word", 20, hidden), weights("position", 12, hidden), weights("segment", 2, hidden), weights("gamma", hidden), weights("beta", hidden), weights("qkv", hidden, 3 * hidden), weights("qkv_bias", 3 * hidden),
         weights("dense", hidden, hidden), weights("dense_bias", hidden), weights("up", hidden, 24), weights("up_bias", 24), weights("down", 24, hidden), weights("down_bias", hidden)],
        # LayerNormalization in the default domain below opset 17 is what the optimizer writes.
        opset=12, ir=7, domains=ORT_DOMAINS, producer="onnxruntime.transformers", version="1.18.0"), [
            random.randint(0, 20, (2, 6)).astype(np.int32), np.array([[0, 0, 0, 1, 1, 1]] * 2, np.int32), np.array([[1] * 6, [1, 1, 1, 1, 0, 0]], np.int32)]


@model("ONNX Runtime's transformer optimizer: MultiHeadAttention of separate projections with their biases and a mask, LayerNormalization with a kept sum")
def ort_optimized_mha():
    return build([
        node("MatMul", "x wq", "q"), node("MatMul", "x wk", "k"), node("MatMul", "x wv", "v"), node("MultiHeadAttention", "q k v qkv_bias _ bias", "attention", domain=MS, num_heads=4),
        node("MatMul", "attention dense", "projected"), node("SkipLayerNormalization", "projected x gamma beta dense_bias", "normed _ _ sum", domain=MS, epsilon=1e-5), node("Add", "normed sum", "output")],
        [info("x", ["batch", "seq", 16]), info("bias", ["batch", 1, "seq", "seq"])], [info("output", ["batch", "seq", 16])],
        [weights("wq", 16, 16), weights("wk", 16, 16), weights("wv", 16, 16), weights("qkv_bias", 48), weights("dense", 16, 16), weights("dense_bias", 16), weights("gamma", 16), weights("beta", 16)],
        opset=17, ir=8, domains=ORT_DOMAINS, producer="onnxruntime.transformers"), [values(2, 5, 16), values(2, 1, 5, 5)]


@model("ONNX Runtime's optimizer, all levels: layouts of one machine (com.microsoft.nchwc); not portable, refused")
def ort_nchwc():
    return build([
        node("ReorderInput", "x", "a", domain="com.microsoft.nchwc"), node("Conv", "a w b", "c", domain="com.microsoft.nchwc", kernel_shape=[3, 3], pads=[1, 1, 1, 1], activation="Relu"),
        node("ReorderOutput", "c", "output", domain="com.microsoft.nchwc", channels=16)],
        [info("x", [1, 16, 6, 6])], [info("output", [1, 16, 6, 6])], [weights("w", 16, 16, 3, 3), weights("b", 16)], opset=13, ir=8, domains=ORT_DOMAINS), [values(1, 16, 6, 6)]


@model("ONNX Runtime's compiled files: EPContext, the work of a device's compiler; refused")
def ort_ep_context():
    return build([node("EPContext", "x", "output", domain=MS, embed_mode=1, ep_cache_context=b"\x00\x01", main_context=1, source="QNN", partition_name="QNN_1")],
                 [info("x", [1, 4])], [info("output", [1, 4])], opset=17, ir=8, domains=[(MS, 1)]), [values(1, 4)]


@model("PyTorch to ONNX Runtime by the ATen fallback: the operator is PyTorch's own library; refused")
def torch_aten_fallback():
    return build([node("ATen", "x", "output", domain="org.pytorch.aten", operator="aten::logcumsumexp", overload_name="")],
                 [info("x", [1, 4])], [info("output", [1, 4])], opset=17, ir=8, domains=[("org.pytorch.aten", 1)], producer="pytorch"), [values(1, 4)]


# --- generative models


def nbits(name, k, n, block=32):
    blocks = k // block
    return [tensor(f"{name}.qweight", random.randint(0, 256, (n, blocks, block // 2)), np.uint8), tensor(f"{name}.scales", random.rand(n * blocks) * 0.05), tensor(f"{name}.qzeros", random.randint(0, 256, n * ((blocks + 1) // 2)), np.uint8)]


def genai(rotary_in_attention):
    hidden, heads, kv, size, vocabulary = 64, 4, 2, 16, 20
    mm = {"domain": MS, "bits": 4, "block_size": 32, "accuracy_level": 4}
    ones = tensor("one", [1], np.int64)
    rope = [] if rotary_in_attention else [
        node("RotaryEmbedding", "q position_ids cos_cache sin_cache", "q_rot", domain=MS, interleaved=0, num_heads=0, rotary_embedding_dim=0),
        node("RotaryEmbedding", "k position_ids cos_cache sin_cache", "k_rot", domain=MS, interleaved=0, num_heads=0, rotary_embedding_dim=0)]
    gqa = "q k v past_key_values.0.key past_key_values.0.value lengths total cos_cache sin_cache" if rotary_in_attention else "q_rot k_rot v past_key_values.0.key past_key_values.0.value lengths total"
    cache = random.rand(32, size // 2) * 2
    return build([
        node("ReduceSum", "attention_mask one", "/model/attn_mask_reformat/ReduceSum", keepdims=0), node("Sub", "/model/attn_mask_reformat/ReduceSum one", "lengths64"), node("Cast", "lengths64", "lengths", to=T.INT32),
        node("Shape", "attention_mask", "mask_shape"), node("Gather", "mask_shape one_scalar", "total64", axis=0), node("Cast", "total64", "total", to=T.INT32),
        node("Gather", "model.embed_tokens.weight input_ids", "embedded"), node("SimplifiedLayerNormalization", "embedded norm0", "normed", axis=-1, epsilon=1e-6, stash_type=1),
        node("MatMulNBits", "normed q.qweight q.scales q.qzeros", "q", K=hidden, N=heads * size, **mm), node("MatMulNBits", "normed k.qweight k.scales k.qzeros", "k", K=hidden, N=kv * size, **mm),
        node("MatMulNBits", "normed v.qweight v.scales v.qzeros", "v", K=hidden, N=kv * size, **mm), *rope,
        node("GroupQueryAttention", gqa, "attention present.0.key present.0.value", domain=MS, num_heads=heads, kv_num_heads=kv, scale=0.25, local_window_size=-1, softcap=0.0, do_rotary=int(rotary_in_attention), rotary_interleaved=0),
        node("MatMulNBits", "attention o.qweight o.scales o.qzeros", "o", K=heads * size, N=hidden, **mm),
        node("SkipSimplifiedLayerNormalization", "embedded o norm1", "normed1 _ _ sum1", domain=MS, epsilon=1e-6),
        node("MatMulNBits", "normed1 gate.qweight gate.scales gate.qzeros", "gate", K=hidden, N=96, **mm), node("MatMulNBits", "normed1 up.qweight up.scales up.qzeros", "up", K=hidden, N=96, **mm),
        node("Sigmoid", "gate", "sigmoid"), node("Mul", "gate sigmoid", "silu"), node("Mul", "silu up", "gated"), node("MatMulNBits", "gated down.qweight down.scales down.qzeros", "down", K=96, N=hidden, **mm),
        node("SkipSimplifiedLayerNormalization", "sum1 down norm2", "normed2", domain=MS, epsilon=1e-6), node("MatMul", "normed2 lm_head", "logits")],
        [info("input_ids", ["batch_size", "sequence_length"], T.INT64), info("attention_mask", ["batch_size", "total_sequence_length"], T.INT64), info("position_ids", ["batch_size", "sequence_length"], T.INT64),
         info("past_key_values.0.key", ["batch_size", kv, "past_sequence_length", size]), info("past_key_values.0.value", ["batch_size", kv, "past_sequence_length", size])],
        [info("logits", ["batch_size", "sequence_length", vocabulary]), info("present.0.key", ["batch_size", kv, "total_sequence_length", size]), info("present.0.value", ["batch_size", kv, "total_sequence_length", size])],
        [ones, tensor("one_scalar", 1, np.int64), weights("model.embed_tokens.weight", vocabulary, hidden), weights("norm0", hidden), weights("norm1", hidden), weights("norm2", hidden), tensor("cos_cache", np.cos(cache)), tensor("sin_cache", np.sin(cache)),
         weights("lm_head", hidden, vocabulary), *nbits("q", hidden, heads * size), *nbits("k", hidden, kv * size), *nbits("v", hidden, kv * size), *nbits("o", heads * size, hidden), *nbits("gate", hidden, 96), *nbits("up", hidden, 96), *nbits("down", 96, hidden)],
        opset=14, ir=7, domains=[(MS, 1)], producer="onnxruntime-genai", version="0.4.0")


def prompt(length, past):
    return [random.randint(0, 20, (1, length)).astype(np.int64), np.ones((1, past + length), np.int64), np.arange(past, past + length, dtype=np.int64)[None], values(1, 2, past, 16), values(1, 2, past, 16)]


@model("ONNX Runtime GenAI's model builder: a prompt; rotary embedding inside GroupQueryAttention, MatMulNBits, the default domain's SimplifiedLayerNormalization")
def genai_prompt():
    return genai(True), prompt(6, 0)


@model("ONNX Runtime GenAI's model builder: a step with a past, rotary embedding as a node of its own")
def genai_step():
    return genai(False), prompt(1, 5)


@model("ONNX Runtime GenAI's model builder: Q, K and V packed by one product, a local window, scores capped, rotary embedding by neighbours")
def genai_packed():
    heads, kv, size, hidden = 4, 2, 16, 32
    cache = random.rand(32, size // 2) * 2
    return build([
        node("MatMul", "x qkv_proj.weight", "qkv"), node("GroupQueryAttention", "qkv _ _ past_key past_value lengths total cos sin", "attention present_key present_value", domain=MS,
             num_heads=heads, kv_num_heads=kv, scale=0.25, local_window_size=4, softcap=5.0, do_rotary=1, rotary_interleaved=1), node("MatMul", "attention o_proj.weight", "output")],
        [info("x", ["batch", "seq", hidden]), info("past_key", ["batch", kv, "past", size]), info("past_value", ["batch", kv, "past", size]), info("lengths", ["batch"], T.INT32), info("total", [], T.INT32)],
        [info("output", ["batch", "seq", hidden]), info("present_key", ["batch", kv, "all", size]), info("present_value", ["batch", kv, "all", size])],
        [weights("qkv_proj.weight", hidden, (heads + 2 * kv) * size), weights("o_proj.weight", heads * size, hidden), tensor("cos", np.cos(cache)), tensor("sin", np.sin(cache))],
        opset=21, ir=10, domains=[(MS, 1)], producer="onnxruntime-genai", version="0.9.0"), [
            values(1, 1, hidden), values(1, kv, 7, size), values(1, kv, 7, size), np.array([7], np.int32), np.array(8, np.int32)]


# --- others


@model("Hugging Face Optimum: a merged decoder, If on use_cache_branch with weights of the outer graph and empty pasts")
def optimum_merged_decoder():
    def branch(name, cached):
        past = [node("Concat", "past joined", f"{name}_present", axis=1)] if cached else [node("Identity", "joined", f"{name}_present")]
        return h.make_graph([node("MatMul", "x shared_w", f"{name}_h"), node("Tanh", f"{name}_h", "joined"), *past, node("ReduceMean", f"{name}_present", f"{name}_logits", axes=[1], keepdims=0)],
                            name, [], [info(f"{name}_logits", ["batch", 4]), info(f"{name}_present", ["batch", "total", 4])])
    return build([node("If", "use_cache_branch", "logits present", then_branch=branch("cached", True), else_branch=branch("plain", False), name="optimum::if")],
                 [info("x", ["batch", "seq", 3]), info("past", ["batch", "past", 4]), info("use_cache_branch", [1], T.BOOL)], [info("logits", ["batch", 4]), info("present", ["batch", "total", 4])],
                 [weights("shared_w", 3, 4)], opset=13, ir=8, producer="pytorch", version="2.1.0", name="optimum_merged"), [values(2, 3, 3), values(2, 2, 4), np.array([True])]


@model("old files (ONNX 1.2, IR 3): initializers among the inputs, BatchNormalization and Dropout as then, Reshape with a kept zero")
def ir3_initializers_as_inputs():
    names = [("w", (4, 3, 3, 3)), ("scale", (4,)), ("bias", (4,)), ("mean", (4,))]
    return build([
        node("Conv", "data w", "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]), node("BatchNormalization", "conv scale bias mean variance", "bn", epsilon=1e-5, spatial=1), node("Relu", "bn", "relu"),
        node("Dropout", "relu", "drop mask", ratio=0.5), node("AveragePool", "drop", "pool", kernel_shape=[2, 2], strides=[2, 2]), node("Reshape", "pool shape", "flat"), node("Gemm", "flat fc fcb", "out", transB=1), node("Softmax", "out", "prob")],
        [info("data", [1, 3, 4, 4])] + [info(n, s) for n, s in names] + [info("variance", (4,)), info("shape", (2,), T.INT64), info("fc", (5, 16)), info("fcb", (5,))], [info("prob", [1, 5])],
        [weights(n, *s) for n, s in names] + [tensor("variance", [1, 2, 0.5, 1]), tensor("shape", [0, -1], np.int64), weights("fc", 5, 16), weights("fcb", 5)], opset=8, ir=3, producer="CNTK"), [values(1, 3, 4, 4)]


def write(folder):
    for name, (_, make) in models.items():
        made, inputs = make()
        data = os.path.join(folder, name, "test_data_set_0")
        os.makedirs(data)
        path = os.path.join(folder, name, "model.onnx")
        if "external" in name:
            onnx.save(made, path, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx.data", size_threshold=0)
        else:
            with open(path, "wb") as f:
                f.write(made.SerializeToString())

        exact = [a for n in made.graph.node for a in n.attribute if a.name == "accuracy_level"]
        for a in exact:
            a.i = 1
        if exact:
            # ONNX Runtime rounds activations to eight bits at the level that files ask for; at level 1 it computes in f32.
            with open(os.path.join(folder, name, "reference.onnx"), "wb") as f:
                f.write(made.SerializeToString())
        for i, value in enumerate(inputs):
            with open(os.path.join(data, f"input_{i}.pb"), "wb") as f:
                f.write(numpy_helper.from_array(value, made.graph.input[i].name).SerializeToString())


if sys.argv[1] == "--list":
    print("\n".join(f"{name}\t{exporter}" for name, (exporter, _) in models.items()))
else:
    write(sys.argv[1])
