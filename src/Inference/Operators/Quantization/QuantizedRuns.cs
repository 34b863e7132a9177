using System.Runtime.CompilerServices;
using Inference.Kernels.Quantized;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>y = quantize(dequantize(a) ∘ dequantize(b)) over the runs of a broadcast, as <see cref="QuantizedBinary"/> has it.</summary>
internal readonly unsafe struct QuantizedRuns(QuantizedForm left, QuantizedForm right, QuantizedForm result, byte* y, bool multiply, bool shifted, QuantizedClip clip) : IRunBody
{
    // An operand of one value, spread out on the stack.
    private const int Chunk = 1024;

    // Work of an element in additions of f32.
    private const int Cost = 2;

    /// <summary>Runs the broadcast of two tensors.</summary>
    public void Run(Tensor a, Tensor b, ReadOnlySpan<long> dims, long count, int threads)
    {
        StridedLoop loop = StridedLoop.Over(dims);
        loop.AddBroadcast(dims, a.Dims);
        loop.AddBroadcast(dims, b.Dims);
        loop.Collapse();
        var operands = default(RunOperands);
        operands.Add(a.Data);
        operands.Add(b.Data);
        QuantizedRuns body = this;
        ElementRanges.RunLoop(ref body, ref loop, ref operands, count, Cost, threads);
    }

    [SkipLocalsInit]
    public void Run(in RunOperands run, long at, long count)
    {
        byte* a = run.Data<byte>(0);
        byte* b = run.Data<byte>(1);
        if ((run.Stride(0) & run.Stride(1)) == 1)
        {
            QuantizedBinary.Run(a, in left, b, in right, y + at, in result, (nint)count, multiply, shifted, clip.Low, clip.High);
            return;
        }

        byte* spread = stackalloc byte[2 * Chunk];
        byte* p = Spread(a, run.Stride(0), count, spread);
        byte* q = Spread(b, run.Stride(1), count, spread + Chunk);
        for (long first = 0; first < count; first += Chunk)
        {
            int part = (int)Math.Min(Chunk, count - first);
            QuantizedBinary.Run(p + (first * run.Stride(0)), in left, q + (first * run.Stride(1)), in right, y + at + first, in result, part, multiply, shifted, clip.Low, clip.High);
        }
    }

    // A run as it lies, or one element repeated.
    private static byte* Spread(byte* run, long stride, long count, byte* to)
    {
        if (stride == 1)
        {
            return run;
        }

        new Span<byte>(to, (int)Math.Min(Chunk, count)).Fill(*run);
        return to;
    }
}
