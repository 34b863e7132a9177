namespace Inference.AspNetCore.Repository;

/// <summary>A model's version in the index of the repository.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version; empty without versions.</param>
/// <param name="State">READY, LOADING, UNLOADING or UNAVAILABLE.</param>
/// <param name="Reason">Why it is not ready; empty if it is.</param>
internal sealed record RepositoryEntry(string Name, string Version, string State, string Reason)
{
    public bool IsReady => State == "READY";
}
