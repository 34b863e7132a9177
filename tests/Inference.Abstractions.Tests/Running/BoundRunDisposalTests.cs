namespace Inference.Abstractions.Tests.Running;

public sealed class BoundRunDisposalTests
{
    [Fact]
    public void Dispose_WhileInUse_ReleasesAtTheEnd()
    {
        var run = new Counted();
        run.During = () =>
        {
            run.Dispose();
            Assert.Equal(0, run.Releases);
        };
        run.Run();
        Assert.Equal(1, run.Releases);
        run.Dispose();
        Assert.Equal(1, run.Releases);
        Assert.Throws<ObjectDisposedException>(() => run.Run());
        Assert.Throws<ObjectDisposedException>(() => run.GetOutput("y"));
    }

    [Fact]
    public void Run_WhileInUse_Throws()
    {
        var run = new Counted();
        run.During = () => Assert.Throws<InferenceException>(() => run.Run());
        run.Run();
        run.During = () => { };
        run.Run();
    }

    /// <summary>Disposed at any moment by another thread: released once, never during a use, and no use begins afterwards.</summary>
    [Fact]
    public void Dispose_AtAnyMoment_ReleasesOnceAndOutsideUses()
    {
        for (int round = 0; round < 2000; round++)
        {
            var run = new Counted();
            int wrong = 0;
            bool disposed = false;
            run.During = () => wrong += run.Releases + (Volatile.Read(ref disposed) && run.BeganLate ? 1 : 0);
            using var start = new Barrier(2);
            var user = new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        run.BeganLate = Volatile.Read(ref disposed);
                        run.Run();
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            });
            user.Start();
            start.SignalAndWait();
            Thread.SpinWait(round);
            run.Dispose();
            Volatile.Write(ref disposed, true);
            user.Join();
            Assert.Equal((0, 1), (wrong, run.Releases));
        }
    }

    private sealed class Counted : BoundRun
    {
        private int _releases;

        public Action During { get; set; } = () => { };

        public bool BeganLate { get; set; }

        public int Releases => Volatile.Read(ref _releases);

        public override void SetInput(string name, TensorValue value)
        {
        }

        public override void Run(CancellationToken cancellationToken = default)
        {
            BeginUse();
            try
            {
                During();
            }
            finally
            {
                EndUse();
            }
        }

        public override ModelValue GetOutputValue(string name)
        {
            RequireIdle();
            throw new InferenceException("none");
        }

        public override void Dispose() => Close();

        protected override void Release() => Interlocked.Increment(ref _releases);
    }
}
