namespace Inference.Versioning.Signing;

/// <summary>How the signer of a bundle is known.</summary>
internal enum BundleMethod
{
    /// <summary>By a key that the verifier has.</summary>
    Key,

    /// <summary>By a certificate that leads to a root of the verifier.</summary>
    Certificate,

    /// <summary>By a short-lived certificate of Sigstore with an entry in its transparency log.</summary>
    Sigstore,
}
