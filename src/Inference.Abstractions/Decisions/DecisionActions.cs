namespace Inference.Decisions;

/// <summary>The actions known to this version of the library.</summary>
public static class DecisionActions
{
    /// <summary>The policy made a version the default.</summary>
    public const string Default = "default";

    /// <summary>A version was made the default by a person, or automatically after a successful trial.</summary>
    public const string Promote = "promote";

    /// <summary>A version was rolled back: it does not serve again until its files change or an operator promotes it. If it was the default, the fact <c>back</c> is the new default.</summary>
    public const string Rollback = "rollback";

    /// <summary>A version was put on trial with the share in the fact <c>percent</c>.</summary>
    public const string Canary = "canary";

    /// <summary>The label in the fact <c>label</c> was assigned to a version.</summary>
    public const string Label = "label";

    /// <summary>A version did not pass a gate.</summary>
    public const string Refused = "refused";

    /// <summary>A version was published; its manifest states how it was made. Facts: <c>digest</c>, <c>stamp</c>.</summary>
    public const string Publish = "publish";

    /// <summary>The state that results from all previous records, in the fact <c>state</c>.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>A version was loaded and passed its gates; recorded once for its files. Facts: <c>digest</c>, and <c>key</c> if its signature was verified.</summary>
    public const string Load = "load";

    /// <summary>Stored data was erased. The facts never contain whose: at most a keyed hash.</summary>
    public const string Erase = "erase";

    /// <summary>The options changed; the facts state which and how, secrets as fingerprints.</summary>
    public const string Options = "options";

    /// <summary>A key was used, other than for a signature that another record states; the fact <c>key</c> names it.</summary>
    public const string Key = "key";

    /// <summary>All records before this one were signed. Facts: <c>model</c>, <c>key</c>, <c>algorithm</c>, <c>value</c>.</summary>
    public const string Signature = "signature";
}
