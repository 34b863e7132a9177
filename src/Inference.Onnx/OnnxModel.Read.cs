using Inference.Onnx.Files;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>Loads a model file. Weights are not copied: they are slices of the mapped file, and external data is mapped when first asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <returns>The model, which owns the mappings: dispose it when neither it nor its slices are used any more.</returns>
    /// <exception cref="IOException">The file cannot be opened, as usual (<see cref="FileNotFoundException"/> and so on).</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OnnxFormatException">The content is not an ONNX model, or exceeds a limit.</exception>
    public static OnnxModel Load(string path, OnnxReadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= OnnxReadOptions.Default;
        var full = Path.GetFullPath(path);
        var content = FileContent.Open(full, options.MaxFileBytes, options.MapFiles, nameof(OnnxReadOptions.MaxFileBytes));
        try
        {
            var external = new ExternalDataSource(options.BaseDirectory ?? Path.GetDirectoryName(full), options);
            var model = Parse(new ReadContext(content.Slice(0, (int)content.Length), options, external, full), external);
            model._content = content;
            model.SourcePath = full;
            return model;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>Reads a model from memory. Weights are not copied: they are slices of the bytes.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the model is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not an ONNX model, or exceeds a limit.</exception>
    public static OnnxModel Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null)
    {
        var external = new ExternalDataSource(options?.BaseDirectory, options ?? OnnxReadOptions.Default);
        return Parse(ReadContext.Standalone(bytes, options, external), external);
    }

    private static OnnxModel Parse(ReadContext context, ExternalDataSource external)
    {
        var model = new OnnxModel { _external = external, SourceBytes = context.Bytes };
        OnnxReader.Read(context, model);
        return model;
    }
}
