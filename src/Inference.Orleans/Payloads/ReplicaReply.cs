using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>A replica's reply. Immutable; the outputs belong to the receiver.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ReplicaReply")]
internal sealed class ReplicaReply
{
    [Id(0)]
    public ReplyKind Kind { get; set; }

    /// <summary>The outputs; null unless the call was answered.</summary>
    [Id(1)]
    public NamedValues? Outputs { get; set; }

    /// <summary>Calls that the silo has for this model, apart from this one.</summary>
    [Id(2)]
    public int Depth { get; set; }

    /// <summary>The number of replicas that the model is to have; 0 if it is not known.</summary>
    [Id(3)]
    public int Replicas { get; set; }

    /// <summary>What happened to the call; null if there is nothing to tell.</summary>
    [Id(4)]
    public CallRecord? Record { get; set; }

    /// <summary>The error; null unless the call failed.</summary>
    [Id(5)]
    public CallFault? Fault { get; set; }
}
