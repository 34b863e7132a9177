using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Tests.Feedback;

/// <summary>What every store must do. Derive it once a store.</summary>
public abstract class FeedbackStoreConformance
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Operations of the random test.</summary>
    protected virtual int Operations => 10_000;

    /// <summary>Makes an empty store.</summary>
    protected abstract Task<IFeedbackStore> CreateAsync();

    /// <summary>Opens what another instance wrote; the store itself where nothing outlives it.</summary>
    protected abstract Task<IFeedbackStore> ReopenAsync(IFeedbackStore store);

    [SkippableStoreFact]
    public async Task RandomOperations_EqualTheModel()
    {
        var random = new Random(21);
        var model = new StoreModel();
        IFeedbackStore store = await CreateAsync();
        await store.OpenAsync();
        var ids = new List<Guid>();
        FeedbackColumns[] layouts =
        [
            FeedbackColumns.None,
            new(["x[0]", "y[1]"], "y[1]"),
            new(["x[0]", "country", "y[1]"], "y[1]", ["country"]),
        ];
        long receipt = 1;
        TimedReport last = default;
        for (int done = 0; done < Operations;)
        {
            int choice = random.Next(100);
            if (choice < 85)
            {
                var predictions = new List<KeptPrediction>();
                var reports = new List<TimedReport>();
                for (int i = random.Next(4); i > 0; i--)
                {
                    KeptPrediction prediction = Prediction(random, layouts[random.Next(layouts.Length)], ids);
                    predictions.Add(prediction);
                    ids.Add(prediction.Id);
                }

                for (int i = random.Next(12); i > 0; i--)
                {
                    last = random.Next(20) == 0 && last.Name is not null ? last : Report(random, ids, receipt++);
                    reports.Add(last);
                }

                done += predictions.Count + reports.Count;
                List<WrittenReport> expected = model.Write(predictions, reports);
                IReadOnlyList<WrittenReport> written = await store.WriteAsync(predictions, reports);
                Assert.Equal(expected.Select(Text), written.Select(Text));
            }
            else if (choice < 90)
            {
                (DateTimeOffset from, DateTimeOffset to) = Span(random);
                Assert.Equal(model.Joined(from, to).Select(Text).Order(StringComparer.Ordinal), (await All(store.ReadJoinedAsync(from, to))).Select(Text).Order(StringComparer.Ordinal));
                done++;
            }
            else if (choice < 93)
            {
                (DateTimeOffset from, DateTimeOffset to) = Span(random);
                Assert.Equal(model.Between(from, to).Select(Text), (await All(store.ReadPredictionsAsync(from, to))).Select(Text));
                done++;
            }
            else if (choice < 96)
            {
                (DateTimeOffset from, DateTimeOffset to) = Span(random);
                DateTimeOffset middle = from + ((to - from) / 2);
                Assert.Equal([model.Count(from, middle), model.Count(middle, to)], await store.CountAsync([from, middle, to]));
                done++;
            }
            else if (choice < 98)
            {
                DataOwner owner = random.Next(3) == 0 ? DataOwner.OfTenant(Tenant(random)) : DataOwner.OfSubject(Subject(random));
                Assert.Equal(model.Erase(owner), await store.EraseAsync(owner));
                Guid[] some = [Guid.NewGuid(), .. ids.TakeLast(20)];
                Assert.Equal(model.Find(some).Select(Text).Order(StringComparer.Ordinal), (await store.FindAsync(some)).Select(Text).Order(StringComparer.Ordinal));
                done++;
            }
            else if (choice < 99)
            {
                DateTimeOffset before = s_start + TimeSpan.FromMinutes(random.Next(10));
                int most = random.Next(1, 20);
                Assert.Equal(model.Expire(before, most), await store.ExpireAsync(before, most));
                done++;
            }
            else
            {
                store = await ReopenAsync(store);
                await store.OpenAsync();
                done++;
            }
        }

        Assert.True(model.Predictions > 20, "The test must have something to compare.");
        Assert.Equal(model.Joined(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).Count, (await All(store.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue))).Count);
        await store.DisposeAsync();
    }

    [SkippableStoreFact]
    public async Task ReadJoined_ManyPages_ReturnsEachOnceInOrder()
    {
        await using IFeedbackStore store = await CreateAsync();
        await store.OpenAsync();
        var predictions = new List<KeptPrediction>();
        for (int i = 0; i < 3_500; i++)
        {
            // Many at one time: pages must not end between times.
            predictions.Add(new KeptPrediction { Id = Guid.CreateVersion7(s_start), At = s_start + TimeSpan.FromSeconds(i / 1_700), ModelVersion = "1", Rows = 2 });
        }

        TimedReport[] reports = [.. predictions.Where((_, i) => i % 3 != 0).SelectMany((p, i) => Enumerable.Range(0, 2).Select(row => new TimedReport(p.Id, row, "label", row, s_start, (2 * i) + row)))];
        await store.WriteAsync(predictions, reports);
        List<JoinedOutcome> joined = await All(store.ReadJoinedAsync(s_start, s_start + TimeSpan.FromHours(1)));
        Assert.Equal(
            predictions.Where((_, i) => i % 3 != 0).OrderBy(p => p.At).ThenBy(p => p.Id.ToString("N"), StringComparer.Ordinal).SelectMany(p => new[] { (p.Id, 0), (p.Id, 1) }),
            joined.Select(j => (j.PredictionId, j.Row)));
        Assert.Equal(3_500, (await All(store.ReadPredictionsAsync(s_start, s_start + TimeSpan.FromHours(1)))).Count);
    }

    [SkippableStoreFact]
    public async Task Write_AwkwardValues_AreReadAsWritten()
    {
        await using IFeedbackStore store = await CreateAsync();
        await store.OpenAsync();
        var columns = new FeedbackColumns(["a", "b", "c", "d", "e"]);
        FeedbackValue[] values = [double.NaN, double.PositiveInfinity, -0.0, "", new string('\uFFFD', 256)];
        var prediction = new KeptPrediction
        {
            Id = Guid.NewGuid(), At = s_start, ModelVersion = "1 'x' \"y\" ü 😀", Arm = new RunArm("trial of 'ana'", 3, 0.1 + 0.2, true), Subject = "ab", Rows = int.MaxValue, Columns = columns, Values = values,
        };
        FeedbackValue[] reported = [double.MaxValue, double.Epsilon, -1e-300, "😀'; DROP TABLE reports; --", ""];
        await store.WriteAsync([prediction], [.. reported.Select((v, i) => new TimedReport(prediction.Id, int.MaxValue - 1 - i, "näme '😀'", v, s_start.AddTicks(10), long.MinValue + i))]);
        List<JoinedOutcome> joined = await All(store.ReadJoinedAsync(s_start, s_start.AddTicks(10)));
        Assert.Equal(reported, joined.OrderByDescending(j => j.Row).Select(j => j.Value));
        Assert.All(joined, j => Assert.Equal(Text(prediction), Text(j.Prediction)));
        Assert.Equal(values, joined[0].Prediction.Values.ToArray());
        Assert.Empty(await All(store.ReadJoinedAsync(s_start.AddTicks(10), DateTimeOffset.MaxValue)));
    }

    private static KeptPrediction Prediction(Random random, FeedbackColumns columns, List<Guid> ids)
    {
        int rows = random.Next(1, 4);
        var values = new FeedbackValue[random.Next(rows + 1) * columns.Names.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Next(4) == 0 ? double.NaN : random.Next(3) == 0 ? "dé" : random.NextDouble();
        }

        return new KeptPrediction
        {
            Id = ids.Count > 0 && random.Next(20) == 0 ? ids[random.Next(ids.Count)] : random.Next(2) == 0 ? Guid.NewGuid() : Guid.CreateVersion7(),
            At = s_start + TimeSpan.FromSeconds(random.Next(600)),
            ModelVersion = random.Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture),
            Arm = random.Next(3) == 0 ? new RunArm("t", random.Next(2), 0.25, random.Next(2) == 0) : null,
            Subject = random.Next(3) == 0 ? Subject(random) : null,
            Tenant = random.Next(2) == 0 ? Tenant(random) : null,
            Rows = rows,
            Columns = columns,
            Values = values,
        };
    }

    private static TimedReport Report(Random random, List<Guid> ids, long receipt) => new(
        ids.Count == 0 || random.Next(20) == 0 ? Guid.NewGuid() : ids[Math.Max(ids.Count - 1 - random.Next(60), 0)],
        random.Next(4),
        random.Next(3) == 0 ? "revenue" : "label",
        random.Next(4) == 0 ? "yes" : random.Next(3),
        s_start + TimeSpan.FromSeconds(random.Next(900)),
        receipt);

    private static string Subject(Random random) => new((char)('a' + random.Next(26)), 32);

    private static string Tenant(Random random) => new((char)('0' + random.Next(10)), 32);

    private static (DateTimeOffset From, DateTimeOffset To) Span(Random random)
    {
        int from = random.Next(600);
        return (s_start + TimeSpan.FromSeconds(from), s_start + TimeSpan.FromSeconds(from + random.Next(300)));
    }

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static string Text(WrittenReport report) => $"{report.Answer} {(report.Prediction is { } p ? Text(p) : "-")} {report.Replaced}";

    private static string Text(JoinedOutcome outcome) => $"{Text(outcome.Prediction)} {outcome.Row} {outcome.Name} {outcome.Value} {outcome.Value.IsNumber} {outcome.ReportedAt:O} {outcome.Replaced}";

    private static string Text(KeptPrediction p) =>
        $"{p.Id} {p.At:O} {p.ModelVersion} {p.Arm} {p.Subject} {p.Tenant} {p.Rows} {p.Columns} [{string.Join('|', p.Values.ToArray().Select(v => $"{v.IsNumber}{v}"))}]";
}
