using System.Net;
using Inference.Orleans.Grains;
using Inference.Orleans.Placement;
using Orleans.Runtime;

namespace Inference.Orleans.Tests;

public sealed class PlacementTests
{
    private static readonly SiloAddress[] s_silos = [.. Enumerable.Range(1, 3).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, i), i))];

    [Fact]
    public void Place_ModelLoadedSomewhere_GoesThere() => Assert.Equal(s_silos[1], View(Report(0), Report(1, loaded: ["m"]), Report(2)).Place(s_silos, "m/0", 10));

    [Fact]
    public void Place_SecondReplica_GoesToAnotherSiloEvenIfColder() =>
        Assert.Equal(s_silos[2], View(Report(0, bytes: 50), Report(1, loaded: ["m"], replicas: ["m/0"]), Report(2)).Place(s_silos, "m/1", 10));

    [Fact]
    public void Place_NotEnoughRoom_GoesWhereThereIs() => Assert.Equal(s_silos[2], View(Report(0, bytes: 95), Report(1, bytes: 99), Report(2, bytes: 80, calls: 100)).Place(s_silos, "m/0", 10));

    [Fact]
    public void Place_FewerCalls_Wins() => Assert.Equal(s_silos[1], View(Report(0, calls: 50), Report(1, calls: 2), Report(2, calls: 50)).Place(s_silos, "m/0", 10));

    [Fact]
    public void Place_ClosingSilo_IsLast() => Assert.NotEqual(s_silos[0], View(Report(0, loaded: ["m"], isClosing: true), Report(1, bytes: 99), Report(2, bytes: 99)).Place(s_silos, "m/0", 10));

    [Fact]
    public void Place_SeveralInARow_SpreadsThemBeforeTheNextReports()
    {
        ClusterView view = View(Report(0), Report(1), Report(2));

        SiloAddress[] placed = [.. Enumerable.Range(0, 3).Select(i => view.Place(s_silos, $"m/{i}", 10))];

        Assert.Equal(3, placed.Distinct().Count());
    }

    [Fact]
    public void Place_ManyModels_FillsSilosAlike()
    {
        ClusterView view = View(Report(0), Report(1), Report(2));

        var placed = Enumerable.Range(0, 27).Select(i => view.Place(s_silos, $"m{i}/0", 10)).CountBy(s => s).ToDictionary();

        Assert.All(s_silos, silo => Assert.Equal(9, placed[silo]));
    }

    [Fact]
    public void Place_SilosThatHaveNotReported_FillsThemAlike()
    {
        ClusterView view = View();

        SiloAddress[] replicas = [.. Enumerable.Range(0, 3).Select(i => view.Place(s_silos, $"m/{i}", 10))];
        var models = Enumerable.Range(0, 27).Select(i => view.Place(s_silos, $"m{i}/0", 10)).CountBy(s => s).ToDictionary();

        Assert.Equal(3, replicas.Distinct().Count());
        Assert.All(s_silos, silo => Assert.Equal(9, models[silo]));
    }

    private static ClusterView View(params SiloReport[] reports)
    {
        var view = new ClusterView();
        view.Set(reports);
        return view;
    }

    private static SiloReport Report(int silo, long bytes = 0, int calls = 0, string[]? loaded = null, string[]? replicas = null, bool isClosing = false) =>
        new() { Silo = s_silos[silo], MaxBytes = 100, Bytes = bytes, Calls = calls, Loaded = loaded ?? [], Replicas = replicas ?? [], IsClosing = isClosing };
}
