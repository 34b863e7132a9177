using Inference.Cli.Load;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Remote;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

public class LoadTests
{
    private const int Seed = 3;
    private static readonly TimeSpan s_duration = TimeSpan.FromMilliseconds(200);

    // What the generator intends does not depend on the clock: the gaps of a Poisson process with this seed.
    private static int Intended(double rate)
    {
        var random = new Random(Seed);
        int count = 0;
        for (double at = 0; (at += -Math.Log(1 - random.NextDouble()) / rate) < s_duration.TotalSeconds;)
        {
            count++;
        }

        return count;
    }

    private static Task<LoadPoint> MeasureAsync(FakeRunner runner, double rate) => LoadRun.AtRateAsync(runner, FakeModel.Rows(1), rate, s_duration, Seed, CancellationToken.None);

    [Fact]
    public async Task AtRate_MakesEveryIntendedCall_WhateverTheAnswers()
    {
        int expected = Intended(500);
        using var good = new FakeRunner();
        LoadPoint point = await MeasureAsync(good, 500);
        Assert.Equal(expected, point.Latencies.Length);
        Assert.True(point.IsClean);

        using var overloaded = new FakeRunner { Fail = _ => new OverloadedException("full") };
        point = await MeasureAsync(overloaded, 500);
        Assert.Equal(expected, point.Refused);
        Assert.Equal("full", point.Error);

        using var failing = new FakeRunner { Fail = _ => new ModelRunException("broken") };
        point = await MeasureAsync(failing, 500);
        Assert.Equal(expected, point.Failed);
        Assert.False(point.IsClean);
        Assert.Equal(expected, failing.Calls);
    }

    [Fact]
    public async Task AtRate_CallsWithoutAnswer_CountWithTheTimeTheyWaited()
    {
        using var stuck = new FakeRunner { Delay = _ => TimeSpan.FromDays(1) };
        LoadPoint point = await MeasureAsync(stuck, 100);
        Assert.Equal(Intended(100), point.Unanswered);
        Assert.Equal(Intended(100), point.Latencies.Length);
        Assert.Equal(0, point.Throughput);
        Assert.False(point.Meets(LatencyObjective.Parse("p50=1000s")));
    }

    [Fact]
    public async Task Rate_WithAnObjectiveThatCannotBeMet_SaysSo()
    {
        using var target = new LoadTarget("m", isRemote: false, mayBatch: true, FakeModel.Rows(1), "a row", _ => new ValueTask<IModelRunner>(new FakeRunner()));
        using var progress = new WorkProgress(still: true, TextWriter.Null);
        LoadResult result = await new LoadTest(target, new LoadOptions(200, null, 0.05, LatencyObjective.Parse("p99=100s"), Seed), progress).RunAsync(CancellationToken.None);
        Assert.NotNull(result.Best);
        Assert.Equal(7, result.Choices.Count);
        result = await new LoadTest(target, new LoadOptions(200, null, 0.05, LatencyObjective.Parse("p99=0.1us"), Seed), progress).RunAsync(CancellationToken.None);
        Assert.Null(result.Best);
    }

    [Fact]
    public void Quantile_InterpolatesBetweenRanks()
    {
        var point = new LoadPoint(1, 1, [10, 20, 30, 40, 50], 0, 0, 0, 0, 0, null);
        Assert.Equal(30, point.Quantile(0.5));
        Assert.Equal(48, point.Quantile(0.95), 9);
        Assert.True(point.Meets(LatencyObjective.Parse("p50=30us")));
        Assert.False((point with { NotSent = 1 }).Meets(LatencyObjective.Parse("p50=30us")));
    }

    [Theory]
    [InlineData("p99=5ms", 0.99, 5000)]
    [InlineData("p50=200us", 0.5, 200)]
    [InlineData("p99.9=0.1s", 0.999, 100_000)]
    public void Objective_IsParsed(string text, double quantile, double microseconds)
    {
        LatencyObjective objective = LatencyObjective.Parse(text);
        Assert.Equal(quantile, objective.Quantile, 9);
        Assert.Equal(microseconds, objective.Limit.TotalMicroseconds, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("p99")]
    [InlineData("99=5ms")]
    [InlineData("p0=5ms")]
    [InlineData("p100=5ms")]
    [InlineData("p99=5")]
    [InlineData("p99=-5ms")]
    [InlineData("p99=5m")]
    public void Objective_OfAnotherForm_IsRefused(string text) => Assert.Throws<UsageException>(() => LatencyObjective.Parse(text));

    [Theory]
    [InlineData("http://h:8000/v2/models/m", "http://h:8000/", "m", null, RemoteProtocol.Rest)]
    [InlineData("https://h/v2/models/a%20b/versions/3/infer", "https://h/", "a b", "3", RemoteProtocol.Rest)]
    [InlineData("http://h:8000/prefix/v2/models/m", "http://h:8000/prefix", "m", null, RemoteProtocol.Rest)]
    [InlineData("grpc://h:8001/m", "http://h:8001/", "m", null, RemoteProtocol.Grpc)]
    [InlineData("grpcs://h:8001/m/versions/2", "https://h:8001/", "m", "2", RemoteProtocol.Grpc)]
    [InlineData("http://h:8000", "http://h:8000/", "named", null, RemoteProtocol.Rest)]
    public void Address_IsParsed(string text, string endpoint, string model, string? version, RemoteProtocol protocol) =>
        Assert.Equal(new RemoteAddress(new Uri(endpoint), model, version, protocol), RemoteAddress.TryParse(text, "named"));

    [Theory]
    [InlineData("http://h:8000")]
    [InlineData("ftp://h/v2/models/m")]
    [InlineData("http://h/v2/models/m/other/3")]
    public void Address_WithoutModelOrOfAnotherForm_IsRefused(string text) => Assert.Throws<UsageException>(() => RemoteAddress.TryParse(text, null));

    [Fact]
    public void Picture_EscapesNames_AndShowsTheKnee()
    {
        var point = new LoadPoint(10, 10, [100, 200], 0, 0, 0, 0, 0, null);
        string svg = LoadPicture.Draw("<m>", new LoadResult([point], 12, []), LatencyObjective.Parse("p99=5ms"));
        Assert.Contains("&lt;m&gt;", svg, StringComparison.Ordinal);
        Assert.Contains("knee 12/s", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", LoadPicture.Draw("m", new LoadResult([], null, []), null), StringComparison.Ordinal);
    }
}
