using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>
/// Blocks of native memory in regions of whole large pages (<see cref="LargePages"/>). A system takes one page fault for 2 MB of a region, and 512 for as many bytes of small blocks that it maps
/// separately; in a virtual machine those take longer than filling the memory. First fit, neighbouring free ranges are joined. Thread-safe.
/// </summary>
internal sealed unsafe class NativeHeap
{
    /// <summary>Blocks from this size on lie in a heap: fewer bytes have fewer pages than a large page costs.</summary>
    public const nuint LeastBytes = 16 << 10;

    private readonly Lock _lock = new();
    private readonly List<Region> _regions = [];
    private readonly Dictionary<nint, (Region Region, nuint Bytes)> _blocks = [];

    /// <summary>The heap of the process.</summary>
    public static NativeHeap Shared { get; } = new();

    /// <summary>Regions that the system gave, bytes.</summary>
    public nuint ReservedBytes
    {
        get
        {
            lock (_lock)
            {
                nuint bytes = 0;
                foreach (Region region in _regions)
                {
                    bytes += region.Bytes;
                }

                return bytes;
            }
        }
    }

    /// <summary>A block of at least <paramref name="bytes"/> bytes, aligned to <see cref="NativeBuffer.Alignment"/>; contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public byte* Allocate(nuint bytes)
    {
        nuint size = Up(Math.Max(bytes, 1), NativeBuffer.Alignment);
        lock (_lock)
        {
            Region region = Find(size);
            byte* block = region.Take(size);
            _blocks.Add((nint)block, (region, size));
            return block;
        }
    }

    /// <summary>Frees a block. A region without blocks returns to the system, except for the smallest: the next model begins in it.</summary>
    /// <returns>False if the block is not one of this heap.</returns>
    public bool Free(void* block)
    {
        lock (_lock)
        {
            if (!_blocks.Remove((nint)block, out (Region Region, nuint Bytes) held))
            {
                return false;
            }

            held.Region.Return((byte*)block, held.Bytes);
            if (held.Region.IsFree && (held.Region.Bytes > LargePages.Bytes || _regions.Exists(r => r != held.Region && r.IsFree)))
            {
                _regions.Remove(held.Region);
                NativeMemory.AlignedFree(held.Region.First);
            }

            return true;
        }
    }

    private Region Find(nuint size)
    {
        foreach (Region known in _regions)
        {
            if (known.LongestFree >= size)
            {
                return known;
            }
        }

        nuint bytes = Up(size, LargePages.Bytes);
        byte* first = (byte*)NativeMemory.AlignedAlloc(bytes, LargePages.Bytes);
        LargePages.Ask(first, bytes);
        var region = new Region(first, bytes);
        _regions.Add(region);
        return region;
    }

    private static nuint Up(nuint bytes, nuint multiple) => checked(bytes + multiple - 1) / multiple * multiple;

    /// <summary>Memory of whole large pages and its free ranges, in order, none beside another.</summary>
    private sealed class Region(byte* first, nuint bytes)
    {
        private readonly List<(nuint Start, nuint Bytes)> _free = [(0, bytes)];

        public byte* First { get; } = first;

        public nuint Bytes { get; } = bytes;

        public nuint LongestFree { get; private set; } = bytes;

        public bool IsFree => _free is [var whole] && whole.Bytes == Bytes;

        /// <summary>The first free range that suffices; <see cref="LongestFree"/> says that there is one.</summary>
        public byte* Take(nuint size)
        {
            int i = _free.FindIndex(f => f.Bytes >= size);
            (nuint start, nuint length) = _free[i];
            if (length == size)
            {
                _free.RemoveAt(i);
            }
            else
            {
                _free[i] = (start + size, length - size);
            }

            Measure();
            return First + start;
        }

        public void Return(byte* block, nuint size)
        {
            nuint start = (nuint)(block - First);
            int i = _free.FindIndex(f => f.Start > start);
            i = i < 0 ? _free.Count : i;
            if (i < _free.Count && start + size == _free[i].Start)
            {
                size += _free[i].Bytes;
                _free.RemoveAt(i);
            }

            if (i > 0 && _free[i - 1].Start + _free[i - 1].Bytes == start)
            {
                _free[i - 1] = (_free[i - 1].Start, _free[i - 1].Bytes + size);
            }
            else
            {
                _free.Insert(i, (start, size));
            }

            Measure();
        }

        private void Measure()
        {
            nuint longest = 0;
            foreach ((_, nuint length) in _free)
            {
                longest = Math.Max(longest, length);
            }

            LongestFree = longest;
        }
    }
}
