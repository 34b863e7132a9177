using Inference.TestSupport;

namespace Inference.Abstractions.Tests.Running;

public sealed class RunManyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Inputs_AreDisposedOnRequest(bool dispose)
    {
        NamedValues[] inputs = [.. Enumerable.Range(0, 20).Select(i => FakeModel.Rows(i))];
        int row = 0;
        await foreach (NamedValues outputs in new FakeRunner().RunManyAsync(inputs.ToAsyncEnumerable(), maxInFlight: 3, disposeInputs: dispose))
        {
            Assert.Equal(FakeModel.Expected(row), outputs[FakeModel.Output].AsSpan<float>().ToArray());
            Assert.Equal(dispose ? 0 : 1, inputs[row++].Count);
            outputs.Dispose();
        }

        Assert.Equal(20, row);
        Assert.All(inputs, set => Assert.Equal(dispose ? 0 : 1, set.Count));
    }

    [Fact]
    public async Task Inputs_OfCallsThatFailOrAreLeft_AreDisposed()
    {
        NamedValues[] inputs = [.. Enumerable.Range(0, 4).Select(i => FakeModel.Rows(i))];
        var runner = new FakeRunner { Poisoned = id => id == 0 };
        await Assert.ThrowsAsync<ModelRunException>(async () =>
        {
            await foreach (NamedValues outputs in runner.RunManyAsync(inputs.ToAsyncEnumerable(), disposeInputs: true))
            {
                outputs.Dispose();
            }
        });
        Assert.All(inputs, Assert.Empty);
    }

    [Fact]
    public async Task Inputs_OfAStreamThatIsCancelled_AreDisposed()
    {
        using var cancel = new CancellationTokenSource();
        NamedValues[] inputs = [.. Enumerable.Range(0, 3).Select(i => FakeModel.Rows(i))];
        var runner = new FakeRunner();
        runner.Gate.Close();
        IAsyncEnumerator<NamedValues> results = runner.RunManyAsync(inputs.ToAsyncEnumerable(), 3, disposeInputs: true, cancel.Token).GetAsyncEnumerator(CancellationToken.None);
        ValueTask<bool> next = results.MoveNextAsync();
        await Eventually.TrueAsync(() => runner.Gate.Waiting == 3);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        await results.DisposeAsync();
        Assert.All(inputs, Assert.Empty);
    }
}
