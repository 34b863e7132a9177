using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Simd;

/// <summary>Stores of a part of a vector of bytes.</summary>
internal static unsafe class FirstBytes
{
    /// <summary>Stores the first <paramref name="count"/> bytes, 0 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> bytes, byte* to, int count)
    {
        ulong rest = bytes.AsUInt64().ToScalar();
        if ((count & 8) != 0)
        {
            *(ulong*)to = rest;
            to += 8;
            rest = bytes.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            *(uint*)to = (uint)rest;
            to += 4;
            rest >>= 32;
        }

        if ((count & 2) != 0)
        {
            *(ushort*)to = (ushort)rest;
            to += 2;
            rest >>= 16;
        }

        if ((count & 1) != 0)
        {
            *to = (byte)rest;
        }
    }
}
