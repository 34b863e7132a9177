using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Y = ((A − zero_A) × (B − zero_B) + bias)·(factor·scale_A·scale_B), f32, or with scale_Y quantized: everything but A constant, B packed once.</summary>
internal sealed unsafe class PackedQuantizedProduct : Kernel
{
    private readonly QuantizedMatrix _matrix;
    private readonly bool _owned;
    private readonly bool _signedA;
    private readonly int _zeroA;
    private readonly Tensor _multipliers;
    private readonly Tensor? _bias;
    private readonly QuantizedOutput _output;
    private readonly int _zeroY;
    private readonly QuantizedClip _clip;

    private PackedQuantizedProduct(Func<int, Tensor?> constant, in QuantizedProductInputs inputs, ElementType typeA, float factor, bool transposed, QuantizedClip clip, QuantizedMatrix matrix, bool owned)
    {
        _matrix = matrix;
        _owned = owned;
        _signedA = typeA == ElementType.Int8;
        _clip = clip;
        _zeroA = Zero(constant(inputs.ZeroA));
        _zeroY = Zero(constant(inputs.ZeroY));
        _bias = inputs.Bias < 0 ? null : constant(inputs.Bias);
        ElementType typeY = constant(inputs.ZeroY)?.Type ?? (constant(inputs.ScaleY) is null ? ElementType.Float32 : typeA);
        _output = typeY switch { ElementType.Float32 => QuantizedOutput.Float32, ElementType.Int8 => QuantizedOutput.Int8, _ => QuantizedOutput.UInt8 };
        Tensor scaleB = constant(inputs.ScaleB)!;
        float scaleA = factor * Scale(constant(inputs.ScaleA)!, 0);
        float divisor = constant(inputs.ScaleY) is { } scaleY ? Scale(scaleY, 0) : 1f;
        _multipliers = Tensor.Allocate(ElementType.Float32, [matrix.Columns]);
        for (int i = 0; i < _multipliers.Count; i++)
        {
            _multipliers.Span<float>()[i] = scaleA * Scale(scaleB, scaleB.Count == 1 ? 0 : i) / divisor;
        }
    }

    /// <summary>Whether a node has the constants that the kernel needs.</summary>
    public static bool Fits(PrepareContext context, in QuantizedProductInputs inputs, bool transposed)
    {
        if (context.Constant(inputs.B) is not { Rank: 2, Count: > 0 } b)
        {
            return false;
        }

        long n = b.Dims[transposed ? 0 : 1];
        return Has(context, inputs.ScaleA, 1, 1, needed: true) && Has(context, inputs.ScaleB, 1, n, needed: true) && Has(context, inputs.ZeroA, 1, 1) && Has(context, inputs.ZeroB, 1, n)
            && Has(context, inputs.Bias, n, n) && Has(context, inputs.ScaleY, 1, 1) && Has(context, inputs.ZeroY, 1, 1);
    }

    public static PackedQuantizedProduct Create(PrepareContext context, in QuantizedProductInputs inputs, ElementType typeA, float factor, bool transposed, QuantizedClip clip)
    {
        Tensor b = context.Constant(inputs.B)!;
        Tensor? zeros = context.Constant(inputs.ZeroB);
        QuantizedMatrix matrix = context.Shared(inputs.B, QuantizedMatrixForm.Of(transposed, zeros), () => Pack(b, zeros, transposed));
        return new(i => context.HasInput(i) ? context.Constant(i) : null, in inputs, typeA, factor, transposed, clip, matrix, owned: false);
    }

    /// <summary>The same for shapes that depend on data: packed for one run.</summary>
    public static PackedQuantizedProduct Create(KernelContext context, in QuantizedProductInputs inputs, ElementType typeA, float factor, bool transposed, QuantizedClip clip) =>
        new(context.OptionalInput, in inputs, typeA, factor, transposed, clip, Pack(context.Input(inputs.B), context.OptionalInput(inputs.ZeroB), transposed), owned: true);

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        QuantizedEpilogue epilogue = default;
        epilogue.Output = _output;
        epilogue.Bias = _bias is null ? null : (int*)_bias.Data;
        epilogue.Scale = (float*)_multipliers.Data;
        epilogue.ScalePerColumn = true;
        epilogue.ZeroPoint = _zeroY;
        _clip.Set(ref epilogue);
        QuantizedGemm.Run(context.Input(0).Data, _signedA, _matrix.Rows, _zeroA, _matrix, y.Data, _matrix.Columns, (nint)(y.Count / _matrix.Columns), in epilogue, context.Threads);
    }

    public override void Dispose()
    {
        if (_owned)
        {
            _matrix.Dispose();
        }
    }

    private static QuantizedMatrix Pack(Tensor b, Tensor? zeros, bool transposed) => QuantizedMatrix.Create(
        b.Data, b.Type == ElementType.Int8, (nint)b.Dims[1], (nint)b.Dims[transposed ? 1 : 0], (nint)b.Dims[transposed ? 0 : 1],
        zeros is null ? [] : Array.ConvertAll(zeros.ToInt64Array(), v => (int)v), transposed);

    private static bool Has(PrepareContext context, int input, long one, long other, bool needed = false) =>
        input < 0 || !context.HasInput(input) ? !needed : context.Constant(input) is { } constant && (constant.Count == one || constant.Count == other);

    private static int Zero(Tensor? zero) => zero is null ? 0 : (int)Scalars.ToInt64(zero);

    private static float Scale(Tensor scale, long index) => (float)Scalars.ToDouble(scale, index);
}
