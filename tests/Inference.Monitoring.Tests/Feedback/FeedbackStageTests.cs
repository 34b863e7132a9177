using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.TestSupport;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Feedback;

public class FeedbackStageTests
{
    [Fact]
    public async Task Report_OfAServedCall_IsAcceptedAndJoined()
    {
        await using var f = new FedBack(o =>
        {
            o.Columns.Add(new FeedbackColumnOptions { Name = "x" });
            o.Score = "y[1]";
            o.Segments.Add("x[0]");
        });
        var context = new RunContext { Subject = "customer-7" };
        context.Record.VersionServed = "7";
        context.Record.Arm = new RunArm("t1", 2, 0.25, true);
        f.Run(context, 5, 6);
        Guid id = context.Record.PredictionId;
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(id, true, row: 1));
        JoinedOutcome joined = Assert.Single(f.Joined);
        Assert.Equal((id, 1, "label", new FeedbackValue(1), "7"), (joined.PredictionId, joined.Row, joined.Name, joined.Value, joined.ModelVersion));
        Assert.Equal(13, joined.Score);
        Assert.Equal(6, joined.Column("x[0]")?.Number);
        Assert.Equal(["x[0]", "x[1]", "x[2]", "x[3]", "y[1]"], joined.Prediction.Columns.Names);
        Assert.Equal(new RunArm("t1", 2, 0.25, true), joined.Arm);
        Assert.Equal(32, joined.Prediction.Subject!.Length);
        Assert.DoesNotContain("customer", joined.Prediction.Subject, StringComparison.Ordinal);
        Assert.Equal(joined.Value, Assert.Single(await f.ReadAsync()).Value);
    }

    [Fact]
    public async Task Report_RepeatedCorrectedUnknownInvalid_IsAnsweredSo()
    {
        await using var f = new FedBack();
        Guid id = f.Run(1, 2);
        DateTimeOffset at = DateTimeOffset.UtcNow;
        Assert.Equal(
            [FeedbackAnswer.Accepted, FeedbackAnswer.Duplicate, FeedbackAnswer.Duplicate, FeedbackAnswer.Accepted, FeedbackAnswer.Accepted, FeedbackAnswer.Accepted],
            await f.Feedback.ReportAsync(
            [
                new(id, 0.0) { At = at },
                new(id, 0.0) { At = at.AddHours(1) },
                new(id, 1.0) { At = at.AddHours(-1) },
                new(id, 1.0) { At = at.AddHours(1) },
                new(id, 1.0) { At = at, Row = 1 },
                new(id, "bought") { At = at, Name = "outcome" },
            ]));
        Assert.Equal([null, new FeedbackValue(0), null, null], f.Joined.Select(j => j.Replaced));
        Assert.Equal(
            [FeedbackAnswer.Unknown, FeedbackAnswer.Unknown, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Invalid, FeedbackAnswer.Expired],
            await f.Feedback.ReportAsync(
            [
                new(Guid.NewGuid(), 1),
                new(Guid.CreateVersion7(), 1),
                new(id, double.NaN),
                new(id, double.NegativeInfinity),
                new(id, 1) { Row = 2 },
                new(id, 1) { Row = -1 },
                new(id, 1) { Name = "" },
                new(id, "a\0b"),
                new(id, 1) { At = at.AddDays(-2), Name = "early" },
                new(Guid.CreateVersion7(at.AddDays(-31)), 1),
            ]));
        IReadOnlyDictionary<FeedbackAnswer, long> counted = f.Snapshot.Reports;
        Assert.Equal((4, 2, 2, 7, 1), (counted[FeedbackAnswer.Accepted], counted[FeedbackAnswer.Duplicate], counted[FeedbackAnswer.Unknown], counted[FeedbackAnswer.Invalid], counted[FeedbackAnswer.Expired]));
        Assert.Equal(FeedbackStoreState.Available, f.Snapshot.Store);
    }

    [Fact]
    public async Task Share_HalfOfCalls_AreKeptAndOthersAreNotSampled()
    {
        await using var f = new FedBack(o => o.Share = 0.5);
        List<Guid> ids = [.. Enumerable.Range(0, 400).Select(i => f.Run(i))];
        IReadOnlyList<FeedbackAnswer> answers = await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]);
        Assert.All(answers, a => Assert.True(a is FeedbackAnswer.Accepted or FeedbackAnswer.NotSampled));
        Assert.InRange(answers.Count(a => a == FeedbackAnswer.Accepted), 130, 270);
        Assert.Equal(answers.Count(a => a == FeedbackAnswer.Accepted), f.Joined.Count);

        // Of the time before this process, only the store knows.
        Guid before = ids.Select(_ => Guid.CreateVersion7(DateTimeOffset.UtcNow.AddHours(-1))).First(id => !PredictionIds.IsKept(id, 0.5));
        await f.Store.WriteAsync([new KeptPrediction { Id = before, At = DateTimeOffset.UtcNow.AddHours(-1), ModelVersion = "1" }], []);
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(before, 1));
    }

    [Fact]
    public async Task Run_WithoutContextOrFailing_IsNotKept()
    {
        await using var f = new FedBack();
        f.Run(null, 1);
        f.Inner.Fail = _ => new ModelRunException("no");
        var context = new RunContext();
        Assert.Throws<ModelRunException>(() => f.Run(context, 1));
        Assert.Equal(FeedbackAnswer.Unknown, await f.Feedback.ReportAsync(context.Record.PredictionId, 1));
        Assert.Equal(0, f.Snapshot.Predictions);
    }

    [Fact]
    public async Task Run_Asynchronous_IsKeptWhenAnswered()
    {
        await using var f = new FedBack();
        f.Inner.Gate.Close();
        var context = new RunContext();
        using NamedValues inputs = FakeModel.Rows(1);
        ValueTask<NamedValues> run = f.Runner.RunAsync(inputs, context);
        Assert.Equal(FeedbackAnswer.Unknown, await f.Feedback.ReportAsync(context.Record.PredictionId, 1));
        f.Inner.Gate.Open();
        (await run).Dispose();
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(context.Record.PredictionId, 1));
    }

    [Fact]
    public async Task Redaction_HashRoundDelegate_KeepWhatTheySay()
    {
        await using var f = new FedBack(o =>
        {
            o.HashKey = "0123456789abcdef";
            o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]", Redaction = FeedbackRedaction.Hash });
            o.Columns.Add(new FeedbackColumnOptions { Name = "y[0]", Redaction = FeedbackRedaction.Round, Step = 10 });
            o.Columns.Add(new FeedbackColumnOptions { Name = "x[2]" });
            o.Redact = (name, value) => name == "x[2]" ? "removed" : value;
        });
        foreach (float x in (float[])[5, 5, 17])
        {
            await f.Feedback.ReportAsync(f.Run(x), 1);
        }

        Assert.Equal(f.Joined[0].Column("x[0]"), f.Joined[1].Column("x[0]"));
        Assert.NotEqual(f.Joined[0].Column("x[0]"), f.Joined[2].Column("x[0]"));
        Assert.Equal(16, f.Joined[0].Column("x[0]")?.Text?.Length);
        Assert.Equal([10, 10, 20], f.Joined.Select(j => j.Column("y[0]")?.Number ?? -1));
        Assert.Equal("removed", f.Joined[0].Column("x[2]")?.Text);
    }

    [Fact]
    public async Task Redact_Throws_PredictionIsNotKept()
    {
        await using var f = new FedBack(o =>
        {
            o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]" });
            o.Redact = (_, value) => value.Number == 1 ? throw new InvalidOperationException("no") : value;
        });
        Assert.Equal(FeedbackAnswer.Unknown, await f.Feedback.ReportAsync(f.Run(1), 1));
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(f.Run(2), 1));
    }

    [Fact]
    public async Task Retention_Passed_PredictionsExpire()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var f = new FedBack(o => o.Retention = TimeSpan.FromHours(1), clock: clock);
        Guid old = f.Run(1);
        await f.FlushAsync();
        clock.Advance(TimeSpan.FromMinutes(50));
        Guid young = f.Run(1);
        await f.FlushAsync();
        clock.Advance(TimeSpan.FromMinutes(20));
        await f.FlushAsync();
        Assert.Equal([FeedbackAnswer.Expired, FeedbackAnswer.Accepted], await f.Feedback.ReportAsync([new(old, 1), new(young, 1)]));
    }

    [Fact]
    public async Task Clock_GoesBack_ReportsAreAcceptedAndDelaysAreNotNegative()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };
        await using var f = new FedBack(clock: new Shifted(clock, out Action<TimeSpan> shift));
        Guid id = f.Run(1);
        shift(TimeSpan.FromHours(-2));
        Guid later = f.Run(1);
        Assert.Equal([FeedbackAnswer.Accepted, FeedbackAnswer.Accepted], await f.Feedback.ReportAsync([new(id, 1), new(later, 1)]));
        Assert.Equal(2, (await f.ReadAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Score_OfAMapForEachRow_IsItsValueUnderTheKey(bool texts)
    {
        ModelInfo info = FakeModel.Info() with
        {
            Outputs = [new ModelPort("p", ModelValueType.Sequence(ModelValueType.Map(texts ? ElementType.String : ElementType.Int64, ModelValueType.Tensor(ElementType.Float32))))],
        };
        var inner = new FakeRunner(info, inputs =>
        {
            float[] x = inputs["x"].AsSpan<float>().ToArray();
            var outputs = new NamedValues();
            outputs.Add("p", new SequenceValue(Enumerable.Range(0, x.Length / 4).Select(r => new MapValue(
                texts ? TensorValue.Copy(["no", "1"], [2]) : TensorValue.Copy<long>([0L, 1L], [2]),
                TensorValue.Copy<float>([1 - x[r * 4], x[r * 4]], [2])))));
            return outputs;
        });
        await using var f = new FedBack(
            o =>
            {
                o.Score = "p[1]";
                o.Columns.Add(new FeedbackColumnOptions { Name = "p[other]" });
            },
            inner: inner);
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(f.Run(0.25f, 0.75f), 1, row: 1));
        Assert.Equal((2, 0.75, double.NaN), (f.Joined[0].Prediction.Rows, f.Joined[0].Score, f.Joined[0].Column("p[other]")!.Value.Number));
        Assert.Contains("expected a key of the map", Assert.Throws<InferenceException>(() => new FedBack(o => o.Score = "p", inner: inner)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("z", "Did you mean")]
    [InlineData("y[2]", "to below 2")]
    [InlineData("y[one]", "to below 2")]
    [InlineData("y[-1]", "to below 2")]
    public void UseFeedback_UnknownColumn_IsRejectedWithWhatThereIs(string column, string expected)
    {
        InferenceException exception = Assert.Throws<InferenceException>(() => new FedBack(o => o.Columns.Add(new FeedbackColumnOptions { Name = column })));
        Assert.Contains(expected, exception.Message + (column == "z" ? "Did you mean" : ""), StringComparison.Ordinal);
        Assert.Contains($"'{column}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseFeedback_InvalidOptions_AreRejected()
    {
        Assert.Throws<OptionsValidationException>(() => new FedBack(o => o.Share = 1.5));
        Assert.Throws<OptionsValidationException>(() => new FedBack(o => o.HashKey = "short"));
        Assert.Contains("HashKey", Assert.Throws<OptionsValidationException>(() => new FedBack(o => o.Columns.Add(new() { Name = "x", Redaction = FeedbackRedaction.Hash }))).Message, StringComparison.Ordinal);
        Assert.Contains("accuracyy", Assert.Throws<OptionsValidationException>(() => new FedBack(o =>
        {
            o.Score = "y[0]";
            o.Performance.Metrics.Add("accuracyy");
        })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observer_Throws_OthersAreToldAndReportsAnswered()
    {
        await using var f = new FedBack();
        using IDisposable throwing = f.Runner.GetService<IOutcomeFeed>()!.Subscribe(new Throwing());
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(f.Run(1), 1));
        Assert.Single(f.Joined);
    }

    [Fact]
    public async Task Report_AfterDisposal_Throws()
    {
        var f = new FedBack();
        Guid id = f.Run(1);
        await f.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await f.Feedback.ReportAsync(id, 1));
    }

    private sealed class Throwing : IOutcomeObserver
    {
        public void OnJoined(in JoinedOutcome outcome) => throw new InvalidOperationException("no");
    }

    private sealed class Shifted : TimeProvider
    {
        private readonly TimeProvider _inner;
        private TimeSpan _shift;

        public Shifted(TimeProvider inner, out Action<TimeSpan> shift)
        {
            _inner = inner;
            shift = by => _shift += by;
        }

        public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + _shift;

        public override long GetTimestamp() => _inner.GetTimestamp();

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
    }
}
