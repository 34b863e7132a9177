using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Recurrent;

/// <summary>Small steps that the recurrent layers share.</summary>
internal static unsafe class SequenceParts
{
    // Three sigmoids and two tangents of four operations each.
    /// <summary>Element operations of one state of a cell.</summary>
    public const long CellWork = 20;

    /// <summary>to = a + b, where null counts as zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumBiases(float* a, float* b, float* to, nint count)
    {
        KernelAssert.Run(to, count);
        for (nint i = 0; i < count; i++)
        {
            to[i] = (a == null ? 0f : a[i]) + (b == null ? 0f : b[i]);
        }
    }

    /// <summary>to = from, where null counts as zeros.</summary>
    public static void CopyOrClear(float* from, float* to, nint count)
    {
        KernelAssert.Run(to, count);
        if (count == 0 || from == to)
        {
            return;
        }

        if (from == null)
        {
            LargeBlocks.Clear(to, count * sizeof(float));
        }
        else
        {
            LargeBlocks.Copy(from, to, count * sizeof(float));
        }
    }
}
