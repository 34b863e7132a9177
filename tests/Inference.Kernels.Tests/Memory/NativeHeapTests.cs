using FsCheck;
using FsCheck.Fluent;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Tests.Memory;

public sealed unsafe class NativeHeapTests
{
    [Fact]
    public void Blocks_AnyOrder_AreAlignedAndKeepTheirBytes() =>
        Prop.ForAll<uint[]>(static steps =>
        {
            var heap = new NativeHeap();
            var held = new List<(nint At, int Bytes, byte Mark)>();
            bool right = true;
            byte mark = 0;
            foreach (uint step in steps)
            {
                if (step % 3 == 0 && held.Count > 0)
                {
                    int i = (int)(step / 3 % (uint)held.Count);
                    right &= IsWhole(held[i]) && heap.Free((void*)held[i].At);
                    held.RemoveAt(i);
                }
                else
                {
                    // Up to three large pages, small blocks more often than large ones.
                    int bytes = (int)((step % (6u << 20)) >> (int)(step % 13));
                    var at = (nint)heap.Allocate((nuint)bytes);
                    right &= at % NativeBuffer.Alignment == 0;
                    mark++;
                    new Span<byte>((void*)at, bytes).Fill(mark);
                    held.Add((at, bytes, mark));
                }
            }

            right &= held.TrueForAll(IsWhole);
            held.ForEach(b => right &= heap.Free((void*)b.At));
            return right && heap.ReservedBytes <= LargePages.Bytes;

            static bool IsWhole((nint At, int Bytes, byte Mark) block) => !new Span<byte>((void*)block.At, block.Bytes).ContainsAnyExcept(block.Mark);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Free_AllBlocksOfARegion_JoinsWhatIsFree()
    {
        var heap = new NativeHeap();
        var blocks = new nint[4];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (nint)heap.Allocate(LargePages.Bytes / 4);
        }

        Assert.Equal(LargePages.Bytes, heap.ReservedBytes);
        foreach (int i in new[] { 2, 0, 3, 1 })
        {
            Assert.True(heap.Free((void*)blocks[i]));
        }

        Assert.Equal(blocks[0], (nint)heap.Allocate(LargePages.Bytes));
        Assert.Equal(LargePages.Bytes, heap.ReservedBytes);
    }

    [Fact]
    public void Free_BlockOfAnotherOwner_IsRefused()
    {
        var heap = new NativeHeap();
        void* block = heap.Allocate(100);
        Assert.False(heap.Free((byte*)block + 64));
        Assert.False(heap.Free(null));
        Assert.True(heap.Free(block));
        Assert.False(heap.Free(block));
    }

    [Fact]
    public void Allocate_MoreThanTheSystemHas_Throws()
    {
        var heap = new NativeHeap();
        Assert.Throws<OverflowException>(() => (nint)heap.Allocate(nuint.MaxValue));
        Assert.Throws<OutOfMemoryException>(() => (nint)heap.Allocate(nuint.MaxValue / 2));
        Assert.Equal((nuint)0, heap.ReservedBytes);
    }
}
