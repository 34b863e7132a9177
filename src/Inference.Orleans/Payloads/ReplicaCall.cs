using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>A call on its way to a replica. Immutable once sent.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ReplicaCall")]
internal sealed class ReplicaCall
{
    // Not sent: whether this is the sender's object.
    [NonSerialized]
    private bool _isSenders;

    [NonSerialized]
    private bool _mayBeWritten;

    /// <summary>The inputs; retained by the sender until the call is answered. Owned by the receiver if they came over the wire.</summary>
    [Id(0)]
    public NamedValues Inputs { get; set; } = null!;

    /// <summary>The time that was left when the call was sent, ticks of 100 ns; 0 without a deadline. Clocks of machines differ, spans do not.</summary>
    [Id(1)]
    public long Left { get; set; }

    /// <summary>The settings that differ from the defaults; null for none.</summary>
    [Id(2)]
    public CallSettings? Settings { get; set; }

    /// <summary>Tells the call from others.</summary>
    [Id(3)]
    public long Id { get; set; }

    /// <summary>The id under which the caller reports what became of the prediction; empty for none.</summary>
    [Id(4)]
    public Guid PredictionId { get; set; }

    /// <summary>A call that was not sent yet; takes the inputs, which <see cref="Settle"/> releases.</summary>
    public static ReplicaCall Make(NamedValues inputs, TimeSpan left, CallSettings? settings) => new() { Inputs = inputs, Left = left.Ticks, Settings = settings, Id = Random.Shared.NextInt64(), _isSenders = true };

    /// <summary>The runtime may still write the message after the call has ended.</summary>
    public void MayBeWritten() => Volatile.Write(ref _mayBeWritten, true);

    /// <summary>The sender is done: releases the inputs, unless the runtime may still read them; they are collected then.</summary>
    public void Settle()
    {
        if (!Volatile.Read(ref _mayBeWritten))
        {
            Inputs.Dispose();
        }
    }

    /// <summary>The receiver is done: releases inputs that came over the wire. Those of a caller in the same process are the caller's.</summary>
    public void Received()
    {
        if (!_isSenders)
        {
            Inputs.Dispose();
        }
    }
}
