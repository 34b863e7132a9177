using System.Collections.Frozen;
using Inference.Graph;
using Inference.Operators.Basic;
using Inference.Operators.Casting;
using Inference.Operators.ControlFlow;
using Inference.Operators.Convolution;
using Inference.Operators.Elementwise;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Ml;
using Inference.Operators.Normalization;
using Inference.Operators.Pooling;
using Inference.Operators.Quantization;
using Inference.Operators.Random;
using Inference.Operators.Recurrent;
using Inference.Operators.Elementwise;
using Inference.Operators.Fused;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Ml;
using Inference.Operators.Random;
using Inference.Operators.Recurrent;
using Inference.Operators.Convolution;
using Inference.Operators.Normalization;
using Inference.Operators.Pooling;
using Inference.Operators.Reduction;
using Inference.Operators.Structure;
using Inference.Operators.Typed;

namespace Inference.Operators;

/// <summary>All operators of the engine: one line each, by domain, then alphabetical.</summary>
internal static class OperatorTable
{
    internal const string Ml = "ai.onnx.ml";
    internal const string Microsoft = "com.microsoft";

    /// <summary>Operators that only passes make.</summary>
    internal const string Fused = "inference.fused";

    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Abs", 1, n => new NumericUnary<NumericFunctions.Abs>(default, TypeSet.Numeric)),
        new("", "Acos", 7, n => new FloatUnary<Trigonometry.Acos>(default)),
        new("", "Acosh", 9, n => new FloatUnary<Trigonometry.Acosh>(default)),
        new("", "Add", 1, n => new BinaryOperator<Arithmetic.Add>(n, default, TypeSet.Numeric)),
        new("", "And", 1, n => new BitOperator<BitFunctions.And>(n, default, TypeSet.Bool)),
        new("", "ArgMax", 1, n => new ArgReduce(n, largest: true)),
        new("", "ArgMin", 1, n => new ArgReduce(n, largest: false)),
        new("", "Asin", 7, n => new FloatUnary<Trigonometry.Asin>(default)),
        new("", "Asinh", 9, n => new FloatUnary<Trigonometry.Asinh>(default)),
        new("", "Atan", 7, n => new FloatUnary<Trigonometry.Atan>(default)),
        new("", "Atanh", 9, n => new FloatUnary<Trigonometry.Atanh>(default)),
        new("", "AveragePool", 1, n => new Pool<Poolings.Average>(n, new(n.Attributes.Int("count_include_pad", 0) != 0), TypeSet.Floating)),
        new("", "BatchNormalization", 1, n => new BatchNormalization(n)),
        new("", "BitCast", 26, n => new BitCast(n)),
        new("", "BitShift", 11, n => BitShift.Create(n)),
        new("", "BitwiseAnd", 18, n => new BitOperator<BitFunctions.And>(n, default, TypeSet.Integer)),
        new("", "BitwiseNot", 18, n => new BitNot(logical: false)),
        new("", "BitwiseOr", 18, n => new BitOperator<BitFunctions.Or>(n, default, TypeSet.Integer)),
        new("", "BitwiseXor", 18, n => new BitOperator<BitFunctions.Xor>(n, default, TypeSet.Integer)),
        new("", "Cast", 1, n => new Cast(n)),
        new("", "CastLike", 15, n => new Cast(n, like: true)),
        new("", "Ceil", 1, n => new FloatUnary<Powers.Ceil>(default)),
        new("", "Celu", 12, n => new FloatUnary<Activations.Celu>(new(n.Attributes.Float("alpha", 1f)))),
        new("", "CenterCropPad", 18, n => new CenterCropPad(n)),
        new("", "Clip", 1, n => new Clip(n)),
        new("", "Compress", 9, n => new Compress(n)),
        new("", "Concat", 1, n => new Concat(n)),
        new("", "Constant", 1, n => new Constant(n)),
        new("", "ConstantOfShape", 9, n => new ConstantOfShape(n)),
        new("", "Conv", 1, n => new Conv(n)),
        new("", "ConvInteger", 10, n => new ConvInteger(n)),
        new("", "Cos", 7, n => new FloatUnary<Trigonometry.Cos>(default)),
        new("", "Cosh", 9, n => new FloatUnary<Trigonometry.Cosh>(default)),
        new("", "CumProd", 26, n => new Cumulative(n, product: true)),
        new("", "CumSum", 11, n => new Cumulative(n, product: false)),
        new("", "DepthToSpace", 1, n => new DepthToSpace(n)),
        new("", "DequantizeLinear", 10, n => new DequantizeLinear(n)),
        new("", "Div", 1, n => new BinaryOperator<Arithmetic.Div>(n, default, TypeSet.Numeric)),
        new("", "Dropout", 1, n => new Dropout(n)),
        new("", "DynamicQuantizeLinear", 11, n => new DynamicQuantizeLinear()),
        new("", "Elu", 1, n => new FloatUnary<Activations.Elu>(new(n.Attributes.Float("alpha", 1f)))),
        new("", "Equal", 1, n => new CompareOperator<Comparisons.Equal>(n, default)),
        new("", "Erf", 9, n => new NumericUnary<NumericFunctions.Erf>(default, TypeSet.Numeric)),
        new("", "Exp", 1, n => new FloatUnary<Powers.Exp>(default)),
        new("", "Expand", 8, _ => new Expand()),
        new("", "EyeLike", 9, n => new EyeLike(n)),
        new("", "Flatten", 1, n => new Flatten(n)),
        new("", "Floor", 1, n => new FloatUnary<Powers.Floor>(default)),
        new("", "Gather", 1, n => new Gather(n)),
        new("", "GatherElements", 11, n => new GatherElements(n)),
        new("", "GatherND", 11, n => new GatherND(n)),
        new("", "Gelu", 20, n => Gelu.Create(n)),
        new("", "Gemm", 1, n => new Gemm(n)),
        new("", "GlobalAveragePool", 1, n => new Pool<Poolings.Average>(n, default, TypeSet.Floating, global: true)),
        new("", "GlobalLpPool", 1, n => new Pool<Poolings.Lp>(n, new(LpOrder.Read(n)), TypeSet.Floating, global: true)),
        new("", "GlobalMaxPool", 1, n => new Pool<Poolings.Max>(n, default, TypeSet.Floating, global: true)),
        new("", "Greater", 1, n => new CompareOperator<Comparisons.Greater>(n, default)),
        new("", "GreaterOrEqual", 12, n => new CompareOperator<Comparisons.GreaterOrEqual>(n, default)),
        new("", "GroupNormalization", 18, n => new GroupNormalization(n, instance: false)),
        new("", "GRU", 1, n => new RecurrentOperator(n, CellKind.Gru)),
        new("", "Hardmax", 1, n => new Softmax(n, SoftmaxKind.Hardmax)),
        new("", "HardSigmoid", 1, n => new FloatUnary<Activations.HardSigmoid>(new(n.Attributes.Float("alpha", 0.2f), n.Attributes.Float("beta", 0.5f)))),
        new("", "HardSwish", 14, n => new FloatUnary<Activations.HardSwish>(default)),
        new("", "Identity", 1, n => new Identity(n)),
        new("", "If", 1, n => new If(n)),
        new("", "InstanceNormalization", 1, n => new GroupNormalization(n, instance: true)),
        new("", "IsInf", 10, n => IsSpecial.ReadInf(n)),
        new("", "IsNaN", 9, n => new IsSpecial(nan: true, positive: false, negative: false)),
        new("", "LRN", 1, n => new Lrn(n)),
        new("", "LSTM", 1, n => new RecurrentOperator(n, CellKind.Lstm)),
        new("", "LayerNormalization", 17, n => new LayerNormalization(n, rms: false)),
        new("", "LeakyRelu", 1, n => new FloatUnary<Activations.LeakyRelu>(new(n.Attributes.Float("alpha", 0.01f)))),
        new("", "Less", 1, n => new CompareOperator<Comparisons.Less>(n, default)),
        new("", "LessOrEqual", 12, n => new CompareOperator<Comparisons.LessOrEqual>(n, default)),
        new("", "Log", 1, n => new FloatUnary<Powers.Log>(default)),
        new("", "LogSoftmax", 1, n => new Softmax(n, SoftmaxKind.LogSoftmax)),
        new("", "Loop", 1, n => new Loop(n)),
        new("", "LpNormalization", 1, n => new LpNormalization(n)),
        new("", "LpPool", 1, n => new Pool<Poolings.Lp>(n, new(LpOrder.Read(n)), TypeSet.Floating)),
        new("", "LRN", 1, n => new Lrn(n)),
        new("", "LSTM", 1, n => new RecurrentOperator(n, CellKind.Lstm)),
        new("", "MatMul", 1, n => new MatMul()),
        new("", "MatMulInteger", 10, n => new MatMulInteger()),
        new("", "Max", 1, n => new VariadicOperator<Arithmetic.Max>(default, TypeSet.Numeric)),
        new("", "MaxPool", 1, n => new Pool<Poolings.Max>(n, default, TypeSet.Numeric)),
        new("", "Mean", 1, n => new VariadicOperator<Arithmetic.Add>(default, TypeSet.Floating, mean: true)),
        new("", "MeanVarianceNormalization", 9, n => new MeanVarianceNormalization(n)),
        new("", "Min", 1, n => new VariadicOperator<Arithmetic.Min>(default, TypeSet.Numeric)),
        new("", "Mish", 18, n => new FloatUnary<Activations.Mish>(default)),
        new("", "Mod", 10, n => Mod.Create(n)),
        new("", "Mul", 1, n => new BinaryOperator<Arithmetic.Mul>(n, default, TypeSet.Numeric)),
        new("", "Neg", 1, n => new NumericUnary<NumericFunctions.Neg>(default, TypeSet.Floating | TypeSet.Signed)),
        new("", "NonZero", 9, _ => new NonZero()),
        new("", "Not", 1, n => new BitNot(logical: true)),
        new("", "OneHot", 9, n => new OneHot(n)),
        new("", "Or", 1, n => new BitOperator<BitFunctions.Or>(n, default, TypeSet.Bool)),
        new("", "Pad", 1, n => new Pad(n)),
        new("", "Pow", 1, n => new Pow(n)),
        new("", "PRelu", 1, n => new PRelu(n)),
        new("", "QLinearConv", 10, n => new QLinearConv(n)),
        new("", "QLinearMatMul", 10, n => new QLinearMatMul()),
        new("", "QuantizeLinear", 10, n => new QuantizeLinear(n)),
        new("", "RMSNormalization", 23, n => new LayerNormalization(n, rms: true)),
        new("", "RNN", 1, n => new RecurrentOperator(n, CellKind.Rnn)),
        new("", "Range", 11, _ => new RangeOp()),
        new("", "Reciprocal", 1, n => new FloatUnary<Powers.Reciprocal>(default)),
        new("", "ReduceL1", 1, n => new Reduce<Reducers.L1>(n, 18, TypeSet.Numeric)),
        new("", "ReduceL2", 1, n => new Reduce<Reducers.L2>(n, 18, TypeSet.Numeric)),
        new("", "ReduceLogSum", 1, n => new Reduce<Reducers.LogSum>(n, 18, TypeSet.Numeric)),
        new("", "ReduceLogSumExp", 1, n => new ReduceLogSumExp(n)),
        new("", "ReduceMax", 1, n => new Reduce<Reducers.Max>(n, 18, TypeSet.Numeric | TypeSet.Bool)),
        new("", "ReduceMean", 1, n => new Reduce<Reducers.Mean>(n, 18, TypeSet.Numeric)),
        new("", "ReduceMin", 1, n => new Reduce<Reducers.Min>(n, 18, TypeSet.Numeric | TypeSet.Bool)),
        new("", "ReduceProd", 1, n => new Reduce<Reducers.Prod>(n, 18, TypeSet.Numeric)),
        new("", "ReduceSum", 1, n => new Reduce<Reducers.Sum>(n, 13, TypeSet.Numeric)),
        new("", "ReduceSumSquare", 1, n => new Reduce<Reducers.SumSquare>(n, 18, TypeSet.Numeric)),
        new("", "Relu", 1, n => new NumericUnary<NumericFunctions.Relu>(default, TypeSet.Floating | TypeSet.Signed)),
        new("", "Reshape", 1, n => new Reshape(n)),
        new("", "RMSNormalization", 23, n => new LayerNormalization(n, rms: true)),
        new("", "RNN", 1, n => new RecurrentOperator(n, CellKind.Rnn)),
        new("", "ReverseSequence", 10, n => new ReverseSequence(n)),
        new("", "Round", 11, n => new FloatUnary<Powers.Round>(default)),
        new("", "Scan", 8, n => n.Opset < 9 ? new BatchedScan(n) : new Scan(n)),
        new("", "Scatter", 9, n => new ScatterElements(n)),
        new("", "ScatterElements", 11, n => new ScatterElements(n)),
        new("", "ScatterND", 11, n => new ScatterND(n)),
        new("", "Selu", 1, n => Selu.Create(n)),
        new("", "Shape", 1, n => new Shape(n)),
        new("", "Shrink", 9, n => new NumericUnary<NumericFunctions.Shrink>(new(n.Attributes.Float("lambd", 0.5f), n.Attributes.Float("bias", 0f)), TypeSet.Numeric)),
        new("", "Sigmoid", 1, n => new FloatUnary<Activations.Sigmoid>(default)),
        new("", "Sign", 9, n => new NumericUnary<NumericFunctions.Sign>(default, TypeSet.Numeric)),
        new("", "SimplifiedLayerNormalization", 1, n => new LayerNormalization(n, rms: true)),
        new("", "Sin", 7, n => new FloatUnary<Trigonometry.Sin>(default)),
        new("", "Sinh", 9, n => new FloatUnary<Trigonometry.Sinh>(default)),
        new("", "Size", 1, _ => new Size()),
        new("", "Slice", 1, n => new Slice(n)),
        new("", "Softmax", 1, n => new Softmax(n, SoftmaxKind.Softmax)),
        new("", "Softplus", 1, n => new FloatUnary<Activations.Softplus>(default)),
        new("", "Softsign", 1, n => new FloatUnary<Activations.Softsign>(default)),
        new("", "SpaceToDepth", 1, n => new SpaceToDepth(n)),
        new("", "Split", 1, n => new Split(n)),
        new("", "Sqrt", 1, n => new FloatUnary<Powers.Sqrt>(default)),
        new("", "Squeeze", 1, n => new Squeeze(n)),
        new("", "Sub", 1, n => new BinaryOperator<Arithmetic.Sub>(n, default, TypeSet.Numeric)),
        new("", "Sum", 1, n => new VariadicOperator<Arithmetic.Add>(default, TypeSet.Floating)),
        new("", "Swish", 24, n => new FloatUnary<Activations.QuickGelu>(new(n.Attributes.Float("alpha", 1f)))),
        new("", "Tan", 7, n => new FloatUnary<Trigonometry.Tan>(default)),
        new("", "Tanh", 1, n => new FloatUnary<Trigonometry.Tanh>(default)),
        new("", "TensorScatter", 24, n => new TensorScatter(n)),
        new("", "ThresholdedRelu", 1, n => new FloatUnary<Activations.ThresholdedRelu>(new(n.Attributes.Float("alpha", 1f)))),
        new("", "Tile", 1, n => new Tile(n)),
        new("", "TopK", 1, n => new TopK(n)),
        new("", "Transpose", 1, n => new Transpose(n)),
        new("", "Trilu", 14, n => new Trilu(n)),
        new("", "Unique", 11, n => new Unique(n)),
        new("", "Unsqueeze", 1, n => new Unsqueeze(n)),
        new("", "Where", 9, n => new Where()),
        new("", "Xor", 1, n => new BitOperator<BitFunctions.Xor>(n, default, TypeSet.Bool)),
        new(Ml, "ArrayFeatureExtractor", 1, _ => new ArrayFeatureExtractor()),
        new(Ml, "Binarizer", 1, n => new Binarizer(n)),
        new(Ml, "CastMap", 1, n => new CastMap(n)),
        new(Ml, "CategoryMapper", 1, n => new LabelEncoder(n)),
        new(Ml, "DictVectorizer", 1, n => new DictVectorizer(n)),
        new(Ml, "FeatureVectorizer", 1, n => new FeatureVectorizer(n)),
        new(Ml, "Imputer", 1, n => new Imputer(n)),
        new(Ml, "LabelEncoder", 1, n => new LabelEncoder(n)),
        new(Ml, "LinearClassifier", 1, n => new LinearClassifier(n)),
        new(Ml, "LinearRegressor", 1, n => new LinearRegressor(n)),
        new(Ml, "Normalizer", 1, n => new Normalizer(n)),
        new(Ml, "OneHotEncoder", 1, n => new OneHotEncoder(n)),
        new(Ml, "Scaler", 1, n => new Scaler(n)),
        new(Ml, "SVMClassifier", 1, n => new SvmClassifier(n)),
        new(Ml, "SVMRegressor", 1, n => new SvmRegressor(n)),
        new(Ml, "TreeEnsemble", 5, n => new TreeEnsemble(n)),
        new(Ml, "TreeEnsembleClassifier", 1, n => new TreeEnsembleClassifier(n)),
        new(Ml, "TreeEnsembleRegressor", 1, n => new TreeEnsembleRegressor(n)),
        new(Ml, "ZipMap", 1, n => new ZipMap(n)),
        new(Microsoft, "DequantizeLinear", 1, n => new DequantizeLinear(n)),
        new(Microsoft, "FusedConv", 1, n => new Conv(n)),
        new(Microsoft, "FusedGemm", 1, n => new Gemm(n)),
        new(Microsoft, "Gelu", 1, n => new FloatUnary<Activations.Gelu>(default)),
        new(Microsoft, "QuantizeLinear", 1, n => new QuantizeLinear(n)),
        new(Microsoft, "QuickGelu", 1, n => new FloatUnary<Activations.QuickGelu>(new(n.Attributes.Float("alpha", 1.702f)))),
        new(Microsoft, "SimplifiedLayerNormalization", 1, n => new LayerNormalization(n, rms: true)),
        new(Fused, "Linear", 1, n => new Linear(n)),
        new(Fused, "NhwcConv", 1, n => new NhwcConv(n)),
        new(Fused, "NhwcPool", 1, n => new NhwcPool(n)),
    ];

    private static readonly FrozenDictionary<(string, string), OperatorEntry> s_byName =
        Entries.ToFrozenDictionary(e => (e.Domain, e.OpType));

    /// <summary>Finds an operator; false where the engine does not have it.</summary>
    public static bool TryFind(string domain, string opType, long opset, out OperatorEntry entry) =>
        s_byName.TryGetValue((domain, opType), out entry!) && opset >= entry.Since;
}
