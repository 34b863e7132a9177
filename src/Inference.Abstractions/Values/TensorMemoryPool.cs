using System.Numerics;

namespace Inference;

/// <summary>
/// Blocks for owned tensors. Freed blocks are kept in a few slots per size class; the rest is left to the garbage collector.
/// </summary>
internal static class TensorMemoryPool
{
    // Classes of 256 bytes to 4 MB, each twice the one before; sixteen blocks of each of the small ones, for as many callers at once. Larger values are rare and cost more than their allocation.
    private const int MinimumShift = 8;
    private const int ClassCount = 15;
    private const int SlotsPerClass = 16;
    private static readonly TensorBlock?[][] s_slots = CreateSlots();

    /// <summary>A block of at least <paramref name="bytes"/> bytes; contents undefined.</summary>
    public static TensorBlock Rent(long bytes)
    {
        long needed = Math.Max(bytes, 1) + TensorBlock.Alignment;
#if GUARD_PAGES
        return new TensorBlock(bytes);
#else
        int sizeClass = ClassOf(needed);
        if (sizeClass < ClassCount)
        {
            TensorBlock?[] slots = s_slots[sizeClass];
            for (int i = 0; i < slots.Length; i++)
            {
                if (slots[i] is not null && Interlocked.Exchange(ref slots[i], null) is { } block)
                {
                    if (TensorPoison.IsOn)
                    {
                        TensorPoison.Check(block);
                    }

                    return block;
                }
            }

            needed = 1L << (sizeClass + MinimumShift);
        }

        return new TensorBlock(needed - TensorBlock.Alignment);
#endif
    }

    /// <summary>Returns a block that held elements of a type.</summary>
    public static void Return(TensorBlock block, ElementType type)
    {
#if GUARD_PAGES
        block.Free();
#else
        if (TensorPoison.IsOn)
        {
            TensorPoison.Fill(block, type);
        }

        long length = block.Bytes + TensorBlock.Alignment;
        int sizeClass = ClassOf(length);
        if (sizeClass >= ClassCount || length != 1 << (sizeClass + MinimumShift))
        {
            return;
        }

        TensorBlock?[] slots = s_slots[sizeClass];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is null && Interlocked.CompareExchange(ref slots[i], block, null) is null)
            {
                return;
            }
        }
#endif
    }

    private static int ClassOf(long bytes) => Math.Max(0, BitOperations.Log2((ulong)bytes - 1) + 1 - MinimumShift);

    private static TensorBlock?[][] CreateSlots()
    {
        var slots = new TensorBlock?[ClassCount][];
        for (int i = 0; i < ClassCount; i++)
        {
            // The larger classes keep fewer blocks: 4 MiB blocks × 2 bound the idle pool to about 16 MiB in all.
            slots[i] = new TensorBlock?[i <= 8 ? SlotsPerClass : i <= 11 ? 4 : 2];
        }

        return slots;
    }
}
