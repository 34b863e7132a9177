using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Caching.Tests;

/// <summary>What is asked of a model before it is cached, and what options may be.</summary>
public sealed class CachingBuildTests
{
    private static readonly ModelValueType s_list = ModelValueType.Sequence(ModelValueType.Tensor(ElementType.Float32));

    [Fact]
    public void UseCaching_Null_NamesTheParameter()
    {
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((ModelRunnerBuilder)null!).UseCaching()).ParamName);
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((ModelRunnerBuilder)null!).UseFeatureCaching(["x"])).ParamName);
        Assert.Equal("inputs", Assert.Throws<ArgumentNullException>(() => new FakeRunner().AsBuilder().UseFeatureCaching(null!)).ParamName);
    }

    [Fact]
    public void Build_NotDeterministic_SaysWhatToDo()
    {
        using var model = new FakeRunner(FakeModel.Info("m") with { Deterministic = false });
        Assert.Equal(
            "Model 'm', UseCaching: expected outputs that depend on the inputs alone, but the model draws random numbers. Remove its random operators. Or remove UseCaching, or set WhenNotCacheable to PassThrough.",
            Assert.Throws<InferenceException>(() => model.AsBuilder().UseCaching().Build()).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Build_AValueThatIsNoTensor_IsNamed(bool input)
    {
        ModelInfo info = FakeModel.Info("m");
        ModelPort port = new("list", s_list);
        using var model = new FakeRunner(input ? info with { Inputs = [.. info.Inputs, port] } : info with { Outputs = [.. info.Outputs, port] });
        Assert.Equal(
            $"Model 'm', UseCaching: expected tensors only, 'list' is a {s_list}. Remove it from the model's signature. Or remove UseCaching, or set WhenNotCacheable to PassThrough.",
            Assert.Throws<InferenceException>(() => model.AsBuilder().UseCaching().Build()).Message);
    }

    [Fact]
    public void Build_PassThrough_IsLogged()
    {
        using var model = new FakeRunner(FakeModel.Info("m") with { Deterministic = false });
        using var log = new LogLines();
        TestServices services = new TestServices().Add<ILoggerFactory>(log);
        Assert.Same(model, model.AsBuilder().UseCaching(o => o.WhenNotCacheable = NotCacheableMode.PassThrough).Build(services));
        Assert.Equal(
            ["Inference.Caching|Warning|Model 'm' runs without UseCaching: expected outputs that depend on the inputs alone, but the model draws random numbers. Remove its random operators."],
            log.All);
    }

    [Fact]
    public void Build_SecondLevelWithoutACache_SaysSo()
    {
        using var model = new FakeRunner(FakeModel.Info("m"));
        Assert.Equal(
            "Model 'm', UseCaching: expected a registered IDistributedCache because SecondLevel.Enabled is true, found none. Register one, or set SecondLevel.Enabled to false.",
            Assert.Throws<InferenceException>(() => model.AsBuilder().UseCaching(o => o.SecondLevel.Enabled = true).Build()).Message);
    }

    [Fact]
    public void Options_Defaults_AreWhatIsDocumented()
    {
        var options = new CachingOptions();
        Assert.Equal((64L << 20, null, true, true, NotCacheableMode.Fail), (options.MaxBytes, options.TimeToLive, options.Adaptive, options.SingleFlight, options.WhenNotCacheable));
        SecondLevelOptions second = options.SecondLevel;
        Assert.Equal((false, TimeSpan.FromMilliseconds(20), TimeSpan.FromDays(1), TimeSpan.FromSeconds(5)), (second.Enabled, second.Timeout, second.TimeToLive, second.BreakDuration));
        Assert.Equal((64, 1024, TimeSpan.FromSeconds(5)), (second.MaxRowsPerCall, second.MaxPendingWrites, second.EraseDelay));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Options_OneOfProtectAndUnprotect_IsRefused(bool protect, bool unprotect)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new FakeRunner().AsBuilder().UseCaching(o =>
        {
            o.SecondLevel.Protect = protect ? static (_, b) => b : null;
            o.SecondLevel.Unprotect = unprotect ? static (_, b) => b : null;
        }).Build());
        Assert.Contains("SecondLevel: expected both Protect and Unprotect or neither, got only one. Set the other one.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_OffAndOn_IsLoggedAndShown()
    {
        string name = $"switched-{Guid.NewGuid():N}";
        using var meter = new MeterReadings(name);
        using var log = new LogLines();
        var clock = new FakeTimeProvider();
        var model = new FakeRunner(FakeModel.Info(name)) { Clock = clock, OnRun = _ => clock.Advance(TimeSpan.FromTicks(1)) };
        TestServices services = TestServices.WithClock(clock).Add<ILoggerFactory>(log);

        // The clock goes on while the cache reads the inputs as well, so that it costs what it does not save.
        using IModelRunner runner = model.AsBuilder().UseCaching().Build(services);
        var control = runner.GetService<ICacheControl>()!;
        for (int call = 0; control.Statistics.IsOn; call++)
        {
            Assert.InRange(call, 0, 100);
            using NamedValues inputs = new() { ["x"] = new TickingTensor(clock, call) };
            (await runner.RunAsync(inputs)).Dispose();
        }

        int before = model.Calls;
        using NamedValues known = FakeModel.Rows(1);
        (await runner.RunAsync(known)).Dispose();
        (await runner.RunAsync(known)).Dispose();
        Assert.Equal(2, model.Calls - before);
        clock.Advance(TimeSpan.FromMinutes(11));
        for (int i = 0; i < 32; i++)
        {
            (await runner.RunAsync(known)).Dispose();
        }

        Assert.True(control.Statistics.IsOn);
        Assert.Equal(
            [
                $"Inference.Caching|Debug|Model '{name}': the rows cache is disabled because it does not pay.",
                $"Inference.Caching|Debug|Model '{name}': the rows cache is enabled again to measure whether it pays.",
            ],
            log.All);
        Assert.Equal([0, 1], meter.Of("inference.cache.on"));
    }

    /// <summary>256 rows that no call has had, whose reading takes time on the clock.</summary>
    private sealed class TickingTensor(FakeTimeProvider clock, int seed) : TensorValue(ElementType.Float32, [256, 4])
    {
        private readonly float[] _data = [.. Enumerable.Range(0, 1024).Select(i => (float)((seed * 1024) + i))];

        // Read as floats alone.
        public override ReadOnlySpan<T> AsSpan<T>() => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<float, T>(ref _data[0]), _data.Length);

        public override Span<T> AsWritableSpan<T>() => throw new NotSupportedException();

        public override ReadOnlySpan<byte> AsBytes()
        {
            clock.Advance(TimeSpan.FromTicks(1));
            return MemoryMarshal.AsBytes(_data.AsSpan());
        }

        public override Span<byte> AsWritableBytes() => throw new NotSupportedException();

        public override MemoryHandle Pin() => throw new NotSupportedException();

        public override TensorValue Retain() => this;

        public override void Dispose()
        {
        }
    }
}
