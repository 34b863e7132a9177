using System.Buffers;
using Inference.Onnx.Files;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>
    /// Saves the model. The file is written under another name in the same folder and renamed when complete, so readers see the old model or the new one, and saving over the file
    /// that this model was loaded from is safe. With external data, its file is renamed just before the model's.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">What goes to external data; null embeds everything.</param>
    /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes without external data, nests in a circle, or lacks a part it must have.</exception>
    /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing has changed then.</exception>
    public void Save(string path, OnnxWriteOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= OnnxWriteOptions.Default;
        var full = Path.GetFullPath(path);
        var dataName = DataName(full, options);
        var plan = ExternalPlan.For(this, options, dataName);
        using var data = plan.IsEmpty ? null : new AtomicFile(Path.Combine(Path.GetDirectoryName(full)!, dataName));
        using var model = new AtomicFile(full);
        var output = new StreamBufferWriter(model.Stream);
        OnnxWriter.WriteTo(output, this, OnnxWriter.Write, plan);
        output.Flush();
        if (data is not null)
        {
            plan.Write(data.Stream);
            data.Complete();
        }

        model.Complete();
        data?.TakeName();
        model.TakeName();
    }

    /// <summary>Writes the model, external data embedded.</summary>
    /// <param name="output">Where to.</param>
    /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
    public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, this, OnnxWriter.Write);

    /// <summary>The model in protobuf form, external data embedded.</summary>
    /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
    public byte[] ToArray() => OnnxWriter.ToArray(this, OnnxWriter.Write);

    private static string DataName(string modelPath, OnnxWriteOptions options)
    {
        var modelName = Path.GetFileName(modelPath);
        var name = options.ExternalDataFileName ?? modelName + ".data";
        return ContainedPath.IsPlainRelative(name, out _) && Path.GetFileName(name) == name && name != "." && !string.Equals(name, modelName, StringComparison.OrdinalIgnoreCase)
            ? name
            : throw new ArgumentException($"{nameof(OnnxWriteOptions.ExternalDataFileName)}: expected a file name without folder, other than the model's, got '{name}'.", nameof(options));
    }
}
