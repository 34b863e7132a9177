namespace Inference.Versioning.State;

/// <summary>The names of the facts of decisions about versions.</summary>
internal static class DecisionFacts
{
    /// <summary>The stamp of the version's files: a version with new content may be tried again.</summary>
    public const string Stamp = "stamp";

    /// <summary>Of a rollback: the new default; absent if the canary was rolled back.</summary>
    public const string Back = "back";

    /// <summary>The newest version that existed; later versions are new.</summary>
    public const string Ceiling = "ceiling";

    /// <summary><see cref="VersioningOptions.PinnedVersion"/> at the time.</summary>
    public const string Pinned = "pinned";

    /// <summary>The label given to the version, or to the new default of a rollback.</summary>
    public const string Label = "label";

    /// <summary>The canary's share of the calls.</summary>
    public const string Percent = "percent";

    /// <summary>The inputs and outputs of the new default, as JSON, if they changed.</summary>
    public const string Signature = "signature";

    /// <summary>Names that are dropped from the state because their versions are gone, one per line.</summary>
    public const string Forget = "forget";

    /// <summary>Of a checkpoint: the state, as JSON.</summary>
    public const string State = "state";

    /// <summary>The time of writing, for a decision made while the log could not be written; <c>at</c> is the time of the decision.</summary>
    public const string Written = "written";

    /// <summary>Of a load: <see cref="ModelInfo.Digest"/>.</summary>
    public const string Digest = "digest";

    /// <summary>The id or fingerprint of a key, or the subject of a certificate.</summary>
    public const string Key = "key";

    /// <summary>Of a load: <see cref="ModelInfo.KeyId"/>, the id of the key that the model's file is encrypted with.</summary>
    public const string EncryptionKey = "encryptionKey";

    /// <summary>Of a load: the time of signing, as the signer states it.</summary>
    public const string SignedAt = "signedAt";

    /// <summary>Of an erasure: <see cref="Feedback.ErasureReport.Predictions"/> of the stages of versions; absent for none.</summary>
    public const string Predictions = "predictions";

    /// <summary>Of an erasure: <see cref="Feedback.ErasureReport.Reports"/> of the stages of versions; absent for none.</summary>
    public const string Reports = "reports";

    /// <summary>Of an erasure: <see cref="Feedback.ErasureReport.Exemplars"/> of the stages of versions; absent for none.</summary>
    public const string Exemplars = "exemplars";

    /// <summary>Of changed options: each name with its values before and after, one per line.</summary>
    public const string Changes = "changes";

    /// <summary>The hash of the options in effect.</summary>
    public const string Options = "options";

    /// <summary>Of a signature: the model whose log it is.</summary>
    public const string Model = "model";

    /// <summary>Of a signature: <c>ES256</c>, <c>ES384</c> or <c>ES512</c>.</summary>
    public const string Algorithm = "algorithm";

    /// <summary>Of a signature: its value, base64 of ASN.1 DER.</summary>
    public const string Value = "value";
}
