using Inference.Status;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Manifest;
using Inference.Versioning.Repository;
using Inference.Versioning.State;

namespace Inference.Versioning.Editing;

/// <summary>Describes versions by their files and the state of the log.</summary>
internal static class VersionLister
{
    /// <summary>Describes versions, in the order of the folders; those set aside come last.</summary>
    public static async ValueTask<IReadOnlyList<VersionRecord>> ListAsync(
        RepositorySetup setup, VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders, IReadOnlyDictionary<string, string> aside, CancellationToken cancellationToken)
    {
        var labels = VersionPlanner.Labels(options, state, folders).ToLookup(static l => l.Value, static l => l.Key);
        var records = new List<VersionRecord>();
        foreach (VersionFolder folder in folders)
        {
            records.Add(await DescribeAsync(setup, options, state, folder, [.. labels[folder.Version].Order(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false));
        }

        records.AddRange(aside.OrderBy(static a => a.Key, StringComparer.Ordinal).Select(static a => new VersionRecord { Version = a.Key, State = ModelVersionState.Available, Labels = [], Bytes = 0, Problem = a.Value }));
        return records;
    }

    private static async ValueTask<VersionRecord> DescribeAsync(
        RepositorySetup setup, VersioningOptions options, RepositoryState state, VersionFolder folder, IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        ModelManifest? manifest = null;
        string? problem = null;
        bool? isVerified = null;
        try
        {
            manifest = ManifestReader.Read(folder.Path, out string digest);
            if (options.Signing.Keys.Count + options.Signing.CertificateRoots.Count > 0)
            {
                isVerified = false;
                string where = $"Model '{setup.ModelName}', version '{folder.Version}'";
                TrustedVersion trusted = VersionTrust.Verify(manifest, digest, folder.Path, options.Signing, setup.ModelName, setup.Clock.GetUtcNow(), where);
                if (trusted.Files is { } files)
                {
                    await ManifestReader.VerifyFilesAsync(files, folder.Path, where, cancellationToken).ConfigureAwait(false);
                    isVerified = true;
                }
            }
        }
        catch (ModelLoadException exception)
        {
            problem = exception.Message;
        }

        return new VersionRecord
        {
            Version = folder.Version,
            State = StateOf(state, folder),
            Labels = labels,
            Digest = manifest?.Digest,
            Bytes = folder.Bytes,
            Lineage = ManifestReader.Lineage(manifest),
            SignedBy = manifest?.Signature?.Key ?? (RegularFile.Find(Path.Combine(folder.Path, ModelSigner.SignatureFile)) is null ? null : ModelSigner.SignatureFile),
            IsVerified = isVerified,
            Problem = problem,
        };
    }

    private static ModelVersionState StateOf(RepositoryState state, VersionFolder folder) =>
        folder.Version == state.Default ? ModelVersionState.Default
        : VersionPlanner.IsRejected(state, folder) && folder.Version != state.Canary ? ModelVersionState.Rejected
        : folder.Version == state.Canary || folder.Version == state.PolicyCanary ? ModelVersionState.Canary
        : state.Refused.TryGetValue(folder.Version, out string? stamp) && stamp == folder.Stamp ? ModelVersionState.Refused
        : ModelVersionState.Available;
}
