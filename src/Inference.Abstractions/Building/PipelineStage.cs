namespace Inference;

/// <summary>A kind of middleware, and where it may stand among the others. Immutable; a kind is equal to itself alone, so keep one in a static field.</summary>
/// <remarks>Stages of this family have the orders 100 to 600; another package's stage takes a number between those that must stand around it and those that must stand inside it.</remarks>
public sealed class PipelineStage
{
    /// <summary>Makes a kind.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="order">Stages with a smaller number must stand outside this one, stages with a larger number inside; null: it may stand anywhere.</param>
    /// <param name="reason">Why it must stand inside those with a smaller number: a sentence for the error of a wrong order.</param>
    /// <param name="mayRepeat">Whether a pipeline may hold it more than once; always so where it may stand anywhere.</param>
    public PipelineStage(string name, int? order, string reason = "", bool mayRepeat = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Order = order;
        Reason = reason;
        MayRepeat = mayRepeat || order is null;
    }

    /// <summary>May stand anywhere: the user's own.</summary>
    public static PipelineStage Custom { get; } = new("Custom", null);

    /// <summary>Measures calls. Order 100.</summary>
    public static PipelineStage Telemetry { get; } = new("Telemetry", 100);

    /// <summary>Checks or repairs inputs. Order 200.</summary>
    public static PipelineStage Validation { get; } = new("Validation", 200, "telemetry must see what every other stage does.", mayRepeat: true);

    /// <summary>Answers from another model or version when one fails. Order 300.</summary>
    public static PipelineStage Fallback { get; } = new("Fallback", 300, "inputs must be validated and measured before a fallback is chosen.");

    /// <summary>Chooses the version. Order 400.</summary>
    public static PipelineStage Versioning { get; } = new("Versioning", 400, "fallback, validation and telemetry must see every version's calls.");

    /// <summary>Answers from memory; below versioning, so that one version never serves another's answers. Order 500.</summary>
    public static PipelineStage Caching { get; } = new("Caching", 500, "a cache around version routing could serve one version's answers for another.");

    /// <summary>Joins calls; below caching, so that only missing rows queue. Order 600.</summary>
    public static PipelineStage Batching { get; } = new("Batching", 600, "batches must form from the rows that caching did not answer and for one version only.");

    /// <summary>Its name, for messages.</summary>
    public string Name { get; }

    /// <summary>Stages with a smaller number must stand outside this one; null: it may stand anywhere.</summary>
    public int? Order { get; }

    /// <summary>Why it must stand inside stages with a smaller number.</summary>
    public string Reason { get; }

    /// <summary>Whether a pipeline may hold it more than once.</summary>
    public bool MayRepeat { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
