using System.Buffers;

namespace Inference;

/// <summary>A read-only view of an output tensor of a bound run. <see cref="Retain"/> copies, because the next run overwrites the tensor; disposing the view does not release the memory.</summary>
internal sealed unsafe class BoundOutput(BoundRun run, TensorValue inner) : TensorValue(inner.ElementType, inner.Shape)
{
    private volatile bool _disposed;

    /// <summary>The bound run that writes the tensor.</summary>
    public BoundRun Run => run;

    public override bool IsBorrowed => true;

    public override ReadOnlySpan<T> AsSpan<T>() => Live().AsSpan<T>();

    public override Span<T> AsWritableSpan<T>()
    {
        ThrowNotWritable(this, "the output of a bound run");
        return default;
    }

    public override ReadOnlySpan<byte> AsBytes() => Live().AsBytes();

    public override Span<byte> AsWritableBytes()
    {
        ThrowNotWritable(this, "the output of a bound run");
        return default;
    }

    public override MemoryHandle Pin() => Live().Pin();

    public override TensorValue Rows(int start, int count)
    {
        using var copy = (TensorValue)Retain();
        return copy.Rows(start, count);
    }

    public override TensorValue Retain() => run.CopyOf(Live());

    // The bound run owns the memory.
    public override void Dispose() => _disposed = true;

    /// <summary>Whether this shows <paramref name="output"/> and was not disposed.</summary>
    public bool Shows(TensorValue output) => !_disposed && ReferenceEquals(output, inner);

    internal override bool TryHold(out void* address) => Live().TryHold(out address);

    internal override void EndHold() => inner.EndHold();

    private TensorValue Live()
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(nameof(TensorValue),
                "This view of a bound run's output was disposed. The bound run owns the memory: call GetOutput again, and Retain() to keep a copy.");
        }

        run.ThrowIfInUse();
        return inner;
    }
}
