using Inference.Kernels.Threading;

namespace Inference.Kernels.Tests.Threading;

public sealed unsafe class KernelControlTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_Stopped_SkipsTheBlocksThatAreLeft(int threads)
    {
        var control = new StopAfter(3);
        int ran = 0;
        using (KernelControl.Enter(control))
        {
            bool stopped = false;
            try
            {
                WorkerPool.Run(1000, &Count, &ran, threads);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
            }

            Assert.True(stopped);
        }

        Assert.InRange(ran, 0, 3);
        WorkerPool.Run(10, &Count, &ran, threads);
        Assert.InRange(ran, 10, 13);
    }

    [Fact]
    public void Run_OnWorkers_HasTheCallersControlInEachBlock()
    {
        var control = new StopAfter(int.MaxValue);
        int foreign = 0;
        using (KernelControl.Enter(control))
        {
            WorkerPool.Run(100, &SeesControl, &foreign, 4);
        }

        Assert.Equal(0, foreign);
        Assert.Null(KernelControl.Current);
    }

    [Fact]
    public void Add_MuchWork_LooksNowAndThen()
    {
        var control = new StopAfter(int.MaxValue);
        using (KernelControl.Enter(control))
        {
            var work = default(WorkCounter);
            for (int i = 0; i < 10_000; i++)
            {
                work.Add(1000);
            }
        }

        Assert.InRange(control.Looks, 5, 50);
    }

    private static void Count(void* state, int block) => Interlocked.Increment(ref *(int*)state);

    private static void SeesControl(void* state, int block)
    {
        if (KernelControl.Current is not StopAfter)
        {
            Interlocked.Increment(ref *(int*)state);
        }
    }

    private sealed class StopAfter(int looks) : KernelControl
    {
        private int _looks;

        public int Looks => _looks;

        public override bool CanStop => true;

        public override void ThrowIfStopped()
        {
            if (Interlocked.Increment(ref _looks) > looks)
            {
                throw new OperationCanceledException();
            }
        }

        public override void Claim(long bytes)
        {
        }

        public override void Release(long bytes)
        {
        }
    }
}
