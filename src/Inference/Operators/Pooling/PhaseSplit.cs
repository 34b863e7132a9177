using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Operators.Pooling;

/// <summary>Elements apart by their index modulo a stride, so that what a step of the stride passes over becomes neighbours.</summary>
internal static unsafe class PhaseSplit
{
    /// <summary>y[phase · phaseLength + i] = x[i · stride + phase], for i up to count / stride.</summary>
    /// <param name="x">Elements; vectors read over their end by up to four vectors.</param>
    /// <param name="count">Elements, a multiple of the stride.</param>
    /// <param name="stride">2 or more.</param>
    /// <param name="used">For each phase, whether it is needed.</param>
    /// <param name="y">Phases; vectors write over the end of each by up to two vectors.</param>
    /// <param name="phaseLength">Distance of the phases, elements.</param>
    /// <param name="halves">Scratch for two phases, as y has, where the stride is 4.</param>
    public static void Run<C>(C* x, nint count, nint stride, bool* used, C* y, nint phaseLength, C* halves)
        where C : unmanaged
    {
        if (stride == 2 && sizeof(C) < sizeof(ulong))
        {
            Halves(x, count, y, y + phaseLength);
        }
        else if (stride == 4 && sizeof(C) < sizeof(ulong))
        {
            C* odd = halves + (2 * phaseLength);
            Halves(x, count, halves, odd);
            Halves(halves, count / 2, y, y + (2 * phaseLength));
            Halves(odd, count / 2, y + phaseLength, y + (3 * phaseLength));
        }
        else
        {
            for (nint phase = 0; phase < stride; phase++)
            {
                C* to = y + (phase * phaseLength);
                C* from = x + phase;
                for (nint i = used[phase] ? count / stride : 0; i > 0; i--, from += stride)
                {
                    *to++ = *from;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Halves<C>(C* x, nint count, C* even, C* odd)
        where C : unmanaged
    {
        nint lanes = Vector<C>.Count;
        for (nint i = 0; i < count; i += 2 * lanes, even += lanes, odd += lanes)
        {
            Vector<C> a = Vector.Load(x + i);
            Vector<C> b = Vector.Load(x + i + lanes);
            if (sizeof(C) == sizeof(uint) && Vector<byte>.Count == 32)
            {
                // Even elements low, odd ones high.
                Vector256<int> order = Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7);
                Vector256<int> low = Vector256.Shuffle(a.As<C, int>().AsVector256(), order);
                Vector256<int> high = Vector256.Shuffle(b.As<C, int>().AsVector256(), order);
                Vector256.Create(low.GetLower(), high.GetLower()).As<int, C>().AsVector().Store(even);
                Vector256.Create(low.GetUpper(), high.GetUpper()).As<int, C>().AsVector().Store(odd);
            }
            else if (sizeof(C) == sizeof(uint))
            {
                Vector.Narrow(a.As<C, ulong>(), b.As<C, ulong>()).As<uint, C>().Store(even);
                Vector.Narrow(a.As<C, ulong>() >> 32, b.As<C, ulong>() >> 32).As<uint, C>().Store(odd);
            }
            // Masks keep what narrows within its range: Mono for WebAssembly saturates.
            else if (sizeof(C) == sizeof(ushort))
            {
                Vector.Narrow(a.As<C, uint>() & new Vector<uint>(ushort.MaxValue), b.As<C, uint>() & new Vector<uint>(ushort.MaxValue)).As<ushort, C>().Store(even);
                Vector.Narrow(a.As<C, uint>() >> 16, b.As<C, uint>() >> 16).As<ushort, C>().Store(odd);
            }
            else
            {
                Vector.Narrow(a.As<C, ushort>() & new Vector<ushort>(byte.MaxValue), b.As<C, ushort>() & new Vector<ushort>(byte.MaxValue)).As<byte, C>().Store(even);
                Vector.Narrow(a.As<C, ushort>() >> 8, b.As<C, ushort>() >> 8).As<byte, C>().Store(odd);
            }
        }
    }
}
