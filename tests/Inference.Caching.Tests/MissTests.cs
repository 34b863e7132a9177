using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>What becomes of those who wait for a row, and of sets made for the model, when a run ends in another way than with rows.</summary>
public sealed class MissTests : IDisposable
{
    private readonly string _model = $"miss-{Guid.NewGuid():N}";
    private readonly MeterReadings _meter;

    public MissTests() => _meter = new MeterReadings(_model);

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Fails_ForItsRow_ThoseWhoWaitGetTheSameError()
    {
        using var f = new CachingFixture();
        f.Model.Poisoned = id => id == 7;
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call(7);
        Task<float[]> follower = f.Call(7);
        f.Model.Gate.Open();
        ModelRunException error = await Assert.ThrowsAsync<ModelRunException>(() => Eventually.CompletesAsync(leader));
        Assert.Same(error, await Assert.ThrowsAsync<ModelRunException>(() => Eventually.CompletesAsync(follower)));
        Assert.Equal(1, f.Model.Calls);
    }

    [Fact]
    public async Task Fails_ForSeveralRows_ThoseWhoWaitHelpThemselves()
    {
        using var f = new CachingFixture();
        f.Model.Poisoned = id => id == 7;
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call([1, 7]);
        Task<float[]> follower = f.Call(1);
        f.Model.Gate.Open();
        await Assert.ThrowsAsync<ModelRunException>(() => Eventually.CompletesAsync(leader));
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(follower));
    }

    [Fact]
    public async Task Outputs_WithoutARowEach_ThoseWhoWaitHelpThemselves()
    {
        using var f = new CachingFixture(model: new FakeRunner(compute: x => x["x"].Shape[0] == 1
            ? FakeModel.Compute(x)
            : new NamedValues { ["y"] = TensorValue.Copy<float>([1], [1]) }));
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call([1, 2]);
        Task<float[]> follower = f.Call(1);
        f.Model.Gate.Open();
        float[] own = await Eventually.CompletesAsync(leader);
        Assert.Equal([1f], own);
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(follower));
    }

    [Fact]
    public async Task Outputs_OfAnotherShapeEach_TheModelRunsAllRowsAtOnce()
    {
        using var f = new CachingFixture(model: new FakeRunner(compute: x =>
        {
            int rows = (int)x["x"].Shape[0];
            int width = rows > 1 ? 9 : (int)x["x"].AsSpan<float>()[0];
            return new NamedValues { ["y"] = TensorValue.Copy<float>(new float[rows * width], [rows, width]) };
        }));
        await f.Call(2);
        await f.Call(3);
        Assert.Equal(18, (await f.Call([2, 3])).Length);
        Assert.Equal([1, 1, 2], f.Model.Batches);
        Assert.Equal(27, (await f.Call([2, 3, 4])).Length);
        Assert.Equal([1, 1, 2, 1, 3], f.Model.Batches);
    }

    [Fact]
    public async Task Inputs_ThatCannotBeRead_LeaveNobodyWaiting()
    {
        bool thrown = true;
        for (int reads = 0; thrown; reads++)
        {
            Assert.InRange(reads, 0, 100);
            using var f = new CachingFixture();
            using var inputs = new NamedValues { ["x"] = new FailingTensor(reads) };
            thrown = await Record.ExceptionAsync(async () => (await f.Runner.RunAsync(inputs)).Dispose()) is not null;
            for (int id = 0; id < 3; id++)
            {
                Assert.Equal(CachingFixture.Expected(id), await Eventually.CompletesAsync(f.Call(id)));
            }
        }
    }

    [Fact]
    public async Task Sets_MadeForTheModel_AreDisposed()
    {
        var sets = new List<NamedValues>();
        using var f = new CachingFixture(model: new FakeRunner(compute: x =>
        {
            NamedValues outputs = FakeModel.Compute(x);
            sets.AddRange([x, outputs]);
            return outputs;
        }));
        await f.Call(1);
        sets.Clear();
        Assert.Equal(CachingFixture.Expected(1, 2, 3), await f.Call([1, 2, 3]));
        Assert.Equal([0, 0], sets.Select(s => s.Count));
    }

    [Fact]
    public async Task Rows_FoundOneByOne_AreCountedOnceAndNoneIsCountedWhereThereIsNone()
    {
        using var f = new CachingFixture(model: new FakeRunner(FakeModel.Info(_model)));
        var context = new RunContext();
        await f.Call(1);
        await f.Call(1, context);
        await f.Call([2, 3]);
        await f.Call([1, 2, 3]);
        Assert.Equal(["cache:hit"], context.Record.Path);
        Assert.Equal([1.0, 3.0], _meter.Of("inference.cache.rows", "hit"));
        Assert.Equal([1.0, 2.0], _meter.Of("inference.cache.rows", "miss"));
        Assert.Empty(_meter.Of("inference.cache.rows", "shared"));
    }

    [Fact]
    public void Binding_IsNotOfferedThoughTheModelDoes()
    {
        using var f = new CachingFixture();
        f.Model.Services[typeof(IBindable)] = new object();
        f.Model.Services[typeof(string)] = "of the model";
        Assert.Null(f.Runner.GetService(typeof(IBindable)));
        Assert.Equal("of the model", f.Runner.GetService(typeof(string)));
    }

    /// <summary>The rows 0, 1 and 2 of the fake model, readable a number of times only.</summary>
    private sealed class FailingTensor(int reads) : TensorValue(ElementType.Float32, [3, 4])
    {
        private readonly float[] _data = [0, 1, 2, 3, 1, 1, 2, 3, 2, 1, 2, 3];
        private int _left = reads;

        // Read as floats alone.
        public override ReadOnlySpan<T> AsSpan<T>() => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<float, T>(ref _data[0]), _data.Length);

        public override Span<T> AsWritableSpan<T>() => throw new NotSupportedException();

        public override ReadOnlySpan<byte> AsBytes() => _left-- > 0 ? MemoryMarshal.AsBytes(_data.AsSpan()) : throw new InvalidOperationException("unreadable");

        public override Span<byte> AsWritableBytes() => throw new NotSupportedException();

        public override MemoryHandle Pin() => throw new NotSupportedException();

        public override TensorValue Retain() => this;

        public override void Dispose()
        {
        }
    }
}
