using System.Buffers;
using Inference.Onnx.Files;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>Models from and to files and memory.</summary>
public static class OnnxModelSerialization
{
    extension(OnnxModel)
    {
        /// <summary>Loads a model file. Weights are slices of one copy of the file in memory, or of the mapped file (<see cref="OnnxReadOptions.MapFiles"/>); external data is read when first asked for.</summary>
        /// <param name="path">The file.</param>
        /// <param name="options">Limits; null for the defaults.</param>
        /// <returns>The model, which owns what was read: dispose it when neither it nor its slices are used any more.</returns>
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
                model.Content = content;
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
    }

    /// <param name="model">The model.</param>
    extension(OnnxModel model)
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
            var plan = ExternalPlan.For(model, options, dataName);
            using var data = plan.IsEmpty ? null : new AtomicFile(Path.Combine(Path.GetDirectoryName(full)!, dataName));
            using var file = new AtomicFile(full);
            var output = new StreamBufferWriter(file.Stream);
            OnnxWriter.WriteTo(output, model, OnnxWriter.Write, plan);
            output.Flush();
            if (data is not null)
            {
                plan.Write(data.Stream);
                data.Complete();
            }

            file.Complete();
            data?.TakeName();
            file.TakeName();
        }

        /// <summary>Writes the model, external data embedded.</summary>
        /// <param name="output">Where to.</param>
        /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
        /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
        public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, model, OnnxWriter.Write);

        /// <summary>The model in protobuf form, external data embedded.</summary>
        /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
        /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
        public byte[] ToArray() => OnnxWriter.ToArray(model, OnnxWriter.Write);
    }

    private static OnnxModel Parse(ReadContext context, ExternalDataSource external)
    {
        var model = new OnnxModel { External = external, SourceBytes = context.Bytes };
        OnnxReader.Read(context, model);
        return model;
    }

    private static string DataName(string modelPath, OnnxWriteOptions options)
    {
        var modelName = Path.GetFileName(modelPath);
        var name = options.ExternalDataFileName ?? modelName + ".data";
        return ContainedPath.IsPlainRelative(name, out _) && Path.GetFileName(name) == name && name != "." && !string.Equals(name, modelName, StringComparison.OrdinalIgnoreCase)
            ? name
            : throw new ArgumentException($"{nameof(OnnxWriteOptions.ExternalDataFileName)}: expected a file name without folder, other than the model's, got '{name}'.", nameof(options));
    }
}
