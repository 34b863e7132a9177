using System.Numerics;

namespace Inference;

/// <summary>
/// Pinned, 64-byte aligned blocks for owned tensors. Freed blocks are kept in a few slots per size class; what does not fit is left to the garbage collector.
/// </summary>
internal static class TensorMemoryPool
{
    public const int Alignment = 64;
    private const int MinimumShift = 8;
    private const int ClassCount = 15;
    private const int SlotsPerClass = 16;
    private static readonly byte[]?[][] s_slots = CreateSlots();

    /// <summary>A block of at least <paramref name="bytes"/> usable bytes behind the aligned offset; contents undefined.</summary>
    public static byte[] Rent(long bytes)
    {
        long needed = Math.Max(bytes, 1) + Alignment;
        if (needed > Array.MaxLength)
        {
            throw new InferenceException($"A tensor of {bytes} bytes was asked for; one tensor can hold at most {Array.MaxLength - Alignment} bytes. Split it along an axis.");
        }

        int sizeClass = ClassOf(needed);
        if (sizeClass < ClassCount)
        {
            byte[]?[] slots = s_slots[sizeClass];
            for (int i = 0; i < slots.Length; i++)
            {
                if (slots[i] is not null && Interlocked.Exchange(ref slots[i], null) is { } block)
                {
                    return block;
                }
            }

            needed = 1L << (sizeClass + MinimumShift);
        }

        return GC.AllocateUninitializedArray<byte>((int)needed, pinned: true);
    }

    public static void Return(byte[] block)
    {
        int sizeClass = ClassOf(block.Length);
        if (sizeClass >= ClassCount || block.Length != 1 << (sizeClass + MinimumShift))
        {
            return;
        }

        byte[]?[] slots = s_slots[sizeClass];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is null && Interlocked.CompareExchange(ref slots[i], block, null) is null)
            {
                return;
            }
        }
    }

    /// <summary>Offset of the first aligned byte in a pinned block.</summary>
    public static unsafe int AlignedOffset(byte[] block)
    {
        fixed (byte* start = block)
        {
            return (int)(((nuint)start + Alignment - 1 & ~(nuint)(Alignment - 1)) - (nuint)start);
        }
    }

    private static int ClassOf(long bytes) => Math.Max(0, BitOperations.Log2((ulong)bytes - 1) + 1 - MinimumShift);

    private static byte[]?[][] CreateSlots()
    {
        var slots = new byte[]?[ClassCount][];
        for (int i = 0; i < ClassCount; i++)
        {
            // The larger classes keep fewer blocks: 4 MiB blocks × 2 bound the idle pool to about 16 MiB in all.
            slots[i] = new byte[]?[i <= 8 ? SlotsPerClass : i <= 11 ? 4 : 2];
        }

        return slots;
    }
}
