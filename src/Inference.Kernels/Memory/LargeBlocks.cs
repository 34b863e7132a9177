using Inference.Kernels.Threading;

namespace Inference.Kernels.Memory;

/// <summary>Fills and copies blocks of any size in parts, between which the run can be stopped.</summary>
internal static unsafe class LargeBlocks
{
    // About 0.1 ms where memory moves 10 GB/s.
    private const nuint Part = 1 << 20;

    /// <summary>Sets bytes to zero.</summary>
    /// <param name="block">The first byte.</param>
    /// <param name="bytes">How many, 0 or more.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static void Clear(void* block, long bytes)
    {
        byte* at = (byte*)block;
        nuint left = checked((nuint)bytes);
        for (; left > Part; left -= Part, at += Part)
        {
            NativeAllocation.Clear(at, Part);
            KernelControl.Poll();
        }

        NativeAllocation.Clear(at, left);
    }

    /// <summary>Copies bytes between blocks that do not overlap.</summary>
    /// <param name="from">What to read.</param>
    /// <param name="to">Where to write, as many bytes or more.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        to = to[..from.Length];
        fixed (byte* source = from, target = to)
        {
            Copy(source, target, from.Length);
        }
    }

    /// <summary>Copies bytes between blocks that do not overlap.</summary>
    /// <param name="from">The first byte to read.</param>
    /// <param name="to">The first byte to write.</param>
    /// <param name="bytes">How many, 0 or more.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static void Copy(void* from, void* to, long bytes)
    {
        byte* source = (byte*)from;
        byte* target = (byte*)to;
        nuint left = checked((nuint)bytes);
        for (; left > Part; left -= Part, source += Part, target += Part)
        {
            Buffer.MemoryCopy(source, target, Part, Part);
            KernelControl.Poll();
        }

        Buffer.MemoryCopy(source, target, left, left);
    }
}
