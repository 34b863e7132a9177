using System.Numerics;
using Inference.Kernels.Normalization;
using Inference.Operators.Casting;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// LayerNormalization y = scale·(x − mean)/√(var + epsilon) + bias, RMSNormalization y = scale·x/√(mean(x²) + epsilon), over all dimensions from <c>axis</c> on;
/// scale and bias broadcast to them. Outputs 1 and 2 of LayerNormalization are mean and 1/deviation, in stash_type. Sources: ONNX LayerNormalization, opset 17, and the same below it, as ONNX Runtime's optimizer writes;
/// RMSNormalization, opset 23; com.microsoft SimplifiedLayerNormalization.
/// </summary>
internal sealed unsafe class LayerNormalization(Node node, bool rms) : FloatOperator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly ElementType _stash = StashType(node);
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        ElementType scaleType = context.InputType(1);
        context.SetOutput(0, rms && scaleType != ElementType.Undefined ? scaleType : type, x);
        if (x is null)
        {
            return;
        }

        int axis = Shapes.Axis(context, _axis, x.Length);
        for (int i = 1; i <= 2; i++)
        {
            Shapes.RequireBroadcast(context, i, x);
        }

        Dimension[] statistics = (Dimension[])x.Clone();
        statistics.AsSpan(axis).Fill(Dimension.Fixed(1));
        int outputs = rms ? 2 : 3;
        if (context.OutputCount > outputs)
        {
            throw context.Error($"expected at most {outputs} outputs, got {context.OutputCount}.");
        }

        for (int i = 1; i < outputs; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, _stash, statistics);
            }
        }
    }

    private static ElementType StashType(Node node)
    {
        var type = (ElementType)node.Attributes.Int("stash_type", (long)ElementType.Float32);
        return type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16
            ? type
            : throw new ModelLoadException($"{node.Describe()}: attribute 'stash_type': expected the number of a floating-point type (1, 10, 11 or 16), got {(long)type}.");
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = batch >= 0 && context.InputShape(0) is { } x && batch < Shapes.Axis(_axis, x.Length);
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == BatchContext.None && (context.InputShape(i) is { } own && context.InputShape(0) is { } shape && own.Length <= shape.Length - Shapes.Axis(_axis, shape.Length));
        }

        context.SetAll(apart, batch);
    }

    protected override void RunSingle(KernelContext context)
    {
        if (_stash != ElementType.Float32 && (context.HasOutput(1) || context.HasOutput(2)))
        {
            Compute<float>(context);
            return;
        }

        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            StoreEmpty(context);
            return;
        }

        int axis = Shapes.Axis(_axis, x.Rank);
        long length = TensorShape.Count(x.Dims[axis..]);
        Tensor? scale = context.OptionalInput(1);
        Tensor? bias = context.OptionalInput(2);
        bool plain = IsRow(scale, x.Dims[axis..], length) && IsRow(bias, x.Dims[axis..], length);
        context.ThrowIfCancelled();
        var arguments = new LayerNormArguments
        {
            X = (float*)x.Data,
            Y = (float*)y.Data,
            Gamma = plain && scale is not null ? (float*)scale.Data : null,
            Beta = plain && bias is not null ? (float*)bias.Data : null,
            Rows = (nint)(x.Count / length),
            Columns = (nint)length,
            Epsilon = _epsilon,
            Rms = rms,
        };
        float* mean = context.HasOutput(1) ? (float*)context.Output(1).Data : null;
        arguments.Mean = rms ? null : mean;
        arguments.InverseDeviation = rms ? mean : context.HasOutput(2) ? (float*)context.Output(2).Data : null;
        LayerNorm.Run(in arguments, context.Threads);
        if (!plain)
        {
            ScaleBroadcast<float>(y, scale, bias);
        }
    }

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            StoreEmpty(context);
            return;
        }

        int axis = Shapes.Axis(_axis, x.Rank);
        long rows = TensorShape.Count(x.Dims[..axis]);
        long length = TensorShape.Count(x.Dims[axis..]);
        Tensor? scale = context.OptionalInput(1);
        Tensor? bias = context.OptionalInput(2);
        bool plain = IsRow(scale, x.Dims[axis..], length) && IsRow(bias, x.Dims[axis..], length);
        C epsilon = C.CreateTruncating(_epsilon);
        for (long r = 0; r < rows; r++)
        {
            if ((r & 0xFF) == 0)
            {
                context.ThrowIfCancelled();
            }

            C* from = (C*)x.Data + r * length;
            var row = new ReadOnlySpan<C>(from, checked((int)length));
            C mean = C.Zero;
            C inverse;
            if (rms)
            {
                inverse = RowNormalization.InverseRms(row, epsilon);
            }
            else
            {
                RowNormalization.Statistics(row, epsilon, out mean, out inverse);
            }

            RowNormalization.Apply(from, (C*)y.Data + r * length, length, mean, inverse, plain && scale is not null ? (C*)scale.Data : null, plain && bias is not null ? (C*)bias.Data : null);
            if (context.HasOutput(1))
            {
                Store(context.Output(1), r, rms ? inverse : mean);
            }

            if (context.HasOutput(2))
            {
                Store(context.Output(2), r, inverse);
            }
        }

        if (!plain)
        {
            ScaleBroadcast<C>(y, scale, bias);
        }
    }

    // Whether a factor or addend has one element for each place of a row; as many along other axes are something else.
    private static bool IsRow(Tensor? factor, ReadOnlySpan<long> row, long length)
    {
        if (factor is null)
        {
            return true;
        }

        bool good = factor.Count == length;
        for (int i = 0; good && i < factor.Rank - row.Length; i++)
        {
            good = factor.Dims[i] == 1;
        }

        return good;
    }

    // Rows without elements have no mean and no deviation.
    private static void StoreEmpty(KernelContext context)
    {
        for (int i = 1; i < context.OutputCount; i++)
        {
            Tensor? statistics = context.HasOutput(i) ? context.Output(i) : null;
            for (long r = 0; statistics is not null && r < statistics.Count; r++)
            {
                Store(statistics, r, double.NaN);
            }
        }
    }

    // Statistics have a type of their own.
    private static void Store<C>(Tensor statistics, long row, C value)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        float single = float.CreateTruncating(value);
        switch (statistics.Type)
        {
            case ElementType.Float64:
                ((double*)statistics.Data)[row] = double.CreateTruncating(value);
                break;
            case ElementType.Float32:
                ((float*)statistics.Data)[row] = single;
                break;
            default:
                ElementConverter.Convert(ElementType.Float32, (byte*)&single, statistics.Type, statistics.Data + row * 2, 1, saturate: true, Float8E8M0Rounding.Up);
                break;
        }
    }

    private static void ScaleBroadcast<C>(Tensor y, Tensor? scale, Tensor? bias)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, scale is null ? [] : scale.Dims);
        loop.AddBroadcast(y.Dims, bias is null ? [] : bias.Dims);
        loop.Collapse();
        C* target = (C*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                C value = target[i];
                value = scale is null ? value : value * ((C*)scale.Data)[loop.Offset(0) + i * loop.InnerStride(0)];
                target[i] = bias is null ? value : value + ((C*)bias.Data)[loop.Offset(1) + i * loop.InnerStride(1)];
            }

            target += loop.Inner;
            loop.Next();
        }
    }
}
