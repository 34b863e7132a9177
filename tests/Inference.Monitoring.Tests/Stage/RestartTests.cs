using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>Evidence that outlives the process, and evidence that starts anew.</summary>
public class RestartTests
{
    [Fact]
    public void Restart_WithAFolder_GoesOnWithTheEvidence()
    {
        using var folder = new TemporaryFolder();
        ReferenceProfile profile = Rows.Profile(rows: 20_000);

        // The same stream, once in one process and once in as many as buckets.
        using var services = new StageServices();
        using var whole = Create(profile, folder.File("whole"), services);
        double most = 0;
        for (int minute = 0; minute < 12; minute++)
        {
            Minute(whole, services, minute, shift: 0.15);
            using var again = new StageServices();
            using var part = Create(profile, folder.File("parts"), again);
            Minute(part, again, minute, shift: 0.15);
            Assert.Equal(whole.Monitor.Snapshot.LogEvidence, part.Monitor.Snapshot.LogEvidence, 0.1);
            Assert.Equal(whole.Monitor.Snapshot.State, part.Monitor.Snapshot.State);
            Assert.Empty(again.Conditions.Current);
            most = Math.Max(most, whole.Monitor.Snapshot.LogEvidence);
        }

        // More than one bucket shows.
        Assert.True(most > 3, $"{most}");
    }

    [Fact]
    public void Restart_InAlarm_IsStillInAlarm()
    {
        using var folder = new TemporaryFolder();
        ReferenceProfile profile = Rows.Profile(rows: 20_000);
        string description;
        using (var services = new StageServices())
        using (var f = Create(profile, folder.Path, services))
        {
            for (int minute = 0; minute < 5; minute++)
            {
                Minute(f, services, minute, shift: 1);
            }

            Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
            description = f.Monitor.Snapshot.Description;
        }

        // Without any rows.
        using var later = new StageServices();
        using var restarted = Create(profile, folder.Path, later);
        later.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((MonitoringState.Alarm, description), (restarted.Monitor.Snapshot.State, restarted.Monitor.Snapshot.Description));
        Assert.Equal("shift", restarted.Monitor.Snapshot.Columns.Single(static c => c.Name == "x[2]").Rule);
    }

    [Theory]
    [InlineData("torn")]
    [InlineData("other bytes")]
    [InlineData("other profile")]
    [InlineData("other options")]
    public void Restart_WithAFileThatCannotBeUsed_StartsAnewWithAConditionForABucket(string damage)
    {
        using var folder = new TemporaryFolder();
        ReferenceProfile profile = Rows.Profile(rows: 20_000);
        using (var services = new StageServices())
        using (var f = Create(damage == "other profile" ? Rows.Profile(rows: 20_000, seed: 2) : profile, folder.Path, services, damage == "other options" ? 0.2 : 0.1))
        {
            Minute(f, services, 0, shift: 1);
            Minute(f, services, 1, shift: 1);
            Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        }

        string path = folder.File("evidence.state");
        if (damage == "torn")
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        }
        else if (damage == "other bytes")
        {
            File.WriteAllText(path, "no evidence");
        }

        using var later = new StageServices();
        using var restarted = Create(profile, folder.Path, later);
        Minute(restarted, later, 2, shift: 0);
        Assert.Equal(MonitoringState.Healthy, restarted.Monitor.Snapshot.State);
        Assert.StartsWith("Evidence starts anew: ", Assert.Single(later.Conditions.Current), StringComparison.Ordinal);
        Minute(restarted, later, 3, shift: 0);
        Assert.Empty(later.Conditions.Current);
    }

    [Fact]
    public void Options_OfTheEvaluationChange_TakeEffectWithoutReload()
    {
        using var services = new StageServices();
        using var f = new Counted(Rows.Profile(rows: 20_000), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: services);
        Minute(f, services, 0, shift: 1);
        Minute(f, services, 1, shift: 1);
        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        services.Change("Tolerance", "0.25");
        Minute(f, services, 2, shift: 0);
        Assert.Equal(MonitoringState.Healthy, f.Monitor.Snapshot.State);
    }

    [Fact]
    public void BucketDuration_Changes_TheTimerFollowsAtOnce()
    {
        TimeSpan bucket = TimeSpan.FromHours(1);
        using var services = new StageServices();
        using var f = new Counted(Rows.Profile(rows: 20_000), o => o.BucketDuration = bucket, services: services);
        f.Run(Rows.Normal(new Random(1), 1_000, FakeModel.InputWidth));
        bucket = TimeSpan.FromMinutes(1);
        services.Change("MinimumRows", "200");
        services.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1_000, f.Monitor.Snapshot.Rows);
    }

    private static Counted Create(ReferenceProfile profile, string folder, StageServices services, double tolerance = 0.1) => new(
        profile,
        o => (o.BucketDuration, o.Directory, o.Tolerance) = (TimeSpan.FromMinutes(1), folder, tolerance),
        services: services);

    private static void Minute(Counted f, StageServices services, int minute, double shift)
    {
        float[] data = Rows.Normal(new Random(minute), 1_000, FakeModel.InputWidth);
        for (int i = 2; i < data.Length; i += FakeModel.InputWidth)
        {
            data[i] += (float)shift;
        }

        f.Run(data);
        services.Clock.Advance(TimeSpan.FromMinutes(1));
    }
}
