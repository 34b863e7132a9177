using Inference.Onnx;

namespace Inference.Benchmarks.Limits;

/// <summary>Operators on inputs of about 100 MB, or with attributes and values that make much work of little.</summary>
internal static class LimitCases
{
    public static readonly LimitCase[] All =
    [
        new("Abs", 22, 1, [F(5000, 5000)], []),
        new("Acos", 22, 1, [F(5000, 5000)], []),
        new("Acosh", 22, 1, [F(5000, 5000)], []),
        new("Asin", 22, 1, [F(5000, 5000)], []),
        new("Asinh", 22, 1, [F(5000, 5000)], []),
        new("Atan", 22, 1, [F(5000, 5000)], []),
        new("Atanh", 22, 1, [F(5000, 5000)], []),
        new("Ceil", 22, 1, [F(5000, 5000)], []),
        new("Celu", 22, 1, [F(5000, 5000)], []),
        new("Cos", 22, 1, [F(5000, 5000)], []),
        new("Cosh", 22, 1, [F(5000, 5000)], []),
        new("Elu", 22, 1, [F(5000, 5000)], []),
        new("Erf", 22, 1, [F(5000, 5000)], []),
        new("Exp", 22, 1, [F(5000, 5000)], []),
        new("Floor", 22, 1, [F(5000, 5000)], []),
        new("Gelu", 22, 1, [F(5000, 5000)], []),
        new("HardSigmoid", 22, 1, [F(5000, 5000)], []),
        new("HardSwish", 22, 1, [F(5000, 5000)], []),
        new("LeakyRelu", 22, 1, [F(5000, 5000)], []),
        new("Log", 22, 1, [F(5000, 5000)], []),
        new("Mish", 22, 1, [F(5000, 5000)], []),
        new("Neg", 22, 1, [F(5000, 5000)], []),
        new("Reciprocal", 22, 1, [F(5000, 5000)], []),
        new("Relu", 22, 1, [F(5000, 5000)], []),
        new("Round", 22, 1, [F(5000, 5000)], []),
        new("Selu", 22, 1, [F(5000, 5000)], []),
        new("Shrink", 22, 1, [F(5000, 5000)], []),
        new("Sigmoid", 22, 1, [F(5000, 5000)], []),
        new("Sign", 22, 1, [F(5000, 5000)], []),
        new("Sin", 22, 1, [F(5000, 5000)], []),
        new("Sinh", 22, 1, [F(5000, 5000)], []),
        new("Softplus", 22, 1, [F(5000, 5000)], []),
        new("Softsign", 22, 1, [F(5000, 5000)], []),
        new("Sqrt", 22, 1, [F(5000, 5000)], []),
        new("Tan", 22, 1, [F(5000, 5000)], []),
        new("Tanh", 22, 1, [F(5000, 5000)], []),
        new("ThresholdedRelu", 22, 1, [F(5000, 5000)], []),
        new("IsNaN", 22, 1, [F(5000, 5000)], []),
        new("IsInf", 22, 1, [F(5000, 5000)], []),
        new("Identity", 22, 1, [F(5000, 5000)], []),
        new("Clip", 22, 1, [F(5000, 5000)], []),
        new("Swish", 24, 1, [F(5000, 5000)], []),
        new("Add", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Sub", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Mul", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Div", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Pow", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Max", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Min", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Mean", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Sum", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Greater", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Less", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Equal", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("PRelu", 22, 1, [F(5000, 5000), F(5000, 5000)], []),
        new("Mod", 22, 1, [F(5000, 5000), F(5000, 5000)], [Int("fmod", 1)]),
        new("Add", 22, 1, [F(5000, 1, 5000), F(1, 1, 5000)], [], Note: "broadcast"),
        new("Add", 22, 1, [Of(ElementType.Float16, 5000, 5000), Of(ElementType.Float16, 5000, 5000)], [], Note: "float16"),
        new("Pow", 22, 1, [Of(ElementType.Float64, 3000, 4000), Of(ElementType.Float64, 3000, 4000)], [], Note: "double"),
        new("Where", 22, 1, [Of(ElementType.Bool, 5000, 5000), F(5000, 5000), F(5000, 5000)], []),
        new("And", 22, 1, [Of(ElementType.Bool, 10000, 10000), Of(ElementType.Bool, 10000, 10000)], []),
        new("Not", 22, 1, [Of(ElementType.Bool, 10000, 10000)], []),
        new("BitShift", 22, 1, [Of(ElementType.UInt8, 10000, 10000), Of(ElementType.UInt8, 10000, 10000)], [Text("direction", "LEFT")]),
        new("BitwiseAnd", 22, 1, [Of(ElementType.Int32, 5000, 5000), Of(ElementType.Int32, 5000, 5000)], []),
        new("BitwiseNot", 22, 1, [Of(ElementType.Int32, 5000, 5000)], []),
        new("Cast", 22, 1, [F(5000, 5000)], [Int("to", 7)], Note: "to int64"),
        new("Cast", 22, 1, [F(3000000)], [Int("to", 8)], Note: "to text"),
        new("Cast", 22, 1, [Texts(3000000, i => i.ToString())], [Int("to", 1)], Note: "from text"),
        new("CastLike", 22, 1, [F(5000, 5000), Of(ElementType.Float16, 1)], []),
        new("Dropout", 22, 2, [F(5000, 5000), Const(0.5f), Const(true)], []),
        new("Bernoulli", 22, 1, [Unit(5000, 5000)], []),
        new("RandomNormalLike", 22, 1, [F(5000, 5000)], []),
        new("RandomUniformLike", 22, 1, [F(5000, 5000)], []),
        new("RandomNormal", 22, 1, [], [Ints("shape", 5000, 5000)]),
        new("RandomUniform", 22, 1, [], [Ints("shape", 5000, 5000)]),
        new("Multinomial", 22, 1, [F(100, 20000)], [Int("sample_size", 100000)]),
        new("ReduceL1", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceL1", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceL2", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceL2", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceLogSum", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceLogSum", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceLogSumExp", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceLogSumExp", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceMax", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceMax", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceMean", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceMean", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceMin", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceMin", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceProd", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceProd", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceSum", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceSum", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ReduceSumSquare", 20, 1, [F(5000, 5000), Const64(0)], [], Note: "first axis"),
        new("ReduceSumSquare", 20, 1, [F(5000, 5000), Const64(0, 1)], [], Note: "all"),
        new("ArgMax", 13, 1, [F(5000, 5000)], [Int("axis", 0)]),
        new("ArgMin", 13, 1, [F(5000, 5000)], [Int("axis", 0)]),
        new("Softmax", 13, 1, [F(5000, 5000)], [Int("axis", 0)], Note: "first axis"),
        new("Softmax", 13, 1, [F(1, 25000000)], [Int("axis", 1)], Note: "one row"),
        new("LogSoftmax", 13, 1, [F(5000, 5000)], [Int("axis", 0)], Note: "first axis"),
        new("LogSoftmax", 13, 1, [F(1, 25000000)], [Int("axis", 1)], Note: "one row"),
        new("Hardmax", 13, 1, [F(5000, 5000)], [Int("axis", 0)], Note: "first axis"),
        new("Hardmax", 13, 1, [F(1, 25000000)], [Int("axis", 1)], Note: "one row"),
        new("CumSum", 14, 1, [F(25000000), Const64S(0)], [], Note: "one row"),
        new("CumSum", 14, 1, [F(5000, 5000), Const64S(0)], []),
        new("CumProd", 26, 1, [F(25000000), Const64S(0)], []),
        new("LayerNormalization", 17, 1, [F(5000, 5000), F(5000), F(5000)], []),
        new("LayerNormalization", 17, 1, [F(1, 25000000), F(25000000), F(25000000)], [], Note: "one row"),
        new("RMSNormalization", 23, 1, [F(1, 25000000), F(25000000)], [], Note: "one row"),
        new("InstanceNormalization", 6, 1, [F(1, 4, 2500, 2500), F(4), F(4)], []),
        new("GroupNormalization", 21, 1, [F(1, 4, 2500, 2500), F(4), F(4)], [Int("num_groups", 2)]),
        new("BatchNormalization", 15, 1, [F(1, 4, 2500, 2500), F(4), F(4), F(4), Unit(4)], []),
        new("MeanVarianceNormalization", 13, 1, [F(1, 4, 2500, 2500)], []),
        new("LpNormalization", 1, 1, [F(5000, 5000)], [Int("axis", 0)]),
        new("LRN", 13, 1, [F(1, 64, 600, 600)], [Int("size", 63)]),
        new("LRN", 13, 1, [F(1, 10000, 50, 50)], [Int("size", 9999)], Note: "size 9999"),
        new("MaxPool", 19, 1, [F(1, 4, 2500, 2500)], [Ints("kernel_shape", 64, 64)]),
        new("MaxPool", 19, 1, [F(1, 1, 300, 300, 300)], [Ints("kernel_shape", 31, 31, 31)], Note: "3 axes"),
        new("MaxPool", 19, 1, [F(1, 1, 25000000)], [Ints("kernel_shape", 10000)], Note: "1 axis, window 10000"),
        new("AveragePool", 19, 1, [F(1, 4, 2500, 2500)], [Ints("kernel_shape", 64, 64)]),
        new("AveragePool", 19, 1, [F(1, 1, 300, 300, 300)], [Ints("kernel_shape", 31, 31, 31)], Note: "3 axes"),
        new("AveragePool", 19, 1, [F(1, 1, 25000000)], [Ints("kernel_shape", 10000)], Note: "1 axis, window 10000"),
        new("LpPool", 18, 1, [F(1, 4, 2500, 2500)], [Ints("kernel_shape", 64, 64)]),
        new("LpPool", 18, 1, [F(1, 1, 300, 300, 300)], [Ints("kernel_shape", 31, 31, 31)], Note: "3 axes"),
        new("LpPool", 18, 1, [F(1, 1, 25000000)], [Ints("kernel_shape", 10000)], Note: "1 axis, window 10000"),
        new("MaxPool", 12, 2, [F(1, 4, 2500, 2500)], [Ints("kernel_shape", 64, 64)], Note: "with indices"),
        new("GlobalAveragePool", 1, 1, [F(1, 1, 5000, 5000)], []),
        new("GlobalMaxPool", 1, 1, [F(1, 1, 5000, 5000)], []),
        new("GlobalLpPool", 1, 1, [F(1, 1, 5000, 5000)], []),
        new("MaxUnpool", 11, 1, [F(1, 1, 2500, 2500), Index64(25000000, 1, 1, 2500, 2500)], [Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)]),
        new("RoiAlign", 16, 1, [F(1, 64, 64, 64), Const2(1, 4, 0f, 0f, 63f, 63f), Const64(0)], [Int("sampling_ratio", 280), Int("output_height", 7), Int("output_width", 7)], Note: "sampling ratio 280"),
        new("RoiAlign", 16, 1, [F(1, 64, 64, 64), Const2(1, 4, 0f, 0f, 1950f, 1950f), Const64(0)], [Int("output_height", 7), Int("output_width", 7)], Note: "by its values"),
        new("MaxRoiPool", 1, 1, [F(1, 64, 600, 600), Rois(1000)], [Ints("pooled_shape", 7, 7)]),
        new("Conv", 11, 1, [F(1, 16, 1000, 1000), F(64, 16, 15, 15)], []),
        new("Conv", 11, 1, [F(1, 4, 200, 200, 200), F(8, 4, 9, 9, 9)], [], Note: "3 axes"),
        new("Conv", 11, 1, [F(1, 64, 600, 600), F(64, 1, 31, 31)], [Int("group", 64)], Note: "depthwise"),
        new("Conv", 11, 1, [F(1, 1, 25000000), F(1, 1, 20000)], [], Note: "1 axis, window 20000"),
        new("Conv", 11, 1, [Of(ElementType.Float64, 1, 16, 500, 500), Of(ElementType.Float64, 64, 16, 15, 15)], [], Note: "double"),
        new("ConvTranspose", 11, 1, [F(1, 64, 200, 200), F(64, 32, 31, 31)], []),
        new("ConvTranspose", 11, 1, [F(1, 1, 5000000), F(1, 1, 3000)], [], Note: "1 axis"),
        new("ConvTranspose", 11, 1, [F(1, 8, 60, 60, 60), F(8, 8, 11, 11, 11)], [], Note: "3 axes"),
        new("ConvInteger", 10, 1, [Of(ElementType.UInt8, 1, 16, 500, 500), Of(ElementType.UInt8, 64, 16, 15, 15)], []),
        new("DeformConv", 19, 1, [F(1, 16, 300, 300), F(16, 16, 7, 7), Unit(1, 98, 294, 294)], []),
        new("Col2Im", 18, 1, [F(1, 6400, 3721), Const64(68, 68), Const64(8, 8)], []),
        new("QLinearConv", 10, 1, [Of(ElementType.UInt8, 1, 16, 500, 500), Const(0.1f), ConstB(0), Of(ElementType.UInt8, 64, 16, 15, 15), Const(0.1f), ConstB(0), Const(1f), ConstB(0)], []),
        new("MatMul", 13, 1, [F(4000, 5000), F(5000, 5000)], []),
        new("MatMul", 13, 1, [F(1, 25000000), F(25000000, 1)], [], Note: "dot"),
        new("MatMul", 13, 1, [F(5000, 5000), F(5000)], [], Note: "matrix times vector"),
        new("MatMul", 13, 1, [F(1, 5000), F(5000, 5000)], [], Note: "vector times matrix"),
        new("MatMul", 13, 1, [Of(ElementType.Float64, 2000, 3000), Of(ElementType.Float64, 3000, 3000)], [], Note: "double"),
        new("MatMul", 13, 1, [Of(ElementType.Int64, 1500, 1500), Of(ElementType.Int64, 1500, 1500)], [], Note: "int64"),
        new("Gemm", 13, 1, [F(3000, 5000), F(3000, 5000)], [Int("transB", 1)]),
        new("Gemm", 13, 1, [F(5000, 3000), F(5000, 3000)], [Int("transA", 1)]),
        new("MatMulInteger", 10, 1, [Of(ElementType.UInt8, 3000, 5000), Of(ElementType.UInt8, 5000, 5000)], []),
        new("QLinearMatMul", 10, 1, [Of(ElementType.UInt8, 3000, 5000), Const(0.1f), ConstB(0), Of(ElementType.UInt8, 5000, 5000), Const(0.1f), ConstB(0), Const(1f), ConstB(0)], []),
        new("Einsum", 12, 1, [F(3000, 3000), F(3000, 3000)], [Text("equation", "ij,jk->ik")]),
        new("Einsum", 12, 1, [F(300, 300), F(300, 300), F(300, 300)], [Text("equation", "ij,jk,kl->il")], Note: "three operands"),
        new("Einsum", 12, 1, [F(25000000), F(25000000)], [Text("equation", "i,i->")], Note: "dot"),
        new("Einsum", 12, 1, [F(5000, 5000)], [Text("equation", "ij->ji")], Note: "transpose"),
        new("Det", 11, 1, [F(2000, 2000)], []),
        new("Det", 11, 1, [F(2000000, 3, 3)], [], Note: "many"),
        new("Transpose", 13, 1, [F(5000, 5000)], [Ints("perm", 1, 0)]),
        new("Transpose", 13, 1, [F(50, 100, 50, 100)], [Ints("perm", 3, 1, 0, 2)], Note: "four axes"),
        new("Concat", 13, 1, [F(5000, 5000), F(5000, 5000)], [Int("axis", 1)]),
        new("Split", 13, 2, [F(5000, 5000), Const64(2500, 2500)], [Int("axis", 1)]),
        new("Slice", 13, 1, [F(5000, 5000), Const64(4999, 4999), Const64(-9223372036854775807, -9223372036854775807), Const64(0, 1), Const64(-1, -1)], [], Note: "backwards"),
        new("Pad", 18, 1, [F(5000, 5000), Const64(100, 100, 100, 100)], [Text("mode", "reflect")]),
        new("Pad", 18, 1, [F(5000, 5000), Const64(100, 100, 100, 100)], [], Note: "constant"),
        new("Tile", 13, 1, [F(500, 1), Const64(100, 1000)], []),
        new("Expand", 13, 1, [F(5000, 1), Const64(5000, 5000)], []),
        new("Gather", 13, 1, [F(5000, 5000), Index64(5000, 5000)], [Int("axis", 1)]),
        new("GatherElements", 13, 1, [F(5000, 5000), Index64(5000, 5000, 5000)], [Int("axis", 0)]),
        new("GatherND", 13, 1, [F(5000, 5000), Index64(5000, 5000000, 2)], []),
        new("ScatterElements", 18, 1, [F(5000, 5000), Index64(5000, 5000, 2500), F(5000, 2500)], [Int("axis", 0), Text("reduction", "add")]),
        new("ScatterND", 18, 1, [F(5000, 5000), Index64(5000, 5000000, 2), F(5000000)], []),
        new("TensorScatter", 24, 1, [F(1, 5000, 5000), F(1, 2500, 5000), Const64(0)], [Int("axis", 1)]),
        new("OneHot", 11, 1, [Index64(10000, 10000), Const64S(5000), Const2F(0f, 1f)], []),
        new("OneHot", 11, 1, [Index64(5000, 5000), Const64S(5000), Const2F(0f, 1f)], [Int("axis", 0)]),
        new("Unique", 11, 4, [F(10000000)], []),
        new("Unique", 11, 4, [F(10000000)], [Int("sorted", 0)], Note: "unsorted"),
        new("Unique", 11, 4, [Index64(3, 10000, 1000)], [Int("axis", 0)], Note: "rows"),
        new("TopK", 11, 2, [F(25000000), Const64(10000000)], [], Note: "one row"),
        new("TopK", 11, 2, [F(5000, 5000), Const64(2500)], [Int("axis", 0)]),
        new("TopK", 11, 2, [F(25000000), Const64(10)], [], Note: "few"),
        new("NonZero", 13, 1, [F(5000, 5000)], []),
        new("Compress", 11, 1, [F(25000000), Of(ElementType.Bool, 25000000)], [Int("axis", 0)]),
        new("Compress", 11, 1, [F(5000, 5000), Of(ElementType.Bool, 5000)], [Int("axis", 1)], Note: "columns"),
        new("Trilu", 14, 1, [F(5000, 5000)], []),
        new("EyeLike", 22, 1, [F(5000, 5000)], []),
        new("Range", 11, 1, [Const(0f), Const(25000000f), Const(1f)], []),
        new("ConstantOfShape", 20, 1, [Run64(5000, 5000)], []),
        new("DepthToSpace", 13, 1, [F(1, 64, 600, 600)], [Int("blocksize", 8)]),
        new("SpaceToDepth", 13, 1, [F(1, 1, 4800, 4800)], [Int("blocksize", 8)]),
        new("ReverseSequence", 10, 1, [F(5000, 5000), Index64(5000, 5000)], []),
        new("CenterCropPad", 18, 1, [F(5000, 5000), Const64(6000, 4000)], []),
        new("Reshape", 19, 1, [F(5000, 5000), Run64(2500, 10000)], []),
        new("SplitToSequence", 11, 1, [F(300000, 10)], [Int("axis", 0)]),
        new("Attention", 23, 1, [F(1, 4, 2000, 64), F(1, 4, 2000, 64), F(1, 4, 2000, 64)], []),
        new("Attention", 23, 1, [F(1, 1, 20000, 64), F(1, 1, 20000, 64), F(1, 1, 20000, 64)], [], Note: "one head"),
        new("RotaryEmbedding", 23, 1, [F(1, 8, 50000, 64), F(50000, 32), F(50000, 32), Count64(50000, 1, 50000)], []),
        new("MultiHeadAttention", 1, 1, [F(1, 2000, 512), F(1, 2000, 512), F(1, 2000, 512)], [Int("num_heads", 8)], "com.microsoft"),
        new("BiasGelu", 1, 1, [F(5000, 5000), F(5000)], [], "com.microsoft"),
        new("FastGelu", 1, 1, [F(5000, 5000)], [], "com.microsoft"),
        new("QuickGelu", 1, 1, [F(5000, 5000)], [], "com.microsoft"),
        new("SkipLayerNormalization", 1, 1, [F(1, 5000, 5000), F(1, 5000, 5000), F(5000)], [], "com.microsoft"),
        new("FusedMatMul", 1, 1, [F(3000, 5000), F(3000, 5000)], [Int("transB", 1)], "com.microsoft"),
        new("LSTM", 14, 1, [F(500, 16, 256), F(1, 2048, 256), F(1, 2048, 512)], [Int("hidden_size", 512)]),
        new("LSTM", 14, 1, [F(2, 2000, 512), F(1, 8192, 512), F(1, 8192, 2048)], [Int("hidden_size", 2048)], Note: "wide"),
        new("GRU", 14, 1, [F(500, 16, 256), F(1, 1536, 256), F(1, 1536, 512)], [Int("hidden_size", 512)]),
        new("RNN", 14, 1, [F(500, 16, 256), F(1, 512, 256), F(1, 512, 512)], [Int("hidden_size", 512)]),
        new("DFT", 20, 1, [F(1, 4000000, 1)], [], Note: "one row"),
        new("DFT", 20, 1, [F(1, 3999971, 1)], [], Note: "prime length"),
        new("STFT", 17, 1, [F(1, 4000000, 1), Const64S(100), null, Const64S(1024)], []),
        new("MelWeightMatrix", 17, 1, [Const64S(4096), Const64S(16384), Const64S(16000), Const(0f), Const(8000f)], []),
        new("HannWindow", 17, 1, [Run64S(25000000)], []),
        new("HammingWindow", 17, 1, [Run64S(25000000)], []),
        new("BlackmanWindow", 17, 1, [Run64S(25000000)], []),
        new("Resize", 19, 1, [F(1, 4, 1200, 1200), null, Const4(1f, 1f, 2f, 2f)], [Text("mode", "nearest")], Note: "nearest"),
        new("Resize", 19, 1, [F(1, 4, 1200, 1200), null, Const4(1f, 1f, 2f, 2f)], [Text("mode", "linear")], Note: "linear"),
        new("Resize", 19, 1, [F(1, 4, 1200, 1200), null, Const4(1f, 1f, 2f, 2f)], [Text("mode", "cubic")], Note: "cubic"),
        new("Resize", 19, 1, [F(1, 1, 5000, 5000), null, Const4(1f, 1f, 0.2f, 0.2f)], [Text("mode", "cubic"), Int("antialias", 1)], Note: "antialias"),
        new("GridSample", 22, 1, [F(1, 4, 1200, 1200), F(1, 2000, 2000, 2)], [Text("mode", "cubic")]),
        new("AffineGrid", 20, 1, [F(1, 2, 3), Const64(1, 1, 3500, 3500)], []),
        new("NonMaxSuppression", 11, 1, [Boxes(5000), Unit(1, 20, 5000), Const64S(5000), ConstF1(0.9f), ConstF1(0.0f)], []),
        new("QuantizeLinear", 19, 1, [F(5000, 5000), Const(0.1f), ConstB(0)], []),
        new("DequantizeLinear", 19, 1, [Of(ElementType.UInt8, 10000, 10000), Const(0.1f), ConstB(0)], []),
        new("DynamicQuantizeLinear", 11, 3, [F(5000, 5000)], []),
        new("SoftmaxCrossEntropyLoss", 13, 1, [F(5000, 5000), Index64(5000, 5000)], []),
        new("NegativeLogLikelihoodLoss", 13, 1, [F(5000, 5000), Index64(5000, 5000)], []),
        new("StringConcat", 20, 1, [Texts(3000000, i => "abc"), Texts(3000000, i => "defg")], []),
        new("StringSplit", 20, 2, [Texts(1000000, i => "a b c d")], []),
        new("StringNormalizer", 10, 1, [Texts(3000000, i => "Abc")], [Text("case_change_action", "LOWER")]),
        new("RegexFullMatch", 20, 1, [Texts(1000000, i => "abcabcabc")], [Text("pattern", "(abc)+")]),
        new("TfIdfVectorizer", 9, 1, [Index64(100, 3000, 3000)], [Text("mode", "TF"), Int("min_gram_length", 1), Int("max_gram_length", 2), Int("max_skip_count", 5), Ints("ngram_counts", 0, 3), Ints("ngram_indexes", 0, 1, 2, 3), Ints("pool_int64s", 1, 2, 3, 4, 5)]),
        new("Normalizer", 1, 1, [F(5000, 5000)], [Text("norm", "L2")], "ai.onnx.ml"),
        new("Scaler", 1, 1, [F(5000, 5000)], [Floats("offset", 1f), Floats("scale", 2f)], "ai.onnx.ml"),
        new("Binarizer", 1, 1, [F(5000, 5000)], [Float("threshold", 0.5f)], "ai.onnx.ml"),
        new("Imputer", 1, 1, [F(5000, 5000)], [Floats("imputed_value_floats", 1f), Float("replaced_value_float", 0f)], "ai.onnx.ml"),
        new("ArrayFeatureExtractor", 1, 1, [F(5000, 5000), Index64(5000, 2500)], [], "ai.onnx.ml"),
        new("LabelEncoder", 2, 1, [Index64(3, 10000000)], [Ints("keys_int64s", 0, 1, 2), Ints("values_int64s", 5, 6, 7)], "ai.onnx.ml"),
        new("OneHotEncoder", 1, 1, [Index64(3, 3000000)], [Ints("cats_int64s", 0, 1, 2)], "ai.onnx.ml"),
        new("LinearRegressor", 1, 1, [F(500000, 50)], [Floats("coefficients", LimitCases.Many(50)), Int("targets", 1)], "ai.onnx.ml"),
        new("LinearClassifier", 1, 2, [F(500000, 50)], [Floats("coefficients", LimitCases.Many(100)), Floats("intercepts", 0f, 0f), Ints("classlabels_ints", 0, 1)], "ai.onnx.ml"),
        new("SVMRegressor", 1, 1, [F(100000, 50)], [Text("kernel_type", "RBF"), Floats("kernel_params", 0.1f, 0f, 3f), Floats("support_vectors", LimitCases.Many(50000)), Floats("coefficients", LimitCases.Many(1000)), Int("n_supports", 1000), Floats("rho", 0.5f)], "ai.onnx.ml"),
        new("TreeEnsembleRegressor", 3, 1, [F(5000000, 2)], [.. LimitCases.Tree()], "ai.onnx.ml"),
        new("ZipMap", 1, 1, [F(1000000, 3)], [Ints("classlabels_int64s", 0, 1, 2)], "ai.onnx.ml"),
        new("FeatureVectorizer", 1, 1, [F(5000, 5000), F(5000, 5000)], [Ints("inputdimensions", 5000, 5000)], "ai.onnx.ml"),
        new("Adam", 1, 3, [Const(0.1f), Const64S(1), F(5000, 5000), F(5000, 5000), F(5000, 5000), Unit(5000, 5000)], [], "ai.onnx.preview.training"),
        new("QLinearAdd", 1, 1, [Of(ElementType.UInt8, 10000, 10000), Const(0.1f), ConstB(0), Of(ElementType.UInt8, 10000, 10000), Const(0.1f), ConstB(0), Const(0.1f), ConstB(0)], [], "com.microsoft"),
        new("QLinearSigmoid", 1, 1, [Of(ElementType.UInt8, 10000, 10000), Const(0.1f), ConstB(0), Const(0.1f), ConstB(0)], [], "com.microsoft"),
        new("QLinearGlobalAveragePool", 1, 1, [Of(ElementType.UInt8, 1, 4, 5000, 5000), Const(0.1f), ConstB(0), Const(0.1f), ConstB(0)], [], "com.microsoft"),
        new("QLinearAveragePool", 1, 1, [Of(ElementType.UInt8, 1, 4, 2500, 2500), Const(0.1f), ConstB(0), Const(0.1f), ConstB(0)], [Ints("kernel_shape", 31, 31)], "com.microsoft"),
        new("DynamicQuantizeMatMul", 1, 1, [F(3000, 5000), Of(ElementType.UInt8, 5000, 5000), Const(0.1f), ConstB(0)], [], "com.microsoft"),
        new("MatMulNBits", 1, 1, [F(2000, 4096), ConstBytes(4096, 128, 16), ConstFloats(4096 * 128)], [Int("K", 4096), Int("N", 4096), Int("bits", 4), Int("block_size", 32)], "com.microsoft"),
        new("MatMulIntegerToFloat", 1, 1, [Of(ElementType.UInt8, 3000, 5000), Of(ElementType.UInt8, 5000, 5000), Const(0.1f), Const(0.1f)], [], "com.microsoft"),
    ];

