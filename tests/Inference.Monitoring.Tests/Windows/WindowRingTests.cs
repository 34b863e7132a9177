using Inference.Monitoring.Windows;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Windows;

public class WindowRingTests
{
    private static readonly ReferenceProfile s_profile = Rows.Profile(rows: 200);
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 22, 30, 0, TimeSpan.Zero);
    private readonly List<string> _reports = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Add_ThreeDays_KeepsBucketsHoursAndDaysThatSumToAll(bool restart)
    {
        using var folder = new TemporaryFolder();
        WindowRing ring = Ring(folder);
        for (int minute = 0; minute < 3 * 24 * 60; minute++)
        {
            if (restart && minute % 777 == 0)
            {
                ring = Ring(folder);
            }

            ring.Add(Window(s_start.AddMinutes(minute), 1));
        }

        DateTimeOffset end = s_start.AddDays(3);
        IReadOnlyList<WindowKey> keys = new FileWindowStore(folder.Path).List();
        Assert.InRange(keys.Count(k => k.Tier == WindowTier.Bucket), 60, 121);
        Assert.InRange(keys.Count(k => k.Tier == WindowTier.Hour), 47, 73);
        Assert.Equal(3, keys.Count(k => k.Tier == WindowTier.Day));
        Assert.Equal(3 * 24 * 60, ring.Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)!.Rows);
        Assert.Equal(24 * 60, ring.Between(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero))!.Rows);
        Assert.Equal(10, ring.Between(end.AddMinutes(-10), end)!.Rows);
        Assert.Null(ring.Between(end, end.AddDays(1)));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Add_FortyDays_ForgetsTheFirst()
    {
        using var folder = new TemporaryFolder();
        WindowRing ring = Ring(folder);
        for (int hour = 0; hour < 40 * 24; hour++)
        {
            ring.Add(Window(s_start.AddHours(hour), 1));
        }

        Assert.InRange(new FileWindowStore(folder.Path).List().Count(k => k.Tier == WindowTier.Day), 34, 36);
    }

    [Fact]
    public void Read_TornForeignAndOtherFiles_AreSkippedAndReported()
    {
        using var folder = new TemporaryFolder();
        WindowRing ring = Ring(folder);
        ring.Add(Window(s_start, 1));
        ring.Add(Window(s_start.AddMinutes(1), 1));
        ring.Add(Window(s_start.AddMinutes(2), 1));
        string[] files = [.. Directory.GetFiles(folder.Path).Order()];
        File.WriteAllBytes(files[0], File.ReadAllBytes(files[0])[..^20]);
        File.WriteAllBytes(files[1], Rows.Profile(rows: 200, seed: 9).CreateWindow().ToArray());
        File.WriteAllText(Path.Combine(folder.Path, "notes.window"), "mine");
        Assert.Equal(1, ring.Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)!.Rows);
        Assert.Equal(2, _reports.Count);
        ring.Add(Window(s_start.AddHours(2), 1));
        Assert.Equal(2, ring.Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)!.Rows);
        Assert.True(File.Exists(Path.Combine(folder.Path, "notes.window")));
    }

    [Fact]
    public void Add_NoCalls_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        Ring(folder).Add(s_profile.CreateWindow());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void MemoryStore_ManyWindows_StaysBounded()
    {
        var store = new MemoryWindowStore();
        for (int i = 0; i < 500; i++)
        {
            store.Write(new WindowKey((WindowTier)(i % 3), s_start.AddMinutes(i)), new byte[2_000]);
        }

        Assert.InRange(store.List().Count, 20, 33);
        Assert.All(store.List(), k => Assert.Equal(WindowTier.Day, k.Tier));
    }

    [Fact]
    public void Stage_WithAFolder_KeepsWindowsOverARestart()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 2; i++)
        {
            using var f = new Counted(s_profile, o => o.Directory = Path.Combine(folder.Path, "{model}"));
            f.Run([1, 2, 3, 4]);
        }

        using var last = new Counted(s_profile, o => o.Directory = Path.Combine(folder.Path, "{model}"));
        Assert.Equal(2, last.Monitor.Read(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)!.Rows);
    }

    [Fact]
    public void Stage_FolderThatCannotBeMade_StillCounts()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        using var f = new Counted(s_profile, o => o.Directory = file);
        f.Run([1, 2, 3, 4]);
        Assert.Equal(1, f.Flush().Rows);
    }

    private WindowRing Ring(TemporaryFolder folder) => new(s_profile.WindowLayout, new FileWindowStore(folder.Path), _reports.Add);

    private static MonitoringWindow Window(DateTimeOffset start, int rows)
    {
        MonitoringWindow window = s_profile.CreateWindow();
        (window.Start, window.End, window.Calls) = (start, start.AddMinutes(1), 1);
        window.AllRows[0] = rows;
        return window;
    }
}
