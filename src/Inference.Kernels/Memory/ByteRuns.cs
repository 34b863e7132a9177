using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Memory;

/// <summary>Copies many runs of bytes of one length: a call for each would cost more than a short one's copy.</summary>
internal static unsafe class ByteRuns
{
    /// <summary>Bytes from which a run is copied by <see cref="LargeBlocks"/>.</summary>
    public const nint LongRun = 1 << 14;

    /// <summary>to[r, 0 … bytes − 1] = from[r, 0 … bytes − 1] for r &lt; <paramref name="count"/>.</summary>
    /// <param name="from">The first run.</param>
    /// <param name="fromStep">Bytes between runs that are read; 0 repeats one.</param>
    /// <param name="to">Where the first one goes; written memory must not overlap what is read.</param>
    /// <param name="toStep">Bytes between runs that are written.</param>
    /// <param name="count">Runs, 0 or more.</param>
    /// <param name="bytes">Bytes of a run, 1 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(byte* from, nint fromStep, byte* to, nint toStep, nint count, nint bytes)
    {
        KernelAssert.NotNegative(count);
        if (bytes >= LongRun)
        {
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                LargeBlocks.Copy(from, to, bytes);
            }
        }
        else if (Vector512.IsHardwareAccelerated && bytes >= Vector512<byte>.Count)
        {
            // Whole vectors, the last over the end of the one before it.
            nint last = bytes - Vector512<byte>.Count;
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                for (nint i = 0; i < last; i += Vector512<byte>.Count)
                {
                    Vector512.Load(from + i).Store(to + i);
                }

                Vector512.Load(from + last).Store(to + last);
            }
        }
        else if (bytes >= Vector256<byte>.Count)
        {
            nint last = bytes - Vector256<byte>.Count;
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                for (nint i = 0; i < last; i += Vector256<byte>.Count)
                {
                    Vector256.Load(from + i).Store(to + i);
                }

                Vector256.Load(from + last).Store(to + last);
            }
        }
        else if (bytes >= Vector128<byte>.Count)
        {
            nint last = bytes - Vector128<byte>.Count;
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                Vector128<byte> tail = Vector128.Load(from + last);
                Vector128.Load(from).Store(to);
                tail.Store(to + last);
            }
        }
        else if (bytes >= sizeof(ulong))
        {
            Pairs<ulong>(from, fromStep, to, toStep, count, bytes - sizeof(ulong));
        }
        else if (bytes >= sizeof(uint))
        {
            Pairs<uint>(from, fromStep, to, toStep, count, bytes - sizeof(uint));
        }
        else
        {
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                for (nint i = 0; i < bytes; i++)
                {
                    to[i] = from[i];
                }
            }
        }
    }

    /// <summary>Writes one element again and again.</summary>
    /// <param name="to">Where to write.</param>
    /// <param name="element">The element.</param>
    /// <param name="size">Its bytes: 1, 2, 4, 8 or 16.</param>
    /// <param name="count">Elements, 0 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte* to, byte* element, int size, nint count)
    {
        KernelAssert.NotNegative(count);
        nint bytes = count * size;
        if (bytes < Vector256<byte>.Count)
        {
            for (nint i = 0; i < bytes; i++)
            {
                to[i] = element[i & (size - 1)];
            }

            return;
        }

        // The size divides a vector's, so the last vector may go over the end of the one before it.
        Vector256<byte> pattern = size switch
        {
            1 => Vector256.Create(*element),
            2 => Vector256.Create(*(ushort*)element).AsByte(),
            4 => Vector256.Create(*(uint*)element).AsByte(),
            8 => Vector256.Create(*(ulong*)element).AsByte(),
            _ => Vector256.Create(Vector128.Load(element)),
        };
        nint last = bytes - Vector256<byte>.Count;
        for (nint i = 0; i < last;)
        {
            nint stop = LongLoop.Next(i, last);
            for (; i < stop; i += Vector256<byte>.Count)
            {
                pattern.Store(to + i);
            }
        }

        pattern.Store(to + last);
    }

    // The first and the last element of each run, which may overlap.
    private static void Pairs<T>(byte* from, nint fromStep, byte* to, nint toStep, nint count, nint last)
        where T : unmanaged
    {
        for (; count > 0; count--, from += fromStep, to += toStep)
        {
            T tail = Unsafe.ReadUnaligned<T>(from + last);
            Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<T>(from));
            Unsafe.WriteUnaligned(to + last, tail);
        }
    }
}
