using Inference.Monitoring.Collection;
using Inference.Monitoring.Stage;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>What counting allocates: nothing.</summary>
[Collection(AloneCollection.Name)]
public class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void Collect_AnyTensor_AllocatesNothing(int rows)
    {
        (ReferenceProfile profile, NamedValues inputs, NamedValues outputs) = Mixed(2_000);
        using (inputs)
        using (outputs)
        {
            (_, NamedValues some, NamedValues answers) = Mixed(rows);
            var collector = new Collector(profile.WindowLayout);
            Assert.True(collector.Collect(some, answers));
            Assert.Equal(0, ManagedBytes.Of(() => collector.Collect(some, answers)));
            some.Dispose();
            answers.Dispose();
        }
    }

    [Fact]
    public void RunAsync_Synchronous_AllocatesNothingMore()
    {
        var answer = new NamedValues { [FakeModel.Output] = TensorValue.Copy<float>(new float[2], [1, 2]) };
        var inner = new ConstantRunner(answer);
        using IModelRunner runner = inner.AsBuilder().UseMonitoring(o => o.Profile = _ => Rows.Profile()).Build();
        using NamedValues inputs = FakeModel.Rows(1);
        Assert.Equal(0, ManagedBytes.Of(() => _ = runner.RunAsync(inputs).Result));
        answer.Dispose();
    }

    private static (ReferenceProfile Profile, NamedValues Inputs, NamedValues Outputs) Mixed(int rows)
    {
        var random = new Random(1);
        var inputs = new NamedValues
        {
            ["x"] = TensorValue.Copy<float>(Rows.Normal(random, rows, 19), [rows, 19]),
            ["d"] = TensorValue.Copy<double>([.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())], [rows]),
            ["c"] = TensorValue.Copy<long>([.. Enumerable.Range(0, rows * 2).Select(_ => (long)random.Next(6))], [rows, 2]),
            ["b"] = TensorValue.Copy<bool>([.. Enumerable.Range(0, rows).Select(_ => random.Next(2) == 0)], [rows]),
            ["s"] = TensorValue.Copy<string>([.. Enumerable.Range(0, rows).Select(_ => "abc"[random.Next(3)].ToString())], [rows, 1]),
            ["h"] = TensorValue.Copy<Half>([.. Enumerable.Range(0, rows).Select(_ => (Half)random.NextDouble())], [rows]),
        };
        var outputs = new NamedValues { ["p"] = TensorValue.Copy<float>([.. Enumerable.Range(0, rows).Select(_ => random.NextSingle())], [rows]) };
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { SegmentColumn = rows < 100 ? null : "s[0]" });
        builder.Add(inputs, outputs);
        return (builder.Build(), inputs, outputs);
    }

    private sealed class ConstantRunner(NamedValues answer) : IModelRunner
    {
        public ModelInfo Info { get; } = FakeModel.Info();

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(answer);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
