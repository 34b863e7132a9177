namespace Inference.Planning;

/// <summary>Places blocks that live over intervals of steps into one arena, largest first, each at the lowest offset free during its life.</summary>
internal static class ArenaLayout
{
    public const int Alignment = 64;

    /// <summary>A block: bytes, first and last step of its life, and the offset found.</summary>
    internal sealed class Block(long bytes, int first)
    {
        public long Bytes { get; } = (bytes + Alignment - 1) & ~(long)(Alignment - 1);

        public int First { get; } = first;

        public int Last { get; set; } = first;

        public long Offset { get; set; }
    }

    /// <summary>Sets every block's offset; returns the arena's size in bytes.</summary>
    public static long Place(IReadOnlyCollection<Block> blocks)
    {
        var placed = new List<Block>(blocks.Count);
        long size = 0;
        foreach (Block block in blocks.OrderByDescending(b => b.Bytes).ThenBy(b => b.First))
        {
            long offset = 0;
            // `placed` is ordered by offset: the first gap that is large enough among overlapping lives wins.
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

    private sealed class ByOffset : IComparer<Block>
    {
        public static readonly ByOffset Instance = new();

        public int Compare(Block? x, Block? y) => x!.Offset.CompareTo(y!.Offset);
    }
}
