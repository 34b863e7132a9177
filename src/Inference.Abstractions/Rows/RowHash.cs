using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Rows;

/// <summary>
/// 128-bit hashes of rows over element type, row shape and contents. Equal rows of equal type hash alike in one process whatever tensor they stand in; two
/// different rows collide with a probability of about 2⁻¹²⁸ unless somebody who knows the seed chose them. Thread-safe.
/// </summary>
/// <remarks>Not a cryptographic hash: seed it at random where inputs are hostile, and compare the rows themselves where a collision must not matter.
/// The function may change between versions: do not store hashes.</remarks>
public static class RowHash
{
    // Odd, balanced constants (fractional parts of square roots of primes): they keep multiplicands away from zero for plain data.
    private const ulong K0 = 0x6A09E667F3BCC909;
    private const ulong K1 = 0xBB67AE8584CAA73B;
    private const ulong K2 = 0x3C6EF372FE94F82B;
    private const ulong K3 = 0xA54FF53A5F1D36F1;

    /// <summary>The hash of one row.</summary>
    /// <param name="tensor">A tensor with rows.</param>
    /// <param name="row">The row's number.</param>
    /// <param name="seed">Makes hashes of different seeds unrelated; 0 by default. Pass the hash of another tensor's row to hash several together.</param>
    /// <exception cref="InferenceException">There is no such row, or a row of a packed type does not fill whole bytes.</exception>
    public static UInt128 Of(TensorValue tensor, int row, UInt128 seed = default)
    {
        UInt128 hash = seed;
        Continue(tensor, row, new Span<UInt128>(ref hash));
        return hash;
    }

    /// <summary>Hashes consecutive rows, each starting from what stands in its place: hashes[i] = hash of row start + i seeded with hashes[i].</summary>
    /// <param name="tensor">A tensor with rows.</param>
    /// <param name="start">The first row.</param>
    /// <param name="hashes">The seeds, replaced by the hashes; as many as rows are to be hashed.</param>
    /// <exception cref="InferenceException">The rows leave the tensor, or do not fill whole bytes.</exception>
    public static void Continue(TensorValue tensor, int start, Span<UInt128> hashes)
    {
        TensorRows.ThrowIfOutside(tensor, start, hashes.Length);
        using var hold = new MemoryHold(tensor);
        ulong type = ((ulong)tensor.ElementType << 32) + (uint)tensor.Rank;
        ReadOnlySpan<long> rowShape = tensor.Shape[1..];
        if (tensor.ElementType == ElementType.String)
        {
            int width = TensorRows.RowElements(tensor);
            ReadOnlySpan<string> items = tensor.AsSpan<string>();
            for (int i = 0; i < hashes.Length; i++)
            {
                UInt128 hash = Bytes(MemoryMarshal.AsBytes(rowShape), type, hashes[i]);
                foreach (string item in items.Slice((start + i) * width, width))
                {
                    // The length is part of the hash, so that ["ab", "c"] and ["a", "bc"] differ.
                    hash = Bytes(MemoryMarshal.AsBytes(item.AsSpan()), type, hash);
                }

                hashes[i] = hash;
            }
        }
        else
        {
            int width = TensorRows.RowBytes(tensor);
            ReadOnlySpan<byte> bytes = tensor.AsBytes();
            for (int i = 0; i < hashes.Length; i++)
            {
                UInt128 seed = Bytes(MemoryMarshal.AsBytes(rowShape), type, hashes[i]);
                hashes[i] = Bytes(bytes.Slice((start + i) * width, width), type, seed);
            }
        }
    }

    /// <summary>The hash of bytes and of their number.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="seed">Makes hashes of different seeds unrelated; 0 by default.</param>
    public static UInt128 OfBytes(ReadOnlySpan<byte> data, UInt128 seed = default) => Bytes(data, 0, seed);

    // Two 64-bit lanes that each take in every word, with different keys and in different order; a step is the upper xor lower half of a 64 × 64 → 128-bit
    // product. Adding the word into the other lane makes a step whose product vanishes keep the word.
    private static UInt128 Bytes(ReadOnlySpan<byte> data, ulong type, UInt128 seed)
    {
        ulong a = (ulong)seed ^ K0;
        ulong b = (ulong)(seed >> 64) ^ K1;
        ref byte start = ref MemoryMarshal.GetReference(data);
        nuint length = (nuint)data.Length;
        nuint i = 0;
        for (; i + 16 <= length; i += 16)
        {
            ulong x = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref start, i));
            ulong y = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref start, i + 8));
            Step(ref a, ref b, x, y);
        }

        if (i < length)
        {
            Span<ulong> tail = [0, 0];
            data[(int)i..].CopyTo(MemoryMarshal.AsBytes(tail));
            Step(ref a, ref b, tail[0], tail[1]);
        }

        Step(ref a, ref b, length, type);
        Step(ref a, ref b, a, b);
        return new UInt128(b, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref ulong a, ref ulong b, ulong x, ulong y)
    {
        ulong nextA = Fold(a ^ x ^ K2, y ^ K3) + BitOperations.RotateLeft(b, 29) + x;
        b = Fold(b ^ y ^ K1, x ^ K0) + BitOperations.RotateLeft(a, 29) + y;
        a = nextA;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
