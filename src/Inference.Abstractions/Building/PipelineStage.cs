namespace Inference;

/// <summary>A kind of middleware and its place in the pipeline. Immutable; compared by reference, so keep each kind in a static field.</summary>
/// <remarks>The built-in stages have the orders 100 to 700; for a stage of another package, choose a number between those of the stages that must wrap it and those that it must wrap.</remarks>
public sealed class PipelineStage
{
    /// <summary>Creates a kind of stage.</summary>
    /// <param name="name">The name shown in messages.</param>
    /// <param name="order">Stages with a smaller number must be outside this one, stages with a larger number inside; null if it may be placed anywhere.</param>
    /// <param name="reason">Why it must be inside stages with a smaller number: a sentence for the message of the error that reports a wrong order.</param>
    /// <param name="mayRepeat">Whether a pipeline may contain it more than once; always true for a stage that may be placed anywhere.</param>
    public PipelineStage(string name, int? order, string reason = "", bool mayRepeat = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Order = order;
        Reason = reason;
        MayRepeat = mayRepeat || order is null;
    }

    /// <summary>A custom stage, which may be placed anywhere.</summary>
    public static PipelineStage Custom { get; } = new("Custom", null);

    /// <summary>Measures calls. Order 100.</summary>
    public static PipelineStage Telemetry { get; } = new("Telemetry", 100);

    /// <summary>Checks or repairs inputs. Order 200.</summary>
    public static PipelineStage Validation { get; } = new("Validation", 200, "telemetry must see what every other stage does.", mayRepeat: true);

    /// <summary>Asks for new models; outside the stages whose state it reads. Order 240.</summary>
    public static PipelineStage Retraining { get; } = new("Retraining", 240, "inputs must be validated and measured first.");

    /// <summary>Keeps answered calls for feedback; outside fallback and versioning, so that each call is kept once, with the version whose answer the caller got. Order 250.</summary>
    public static PipelineStage Feedback { get; } = new("Feedback", 250, "inputs must be validated and measured before they are kept.");

    /// <summary>Answers from another model or version when one fails. Order 300.</summary>
    public static PipelineStage Fallback { get; } = new("Fallback", 300, "inputs must be validated and measured before a fallback is chosen.");

    /// <summary>Chooses the version. Order 400.</summary>
    public static PipelineStage Versioning { get; } = new("Versioning", 400, "fallback, validation and telemetry must see every version's calls.");

    /// <summary>Observes inputs and outputs of a version; outside caching, so that answers from a cache count. Order 450.</summary>
    public static PipelineStage Monitoring { get; } = new("Monitoring", 450, "every version is monitored by itself.");

    /// <summary>Keeps a model's states between the calls of a sequence; inside versioning, so that a state never reaches another version, and outside caching and batching, to which the states are inputs. Order 470.</summary>
    public static PipelineStage Sequences { get; } = new("Sequences", 470, "every version keeps its own states, and is monitored without them.");

    /// <summary>Answers from a cache; inside versioning, so that one version never serves another's answers. Order 500.</summary>
    public static PipelineStage Caching { get; } = new("Caching", 500, "a cache around version routing or sequences could serve the answers of one version or state for another.");

    /// <summary>Combines calls into batches; inside caching, so that only rows missing from the cache are queued. Order 600.</summary>
    public static PipelineStage Batching { get; } = new("Batching", 600, "batches must form from the rows that caching did not answer and for one version only.");

    /// <summary>Moves the batch axes of a model's inputs and outputs to axis 0; inside batching, which stacks rows there. Order 650.</summary>
    public static PipelineStage BatchAxes { get; } = new("BatchAxes", 650, "batches are stacked along axis 0.");

    /// <summary>Measures the processor time of the model's runs; inside batching, where a run is one run. Order 700.</summary>
    public static PipelineStage Cost { get; } = new("Cost", 700, "what caches answer costs nothing, and a batch is one run.");

    /// <summary>The name shown in messages.</summary>
    public string Name { get; }

    /// <summary>Stages with a smaller number must be outside this one; null if it may be placed anywhere.</summary>
    public int? Order { get; }

    /// <summary>Why it must be inside stages with a smaller number.</summary>
    public string Reason { get; }

    /// <summary>Whether a pipeline may contain it more than once.</summary>
    public bool MayRepeat { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
