using Inference.Status;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>A cluster whose answer is given.</summary>
internal sealed class DemoCluster(Func<IReadOnlyList<SiloSnapshot>> answer) : IClusterStatus
{
    private int _asked;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What makes an answer. May throw.</summary>
    public Func<IReadOnlyList<SiloSnapshot>> Answer { get; set; } = answer;

    /// <summary>Three silos of the shop, one of which stops.</summary>
    public static DemoCluster OfTheShop() => new(static () =>
    [
        Silo("silo-0", 11_111, 3, "fraud", "ranker"),
        Silo("silo-1", 11_112, 1, "churn", "eu/ranker", "ranker"),
        Silo("silo-2", 11_113, 0) with { IsStopping = true },
    ]);

    /// <summary>A silo that has models of 96 MiB each, with a replica of each.</summary>
    public static SiloSnapshot Silo(string name, int port, int calls, params string[] models) => new()
    {
        Name = name,
        Address = $"S127.0.0.1:{port}:141598231",
        MaxBytes = 512L << 20,
        Bytes = models.Length * (96L << 20),
        Calls = calls,
        Models = models,
        Replicas = [.. models.Select(model => $"{model}/{(port % 10) - 1}")],
    };

    public ValueTask<IReadOnlyList<SiloSnapshot>> ReadAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        return new(Answer());
    }
}
