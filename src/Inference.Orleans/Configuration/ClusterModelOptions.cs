using System.ComponentModel.DataAnnotations;

namespace Inference.Orleans;

/// <summary>Options of a model of a cluster. Named by model; read when the model is opened.</summary>
public sealed class ClusterModelOptions
{
    /// <summary>The name under which the silos registered the model (<c>AddModel</c>); null, the default, for the name under which it is registered here. A silo that calls its own cluster needs two names: one for its pipeline, one for the cluster.</summary>
    public string? Model { get; set; }

    /// <summary>The maximum time of a call with all its attempts, 1 ms to 1 day; the default is 30 s. A call's own deadline applies if it is earlier.</summary>
    [DurationRange("00:00:00.001", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call is attempted again after it was sent to a silo that did not answer; true by default. The model may then run twice for one call. If false, such a call fails with <see cref="ClusterModelException"/>;
    /// calls that did not run (a replica refused them, or was not reached) are attempted again in any case.</summary>
    public bool Retry { get; set; } = true;

    /// <summary>The time after which a call without an answer asks whether its replica has it, and waits as long for that answer; without one, the call is sent to another replica as well (see <see cref="Retry"/>), and the first answer counts.
    /// 1 ms to 10 min; the default is 500 ms. A call waits twice this time for a silo that died; a model that takes longer is waited for.</summary>
    [DurationRange("00:00:00.001", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The calls that a silo in this process may have for the model before calls go to other silos, 0 to 1,000,000; the default is 16. 0: calls never stay in the process.</summary>
    [Range(0, 1_000_000)]
    public int MaxLocalCalls { get; set; } = 16;
}
