using System.Text.Json;
using Inference.Status;

namespace Inference.Versioning;

/// <summary>What <c>manifest.json</c> beside a model says of it. All parts are optional. The README of the package gives the form.</summary>
public sealed class ModelManifest
{
    /// <summary>The form's number; 1.</summary>
    public int Format { get; set; } = 1;

    /// <summary>Expected <see cref="ModelInfo.Digest"/> of the loaded model, hexadecimal, optionally after <c>sha256:</c>.</summary>
    public string? Digest { get; set; }

    /// <summary>SHA-256, hexadecimal, of each file of the version by its relative path; checked before the model is parsed. With a signature every file must be listed.</summary>
    public Dictionary<string, string>? Files { get; set; }

    /// <summary>Labels the version carries unless options or <see cref="IModelVersions.SetLabelAsync"/> give them to another.</summary>
    public IList<string>? Labels { get; set; }

    /// <summary>Golden rows, see <see cref="GoldenRows"/>; kept as JSON until they are needed.</summary>
    public JsonElement? Golden { get; set; }

    /// <summary>The publisher's signature.</summary>
    public ManifestSignature? Signature { get; set; }
}
