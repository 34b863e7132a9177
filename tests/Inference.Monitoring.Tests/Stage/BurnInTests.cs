using System.Collections;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>A profile is learned from copies of the first rows, on a thread of the pool.</summary>
public class BurnInTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Run_CallerWritesToItsTensorAgain_LearnsTheRowsOfEachCall()
    {
        float[] data = Rows.Normal(new Random(5), 500, FakeModel.InputWidth);
        using var f = new Counted(null, o => o.BurnInRows = 500);
        using TensorValue own = TensorValue.Allocate(ElementType.Float32, [100, FakeModel.InputWidth]);
        using var inputs = new NamedValues { [FakeModel.Input] = own.Retain() };
        own.Dispose();
        for (int i = 0; i < 5; i++)
        {
            data.AsSpan(i * 400, 400).CopyTo(inputs[FakeModel.Input].AsWritableSpan<float>());
            f.Runner.Run(inputs).Dispose();
        }

        RequireSame(data, Learned(f.Monitor));
    }

    [Fact]
    public void Run_BoundRun_LearnsTheRowsOfEachRun()
    {
        float[] data = Rows.Normal(new Random(6), 500, FakeModel.InputWidth);
        using var inner = new FakeRunner();
        inner.Services[typeof(IBindable)] = new FakeBindable();
        using var f = new Counted(null, o => o.BurnInRows = 500, inner);
        using BoundRun run = f.Runner.GetService<IBindable>()!.Bind();
        using TensorValue bound = TensorValue.Allocate(ElementType.Float32, [100, FakeModel.InputWidth]);
        Span<float> memory = bound.AsWritableSpan<float>();
        run.SetInput(FakeModel.Input, bound);
        for (int i = 0; i < 5; i++)
        {
            data.AsSpan(i * 400, 400).CopyTo(memory);
            run.Run();
        }

        RequireSame(data, Learned(f.Monitor));
    }

    [Fact]
    public async Task Run_WhileTheProfileIsLearned_NeitherCallsNorDisposalWait()
    {
        var ports = new GatedPorts();
        using var inner = new FakeRunner(FakeModel.Info() with { Inputs = ports });
        var f = new Counted(null, o => o.BurnInRows = 100, inner);
        ports.IsClosed = true;
        try
        {
            f.Run(Rows.Normal(new Random(7), 100, FakeModel.InputWidth));
            Assert.True(SpinWait.SpinUntil(() => ports.Waiting > 0, s_patience));
            await Task.Run(() => f.Run([1, 2, 3, 4])).WaitAsync(s_patience);
            await Task.Run(f.Dispose).WaitAsync(s_patience);
        }
        finally
        {
            ports.IsClosed = false;
        }
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1 << 17)]
    public void Run_RowsThatNothingIsLearnedFrom_IsUnavailable(int rows)
    {
        using var f = new Counted(null, o => (o.BurnInRows, o.SegmentColumn) = (rows, "nothing"));
        float[] data = Rows.Normal(new Random(8), rows, FakeModel.InputWidth);
        f.Run(data);
        Assert.True(SpinWait.SpinUntil(() => f.Monitor.Snapshot.State == MonitoringState.Unavailable, s_patience));
        f.Run(data);
        f.Monitor.Flush();
        Assert.Contains("nothing", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        Assert.Equal(0, f.Monitor.Snapshot.CollectionErrors);
    }

    [Fact]
    public void Run_StoreThatThrows_IsUnavailableAndAnswers()
    {
        using var f = new Counted(null, o => (o.BurnInRows, o.Store) = (100, _ => throw new InvalidOperationException("no store")));
        f.Run(Rows.Normal(new Random(9), 100, FakeModel.InputWidth));
        Assert.True(SpinWait.SpinUntil(() => f.Monitor.Snapshot.State == MonitoringState.Unavailable, s_patience));
        Assert.Contains("no store", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        f.Run([1, 2, 3, 4]);
    }

    private static ReferenceProfile Learned(ModelMonitor monitor)
    {
        Assert.True(SpinWait.SpinUntil(() => monitor.Profile is not null, s_patience));
        Assert.Equal(0, monitor.Snapshot.CollectionErrors);
        return monitor.Profile!;
    }

    private static void RequireSame(float[] data, ReferenceProfile learned)
    {
        using var builder = new ReferenceProfileBuilder(FakeModel.Info());
        using NamedValues inputs = Rows.Inputs(data);
        using NamedValues outputs = FakeModel.Compute(inputs);
        builder.Add(inputs, outputs);
        ReferenceProfile expected = builder.Build();
        Assert.Equal(expected.Columns.Select(c => c.Name), learned.Columns.Select(c => c.Name));
        for (int c = 0; c < expected.Columns.Count; c++)
        {
            Assert.Equal(expected.Columns[c].Counts(), learned.Columns[c].Counts());
        }
    }

    /// <summary>Inputs that cannot be read while they are closed.</summary>
    private sealed class GatedPorts : IReadOnlyList<ModelPort>
    {
        private readonly IReadOnlyList<ModelPort> _ports = FakeModel.Info().Inputs;
        private int _waiting;

        public volatile bool IsClosed;

        public int Waiting => Volatile.Read(ref _waiting);

        public int Count => Open().Count;

        public ModelPort this[int index] => Open()[index];

        public IEnumerator<ModelPort> GetEnumerator() => Open().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private IReadOnlyList<ModelPort> Open()
        {
            if (IsClosed)
            {
                Interlocked.Increment(ref _waiting);
                SpinWait.SpinUntil(() => !IsClosed, 10 * s_patience);
            }

            return _ports;
        }
    }
}
