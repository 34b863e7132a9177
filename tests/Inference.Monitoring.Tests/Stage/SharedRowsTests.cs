using Inference.Monitoring.Stage;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Stage;

public class SharedRowsTests
{
    private const int Processes = 3;
    private static readonly ReferenceProfile s_profile = Rows.Profile();
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reports that come late, twice and in any order: in the end each process has seen every row once.</summary>
    [Fact]
    public void Merge_AnyOrder_EveryRowIsSeenOnce() => Assert.All(Enumerable.Range(0, 50), seed => Assert.True(IsExact(seed)));

    [Fact]
    public void Merge_RowsFromBeforeThisProcessBegan_AreNotSeen_LaterOnesAre()
    {
        SharedRows old = New(s_start), late = New(s_start.AddMinutes(5));
        _ = old.Report();
        old.Add(Window(1, s_start.AddMinutes(1)));
        late.Merge(old.Report());
        Assert.Null(late.Take());

        MonitoringWindow more = Window(2, s_start.AddMinutes(6));
        old.Add(more);
        late.Merge(old.Report());
        Assert.Equal(Counts(more), Counts(late.Take()!));
        Assert.Null(late.Take());
    }

    [Fact]
    public void Merge_ProcessThatBeganLater_IsSeenWhole()
    {
        SharedRows here = New(s_start), there = New(s_start.AddMinutes(5));
        _ = there.Report();
        MonitoringWindow window = Window(1, s_start.AddMinutes(6));
        there.Add(window);
        here.Merge(there.Report());
        Assert.Equal(Counts(window), Counts(here.Take()!));
    }

    [Fact]
    public void Merge_OtherSubject_ChangesNothing()
    {
        SharedRows here = New(s_start);
        var other = new SharedRows(s_profile.WindowLayout, "other", s_start);
        _ = other.Report();
        other.Add(Window(1, s_start.AddMinutes(1)));
        here.Merge(other.Report());
        Assert.Null(here.Take());
    }

    [Fact]
    public void Merge_DamagedOrFewerRows_IsRefused()
    {
        SharedRows here = New(s_start), there = New(s_start);
        _ = there.Report();
        there.Add(Window(1, s_start));
        EvidenceReport first = there.Report();
        here.Merge(first);
        Assert.Throws<MonitoringException>(() => here.Merge(first with { Sequence = 9, Counts = first.Counts[..^1] }));
        Assert.Throws<MonitoringException>(() => here.Merge(first with { Sequence = 9, Counts = new MonitoringWindow(s_profile.WindowLayout).ToArray() }));
        here.Take();
        here.Merge(first);
        Assert.Null(here.Take());
    }

    /// <summary>Of many processes that came and went, the longest silent ones are forgotten: what one of them says again is not counted twice.</summary>
    [Fact]
    public void Merge_ForgottenProcess_IsNotSeenAgain()
    {
        SharedRows here = New(s_start), first = New(s_start);
        _ = first.Report();
        first.Add(Window(1, s_start.AddMinutes(1)));
        here.Merge(first.Report());
        for (int i = 0; i < 1_100; i++)
        {
            SharedRows other = New(s_start);
            _ = other.Report();
            here.Merge(other.Report());
        }

        here.Take();
        first.Add(Window(2, s_start.AddMinutes(2)));
        here.Merge(first.Report());
        Assert.Null(here.Take());
    }

    /// <summary>A change that is in the calls of both processes is an alarm in both, also in one that gets no calls itself.</summary>
    [Fact]
    public void Monitors_ThatExchange_JudgeTheRowsOfBoth()
    {
        var clock = new FakeTimeProvider();
        ReferenceProfile profile = Rows.Profile(rows: 20_000);
        using var busy = new Counted(profile, o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        using var idle = new Counted(profile, o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        IMergeableWindows here = busy.Runner.GetService<IMergeableWindows>()!, there = idle.Runner.GetService<IMergeableWindows>()!;
        var random = new Random(5);
        for (int minute = 0; minute < 12; minute++)
        {
            there.Merge(here.Report()!);
            here.Merge(there.Report()!);
            busy.Run(Rows.Normal(random, 1_000, FakeModel.InputWidth, mean: 1));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(MonitoringState.Alarm, busy.Monitor.Snapshot.State);
        Assert.Equal(MonitoringState.Alarm, idle.Monitor.Snapshot.State);
        Assert.Equal((12_000, 0), (busy.Monitor.Snapshot.Rows, busy.Monitor.Snapshot.RowsElsewhere));
        Assert.Equal((0, 11_000), (idle.Monitor.Snapshot.Rows, idle.Monitor.Snapshot.RowsElsewhere));
    }

    private static bool IsExact(int seed)
    {
        var random = new Random(seed);
        SharedRows[] all = [.. Enumerable.Range(0, Processes).Select(_ => New(s_start))];
        MonitoringWindow[] seen = [.. all.Select(_ => s_profile.CreateWindow())];
        var whole = s_profile.CreateWindow();
        var reports = new List<EvidenceReport>();
        foreach (SharedRows process in all)
        {
            _ = process.Report();
        }

        for (int step = 0; step < 40; step++)
        {
            int one = random.Next(Processes);
            switch (random.Next(3))
            {
                case 0:
                    MonitoringWindow bucket = Window(random.Next(), s_start.AddMinutes(step));
                    all[one].Add(bucket);
                    seen[one].Merge(bucket);
                    whole.Merge(bucket);
                    break;
                case 1:
                    reports.Add(all[one].Report());
                    break;
                default:
                    if (reports.Count > 0)
                    {
                        all[one].Merge(reports[random.Next(reports.Count)]);
                        Take(one);
                    }

                    break;
            }
        }

        foreach (SharedRows process in all)
        {
            for (int other = 0; other < Processes; other++)
            {
                all[other].Merge(process.Report());
                Take(other);
            }
        }

        return seen.All(s => Counts(s).SequenceEqual(Counts(whole)));

        void Take(int process)
        {
            if (all[process].Take() is { } news)
            {
                seen[process].Merge(news);
            }
        }
    }

    private static SharedRows New(DateTimeOffset began) => new(s_profile.WindowLayout, "m", began);

    private static MonitoringWindow Window(int seed, DateTimeOffset start)
    {
        using var counted = new Counted(s_profile);
        counted.Run(Rows.Normal(new Random(seed), 5, FakeModel.InputWidth));
        MonitoringWindow window = counted.Flush();
        (window.Start, window.End) = (start, start.AddMinutes(1));
        return window;
    }

    // Without the times.
    private static byte[] Counts(MonitoringWindow window)
    {
        MonitoringWindow copy = window.Clone();
        copy.Start = copy.End = DateTimeOffset.UnixEpoch;
        return copy.ToArray();
    }
}
