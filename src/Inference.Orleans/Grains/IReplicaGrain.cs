using Inference.Orleans.Payloads;
using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>A replica of a model, <c>{model}/{n}</c>: the address of the model in one silo. Keeps nothing itself.</summary>
[Alias("inference.IReplicaGrain")]
internal interface IReplicaGrain : IGrainWithStringKey
{
    /// <summary>Runs the model. Never throws: what goes wrong is in the reply.</summary>
    // Our own timer and the caller's deadline decide, not the runtime's.
    [Alias("Run")]
    [ResponseTimeout("1.00:00:00")]
    Task<ReplicaReply> RunAsync(ReplicaCall call, CancellationToken cancellationToken);

    /// <summary>Whether a call runs or waits here. Answers at once, however busy the model is.</summary>
    [Alias("Has")]
    Task<bool> HasAsync(long call);

    /// <summary>Takes reports of what became of predictions; loads the model.</summary>
    [Alias("Report")]
    Task<FeedbackReply> ReportAsync(FeedbackItem[] reports);

    /// <summary>Loads the model and describes it.</summary>
    [Alias("Describe")]
    Task<ModelDescription> DescribeAsync();
}
