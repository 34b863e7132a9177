namespace Inference.Versioning.State;

/// <summary>Names of facts that decisions about versions carry.</summary>
internal static class DecisionFacts
{
    /// <summary>Of the version's files: new content is a new chance.</summary>
    public const string Stamp = "stamp";

    /// <summary>Of a rollback: the default from then on; absent where the canary was taken back.</summary>
    public const string Back = "back";

    /// <summary>The newest version there was; versions after it are new.</summary>
    public const string Ceiling = "ceiling";

    /// <summary><see cref="VersioningOptions.PinnedVersion"/> at the time.</summary>
    public const string Pinned = "pinned";

    /// <summary>The label that goes to the version, or to the default that a rollback goes back to.</summary>
    public const string Label = "label";

    /// <summary>The canary's share of the calls.</summary>
    public const string Percent = "percent";

    /// <summary>Inputs and outputs of the default, as JSON, where they are others than before.</summary>
    public const string Signature = "signature";

    /// <summary>Names that need not be known any more, a line each, as their versions are gone.</summary>
    public const string Forget = "forget";

    /// <summary>Of a checkpoint: the state, as JSON.</summary>
    public const string State = "state";

    /// <summary>When a decision was written that was made while the log could not be; its time is when it was made.</summary>
    public const string Written = "written";
}
