using System.Text.Json.Serialization;

namespace Inference.Cluster;

/// <summary>The last line of a run.</summary>
internal sealed class ClusterReport
{
    [JsonPropertyName("store")]
    public required string Store { get; init; }

    [JsonPropertyName("silos")]
    public required int Silos { get; init; }

    [JsonPropertyName("calls")]
    public required long Calls { get; init; }

    [JsonPropertyName("wrong")]
    public required long Wrong { get; init; }

    [JsonPropertyName("failed")]
    public required long Failed { get; init; }

    [JsonPropertyName("retried")]
    public required long Retried { get; init; }

    [JsonPropertyName("kills")]
    public required int Kills { get; init; }

    /// <summary>For each fault, the milliseconds from it to the last disturbed call.</summary>
    [JsonPropertyName("recoveryMs")]
    public required double[] RecoveryMs { get; init; }

    [JsonPropertyName("localP50Us")]
    public required double LocalP50Us { get; init; }

    /// <summary>A call from one silo that runs in another; null with one silo.</summary>
    [JsonPropertyName("remoteP50Us")]
    public required double? RemoteP50Us { get; init; }

    [JsonPropertyName("remoteP99Us")]
    public required double? RemoteP99Us { get; init; }

    /// <summary>A call of the client, which goes to a silo's gateway and from there to the silo that runs it.</summary>
    [JsonPropertyName("clientP50Us")]
    public required double ClientP50Us { get; init; }

    [JsonPropertyName("clientP99Us")]
    public required double ClientP99Us { get; init; }

    [JsonPropertyName("doubleDecisions")]
    public required int DoubleDecisions { get; init; }

    /// <summary>Trials that ended by their evidence; 0 where decisions are in memory.</summary>
    [JsonPropertyName("rollbacks")]
    public required int Rollbacks { get; init; }

    /// <summary>From the decision until a silo's trial had ended, the median and the longest over all silos and rollbacks, at a resolution of 5 ms; 0 where decisions are in memory.</summary>
    [JsonPropertyName("rollbackP50Ms")]
    public required double RollbackP50Ms { get; init; }

    [JsonPropertyName("rollbackMaxMs")]
    public required double RollbackMaxMs { get; init; }

    /// <summary>Calls answered in a second by all callers together.</summary>
    [JsonPropertyName("callsPerSecond")]
    public required double CallsPerSecond { get; init; }

    /// <summary>The same call without the cluster.</summary>
    [JsonPropertyName("localDirectP50Us")]
    public required double LocalDirectP50Us { get; init; }

    [JsonPropertyName("pauses")]
    public required int Pauses { get; init; }

    [JsonPropertyName("partitions")]
    public required int Partitions { get; init; }

    /// <summary>For each fault, the milliseconds until the silo, started again, served.</summary>
    [JsonPropertyName("rejoinMs")]
    public required double[] RejoinMs { get; init; }
}