    /// <summary>So many coefficients.</summary>
    public static float[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => (i % 7) * 0.1f)];

    /// <summary>A tree of depth 1 over two features, 200 times.</summary>
    public static OnnxAttribute[] Tree()
    {
        const int Trees = 200;
        long[] Each(params long[] one) => [.. Enumerable.Range(0, Trees).SelectMany(_ => one)];
        return
        [
            OnnxAttribute.FromInts("nodes_treeids", [.. Enumerable.Range(0, Trees).SelectMany(t => new long[] { t, t, t })]),
            OnnxAttribute.FromInts("nodes_nodeids", Each(0, 1, 2)),
            OnnxAttribute.FromInts("nodes_featureids", Each(0, 0, 0)),
            OnnxAttribute.FromFloats("nodes_values", [.. Enumerable.Range(0, 3 * Trees).Select(_ => 0.5f)]),
            OnnxAttribute.FromStrings("nodes_modes", [.. Enumerable.Range(0, Trees).SelectMany(_ => new[] { "BRANCH_LEQ", "LEAF", "LEAF" })]),
            OnnxAttribute.FromInts("nodes_truenodeids", Each(1, 0, 0)),
            OnnxAttribute.FromInts("nodes_falsenodeids", Each(2, 0, 0)),
            OnnxAttribute.FromInts("target_treeids", [.. Enumerable.Range(0, Trees).SelectMany(t => new long[] { t, t })]),
            OnnxAttribute.FromInts("target_nodeids", Each(1, 2)),
            OnnxAttribute.FromInts("target_ids", Each(0, 0)),
            OnnxAttribute.FromFloats("target_weights", Many(2 * Trees)),
            OnnxAttribute.FromInt("n_targets", 1),
        ];
    }

    private static LimitInput F(params long[] dims) => Of(ElementType.Float32, dims);

    private static LimitInput Of(ElementType type, params long[] dims) =>
        new(type, dims, type is ElementType.UInt8 ? (_, r) => r * 4 : type is ElementType.Int32 or ElementType.Int64 ? (_, r) => 1 + (r * 100) : type is ElementType.Bool ? (_, r) => r : (_, r) => (r * 2) - 1);

    private static LimitInput Unit(params long[] dims) => new(ElementType.Float32, dims, (_, r) => r);

    private static LimitInput Index64(long below, params long[] dims) => new(ElementType.Int64, dims, (_, r) => Math.Floor(r * below));

    private static LimitInput Count64(long modulus, params long[] dims) => new(ElementType.Int64, dims, (i, _) => i % modulus);

    private static LimitInput Rois(int count) => new(ElementType.Float32, [count, 5], (i, r) => (i % 5) switch { 0 => 0, 1 or 2 => r * 100, _ => 400 + (r * 199) });

    private static LimitInput Boxes(int count) => new(ElementType.Float32, [1, count, 4], (i, r) => (i % 4) < 2 ? r * 100 : 100 + (r * 100));

    private static LimitInput Run64(params long[] values) => new(ElementType.Int64, [values.Length], (i, _) => values[i]);

    private static LimitInput Run64S(long value) => new(ElementType.Int64, [], (_, _) => value);

    private static LimitInput Texts(int count, Func<long, string> text) => new(ElementType.String, [count], (_, _) => 0) { Text = text };

    private static LimitInput Const(float value) => Fixed(OnnxTensor.Create<float>("", [value]));

    private static LimitInput Const(bool value) => Fixed(OnnxTensor.Create<bool>("", [value]));

    private static LimitInput ConstB(byte value) => Fixed(OnnxTensor.Create<byte>("", [value]));

    private static LimitInput ConstF1(float value) => Fixed(OnnxTensor.Create<float>("", [value], 1));

    private static LimitInput Const2F(float a, float b) => Fixed(OnnxTensor.Create<float>("", [a, b], 2));

    private static LimitInput Const2(long rows, long columns, params float[] values) => Fixed(OnnxTensor.Create<float>("", values, rows, columns));

    private static LimitInput Const4(params float[] values) => Fixed(OnnxTensor.Create<float>("", values, values.Length));

    private static LimitInput ConstFloats(int count) => Fixed(OnnxTensor.Create<float>("", Many(count), count));

    private static LimitInput ConstBytes(params long[] dims) => Fixed(OnnxTensor.Create<byte>("", new byte[dims.Aggregate(1L, (p, d) => p * d)], dims));

    private static LimitInput Const64(params long[] values) => Fixed(OnnxTensor.Create<long>("", values, values.Length));

    private static LimitInput Const64S(long value) => Fixed(OnnxTensor.Create<long>("", [value]));

    private static LimitInput Fixed(OnnxTensor tensor) => new(ElementType.Undefined, [], (_, r) => r) { Constant = tensor };

    private static OnnxAttribute Int(string name, long value) => OnnxAttribute.FromInt(name, value);

    private static OnnxAttribute Float(string name, float value) => OnnxAttribute.FromFloat(name, value);

    private static OnnxAttribute Text(string name, string value) => OnnxAttribute.FromString(name, value);

    private static OnnxAttribute Ints(string name, params long[] values) => OnnxAttribute.FromInts(name, values);

    private static OnnxAttribute Floats(string name, params float[] values) => OnnxAttribute.FromFloats(name, values);
}
