using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Inference.Rows;

/// <summary>
/// 128-bit hashes of rows over element type, row shape and contents. Within one process, equal rows of the same type have the same hash whichever tensor contains them; two
/// different rows collide with a probability of about 2⁻¹²⁸, unless they were chosen with knowledge of the seed. XxHash128 of the contents, hashed with seed, length and type. Thread-safe.
/// </summary>
/// <remarks>Not a cryptographic hash: use a random seed if inputs may be hostile, and compare the rows themselves if a collision would do harm.
/// The function may change between versions: do not store hashes.</remarks>
public static class RowHash
{
    /// <summary>Returns the hash of one row.</summary>
    /// <param name="tensor">A tensor with rows.</param>
    /// <param name="row">The index of the row, from 0.</param>
    /// <param name="seed">The seed; hashes with different seeds are unrelated. 0 by default. Pass the hash of another tensor's row to hash several rows together.</param>
    /// <exception cref="InferenceException">The row does not exist, or a row of a packed type does not fill whole bytes.</exception>
    public static UInt128 Of(TensorValue tensor, int row, UInt128 seed = default)
    {
        UInt128 hash = seed;
        Continue(tensor, row, new Span<UInt128>(ref hash));
        return hash;
    }

    /// <summary>Hashes consecutive rows, each with its own seed: hashes[i] = hash of row start + i seeded with hashes[i].</summary>
    /// <param name="tensor">A tensor with rows.</param>
    /// <param name="start">The first row.</param>
    /// <param name="hashes">The seeds, which are replaced by the hashes; one for each row to hash.</param>
    /// <exception cref="InferenceException">The range exceeds the tensor, or rows do not fill whole bytes.</exception>
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

    /// <summary>Returns the hash of the bytes and their number.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="seed">The seed; hashes with different seeds are unrelated. 0 by default.</param>
    public static UInt128 OfBytes(ReadOnlySpan<byte> data, UInt128 seed = default) => Bytes(data, 0, seed);

    // XxHash128 takes a seed of 64 bits: the whole seed, the length and the type are hashed with the contents' hash.
    private static UInt128 Bytes(ReadOnlySpan<byte> data, ulong type, UInt128 seed)
    {
        ReadOnlySpan<UInt128> parts = [XxHash128.HashToUInt128(data, (long)(ulong)seed), seed, new UInt128(type, (ulong)data.Length)];
        return XxHash128.HashToUInt128(MemoryMarshal.AsBytes(parts));
    }
}
