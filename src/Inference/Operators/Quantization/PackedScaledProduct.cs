using Inference.Kernels.Elementwise;
using Inference.Kernels.Quantized;
using Inference.Layers;

namespace Inference.Operators.Quantization;

/// <summary>Y = activation(f32((A − zero_A) × (B − zero_B) + start)·(scale·second) + bias) with a constant B packed once and one zero point for all of A.</summary>
internal sealed unsafe class PackedScaledProduct : Kernel
{
    private readonly QuantizedMatrix _matrix;
    private readonly bool _owned;
    private readonly ScaledProductInputs _inputs;
    private readonly ScaledProduct _product;

    private PackedScaledProduct(QuantizedMatrix matrix, bool owned, in ScaledProductInputs inputs, in Activation activation)
    {
        _matrix = matrix;
        _owned = owned;
        _inputs = inputs;
        _product = new(matrix, activation);
    }

    /// <summary>Whether the node has the form that <see cref="Create(PrepareContext, in ScaledProductInputs, in Activation)"/> takes.</summary>
    public static bool Fits(PrepareContext context, in ScaledProductInputs inputs) =>
        context.Constant(inputs.B) is { Rank: 2, Count: > 0 } b && context.InputDims(inputs.A).Length >= 2
        && HasCount(context, inputs.ZeroA, 1, 1) && HasCount(context, inputs.Scale, 1, b.Dims[1]) && HasCount(context, inputs.SecondScale, 1, b.Dims[1])
        && HasCount(context, inputs.Bias, b.Dims[1], b.Dims[1]) && HasCount(context, inputs.Start, b.Dims[1], b.Dims[1])
        && (!Has(context, inputs.ZeroB) || (context.Constant(inputs.ZeroB) is { Rank: <= 1 } zero && (zero.Count == 1 || zero.Count == b.Dims[1])));

    public static PackedScaledProduct Create(PrepareContext context, in ScaledProductInputs inputs, in Activation activation)
    {
        Tensor b = context.Constant(inputs.B)!;
        Tensor? zeros = Has(context, inputs.ZeroB) ? context.Constant(inputs.ZeroB) : null;
        return new(context.Shared(inputs.B, QuantizedMatrixForm.Of(transposed: false, zeros), () => Pack(b, zeros)), owned: false, in inputs, in activation);
    }

    /// <summary>The same for shapes that depend on data: packed for one run.</summary>
    public static PackedScaledProduct Create(KernelContext context, in ScaledProductInputs inputs, in Activation activation) =>
        new(Pack(context.Input(inputs.B), inputs.ZeroB < 0 ? null : context.OptionalInput(inputs.ZeroB)), owned: true, in inputs, in activation);

    /// <summary>Scratch for the scales of all columns, bytes.</summary>
    public long ScalesBytes => _product.ScalesBytes;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(_inputs.A);
        Tensor y = context.Output(0);
        if (y.Count > 0)
        {
            byte* scratch = context.Scratch(ScalesBytes + (a.Type == ElementType.Float32 ? a.Count + 64 : 0));
            Run(context, (float*)y.Data, (nint)(y.Count / _matrix.Columns), scratch);
        }
    }

    /// <summary>Writes <paramref name="rows"/> rows to memory of the caller's; <paramref name="scratch"/> has <see cref="ScalesBytes"/>, and a byte for each element of an f32 A.</summary>
    public void Run(KernelContext context, float* y, nint rows, byte* scratch)
    {
        Tensor a = context.Input(_inputs.A);
        ReadOnlySpan<float> scale = Floats(context, _inputs.Scale);
        ReadOnlySpan<float> second = Floats(context, _inputs.SecondScale);
        int* start = Optional(context, _inputs.Start) is { } sums ? (int*)sums.Data : null;
        float* bias = Optional(context, _inputs.Bias) is { } addend ? (float*)addend.Data : null;
        if (a.Type == ElementType.Float32)
        {
            _product.RunDynamic((float*)a.Data, (nint)a.Count, y, rows, scale, second, start, bias, scratch, context.Threads);
            return;
        }

        bool signed = a.Type == ElementType.Int8;
        int zero = Optional(context, _inputs.ZeroA) is { } z ? signed ? *(sbyte*)z.Data : *z.Data : 0;
        _product.Run(a.Data, signed, zero, 1f, y, rows, scale, second, start, bias, (float*)scratch, context.Threads);
    }

    public override void Dispose()
    {
        if (_owned)
        {
            _matrix.Dispose();
        }
    }

    private static QuantizedMatrix Pack(Tensor b, Tensor? zeros) => QuantizedMatrix.Create(
        b.Data, b.Type == ElementType.Int8, (nint)b.Dims[1], (nint)b.Dims[0], (nint)b.Dims[1], zeros is null ? [] : Array.ConvertAll(zeros.ToInt64Array(), v => (int)v));

    private static bool Has(PrepareContext context, int input) => input >= 0 && context.HasInput(input);

    private static bool HasCount(PrepareContext context, int input, long one, long other) =>
        !Has(context, input) || (TensorShape.Count(context.InputDims(input)) is var count && (count == one || count == other));

    private static Tensor? Optional(KernelContext context, int input) => input < 0 ? null : context.OptionalInput(input);

    private static ReadOnlySpan<float> Floats(KernelContext context, int input) => Optional(context, input) is { } values ? values.Span<float>() : [];
}
