using Inference.Kernels.Threading;
using Inference.TestSupport;

namespace Inference.Kernels.Tests.Threading;

public sealed unsafe class WorkerPoolTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 2)]
    [InlineData(1000, 64)]
    [InlineData(4095, 2)]
    [InlineData(4096, 3)]
    [InlineData(100_001, 2)]
    public void Run_AnyCount_RunsEachBlockOnce(int blocks, int threads)
    {
        for (int round = 0; round < 50; round++)
        {
            var action = new Count { Hits = new int[blocks] };
            WorkerPool.Run(blocks, ref action, threads);
            Assert.All(action.Hits, hit => Assert.Equal(1, hit));
        }
    }

    [Fact]
    public void Run_FromInsideABlock_RunsInline()
    {
        var action = new Nested { Hits = new int[64] };
        WorkerPool.Run(8, ref action, 4);
        Assert.All(action.Hits, hit => Assert.Equal(1, hit));
    }

    [Fact]
    public void Run_BlockThrows_RethrowsAndStaysUsable()
    {
        for (int round = 0; round < 20; round++)
        {
            var failing = new Failing();
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(
                () =>
                {
                    Failing copy = failing;
                    WorkerPool.Run(100, ref copy, 4);
                });
            Assert.Equal("block 3", error.Message);
        }

        Run_AnyCount_RunsEachBlockOnce(100, 4);
    }

    [Fact]
    public void Run_FromManyThreads_EachSeesItsOwnBlocks()
    {
        var threads = new Thread[8];
        int failures = 0;
        for (int t = 0; t < threads.Length; t++)
        {
            threads[t] = new Thread(() =>
            {
                for (int round = 0; round < 500; round++)
                {
                    var action = new Count { Hits = new int[37] };
                    WorkerPool.Run(37, ref action, 4);
                    if (!action.Hits.All(hit => hit == 1))
                    {
                        Interlocked.Increment(ref failures);
                    }
                }
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(0, failures);
    }

    [Fact]
    public void Run_AfterWarmUp_AllocatesNothing()
    {
        var action = new Count { Hits = new int[64] };
        Assert.Equal(0, ManagedBytes.Of(() => WorkerPool.Run(64, ref action, 4)));
    }

    [Fact]
    public void Run_TooManyBlocks_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.Run(1 << 24, &Nothing, null, 2));
    }

    private static void Nothing(void* state, int block)
    {
    }

    private struct Count : IBlockAction
    {
        public int[] Hits;

        public readonly void Invoke(int block) => Interlocked.Increment(ref Hits[block]);
    }

    private struct Nested : IBlockAction
    {
        public int[] Hits;

        public readonly void Invoke(int block)
        {
            var inner = new Inner { Hits = Hits, First = block * 8 };
            WorkerPool.Run(8, ref inner, 4);
        }

        private struct Inner : IBlockAction
        {
            public int[] Hits;
            public int First;

            public readonly void Invoke(int block) => Interlocked.Increment(ref Hits[First + block]);
        }
    }

    private struct Failing : IBlockAction
    {
        public readonly void Invoke(int block)
        {
            if (block == 3)
            {
                throw new InvalidOperationException("block 3");
            }
        }
    }
}
