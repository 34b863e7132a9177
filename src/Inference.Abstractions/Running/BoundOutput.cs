using System.Buffers;

namespace Inference;

/// <summary>An output tensor of a bound run as its user sees it: read-only; <see cref="Retain"/> copies, because the next run overwrites it; disposing it ends this view and not the memory.</summary>
internal sealed unsafe class BoundOutput(BoundRun run, TensorValue inner) : TensorValue(inner.ElementType, inner.Shape)
{
    private volatile bool _disposed;

    /// <summary>The run that writes it.</summary>
    public BoundRun Run => run;

    public override bool IsBorrowed => true;

    public override ReadOnlySpan<T> AsSpan<T>() => Live().AsSpan<T>();

    public override Span<T> AsWritableSpan<T>()
    {
        ThrowNotWritable(this, "that of an output of a bound run");
        return default;
    }

    public override ReadOnlySpan<byte> AsBytes() => Live().AsBytes();

    public override Span<byte> AsWritableBytes()
    {
        ThrowNotWritable(this, "that of an output of a bound run");
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
                "The output of a bound run was disposed: this view of it has ended. The memory belongs to the bound run: call its GetOutput again, and Retain() to keep a copy.");
        }

        run.ThrowIfInUse();
        return inner;
    }
}
