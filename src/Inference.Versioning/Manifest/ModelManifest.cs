using System.Text.Json;
using Inference.Status;

namespace Inference.Versioning.Manifest;

/// <summary>The content of <c>manifest.json</c> beside a model. All parts are optional. The format is documented in the package's README.</summary>
internal sealed class ModelManifest
{
    /// <summary>The format version; 1.</summary>
    public int Format { get; set; } = 1;

    /// <summary>The expected <see cref="ModelInfo.Digest"/> of the loaded model, hexadecimal, optionally prefixed by <c>sha256:</c>.</summary>
    public string? Digest { get; set; }

    /// <summary>The SHA-256, hexadecimal, of each file of the version, by relative path; verified before the model is parsed. A signed manifest must list every file.</summary>
    public Dictionary<string, string>? Files { get; set; }

    /// <summary>The version's labels, unless options or <see cref="IModelVersions.SetLabelAsync"/> assign them to another version.</summary>
    public IList<string>? Labels { get; set; }

    /// <summary>The reference profile that the version is monitored by. A file whose content differs from its digest does not keep the version from serving: it is then not monitored, and its health is degraded.</summary>
    public ManifestFile? Profile { get; set; }

    /// <summary>The golden rows, see <see cref="GoldenRows"/>; kept as JSON until they are used.</summary>
    public JsonElement? Golden { get; set; }

    /// <summary>What the version was made from, see <see cref="ModelLineage"/>; kept as JSON, so that a signature covers members of later versions.</summary>
    public JsonElement? Lineage { get; set; }

    /// <summary>The publisher's signature.</summary>
    public ManifestSignature? Signature { get; set; }
}
