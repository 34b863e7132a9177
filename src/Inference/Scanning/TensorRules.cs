using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Rules for tensors, wherever they are: declared against real sizes, and the paths and files of external data.</summary>
internal static class TensorRules
{
    public static void Check(OnnxModel model, FindingList findings)
    {
        HashSet<string>? locations = null;
        foreach (OnnxTensor tensor in model.GetTensors())
        {
            try
            {
                tensor.Validate();
            }
            catch (OnnxFormatException exception)
            {
                findings.Fatal(tensor.HasExternalData ? "external-data" : "tensor-size", "", exception.Message);
            }

            if (!findings.WantsWarnings || !tensor.HasExternalData && tensor.ExternalData.Count == 0)
            {
                continue;
            }

            string where = $"tensor '{tensor.Name}'";
            if (!tensor.HasExternalData)
            {
                findings.Warn("external-data", where, "expected no path of external data in a tensor with content of its own, got one.");
            }
            else if (!model.IsEncrypted && tensor.ExternalData.TryGetValue("location", out string? location) && (locations ??= new(StringComparer.Ordinal)).Add(location) && IsLink(model, location))
            {
                findings.Warn("link", where, $"expected a file of external data, got a symbolic link, '{location}'.");
            }
        }
    }

    private static bool IsLink(OnnxModel model, string location)
    {
        try
        {
            string? folder = Path.GetDirectoryName(model.SourcePath);
            for (string? part = location; folder is not null && !string.IsNullOrEmpty(part); part = Path.GetDirectoryName(part))
            {
                if (new FileInfo(Path.Combine(folder, part)).LinkTarget is not null)
                {
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            // Reported as a path that is refused.
        }

        return false;
    }
}
