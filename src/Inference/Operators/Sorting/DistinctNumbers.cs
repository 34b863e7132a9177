using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Sorting;

/// <summary>Groups of equal numbers by hashing: −0 is 0, and NaNs are one number, the last.</summary>
internal struct DistinctNumbers : INumericAction
{
    // Different numbers up to which a sort does not look at the clock: a tenth of a second.
    private const int Sorted = 1 << 20;

    // A slot is looked at.
    private const int ProbeWork = 5;

    /// <summary>Numbers whose slots, at least as many again, an array can hold.</summary>
    public const int Most = 1 << 29;

    public Tensor X;
    public bool InOrder;

    /// <summary>The groups; null where there are too many to sort them without a look at the clock.</summary>
    public Groups? Result { get; private set; }

    /// <summary>Integers that the groups of some numbers take at most.</summary>
    public static long Integers(long count) => 7 * count + 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Invoke<E, T, C>()
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        T* x = (T*)X.Data;
        int count = (int)X.Count;
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(7, (2L * count) - 1));
        var slots = new int[1 << bits];
        int[] of = GC.AllocateUninitializedArray<int>(count);
        var firsts = new List<int>();
        var counts = new List<long>();
        var keys = new List<C>();
        var work = default(WorkCounter);
        for (int i = 0; i < count; i++)
        {
            C key = E.Load(x[i]) + C.Zero;
            key = C.IsNaN(key) ? C.Zero / C.Zero : key;
            int at = (int)(Hash(key) >> (64 - bits));
            work.Add(ProbeWork);

            // A slot holds a group's number and one.
            while (slots[at] != 0 && !Same(keys[slots[at] - 1], key))
            {
                work.Add(ProbeWork);
                at = (at + 1) & (slots.Length - 1);
            }

            if (slots[at] == 0)
            {
                if (InOrder && keys.Count == Sorted)
                {
                    return;
                }

                keys.Add(key);
                firsts.Add(i);
                counts.Add(0);
                slots[at] = keys.Count;
            }

            of[i] = slots[at] - 1;
            counts[of[i]]++;
        }

        int[] shown = [.. Enumerable.Range(0, keys.Count)];
        if (InOrder)
        {
            C[] sorted = [.. keys];
            Array.Sort(sorted, shown);
            if (sorted.Length > 0 && C.IsNaN(sorted[0]))
            {
                // The runtime has NaN before all numbers.
                int nan = shown[0];
                shown.AsSpan(1).CopyTo(shown);
                shown[^1] = nan;
            }
        }

        Result = new(firsts, counts, of, shown);
    }

    private static ulong Hash<C>(C key)
        where C : unmanaged => Bits(key) * 0x9E3779B97F4A7C15;

    private static bool Same<C>(C a, C b)
        where C : unmanaged => Bits(a) == Bits(b);

    private static ulong Bits<C>(C value)
        where C : unmanaged => Unsafe.SizeOf<C>() switch
        {
            1 => Unsafe.As<C, byte>(ref value),
            2 => Unsafe.As<C, ushort>(ref value),
            4 => Unsafe.As<C, uint>(ref value),
            _ => Unsafe.As<C, ulong>(ref value),
        };
}
