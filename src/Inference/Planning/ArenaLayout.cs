namespace Inference.Planning;

/// <summary>Places blocks that live over intervals of steps into one arena, largest first, each at the lowest offset free during its life.</summary>
internal static class ArenaLayout
{
    /// <summary>Alignment of each block, bytes.</summary>
    public const int Alignment = Kernels.Memory.NativeBuffer.Alignment;

    /// <summary>A block: bytes, first and last step of its life, and the offset found.</summary>
    internal sealed class Block(long bytes, int first)
    {
        public long Bytes { get; } = (bytes + Alignment - 1) & ~(long)(Alignment - 1);

        public int First { get; } = first;

        public int Last { get; set; } = first;

        public long Offset { get; set; }
    }

    // Comparing every pair finds compact layouts; beyond this many blocks it would take seconds.
    private const int MaxPaired = 8192;

    /// <summary>Sets every block's offset; returns the arena's size in bytes.</summary>
    public static long Place(IReadOnlyCollection<Block> blocks) => blocks.Count <= MaxPaired ? PlaceBySize(blocks) : PlaceByTime(blocks);

    private static long PlaceBySize(IReadOnlyCollection<Block> blocks)
    {
        var placed = new List<Block>(blocks.Count);
        long size = 0;
        foreach (Block block in blocks.OrderByDescending(b => b.Bytes).ThenBy(b => b.First))
        {
            long offset = 0;
            // `placed` is ordered by offset: the first gap that is large enough among blocks with overlapping lifetimes is used.
            foreach (Block other in placed)
            {
                if (other.Last < block.First || other.First > block.Last)
                {
                    continue;
                }

                if (other.Offset - offset >= block.Bytes)
                {
                    break;
                }

                offset = Math.Max(offset, other.Offset + other.Bytes);
            }

            block.Offset = offset;
            size = Math.Max(size, checked(offset + block.Bytes));
            int position = placed.BinarySearch(block, ByOffset.Instance);
            placed.Insert(position < 0 ? ~position : position, block);
        }

        return size;
    }

    // In order of time: a block reuses the smallest free block of at least its size, otherwise new memory.
    private static long PlaceByTime(IReadOnlyCollection<Block> blocks)
    {
        var living = new PriorityQueue<(long Bytes, long Offset), int>();
        var free = new SortedSet<(long Bytes, long Offset)>();
        long size = 0;
        foreach (Block block in blocks.OrderBy(b => b.First).ThenByDescending(b => b.Bytes))
        {
            while (living.TryPeek(out (long Bytes, long Offset) dead, out int last) && last < block.First)
            {
                living.Dequeue();
                free.Add(dead);
            }

            (long Bytes, long Offset) place = free.GetViewBetween((Math.Max(1, block.Bytes), 0), (long.MaxValue, long.MaxValue)).Min;
            if (!free.Remove(place))
            {
                place = (block.Bytes, size);
                size = checked(size + block.Bytes);
            }

            block.Offset = place.Offset;
            if (place.Bytes > 0)
            {
                living.Enqueue(place, block.Last);
            }
        }

        return size;
    }

    private sealed class ByOffset : IComparer<Block>
    {
        public static readonly ByOffset Instance = new();

        public int Compare(Block? x, Block? y) => x!.Offset.CompareTo(y!.Offset);
    }
}
