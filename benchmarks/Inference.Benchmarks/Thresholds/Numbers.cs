using Inference.Kernels.Memory;

namespace Inference.Benchmarks.Thresholds;

/// <summary>Aligned memory with numbers from −0.5 to 0.5; read as bytes, they are any.</summary>
internal sealed unsafe class Numbers : IDisposable
{
    private readonly NativeBuffer _buffer;

    public Numbers(long count)
    {
        _buffer = new NativeBuffer((nint)count * sizeof(float));
        var random = new Random(1);
        for (long i = 0; i < count; i++)
        {
            F32[i] = random.NextSingle() - 0.5f;
        }
    }

    public float* F32 => (float*)_buffer.Pointer;

    public byte* Bytes => _buffer.Pointer;

    public ReadOnlySpan<float> Span => new(F32, (int)(_buffer.Length / sizeof(float)));

    public void Dispose() => _buffer.Dispose();
}
